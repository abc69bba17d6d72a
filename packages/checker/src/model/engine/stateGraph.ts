import { ChunkedInts } from './chunked.js'
import { ExactStates } from './exactStates.js'
import { fingerprint, type Halves } from './fingerprint.js'
import { type Space, tupleMax, type Visitor } from './space.js'
import { Visited } from './visited.js'

/** An edge that leaves the graph. */
const outside = -1

/** Says of a state that it does not belong to the graph, nor what lies behind it. */
export type IsLeftOut = (state: Int32Array, length: number) => boolean

/** States and the steps between them, kept whole: what may happen in runs that never end is a question about the graph. */
export class StateGraph implements Visitor {
  readonly visited = new Visited()
  /** They are needed whole, to be expanded; so no fingerprint need be trusted. */
  readonly exact = new ExactStates()
  /** Why it was not explored whole. */
  isCut = false
  /** The number of the state that is expanded, or asked; below 0 before the first. */
  at = -1
  /** The initial states are the first so many. */
  readonly initials: number
  readonly #space: Space
  readonly #isLeftOut: IsLeftOut
  readonly #statesMax: number
  readonly #targets = new ChunkedInts()
  readonly #steps = new ChunkedInts()
  readonly #edgeEnds = new ChunkedInts()
  readonly #state = new Int32Array(tupleMax)
  readonly #halves: Halves = { low: 0, high: 0 }
  #expanded = 0

  constructor(space: Space, isLeftOut: IsLeftOut, statesMax: number) {
    this.#space = space
    this.#isLeftOut = isLeftOut
    this.#statesMax = statesMax
    space.initial(this)
    this.initials = this.size
  }

  get size(): number {
    return this.visited.size
  }
  get isDone(): boolean {
    return this.isCut || this.#expanded >= this.size
  }

  advance(states: number): void {
    for (let done = 0; done < states && !this.isDone; done++) {
      this.at = this.#expanded
      this.#space.expand(this.#state, this.exact.load(this.at, this.#state), this, false)
      this.#expanded++
      this.#edgeEnds.push(this.#targets.length)
    }
  }

  visit(state: Int32Array, length: number, step: number): boolean {
    const isInside = this.#space.isInside?.(state, length) ?? true
    const target = !isInside || this.#isLeftOut(state, length) ? outside : this.#enter(state, length)
    if (this.at >= 0) {
      this.#targets.push(target)
      this.#steps.push(step)
    }
    return true
  }

  /** What is true of each state: 1 or 0. */
  ask(holds: (state: Int32Array, length: number) => boolean): Uint8Array {
    const answers = new Uint8Array(this.size)
    for (this.at = 0; this.at < this.size; this.at++) {
      if (holds(this.#state, this.exact.load(this.at, this.#state))) answers[this.at] = 1
    }
    this.at = this.size - 1
    return answers
  }

  /** The edges of a state are those from here to `edgesEnd`. */
  edgesBegin(state: number): number {
    return state === 0 ? 0 : this.#edgeEnds.at(state - 1)
  }
  edgesEnd(state: number): number {
    return this.#edgeEnds.at(state)
  }
  /** Where an edge leads; below 0: out of the graph. */
  targetOf(edge: number): number {
    return this.#targets.at(edge)
  }
  stepOf(edge: number): number {
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
    return this.visited.add(-1 - found, low, high, this.at)
  }
}
