import { endlessPath } from './engine/lasso.js'
import { Region } from './engine/region.js'
import { type Explored, pathTo, replay, type Trace } from './engine/replay.js'
import { type Ending, Search, type SearchSettings } from './engine/search.js'
import type { CompiledProperty, PropertyKind, Space } from './engine/space.js'
import { asked, InvalidModelError, ModelFault } from './errors.js'

/** Something that can be checked: made by {@link actorModel}, {@link transitionModel} or {@link groupModel}. */
export interface Model {
  readonly name: string
  readonly hasSymmetry: boolean
  compile(): Space
}

export interface CheckOptions {
  /** Breadth-first finds the shortest counterexample. @default 'breadth' */
  readonly order?: 'breadth' | 'depth'
  /** Distinct states. @default no limit */
  readonly statesMax?: number
  /** Of states; the initial one has depth 1. @default no limit */
  readonly depthMax?: number
  /** Partial order reduction: leaves out orders of steps that no property can tell apart. @default true */
  readonly reduction?: boolean
  /** Of states that differ only in who is who, one is explored: full orbits. @default false */
  readonly symmetry?: boolean
  /** Keeps every state whole, so that none passes for another of the same fingerprint. @default false */
  readonly exact?: boolean
}

export interface PropertyReport {
  readonly name: string
  readonly kind: PropertyKind
  readonly verdict: Verdict
  /** A run that violates an `always` or an `eventually`, or the shortest one after which a `sometimes` is true. */
  readonly trace?: Trace
}

/** `unknown`: the search ended before it could be said. */
export type Verdict = 'holds' | 'violated' | 'unknown'

export interface CheckReport {
  readonly model: string
  /** Of all properties together. */
  readonly verdict: Verdict
  readonly ending: Ending
  readonly distinct: number
  /** Initial states, and every step that was taken. */
  readonly generated: number
  /** The greatest depth of a state; the initial one has depth 1. */
  readonly depth: number
  /** States without a step. */
  readonly terminal: number
  readonly properties: readonly PropertyReport[]
  /** Steps of actors that were really taken; all others were remembered. */
  readonly computedSteps: number
  /** What the search itself kept, without the local states and messages. */
  readonly bytes: number
  /** States at which steps were left out, because no property can tell the orders apart. */
  readonly reducedStates: number
  /** Pairs of states that differ and have one fingerprint; only in exact mode, where they are told apart. */
  readonly collisions?: number
  /**
   * How many such pairs are to be expected of so many states, each of which might hide a state: n²/2⁶⁵. Absent in exact
   * mode.
   */
  readonly collisionsExpected?: number
}

/** The name under which a model is faulted that promises nothing. */
const vacuous = 'the model says what sometimes happens'

/** A shorter counterexample is looked for among at least so many states. */
const shorterStatesMin = 50_000

/** A check that goes on for as long as it is told to: between two calls of `advance` others get their turn. */
export class Check {
  readonly model: Model
  readonly #space: Space
  readonly #search: Search
  readonly #settings: SearchSettings
  #awaited: readonly CompiledProperty[]
  /** Looks for a shorter way to a violation, among the orders of steps that were left out. */
  #shorter: Search | undefined
  #region: Region | undefined
  #isHurried = false
  readonly #endless = new Map<CompiledProperty, Trace | 'none' | 'unknown'>()

  /**
   * @throws {@link InvalidModelError} `QUORATE_INVALID_MODEL` when symmetry is wanted of a model that has none, and when
   *   the model throws at the very beginning; so do `advance` and `report` later.
   */
  constructor(model: Model, options: CheckOptions = {}) {
    this.model = model
    const { symmetry = false, statesMax = Number.POSITIVE_INFINITY, depthMax = Number.POSITIVE_INFINITY } = options
    if (symmetry && !model.hasSymmetry) {
      throw new InvalidModelError(
        model.name,
        'it does not say which of its actors are alike: check it without symmetry',
      )
    }
    this.#space = this.#guarded(() =>
      asked(
        () => 'its definition',
        () => model.compile(),
      ),
    )
    this.#awaited = this.#space.properties.filter(({ kind }) => kind === 'eventually')
    this.#settings = {
      order: options.order ?? 'breadth',
      statesMax,
      depthMax,
      reduced: options.reduction ?? true,
      symmetric: symmetry,
      exact: options.exact ?? false,
    }
    this.#search = this.#guarded(() => new Search(this.#space, this.#settings))
  }

  get distinct(): number {
    return this.#search.visited.size
  }
  get generated(): number {
    return this.#search.generated
  }
  get depth(): number {
    return this.#search.depth
  }
  get isDone(): boolean {
    const { ending } = this.#search
    if (ending === undefined) return false
    if (ending === 'violation') return !this.#mayBeShorter() || this.#shorter?.ending !== undefined
    return ending !== 'exhausted' || this.#awaited.length === 0
  }

  /** Expands so many states, or fewer when there are no more. */
  advance(states: number): void {
    if (this.#search.ending === undefined) {
      this.#guarded(
        () => this.#search.advance(states),
        () => this.#search,
      )
    } else if (this.#search.ending === 'violation') {
      this.#guarded(
        () => this.#shorten(states),
        () => this.#shorter,
      )
    } else if (!this.isDone) {
      this.#guarded(
        () => this.#awaitNext(states),
        () => this.#region,
      )
    }
  }

  /** Ends the check with what is known so far. */
  interrupt(): void {
    this.#search.interrupt()
    this.#shorter?.interrupt()
    this.#isHurried = true
    this.#awaited = []
    this.#region = undefined
  }

  report(): CheckReport {
    return this.#guarded(() => this.#report())
  }

  #report(): CheckReport {
    const search = this.#search
    const properties = this.#space.properties.map((property) => this.#reportOf(property))
    if (!properties.some(({ kind }) => kind === 'sometimes')) {
      properties.push({ name: vacuous, kind: 'sometimes', verdict: 'violated' })
    }
    const verdicts = properties.map(({ verdict }) => verdict)
    const isKnown = this.#isExhausted && !verdicts.includes('unknown')
    const verdict = verdicts.includes('violated') ? 'violated' : isKnown ? 'holds' : 'unknown'
    return {
      model: this.model.name,
      verdict,
      ending: search.ending ?? 'interrupted',
      distinct: search.visited.size,
      generated: search.generated,
      depth: search.depth,
      terminal: search.terminal,
      properties,
      computedSteps: this.#space.computed,
      bytes: search.bytes,
      reducedStates: this.#space.reduced ?? 0,
      ...(search.exact
        ? { collisions: search.exact.collisions }
        : { collisionsExpected: search.visited.size ** 2 / 2 ** 65 }),
    }
  }

  #mayBeShorter(): boolean {
    const { order, reduced } = this.#settings
    return order === 'breadth' && reduced && !this.#isHurried
  }

  #shorten(states: number): void {
    if (!this.#mayBeShorter()) return
    const { depth, visited } = this.#search
    this.#shorter ??= new Search(this.#space, {
      ...this.#settings,
      reduced: false,
      depthMax: depth - 1,
      statesMax: Math.max(shorterStatesMin, 2 * visited.size),
    })
    this.#shorter.advance(states)
  }

  /** Goes on with the graph in which the next `eventually` has not come true. */
  #awaitNext(states: number): void {
    const [property] = this.#awaited
    if (!property) return
    this.#region ??= new Region(this.#space, property, this.#settings.statesMax)
    const region = this.#region
    region.advance(states)
    if (!region.isDone) return
    const endless = region.isCut ? undefined : endlessPath(region)
    const trace = endless && { ...replay(this.#space, region, endless.path, false), ...loopOf(endless) }
    this.#endless.set(property, region.isCut ? 'unknown' : (trace ?? 'none'))
    this.#awaited = this.#awaited.slice(1)
    this.#region = undefined
  }

  #reportOf(property: CompiledProperty): PropertyReport {
    const { name, kind } = property
    switch (kind) {
      case 'always': {
        const found = this.#shorter?.violation ? this.#shorter : this.#search
        if (found.violation?.property === property) {
          return { name, kind, verdict: 'violated', trace: this.#traceTo(found, found.violation.state) }
        }
        return { name, kind, verdict: this.#isExhausted ? 'holds' : 'unknown' }
      }
      case 'sometimes': {
        const example = this.#search.examples.get(property)
        if (example !== undefined) return { name, kind, verdict: 'holds', trace: this.#traceTo(this.#search, example) }
        return { name, kind, verdict: this.#isExhausted ? 'violated' : 'unknown' }
      }
      case 'eventually': {
        const endless = this.#endless.get(property) ?? 'unknown'
        if (typeof endless === 'object') return { name, kind, verdict: 'violated', trace: endless }
        return { name, kind, verdict: endless === 'none' ? 'holds' : 'unknown' }
      }
    }
  }

  /** What is found to be wrong with the model is told with the run that led there. */
  #guarded<Result>(explore: () => Result, exploredOf: () => Standing | undefined = () => undefined): Result {
    try {
      return explore()
    } catch (error) {
      if (!(error instanceof ModelFault)) throw error
      const explored = exploredOf()
      const run = explored === undefined || explored.at < 0 ? [] : this.#runTo(explored)
      throw new InvalidModelError(this.model.name, [error.message, ...run].join('\n'), { cause: error })
    }
  }

  #runTo(explored: Standing): readonly string[] {
    const path = pathTo(explored.visited, explored.at)
    if (path.length === 1) return ['at the very beginning']
    const isSymmetric = this.#settings.symmetric && explored !== this.#region
    const after = `after ${path.length - 1} steps`
    try {
      const { steps } = replay(this.#space, explored, path, isSymmetric)
      return [`${after}:`, ...steps.map(({ text }, step) => `${String(step + 1).padStart(3)}. ${text}`)]
    } catch {
      // On the way, too, there is a step that cannot be taken.
      return [after]
    }
  }

  get #isExhausted(): boolean {
    return this.#search.ending === 'exhausted'
  }

  #traceTo(search: Search, state: number): Trace {
    return replay(this.#space, search, pathTo(search.visited, state), this.#settings.symmetric)
  }
}

/** States that were seen, and the one at which the search stands. */
type Standing = Explored & { readonly at: number }

const loopOf = ({ loopsTo }: { readonly loopsTo?: number }) => (loopsTo === undefined ? {} : { loopsTo })

/**
 * Checks a model to the end.
 * @throws {@link InvalidModelError} `QUORATE_INVALID_MODEL`, also when a part of the model throws.
 */
export function check(model: Model, options: CheckOptions = {}): CheckReport {
  const checking = new Check(model, options)
  while (!checking.isDone) checking.advance(1 << 16)
  return checking.report()
}
