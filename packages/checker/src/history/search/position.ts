import type { Ordering } from './ordering.js'

/** Nothing is left to be placed. */
export const nothingLeft = Number.POSITIVE_INFINITY

/** Which operations of an ordering are placed already: so far in each chain, and some of the open ones. */
export class Position {
  readonly #ordering: Ordering
  readonly #placed: Int32Array
  readonly #openBits: Int32Array
  readonly #chainOf: Int32Array
  /** Of each operation its number among the open ones, or its place in its chain. */
  readonly #placeOf: Int32Array
  readonly #maskWords: number
  /** How many operations that returned are not placed yet. */
  left: number

  constructor(ordering: Ordering) {
    const { chains, opens, invoked, isRealTime } = ordering
    this.#ordering = ordering
    this.#placed = new Int32Array(chains.length)
    this.#openBits = new Int32Array(Math.ceil(opens.length / 32))
    this.#chainOf = new Int32Array(invoked.length).fill(-1)
    this.#placeOf = new Int32Array(invoked.length)
    for (const [number, chain] of chains.entries()) {
      for (const [place, operation] of chain.entries()) {
        this.#chainOf[operation] = number
        this.#placeOf[operation] = place
      }
    }
    for (const [number, { operation }] of opens.entries()) this.#placeOf[operation] = number
    this.#maskWords = isRealTime ? 1 + Math.ceil(chains.length / 32) : chains.length
    this.left = chains.reduce((sum, chain) => sum + chain.length, 0)
  }

  /** Words of a configuration that must be equal, the state among them; and those of its open operations. */
  get words(): { readonly equal: number; readonly open: number } {
    return { equal: this.#maskWords + 1, open: this.#openBits.length }
  }

  /** The next operation of a chain, or -1. */
  head(chain: number): number {
    return this.#ordering.chains[chain]?.[this.#placed[chain] ?? 0] ?? -1
  }

  /** The first return among what is not placed: what was invoked after it has to wait. */
  deadline(): number {
    if (!this.#ordering.isRealTime) return nothingLeft
    let deadline = nothingLeft
    for (let chain = 0; chain < this.#placed.length; chain++) {
      const head = this.head(chain)
      if (head !== -1) deadline = Math.min(deadline, this.#returned(head))
    }
    return deadline
  }

  /** Whether an open operation of the ordering, by its number, may be placed now. */
  isAvailable(open: number, deadline: number): boolean {
    const place = this.#ordering.opens[open]
    if (place === undefined || this.hasOpen(open)) return false
    if (this.#ordering.isRealTime) return (this.#ordering.invoked[place.operation] ?? 0) < deadline
    return (this.#placed[place.chain] ?? 0) >= place.position
  }

  /** Whether all is placed that must come before an operation. */
  isReady(operation: number): boolean {
    const required = this.#ordering.requires[operation]
    if (required === undefined) return true
    for (const each of required) if (!this.isPlaced(each)) return false
    return true
  }

  isPlaced(operation: number): boolean {
    const chain = this.#chainOf[operation] ?? -1
    const place = this.#placeOf[operation] ?? 0
    return chain === -1 ? this.hasOpen(place) : place < (this.#placed[chain] ?? 0)
  }

  hasOpen(open: number): boolean {
    return (((this.#openBits[open >> 5] ?? 0) >>> (open & 31)) & 1) === 1
  }

  place(operation: number): void {
    this.#turn(operation, 1)
  }

  takeBack(operation: number): void {
    this.#turn(operation, -1)
  }

  #turn(operation: number, by: number): void {
    const chain = this.#chainOf[operation] ?? -1
    if (chain === -1) {
      const open = this.#placeOf[operation] ?? 0
      this.#openBits[open >> 5] = (this.#openBits[open >> 5] ?? 0) ^ (1 << (open & 31))
      return
    }
    this.#placed[chain] = (this.#placed[chain] ?? 0) + by
    this.left -= by
  }

  /**
   * Writes what tells this configuration from others. In real time the deadline says of every chain how far it has come, but
   * for the operation that runs over the deadline: a bit.
   */
  write(words: Int32Array, state: number, deadline: number): void {
    words.fill(0)
    if (this.#ordering.isRealTime) {
      words[0] = deadline
      for (let chain = 0; chain < this.#placed.length; chain++) {
        if (!this.#isBeyond(chain, deadline)) continue
        words[1 + (chain >> 5)] = (words[1 + (chain >> 5)] ?? 0) | (1 << (chain & 31))
      }
    } else words.set(this.#placed)
    words[this.#maskWords] = state
    words.set(this.#openBits, this.#maskWords + 1)
  }

  #isBeyond(chain: number, deadline: number): boolean {
    const last = this.#ordering.chains[chain]?.[(this.#placed[chain] ?? 0) - 1]
    return last !== undefined && this.#returned(last) > deadline
  }

  #returned(operation: number): number {
    return this.#ordering.returned[operation] ?? nothingLeft
  }
}
