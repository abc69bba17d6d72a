import { fairLasso, type Lasso } from './lasso.js'
import { replay, type Trace } from './replay.js'
import type { CompiledLeadsTo, CompiledProperty, CompiledStateProperty, Space } from './space.js'
import { StateGraph } from './stateGraph.js'

/** What must come. */
type LivenessProperty = CompiledStateProperty | CompiledLeadsTo

/** What is known of what must come: a run in which it never does, that there is none, or nothing yet. */
export interface LivenessFinding {
  readonly verdict: 'holds' | 'violated' | 'unknown'
  readonly trace?: Trace
  /** It never begins to be awaited, so that there is nothing that must come. */
  readonly isVacuous?: true
}

const isLiveness = (property: CompiledProperty): property is LivenessProperty =>
  property.kind === 'eventually' || property.kind === 'leadsTo'

/** Judges what must come, one property after the other, each by a graph of states. */
export class Liveness {
  readonly #space: Space
  readonly #statesMax: number
  readonly #findings = new Map<CompiledProperty, LivenessFinding>()
  #waiting: readonly LivenessProperty[]
  #graph: StateGraph | undefined
  /** All states, for every `leadsTo`. */
  #whole: StateGraph | undefined

  constructor(space: Space, statesMax: number) {
    this.#space = space
    this.#statesMax = statesMax
    const liveness = space.properties.filter(isLiveness)
    this.#waiting = [
      ...liveness.filter(({ kind }) => kind === 'leadsTo'),
      ...liveness.filter(({ kind }) => kind === 'eventually'),
    ]
  }

  get isDone(): boolean {
    return this.#waiting.length === 0
  }
  /** The graph that is explored now. */
  get graph(): StateGraph | undefined {
    return this.#graph
  }

  findingOf(property: CompiledProperty): LivenessFinding {
    return this.#findings.get(property) ?? { verdict: 'unknown' }
  }

  /** Nothing more is judged. */
  interrupt(): void {
    this.#waiting = []
    this.#graph = undefined
    this.#whole = undefined
  }

  /** Goes on with so many states of the graph that is explored. */
  advance(states: number): void {
    const [property] = this.#waiting
    if (!property) return
    this.#graph ??= this.#graphFor(property)
    const graph = this.#graph
    graph.advance(states)
    if (!graph.isDone) return
    if (property.kind === 'leadsTo') this.#whole = graph
    this.#findings.set(property, graph.isCut ? { verdict: 'unknown' } : this.#judged(property, graph))
    this.#waiting = this.#waiting.slice(1)
    this.#graph = undefined
    if (this.#waiting[0]?.kind !== 'leadsTo') this.#whole = undefined
  }

  /** Of what must come in every run, only states are wanted before it has come; else all. */
  #graphFor(property: LivenessProperty): StateGraph {
    if (property.kind !== 'leadsTo') return new StateGraph(this.#space, property.holds, this.#statesMax)
    return this.#whole ?? new StateGraph(this.#space, () => false, this.#statesMax)
  }

  #judged(property: LivenessProperty, graph: StateGraph): LivenessFinding {
    const numbers = Array.from({ length: graph.size }, (_, number) => number)
    if (property.kind !== 'leadsTo') {
      return this.#told(
        graph,
        fairLasso(graph, this.#space.fairness, numbers.slice(0, graph.initials), new Uint8Array(graph.size).fill(1)),
      )
    }
    const begins = graph.ask(property.begins)
    const holds = graph.ask(property.holds)
    if (!begins.includes(1)) return { verdict: 'holds', isVacuous: true }
    const pending = holds.map((held) => 1 - held)
    const starts = numbers.filter((state) => begins[state] === 1 && pending[state] === 1)
    return this.#told(graph, fairLasso(graph, this.#space.fairness, starts, pending))
  }

  #told(graph: StateGraph, lasso: Lasso | undefined): LivenessFinding {
    if (!lasso) return { verdict: 'holds' }
    const { path, steps, loopsTo } = lasso
    const trace = replay(this.#space, graph, path, false, (place, { step }) => (steps[place] ?? step) === step)
    return { verdict: 'violated', trace: { ...trace, ...(loopsTo === undefined ? { rests: true } : { loopsTo }) } }
  }
}
