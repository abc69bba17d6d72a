import type { InvariantFactory } from '@quorate/core/testing'
import {
  Chance,
  clientGroups,
  type ExploreOptions,
  invariantsOf,
  judgedOf,
  type SimulationSubject,
} from '@quorate/simulator'

/** What is simulated, and by what it is judged. */
export interface Subject extends SimulationSubject {
  /** By what it is judged. @default what it brings itself, and what must hold of every protocol */
  readonly watched?: readonly InvariantFactory[]
  readonly isTopology: boolean
  /** @default as the simulator has it */
  readonly progressWithinMs?: number
  /** What is fixed of the run of a seed. @default nothing */
  runOf?(seed: number): Partial<Pick<ExploreOptions, 'faults' | 'nodes' | 'lastsMs' | 'script'>>
}

/** By group, the names of the invariants that judge it; and the groups of which nothing is judged that they are for. */
export interface Judgement {
  readonly judged: Readonly<Record<string, readonly string[]>>
  readonly notJudged: readonly { readonly group: string; readonly protocol: string }[]
  /** Groups of a topology whose own state machines were not run. */
  readonly replaced: readonly string[]
}

/** What a verdict on a subject is about. */
export const judgementOf = (subject: Subject): Judgement => {
  const cluster = subject.make(subject.nodes, Chance.of(0))
  const { groups } = cluster
  const all = Object.entries(judgedOf(cluster, subject.watched ?? invariantsOf(subject)))
  return {
    judged: Object.fromEntries(
      all.flatMap(([group, { invariants, isSpecific }]) => (isSpecific ? [[group, invariants]] : [])),
    ),
    notJudged: all.flatMap(([group, { isSpecific }]) =>
      isSpecific ? [] : [{ group, protocol: groups[group]?.protocol ?? '' }],
    ),
    replaced: subject.isTopology ? replacedIn(cluster) : [],
  }
}

const replacedIn = (cluster: Parameters<typeof clientGroups>[0]): readonly string[] =>
  clientGroups(cluster)
    .filter(({ workload }) => workload.stateMachine)
    .map(({ name }) => name)

/** For people: what was judged, and what was not. */
export const judgementLines = ({ judged, notJudged, replaced }: Judgement): string[] => [
  ...Object.entries(judged).map(([group, invariants]) => `judged: ${group} by ${invariants.join(', ')}`),
  ...notJudged.map(
    ({ group, protocol }) =>
      `NOT judged: ${group}: no invariant is about protocol ${protocol}, and its clients have nothing to ask. Export "invariants" beside the topology`,
  ),
  ...(replaced.length > 0
    ? [`NOT judged: the state machines of ${replaced.join(', ')}: registers took their places`]
    : []),
]
