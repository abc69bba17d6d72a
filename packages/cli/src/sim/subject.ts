import type { GroupDefinition } from '@quorate/core'
import {
  Chance,
  type ExploreOptions,
  type InvariantFactory,
  judgedOf,
  type SimulationSubject,
} from '@quorate/simulator'

/** What is simulated, and by what it is judged. */
export interface Subject extends SimulationSubject {
  readonly invariants: readonly InvariantFactory[]
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
  const { groups } = subject.make(subject.nodes, Chance.of(0))
  const all = Object.entries(judgedOf({ groups }, subject.invariants))
  return {
    judged: Object.fromEntries(
      all.flatMap(([group, { invariants, isSpecific }]) => (isSpecific ? [[group, invariants]] : [])),
    ),
    notJudged: all.flatMap(([group, { isSpecific }]) =>
      isSpecific ? [] : [{ group, protocol: groups[group]?.protocol ?? '' }],
    ),
    replaced: subject.isTopology ? Object.keys(groups).filter((group) => hasStateMachine(groups[group])) : [],
  }
}

const hasStateMachine = (group: GroupDefinition | undefined): boolean =>
  Object.values(group?.roles ?? {}).some(({ applies }) => applies)

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
