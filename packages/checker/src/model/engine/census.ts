import type { FairActions } from './fairActions.js'
import type { StateGraph } from './stateGraph.js'

/** What a component of a graph owes. */
export interface Census {
  /** A weakly fair action can be taken in all of its states, and is not taken within it. */
  readonly isPutOff: boolean
  /** A strongly fair action that is not taken within it can be taken in this state. */
  isBarred(state: number): boolean
}

/** Of an action: in how many states it can be taken, the last of these, and whether it is taken within the component. */
interface Tally {
  count: number
  last: number
  isTaken: boolean
}

/** Counts the actions of a component that is strongly connected. */
export function census(
  graph: StateGraph,
  fairness: FairActions,
  component: readonly number[],
  isInside: (state: number) => boolean,
): Census {
  const tallies = new Map<number, Tally>()
  for (const state of component) {
    forEachAction(graph, fairness, state, (action, target) => {
      const tally = tallies.get(action) ?? { count: 0, last: -1, isTaken: false }
      tallies.set(action, tally)
      if (tally.last !== state) tally.count++
      tally.last = state
      if (isInside(target)) tally.isTaken = true
    })
  }
  const neglected = [...tallies].filter(([, { isTaken }]) => !isTaken)
  const barring = new Set(neglected.flatMap(([action]) => (fairness.isStrong(action) ? [action] : [])))
  return {
    isPutOff: neglected.some(([action, { count }]) => !barring.has(action) && count === component.length),
    isBarred: (state) => {
      let isBarred = false
      forEachAction(graph, fairness, state, (action) => {
        if (barring.has(action)) isBarred = true
      })
      return barring.size > 0 && isBarred
    },
  }
}

/** The actions that can be taken in a state, each with where it leads; not those that change nothing. */
export function forEachAction(
  graph: StateGraph,
  fairness: FairActions,
  state: number,
  take: (action: number, target: number, step: number) => void,
): void {
  const end = graph.edgesEnd(state)
  for (let edge = graph.edgesBegin(state); edge < end; edge++) {
    const target = graph.targetOf(edge)
    if (target === state) continue
    const step = graph.stepOf(edge)
    for (const action of fairness.of(step)) take(action, target, step)
  }
}
