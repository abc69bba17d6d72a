import { ChunkedInts } from './chunked.js'
import type { Visited } from './visited.js'

/** Every state whole, so that two with the same fingerprint are told apart, and counted. */
export class ExactStates {
  readonly #ints = new ChunkedInts()
  readonly #ends = new ChunkedInts()
  /** Pairs of states that differ and have one fingerprint. */
  collisions = 0
  /** Of the state that was looked for last: how many others have its fingerprint. */
  #clashes = 0

  get bytes(): number {
    return this.#ints.bytes + this.#ends.bytes
  }

  /** As {@link Visited.find}, with no doubt that it is this state. */
  find(visited: Visited, low: number, high: number, state: Int32Array, length: number): number {
    this.#clashes = 0
    return visited.find(low, high, (number) => {
      const isSame = this.isSame(number, state, length)
      if (!isSame) this.#clashes++
      return isSame
    })
  }

  /** Keeps the state that was looked for last, and was not found. */
  add(state: Int32Array, length: number): void {
    this.collisions += this.#clashes
    for (let at = 0; at < length; at++) this.#ints.push(state[at] as number)
    this.#ends.push(this.#ints.length)
  }

  isSame(number: number, state: Int32Array, length: number): boolean {
    const begin = this.#begin(number)
    let isSame = this.#ends.at(number) - begin === length
    for (let at = 0; isSame && at < length; at++) isSame = this.#ints.at(begin + at) === state[at]
    return isSame
  }

  /** Puts a state into `into`, and returns its length. */
  load(number: number, into: Int32Array): number {
    const begin = this.#begin(number)
    const length = this.#ends.at(number) - begin
    for (let at = 0; at < length; at++) into[at] = this.#ints.at(begin + at)
    return length
  }

  #begin(number: number): number {
    return number === 0 ? 0 : this.#ends.at(number - 1)
  }
}
