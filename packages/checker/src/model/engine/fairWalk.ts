import { invariant } from '@quorate/core'
import { forEachAction } from './census.js'
import type { FairActions } from './fairActions.js'
import type { StateGraph } from './stateGraph.js'

interface Edge {
  readonly target: number
  readonly step: number
}

/**
 * A closed walk within a strongly connected part that takes, or interrupts, all that is owed: it begins and ends in one
 * state. Short, if not the shortest: what is still owed is sought where it is nearest.
 */
export class FairWalk {
  /** Without the state where it begins. */
  readonly states: number[] = []
  readonly steps: number[] = []
  readonly #graph: StateGraph
  readonly #fairness: FairActions
  readonly #isInside: (state: number) => boolean
  readonly #start: number
  readonly #taken = new Set<number>()

  constructor(graph: StateGraph, fairness: FairActions, isInside: (state: number) => boolean, start: number) {
    this.#graph = graph
    this.#fairness = fairness
    this.#isInside = isInside
    this.#start = start
    for (;;) {
      const owed = this.#owed()
      if (owed !== undefined) this.#go((edge) => this.#settles(edge, owed))
      else if (this.states.length === 0 || this.states.at(-1) !== start) this.#go(({ target }) => target === start)
      else return
    }
  }

  /** An action that the walk, went round for ever, would put off. */
  #owed(): number | undefined {
    const states = new Set([this.#start, ...this.states])
    const counts = new Map<number, number>()
    for (const state of states) {
      for (const action of this.#actionsAt(state)) counts.set(action, (counts.get(action) ?? 0) + 1)
    }
    for (const [action, count] of counts) {
      if (this.#taken.has(action)) continue
      if (this.#fairness.isStrong(action) || count === states.size) return action
    }
    return undefined
  }

  #settles({ target, step }: Edge, action: number): boolean {
    if (this.#fairness.of(step).includes(action)) return true
    return !this.#fairness.isStrong(action) && !this.#actionsAt(target).has(action)
  }

  #actionsAt(state: number): ReadonlySet<number> {
    const actions = new Set<number>()
    forEachAction(this.#graph, this.#fairness, state, (action) => actions.add(action))
    return actions
  }

  /** Takes the shortest way to an edge of a kind, and this edge. */
  #go(isWanted: (edge: Edge) => boolean): void {
    const way = this.#wayTo(isWanted)
    invariant(way !== undefined, 'a fair part of a graph takes all that it owes')
    for (const { target, step } of way) {
      this.states.push(target)
      this.steps.push(step)
      for (const action of this.#fairness.of(step)) this.#taken.add(action)
    }
  }

  #wayTo(isWanted: (edge: Edge) => boolean): readonly Edge[] | undefined {
    const start = this.states.at(-1) ?? this.#start
    const cameFrom = new Map<number, { readonly state: number; readonly edge: Edge }>()
    const queue = [start]
    for (const state of queue) {
      for (const edge of this.#edgesOf(state)) {
        if (isWanted(edge)) return [...wayTo(state, start, cameFrom), edge]
        if (edge.target === start || cameFrom.has(edge.target)) continue
        cameFrom.set(edge.target, { state, edge })
        queue.push(edge.target)
      }
    }
    return undefined
  }

  /** Those that change something, and stay within the part. */
  #edgesOf(state: number): readonly Edge[] {
    const edges: Edge[] = []
    for (let edge = this.#graph.edgesBegin(state); edge < this.#graph.edgesEnd(state); edge++) {
      const target = this.#graph.targetOf(edge)
      if (target !== state && this.#isInside(target)) edges.push({ target, step: this.#graph.stepOf(edge) })
    }
    return edges
  }
}

function wayTo(
  state: number,
  start: number,
  cameFrom: ReadonlyMap<number, { readonly state: number; readonly edge: Edge }>,
): Edge[] {
  const way: Edge[] = []
  for (let at = state; at !== start; ) {
    const step = cameFrom.get(at)
    if (!step) break
    way.push(step.edge)
    at = step.state
  }
  return way.reverse()
}
