import type { GroupDefinition } from '@quorate/core'
import { registerWorkload } from '../workload/registerWorkload.js'
import type { SimulatedWorkload } from '../workload/simulatedWorkload.js'
import type { SimulatedCluster } from './subject.js'

/** A group that takes something from clients, and what they do. */
export interface ClientGroup {
  readonly name: string
  /** With the state machine that is run. */
  readonly definition: GroupDefinition
  readonly workload: SimulatedWorkload
}

const roleCan = ({ roles }: GroupDefinition, trait: 'orders' | 'asked'): boolean =>
  Object.values(roles).some((role) => role[trait] === true)

/** Whether clients give it commands, or ask it questions. */
export const takesClients = (definition: GroupDefinition): boolean =>
  roleCan(definition, 'orders') || roleCan(definition, 'asked')

/** The groups whose clients have something to do. Of others no progress can be demanded that clients would see. */
export const clientGroups = ({
  groups,
  workload: said,
}: Pick<SimulatedCluster, 'groups' | 'workload'>): readonly ClientGroup[] =>
  Object.entries(groups).flatMap(([name, definition]) => {
    const workload = said?.groups?.[name] ?? (roleCan(definition, 'orders') ? registerWorkload : undefined)
    if (!workload || !takesClients(definition)) return []
    return [
      { name, definition: { ...definition, stateMachine: workload.stateMachine ?? definition.stateMachine }, workload },
    ]
  })

/** The group of the client of this name: the number in its name counts through the groups. Undefined where there is none. */
export const groupOfClient = (client: string, served: readonly ClientGroup[]): ClientGroup | undefined => {
  const number = Number(/\d+$/.exec(client)?.[0] ?? 1)
  return served[(number + served.length - 1) % served.length]
}
