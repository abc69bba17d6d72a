import { ChunkedInts } from './chunked.js'

/** The slots begin so few, and double when three quarters are taken. */
const slotsAtFirst = 1 << 12
const loadMax = 0.75

/**
 * The states that were seen, numbered in the order of discovery: of each its fingerprint and the number of the state from
 * which it was reached, 12 bytes, and its slot in a table with open addressing, 5 to 11.
 */
export class Visited {
  readonly #lows = new ChunkedInts()
  readonly #highs = new ChunkedInts()
  readonly #parents = new ChunkedInts()
  /** The number of a state, plus 1; 0 is free. */
  #slots = new Int32Array(slotsAtFirst)
  #mask = slotsAtFirst - 1
  #growAt = slotsAtFirst * loadMax

  get size(): number {
    return this.#lows.length
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#lows.bytes + this.#highs.bytes + this.#parents.bytes
  }

  parentOf(state: number): number {
    return this.#parents.at(state)
  }

  has(state: number, low: number, high: number): boolean {
    return this.#lows.at(state) === low && this.#highs.at(state) === high
  }

  /** The number of a state with this fingerprint that `isSame` confirms, or the slot where it belongs, as `-1 - slot`. */
  find(low: number, high: number, isSame?: (state: number) => boolean): number {
    let slot = low & this.#mask
    for (;;) {
      const state = (this.#slots[slot] as number) - 1
      if (state < 0) return -1 - slot
      if (this.#lows.at(state) === low && this.#highs.at(state) === high && (!isSame || isSame(state))) return state
      slot = (slot + 1) & this.#mask
    }
  }

  /** Enters a state at the slot that {@link find} named; returns its number. */
  add(slot: number, low: number, high: number, parent: number): number {
    const state = this.size
    this.#lows.push(low)
    this.#highs.push(high)
    this.#parents.push(parent)
    this.#slots[slot] = state + 1
    if (this.size >= this.#growAt) this.#grow()
    return state
  }

  #grow(): void {
    const capacity = this.#slots.length * 2
    this.#slots = new Int32Array(capacity)
    this.#mask = capacity - 1
    this.#growAt = capacity * loadMax
    for (let state = 0; state < this.size; state++) {
      let slot = this.#lows.at(state) & this.#mask
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
      this.#slots[slot] = state + 1
    }
  }
}
