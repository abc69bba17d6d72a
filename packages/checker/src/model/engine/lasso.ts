import { census } from './census.js'
import { Components } from './components.js'
import type { FairActions } from './fairActions.js'
import { FairWalk } from './fairWalk.js'
import { Pending } from './pending.js'
import type { StateGraph } from './stateGraph.js'

/** A run in which something never comes: states by their numbers, and the steps between them as far as they matter. */
export interface Lasso {
  readonly path: readonly number[]
  /** By place in the path: the step that leads there; absent where any will do. */
  readonly steps: readonly (number | undefined)[]
  /** The place in the path at which the run begins again; absent when it stays where it is. */
  readonly loopsTo?: number
}

/**
 * A run that comes to one of `starts` and then stays for ever among the states that are `pending`, fairly. It may rest in one
 * state, where no fair action can be taken. Or it goes round in a strongly connected part of the graph: an action that can
 * be taken in all of its states (weak fairness), or in any of them (strong fairness), is taken in it. A part that does not
 * take a strong one may hold smaller parts that are fair, without the states where it can be taken (Emerson and Lei, 1987).
 * A step that changes nothing is not owed, and does not settle what is owed, as in TLA.
 */
export function fairLasso(
  graph: StateGraph,
  fairness: FairActions,
  starts: readonly number[],
  pending: Uint8Array,
): Lasso | undefined {
  const reached = new Pending(graph, starts, pending)
  const rest = reached.states.find((state) => !mayAct(graph, fairness, state))
  if (rest !== undefined) {
    const path = reached.pathTo(rest)
    return { path, steps: path.map(() => undefined) }
  }
  const components = new Components(graph)
  const fair = [...fairParts(graph, fairness, components, reached.states)].map((states) => ({
    states,
    entry: states.reduce((best, state) => (reached.lengthOf(state) < reached.lengthOf(best) ? state : best)),
  }))
  fair.sort((a, b) => reached.lengthOf(a.entry) - reached.lengthOf(b.entry))
  let best: Lasso | undefined
  for (const { states, entry } of fair) {
    if (best && reached.lengthOf(entry) + 2 > best.path.length) break
    const prefix = reached.pathTo(entry)
    const part = components.partOf(states)
    const walk = new FairWalk(graph, fairness, (state) => components.isIn(part, state), entry)
    const path = [...prefix, ...walk.states]
    if (best && path.length >= best.path.length) continue
    best = { path, steps: [...prefix.map(() => undefined), ...walk.steps], loopsTo: prefix.length - 1 }
  }
  return best
}

/** True if a fair action can be taken in a state. */
function mayAct(graph: StateGraph, fairness: FairActions, state: number): boolean {
  for (let edge = graph.edgesBegin(state); edge < graph.edgesEnd(state); edge++) {
    if (graph.targetOf(edge) !== state && fairness.of(graph.stepOf(edge)).length > 0) return true
  }
  return false
}

/** Strongly connected parts in which a run may go round for ever. */
function* fairParts(
  graph: StateGraph,
  fairness: FairActions,
  components: Components,
  states: readonly number[],
): Generator<readonly number[]> {
  const work = [states]
  for (let some = work.pop(); some; some = work.pop()) {
    for (const component of components.of(some)) {
      // Who goes round in one state changes nothing, and has been found at rest.
      if (component.length === 1) continue
      const part = components.partOf(component)
      const { isPutOff, isBarred } = census(graph, fairness, component, (state) => components.isIn(part, state))
      if (isPutOff) continue
      const rest = component.filter((state) => !isBarred(state))
      if (rest.length === component.length) yield component
      else work.push(rest)
    }
  }
}
