import type { TraceEvent } from '@quorate/core'
import { ModelFault } from '../errors.js'
import type { ExactStates } from './exactStates.js'
import { fingerprint, type Halves } from './fingerprint.js'
import { type Space, type StepText, type TakenStep, tupleMax, type Visitor } from './space.js'
import type { Visited } from './visited.js'

/** A run, for a person to read. */
export interface Trace {
  /** How all things stood at first. */
  readonly initial: readonly string[]
  readonly steps: readonly StepText[]
  /** How they stood in the end. */
  readonly final: readonly string[]
  /** A run that never ends: after the last step, the one at this place follows again. */
  readonly loopsTo?: number
  /** A run in which something never comes may stay for ever where it is in the end: no step is left that must be taken. */
  readonly rests?: true
  /**
   * Tells the run as events of a trace: of roles, each step with its cause, messages and writes; of any other model a note for
   * each step. Walks the run once more.
   */
  tell(listen: (event: TraceEvent) => void): void
}

/** The numbers of the states on the way to a state, from an initial one. */
export function pathTo(visited: Visited, state: number): number[] {
  const path: number[] = []
  for (let at = state; at >= 0; at = visited.parentOf(at)) path.push(at)
  return path.reverse()
}

/** States that were seen: by their fingerprints, and whole where they were kept. */
export interface Explored {
  readonly visited: Visited
  readonly exact: ExactStates | undefined
}

/** Whether a step will do for a place in the path, the first being that of the initial state. */
export type IsStepFor = (place: number, taken: TakenStep) => boolean

/** Goes a path once more, since of most states only their fingerprints were kept. */
export function replay(
  space: Space,
  explored: Explored,
  path: readonly number[],
  symmetric: boolean,
  isStepFor: IsStepFor = () => true,
): Trace {
  const finder = new Finder(space, explored, symmetric)
  const steps: StepText[] = []
  const numbers: number[] = []
  let initial: readonly string[] = []
  for (const [place, number] of path.entries()) {
    const before = finder.state.slice(0, finder.length)
    const lengthBefore = finder.length
    if (place === 0) {
      finder.lookFor(number, () => true)
      space.initial(finder)
      initial = space.show(finder.state, finder.length)
    } else {
      finder.lookFor(number, (after, lengthAfter, step) =>
        isStepFor(place, { before, lengthBefore, step, after, lengthAfter }),
      )
      space.expand(before, lengthBefore, finder, false)
      numbers.push(finder.step)
      steps.push(space.describe(before, lengthBefore, finder.step, finder.state, finder.length))
    }
    if (!finder.isFound)
      throw new ModelFault('a state cannot be reached again: the model does not do the same each time')
  }
  const tell = (listen: (event: TraceEvent) => void): void =>
    space.tell ? space.tell(numbers, listen) : tellTexts(steps, listen)
  return { initial, steps, final: space.show(finder.state, finder.length), tell }
}

/** Each step is a thousandth of a second after the one before: there is no time in a model. */
function tellTexts(steps: readonly StepText[], listen: (event: TraceEvent) => void): void {
  for (const [at, { text }] of steps.entries()) listen({ type: 'note', atUs: (at + 1) * 1000, who: 'model', text })
}

/** Waits for the state of a number among those that a step leads to. */
class Finder implements Visitor {
  readonly state = new Int32Array(tupleMax)
  length = 0
  step = 0
  isFound = false
  #number = 0
  #isWanted: (state: Int32Array, length: number, step: number) => boolean = () => true
  readonly #space: Space
  readonly #explored: Explored
  readonly #symmetric: boolean
  readonly #canonical = new Int32Array(tupleMax)
  readonly #halves: Halves = { low: 0, high: 0 }

  constructor(space: Space, explored: Explored, symmetric: boolean) {
    this.#space = space
    this.#explored = explored
    this.#symmetric = symmetric
  }

  lookFor(number: number, isWanted: (state: Int32Array, length: number, step: number) => boolean): void {
    this.#number = number
    this.#isWanted = isWanted
    this.isFound = false
  }

  visit(state: Int32Array, length: number, step: number): boolean {
    if (this.isFound) return true
    const { canonical } = this.#space
    const isOther = this.#symmetric && canonical !== undefined
    const key = isOther ? this.#canonical : state
    const keyLength = isOther ? canonical.call(this.#space, state, length, key) : length
    fingerprint(key, keyLength, this.#halves)
    const { visited, exact } = this.#explored
    const isIt = visited.has(this.#number, this.#halves.low, this.#halves.high)
    const isItWhole = isIt && (!exact || exact.isSame(this.#number, key, keyLength))
    if (isItWhole && this.#isWanted(state, length, step)) {
      this.state.set(state.subarray(0, length))
      this.length = length
      this.step = step
      this.isFound = true
    }
    return true
  }
}
