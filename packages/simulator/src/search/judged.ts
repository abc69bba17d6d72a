import type { InvariantFactory } from '@quorate/core/testing'
import { generalInvariants } from '../invariants/general.js'
import { noProgress } from '../report/transcript.js'
import { clientGroups } from '../subject/clientGroups.js'
import type { SimulatedCluster } from '../subject/subject.js'

/** What is judged of one group: a verdict says no more than that. */
export interface Judged {
  /** Names of the invariants that are about it, and `Progress` where clients ask it for something. */
  readonly invariants: readonly string[]
  /** False when these are about whatever group there is, so that nothing is known of what it is for. */
  readonly isSpecific: boolean
}

/** By group, what a run judges. */
export function judgedOf(
  cluster: Pick<SimulatedCluster, 'groups' | 'workload'>,
  factories: readonly InvariantFactory[] = generalInvariants,
): Readonly<Record<string, Judged>> {
  const workloads = new Map(clientGroups(cluster).map(({ name, workload }) => [name, workload]))
  return Object.fromEntries(
    Object.entries(cluster.groups).map(([group, definition]) => {
      const workload = workloads.get(group)
      const made = factories.flatMap((make) => make({ group, definition, workload, broken: () => {} }) ?? [])
      const invariants = [...made.map(({ name }) => name), ...(workload ? [noProgress] : [])]
      return [group, { invariants, isSpecific: workload !== undefined || made.some(({ isGeneral }) => !isGeneral) }]
    }),
  )
}
