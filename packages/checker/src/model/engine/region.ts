import { ChunkedInts } from './chunked.js'
import { ExactStates } from './exactStates.js'
import { fingerprint, type Halves } from './fingerprint.js'
import { type CompiledProperty, type Space, tupleMax, type Visitor } from './space.js'
import { Visited } from './visited.js'

/** An edge that leaves the region: what had to come has come. */
const outside = -1

/**
 * The part of a space that can be reached without a property ever being true, as a graph: where a run could go on for ever,
 * or end, without what must eventually come.
 */
export class Region implements Visitor {
  readonly visited = new Visited()
  /** They are needed whole, to be expanded; so no fingerprint need be trusted. */
  readonly exact = new ExactStates()
  /** Why it was not explored whole. */
  isCut = false
  readonly #space: Space
  readonly #property: CompiledProperty
  readonly #statesMax: number
  readonly #targets = new ChunkedInts()
  readonly #steps = new ChunkedInts()
  readonly #edgeEnds = new ChunkedInts()
  readonly #state = new Int32Array(tupleMax)
  readonly #halves: Halves = { low: 0, high: 0 }
  #expanding = -1

  constructor(space: Space, property: CompiledProperty, statesMax: number) {
    this.#space = space
    this.#property = property
    this.#statesMax = statesMax
    space.initial(this)
  }

  get size(): number {
    return this.visited.size
  }
  /** The number of the state that is expanded; below 0 before the first. */
  get at(): number {
    return this.#expanding
  }
  get isDone(): boolean {
    return this.isCut || this.#expanding + 1 >= this.size
  }

  advance(states: number): void {
    for (let done = 0; done < states && !this.isDone; done++) {
      this.#expanding++
      this.#space.expand(this.#state, this.exact.load(this.#expanding, this.#state), this, false)
      this.#edgeEnds.push(this.#targets.length)
    }
  }

  visit(state: Int32Array, length: number, step: number): boolean {
    const target = this.#property.holds(state, length) ? outside : this.#enter(state, length)
    if (this.#expanding >= 0) {
      this.#targets.push(target)
      this.#steps.push(this.#space.fairnessOf(step))
    }
    return true
  }

  /** The edges of a state are those from here to `edgesEnd`. */
  edgesBegin(state: number): number {
    return state === 0 ? 0 : this.#edgeEnds.at(state - 1)
  }
  edgesEnd(state: number): number {
    return this.#edgeEnds.at(state)
  }
  targetOf(edge: number): number {
    return this.#targets.at(edge)
  }
  /** Which fairness the edge satisfies; below 0, none. */
  fairnessOf(edge: number): number {
    return this.#steps.at(edge)
  }

  #enter(state: Int32Array, length: number): number {
    fingerprint(state, length, this.#halves)
    const { low, high } = this.#halves
    const found = this.exact.find(this.visited, low, high, state, length)
    if (found >= 0) return found
    if (this.size >= this.#statesMax) {
      this.isCut = true
      return outside
    }
    this.exact.add(state, length)
    return this.visited.add(-1 - found, low, high, this.#expanding)
  }
}
