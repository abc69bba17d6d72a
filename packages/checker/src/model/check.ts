import { Liveness } from './engine/liveness.js'
import { type Explored, pathTo, replay, type Trace } from './engine/replay.js'
import { type Finding, Search, type SearchSettings } from './engine/search.js'
import type { CompiledProperty, Space } from './engine/space.js'
import { asked, InvalidModelError, ModelFault } from './errors.js'
import type { ParameterValue } from './parameters.js'
import type { CheckReport, PropertyReport } from './report.js'

/** Something that can be checked: made by {@link actorModel}, {@link transitionModel} or {@link groupModel}. */
export interface Model {
  readonly name: string
  readonly hasSymmetry: boolean
  /** What it was told, for the report: see {@link parameterized}. @default nothing */
  readonly parameters?: Readonly<Record<string, ParameterValue>>
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
  /** What must come is judged when all states are known. */
  readonly #liveness: Liveness
  /** Looks for a shorter way to a violation, among the orders of steps that were left out. */
  #shorter: Search | undefined
  #isHurried = false

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
    this.#liveness = new Liveness(this.#space, statesMax)
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
    return this.#search.distinct
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
    return ending !== 'exhausted' || this.#liveness.isDone
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
        () => this.#liveness.advance(states),
        () => this.#liveness.graph,
      )
    }
  }

  /** Ends the check with what is known so far. */
  interrupt(): void {
    this.#search.interrupt()
    this.#shorter?.interrupt()
    this.#isHurried = true
    this.#liveness.interrupt()
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
      ...(this.model.parameters && { parameters: this.model.parameters }),
      verdict,
      ending: search.ending ?? 'interrupted',
      distinct: search.distinct,
      generated: search.generated,
      depth: search.depth,
      terminal: search.terminal,
      properties,
      ...(this.#space.isInside && { outside: search.outside }),
      ...(properties.some(({ kind }) => kind === 'eventually' || kind === 'leadsTo') && {
        fairness: this.#space.fairness.assumptions,
      }),
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

  #reportOf(property: CompiledProperty): PropertyReport {
    const { name, kind } = property
    switch (kind) {
      case 'always':
      case 'deadlockFree':
      case 'everyStep': {
        const found = this.#shorter?.violation ? this.#shorter : this.#search
        const { violation } = found
        if (violation?.property !== property) return { name, kind, verdict: this.#isExhausted ? 'holds' : 'unknown' }
        return { name, kind, verdict: 'violated', trace: this.#traceOf(found, violation) }
      }
      case 'sometimes': {
        const example = this.#search.examples.get(property)
        if (example === undefined) return { name, kind, verdict: this.#isExhausted ? 'violated' : 'unknown' }
        return { name, kind, verdict: 'holds', trace: this.#traceOf(this.#search, { property, state: example }) }
      }
      default:
        return { name, kind, ...this.#liveness.findingOf(property) }
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
    const isSymmetric = this.#settings.symmetric && explored !== this.#liveness.graph
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

  /** The run to where something was found. Where a step is at fault, it is one that the property does not allow. */
  #traceOf(search: Search, { property, state, before }: Finding): Trace {
    const path = before === undefined ? pathTo(search.visited, state) : [...pathTo(search.visited, before), state]
    const last = path.length - 1
    return replay(
      this.#space,
      search,
      path,
      this.#settings.symmetric,
      (place, taken) => place < last || property.kind !== 'everyStep' || !property.allows(taken),
    )
  }
}

/** States that were seen, and the one at which the search stands. */
type Standing = Explored & { readonly at: number }

/**
 * Checks a model to the end.
 * @throws {@link InvalidModelError} `QUORATE_INVALID_MODEL`, also when a part of the model throws.
 */
export function check(model: Model, options: CheckOptions = {}): CheckReport {
  const checking = new Check(model, options)
  while (!checking.isDone) checking.advance(1 << 16)
  return checking.report()
}
