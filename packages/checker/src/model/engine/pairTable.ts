const slotsAtFirst = 1 << 10

/** A number for each pair of numbers, all at least 0: what was remembered of (state, event). Open addressing. */
export class PairTable {
  #keys = new Int32Array(2 * slotsAtFirst)
  #values = new Int32Array(slotsAtFirst).fill(-1)
  #mask = slotsAtFirst - 1
  size = 0

  get bytes(): number {
    return this.#keys.byteLength + this.#values.byteLength
  }

  /** -1 when there is none. */
  get(a: number, b: number): number {
    let slot = slotOf(a, b) & this.#mask
    for (;;) {
      const value = this.#values[slot] as number
      if (value < 0 || (this.#keys[2 * slot] === a && this.#keys[2 * slot + 1] === b)) return value
      slot = (slot + 1) & this.#mask
    }
  }

  set(a: number, b: number, value: number): void {
    if (2 * this.size >= this.#values.length) this.#grow()
    this.#put(a, b, value)
    this.size++
  }

  #put(a: number, b: number, value: number): void {
    let slot = slotOf(a, b) & this.#mask
    while ((this.#values[slot] as number) >= 0) slot = (slot + 1) & this.#mask
    this.#keys[2 * slot] = a
    this.#keys[2 * slot + 1] = b
    this.#values[slot] = value
  }

  #grow(): void {
    const keys = this.#keys
    const values = this.#values
    const capacity = values.length * 2
    this.#keys = new Int32Array(2 * capacity)
    this.#values = new Int32Array(capacity).fill(-1)
    this.#mask = capacity - 1
    for (let slot = 0; slot < values.length; slot++) {
      const value = values[slot] as number
      if (value >= 0) this.#put(keys[2 * slot] as number, keys[2 * slot + 1] as number, value)
    }
  }
}

function slotOf(a: number, b: number): number {
  const mixing = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77)
  return mixing ^ (mixing >>> 15)
}
