import { AlikeAudit } from './alikeAudit.js'
import { ExactStates } from './exactStates.js'
import { fingerprint, type Halves } from './fingerprint.js'
import { Frontier, type Taken } from './frontier.js'
import { type CompiledProperty, type Space, tupleMax, type Visitor } from './space.js'
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

/** What was found of a property, and the number of the state where. */
export interface Finding {
  readonly property: CompiledProperty
  readonly state: number
}

/** Explores a space, state by state, and asks its `always` and `sometimes` properties. */
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
  readonly #always: readonly CompiledProperty[]
  #awaited: readonly CompiledProperty[]
  readonly #taken: Taken = { state: new Int32Array(tupleMax), length: 0, number: -1, depth: 0 }
  readonly #canonical = new Int32Array(tupleMax)
  readonly #halves: Halves = { low: 0, high: 0 }
  #wasCut = false
  #steps = 0

  constructor(space: Space, settings: SearchSettings) {
    this.#space = space
    this.#settings = settings
    this.exact = settings.exact ? new ExactStates() : undefined
    this.#always = space.properties.filter(({ kind }) => kind === 'always')
    this.#awaited = space.properties.filter(({ kind }) => kind === 'sometimes')
    this.#audit = new AlikeAudit(space)
    space.initial(this)
    this.#endIfEmpty()
  }

  get bytes(): number {
    return this.visited.bytes + this.#frontier.bytesMax + (this.exact?.bytes ?? 0)
  }

  /** Expands as many states as it is told, or fewer when it ends. */
  advance(states: number): void {
    const taken = this.#taken
    const { order, reduced } = this.#settings
    for (let done = 0; done < states && this.ending === undefined; done++) {
      if (order === 'breadth') this.#frontier.shift(taken)
      else this.#frontier.pop(taken)
      this.#steps = 0
      this.at = taken.number
      this.#space.expand(taken.state, taken.length, this, reduced)
      if (this.#steps === 0) this.terminal++
      this.#endIfEmpty()
    }
  }

  interrupt(): void {
    this.ending ??= 'interrupted'
  }

  visit(state: Int32Array, length: number): boolean {
    this.#steps++
    const { symmetric, depthMax, statesMax } = this.#settings
    const depth = this.#taken.depth + 1
    const key = symmetric ? this.#canonical : state
    const keyLength = symmetric ? this.#canonicalOf(state, length) : length
    fingerprint(key, keyLength, this.#halves)
    const { low, high } = this.#halves
    const { exact } = this
    const found = exact ? exact.find(this.visited, low, high, key, keyLength) : this.visited.find(low, high)
    if (depth > depthMax) {
      // States at the greatest depth are expanded only to see whether anything lies behind.
      if (found < 0) this.#wasCut = true
      return false
    }
    this.generated++
    // Breadth-first, states are expanded in the order of their numbers.
    if (found >= 0) return this.#settings.order === 'breadth' && found > this.#taken.number
    if (this.ending !== undefined) return false
    if (this.visited.size >= statesMax) {
      this.ending = 'states'
      return false
    }
    const number = this.visited.add(-1 - found, low, high, this.#taken.number)
    exact?.add(key, keyLength)
    if (depth > this.depth) this.depth = depth
    this.at = number
    this.#ask(state, length, number)
    if (symmetric && this.ending === undefined) this.#audit.look(state, length, number)
    this.at = this.#taken.number
    // Of an orbit, the state that was reached goes on, not one that may only be imagined.
    this.#frontier.push(state, length, number, depth)
    return true
  }

  #canonicalOf(state: Int32Array, length: number): number {
    const { canonical } = this.#space
    return canonical ? canonical.call(this.#space, state, length, this.#canonical) : length
  }

  #ask(state: Int32Array, length: number, number: number): void {
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
  }

  #endIfEmpty(): void {
    if (this.#frontier.isEmpty) this.ending ??= this.#wasCut ? 'depth' : 'exhausted'
  }
}
