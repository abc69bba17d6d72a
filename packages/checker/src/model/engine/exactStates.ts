import { ChunkedInts } from './chunked.js'

/** Every state whole, to see whether two had the same fingerprint. */
export class ExactStates {
  readonly #ints = new ChunkedInts()
  readonly #ends = new ChunkedInts()
  /** Pairs of states that differ and have one fingerprint. */
  collisions = 0

  get bytes(): number {
    return this.#ints.bytes + this.#ends.bytes
  }

  add(state: Int32Array, length: number): void {
    for (let at = 0; at < length; at++) this.#ints.push(state[at] as number)
    this.#ends.push(this.#ints.length)
  }

  isSame(number: number, state: Int32Array, length: number): boolean {
    const begin = number === 0 ? 0 : this.#ends.at(number - 1)
    let isSame = this.#ends.at(number) - begin === length
    for (let at = 0; isSame && at < length; at++) isSame = this.#ints.at(begin + at) === state[at]
    if (!isSame) this.collisions++
    return isSame
  }
}
