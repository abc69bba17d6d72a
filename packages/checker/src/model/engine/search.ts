import { AlikeAudit } from './alikeAudit.js'
import { ExactStates } from './exactStates.js'
import { fingerprint, type Halves } from './fingerprint.js'
import { Frontier, type Taken } from './frontier.js'
import {
  type CompiledProperty,
  type CompiledStateProperty,
  type CompiledStepProperty,
  changesNothing,
  type Space,
  statePropertiesOf,
  type TakenStep,
  tupleMax,
  type Visitor,
} from './space.js'
import { Visited } from './visited.js'

export interface SearchSettings {
  /** Breadth-first finds the shortest counterexample. */
  readonly order: 'breadth' | 'depth'
  readonly statesMax: number
  /** Of states; the initial one has depth 1. */
  readonly depthMax: number
  readonly reduced: boolean
  readonly symmetric: boolean
  readonly exact: boolean
}

/** Why a search ended: all was seen, something was found, or a budget was used up. */
export type Ending = 'exhausted' | 'violation' | 'states' | 'depth' | 'interrupted'

/** What was found of a property: the number of the state where, and of the one before it where a step is at fault. */
export interface Finding {
  readonly property: CompiledProperty
  readonly state: number
  readonly before?: number
}

/** Explores a space, state by state, and asks what can be told of a state, or of a step. */
export class Search implements Visitor {
  readonly visited = new Visited()
  generated = 0
  /** The greatest depth of a state that was seen. */
  depth = 0
  /** States without a step. */
  terminal = 0
  ending: Ending | undefined
  violation: Finding | undefined
  /** The number of the state that is asked, or expanded; below 0 before the first. */
  at = -1
  /** Where each `sometimes` came true first. */
  readonly examples = new Map<CompiledProperty, number>()
  readonly exact: ExactStates | undefined
  readonly #space: Space
  readonly #settings: SearchSettings
  readonly #frontier = new Frontier()
  /** Only with symmetry: whether properties can tell those that are said to be alike. */
  readonly #audit: AlikeAudit
  readonly #always: readonly CompiledStateProperty[]
  #awaited: readonly CompiledStateProperty[]
  readonly #deadlockFree: readonly CompiledStateProperty[]
  readonly #everyStep: readonly CompiledStepProperty[]
  readonly #asksSteps: boolean
  readonly #isInside: Space['isInside']
  /** The numbers of states beyond the constraint: they are asked about, and not expanded. */
  readonly #outside = new Set<number>()
  readonly #taken: Taken = { state: new Int32Array(tupleMax), length: 0, number: -1, depth: 0 }
  readonly #canonical = new Int32Array(tupleMax)
  readonly #halves: Halves = { low: 0, high: 0 }
  #wasCut = false
  #steps = 0
  #wasPassedBy = false

  constructor(space: Space, settings: SearchSettings) {
    this.#space = space
    this.#settings = settings
    this.exact = settings.exact ? new ExactStates() : undefined
    this.#always = statePropertiesOf(space, 'always')
    this.#awaited = statePropertiesOf(space, 'sometimes')
    this.#deadlockFree = statePropertiesOf(space, 'deadlockFree')
    this.#everyStep = space.properties.filter((property) => property.kind === 'everyStep')
    this.#asksSteps = this.#everyStep.length > 0
    this.#isInside = space.isInside?.bind(space)
    this.#audit = new AlikeAudit(space)
    space.initial(this)
    this.#endIfEmpty()
  }

  /** States that were seen and belong to the model: those beyond its constraint do not. */
  get distinct(): number {
    return this.visited.size - this.#outside.size
  }
  get outside(): number {
    return this.#outside.size
  }
  get bytes(): number {
    return this.visited.bytes + this.#frontier.bytesMax + (this.exact?.bytes ?? 0)
  }

  /** Expands as many states as it is told, or fewer when it ends. */
  advance(states: number): void {
    const taken = this.#taken
    const { order, reduced, symmetric } = this.#settings
    for (let done = 0; done < states && this.ending === undefined; done++) {
      if (order === 'breadth') this.#frontier.shift(taken)
      else this.#frontier.pop(taken)
      this.#steps = 0
      this.#wasPassedBy = false
      this.at = taken.number
      this.#space.expand(taken.state, taken.length, this, reduced)
      if (this.#steps === 0) this.#askTerminal()
      if (symmetric && this.ending === undefined) this.#audit.lookAtSteps(taken.state, taken.length, taken.number)
      this.#endIfEmpty()
    }
  }

  interrupt(): void {
    this.ending ??= 'interrupted'
  }

  passBy(): void {
    this.#wasPassedBy = true
  }

  visit(state: Int32Array, length: number, step: number): boolean {
    this.#steps++
    const { order, symmetric, depthMax, statesMax } = this.#settings
    const depth = this.#taken.depth + 1
    const key = symmetric ? this.#canonical : state
    const keyLength = symmetric ? this.#canonicalOf(state, length) : length
    fingerprint(key, keyLength, this.#halves)
    const { low, high } = this.#halves
    const { exact } = this
    const found = exact ? exact.find(this.visited, low, high, key, keyLength) : this.visited.find(low, high)
    if (this.#asksSteps && found >= 0) this.#askStep(state, length, step, found)
    if (depth > depthMax) {
      // States at the greatest depth are expanded only to see whether anything lies behind.
      if (found < 0) this.#wasCut = true
      return false
    }
    this.generated++
    // Breadth-first, states are expanded in the order of their numbers.
    if (found >= 0) return order === 'breadth' && found > this.#taken.number && !this.#outside.has(found)
    if (this.ending !== undefined) return false
    if (this.distinct >= statesMax) {
      this.ending = 'states'
      return false
    }
    const number = this.visited.add(-1 - found, low, high, this.#taken.number)
    exact?.add(key, keyLength)
    if (this.#asksSteps) this.#askStep(state, length, step, number)
    this.at = number
    const isInside = this.#ask(state, length, number)
    if (symmetric && this.ending === undefined) this.#audit.look(state, length, number)
    this.at = this.#taken.number
    if (!isInside) return false
    if (depth > this.depth) this.depth = depth
    // Of an orbit, the state that was reached goes on, not one that may only be imagined.
    this.#frontier.push(state, length, number, depth)
    return true
  }

  #canonicalOf(state: Int32Array, length: number): number {
    const { canonical } = this.#space
    return canonical ? canonical.call(this.#space, state, length, this.#canonical) : length
  }

  /** True if the state belongs to the model; one that does not is asked about too. */
  #ask(state: Int32Array, length: number, number: number): boolean {
    for (const property of this.#always) {
      if (property.holds(state, length)) continue
      this.violation ??= { property, state: number }
      this.ending ??= 'violation'
    }
    for (const property of this.#awaited) {
      if (!property.holds(state, length)) continue
      this.examples.set(property, number)
      this.#awaited = this.#awaited.filter((awaited) => awaited !== property)
    }
    if (!this.#isInside || this.#isInside(state, length)) return true
    this.#outside.add(number)
    return false
  }

  /** What changes nothing is no step. */
  #askStep(after: Int32Array, lengthAfter: number, step: number, number: number): void {
    const { state: before, length: lengthBefore, number: from } = this.#taken
    if (from < 0) return
    const taken: TakenStep = { before, lengthBefore, step, after, lengthAfter }
    if (changesNothing(taken)) return
    for (const property of this.#everyStep) {
      if (property.allows(taken)) continue
      this.violation ??= { property, state: number, before: from }
      this.ending ??= 'violation'
    }
  }

  #askTerminal(): void {
    const { state, length, number } = this.#taken
    this.terminal++
    if (this.#wasPassedBy) return
    for (const property of this.#deadlockFree) {
      if (property.holds(state, length)) continue
      this.violation ??= { property, state: number }
      this.ending ??= 'violation'
    }
  }

  #endIfEmpty(): void {
    if (this.#frontier.isEmpty) this.ending ??= this.#wasCut ? 'depth' : 'exhausted'
  }
}
