import { allInvariants } from '../invariants/all.js'
import type { InvariantFactory } from '../invariants/invariant.js'
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
  { groups }: Pick<SimulatedCluster, 'groups'>,
  factories: readonly InvariantFactory[] = allInvariants,
): Readonly<Record<string, Judged>> {
  const asked = new Set(clientGroups(groups).map(([name]) => name))
  return Object.fromEntries(
    Object.entries(groups).map(([group, definition]) => {
      const made = factories.flatMap((make) => make({ group, definition, broken: () => {} }) ?? [])
      const invariants = [...made.map(({ name }) => name), ...(asked.has(group) ? [noProgress] : [])]
      return [group, { invariants, isSpecific: asked.has(group) || made.some(({ isGeneral }) => !isGeneral) }]
    }),
  )
}
