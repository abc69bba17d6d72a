/** A fingerprint of 64 bits, in two halves: the result of the last {@link fingerprint}. Reused, so that nothing is allocated. */
export interface Halves {
  low: number
  high: number
}

/**
 * Two lanes that feed each other. For tuples of one length each step is a bijection of the 64 bits, so that tuples which
 * differ in one place never collide.
 */
export function fingerprint(state: Int32Array, length: number, into: Halves): void {
  let low = 0x9e3779b9 ^ length
  let high = 0x7f4a7c15
  for (let at = 0; at < length; at++) {
    const value = state[at] as number
    low = Math.imul(low ^ value, 0xcc9e2d51)
    low = (((low << 15) | (low >>> 17)) + high) | 0
    high = Math.imul(high ^ value, 0x1b873593)
    high = (((high << 13) | (high >>> 19)) + low) | 0
  }
  low = mixed(low ^ (high >>> 7))
  high = mixed(high ^ low)
  into.low = low
  into.high = high
}

function mixed(value: number): number {
  let mixing = value
  mixing = Math.imul(mixing ^ (mixing >>> 16), 0x85ebca6b)
  mixing = Math.imul(mixing ^ (mixing >>> 13), 0xc2b2ae35)
  return mixing ^ (mixing >>> 16)
}
