import { type Fairness, strongFairness, weakFairness } from './fairness.js'
import type { Property } from './property.js'
import { type TransitionSystem, transitionModel } from './transitions.js'

/** Numbers from 0 to below 1, always the same for one seed (mulberry32). */
const randomFrom = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Edge {
  readonly from: number
  readonly step: string
  readonly to: number
}

/** What is assumed of an action: its steps, taken together or each by itself. */
export interface Condition {
  readonly strength: 'weak' | 'strong'
  readonly steps: readonly string[]
  readonly isEach: boolean
}

/** A few states, numbered from 0, and the steps between them, with what is true of each state. */
export interface RandomGraph {
  readonly size: number
  readonly initial: readonly number[]
  readonly edges: readonly Edge[]
  readonly isBegun: readonly boolean[]
  readonly isDone: readonly boolean[]
  readonly isInside: readonly boolean[]
  readonly fairness: readonly Condition[]
}

const stepNames = ['a', 'b', 'c', 'd'] as const

export function randomGraph(seed: number): RandomGraph {
  const random = randomFrom(seed)
  const below = (count: number): number => Math.floor(random() * count)
  const size = 2 + below(5)
  const flags = (share: number): boolean[] => Array.from({ length: size }, () => random() < share)
  const edge = (from: number, to: number): Edge => ({ from, step: stepNames[below(stepNames.length)] as string, to })
  const edges = Array.from({ length: 1 + below(2 * size) }, () => edge(below(size), below(size)))
  // There and back again: runs that never end are many.
  const isLinked = random() < 0.7
  const links = isLinked ? Array.from({ length: size - 1 }, (_, at) => [edge(at, at + 1), edge(at + 1, at)]).flat() : []
  const fairness = Array.from({ length: random() < 0.1 ? 0 : 1 + below(3) }, (): Condition => {
    const steps = stepNames.filter(() => random() < 0.8)
    return { strength: random() < 0.35 ? 'weak' : 'strong', steps, isEach: random() < 0.8 }
  })
  return {
    size,
    initial: Array.from({ length: 1 + below(2) }, () => below(size)),
    edges: [...edges, ...links],
    isBegun: flags(0.5),
    isDone: flags(random() < 0.5 ? 0.1 : 0.3),
    isInside: random() < 0.5 ? flags(1) : flags(0.8),
    fairness,
  }
}

const fairnessOf = ({ strength, steps, isEach }: Condition): Fairness<string> =>
  (strength === 'weak' ? weakFairness : strongFairness)(`of ${steps}`, (step) =>
    steps.includes(step) ? (isEach ? step : true) : false,
  )

export const modelOfGraph = (
  { initial, edges, isInside, fairness }: RandomGraph,
  properties: readonly Property<(state: number) => boolean, (before: number, step: string, after: number) => boolean>[],
  changed: Partial<TransitionSystem<number>> = {},
) =>
  transitionModel<number>({
    name: 'graph',
    initial,
    steps: (state) => edges.filter(({ from }) => from === state).map(({ step, to }) => ({ name: step, to })),
    constraint: (state) => isInside[state] === true,
    fairness: fairness.map(fairnessOf),
    properties,
    ...changed,
  })

/** The states that can be reached, with those beyond the constraint, from which nothing is. */
export function reachable({ initial, edges, isInside }: RandomGraph): ReadonlySet<number> {
  const reached = new Set(initial)
  for (const state of reached) {
    if (isInside[state]) for (const { from, to } of edges) if (from === state) reached.add(to)
  }
  return reached
}
