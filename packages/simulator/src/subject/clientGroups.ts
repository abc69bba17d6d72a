import type { GroupDefinition, Service } from '@quorate/core'
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

/** Whether clients give it commands, or ask it questions. */
export const takesClients = ({ service }: GroupDefinition): boolean => service.type !== 'none'

/** The groups whose clients have something to do. Of others no progress can be demanded that clients would see. */
export const clientGroups = ({
  groups,
  workload: said,
}: Pick<SimulatedCluster, 'groups' | 'workload'>): readonly ClientGroup[] =>
  Object.entries(groups).flatMap(([name, definition]) => {
    const { service } = definition
    const workload = said?.groups?.[name] ?? (service.type === 'log' ? registerWorkload : undefined)
    if (!workload || !takesClients(definition)) return []
    return [{ name, definition: { ...definition, service: servedTo(workload, service) }, workload }]
  })

/** With the state machine of the workload, if it brings one. */
const servedTo = ({ stateMachine }: SimulatedWorkload, service: Service): Service =>
  stateMachine && service.type === 'log' ? { ...service, stateMachine } : service

/** The group of the client of this name: the number in its name counts through the groups. Undefined where there is none. */
export const groupOfClient = (client: string, served: readonly ClientGroup[]): ClientGroup | undefined => {
  const number = Number(/\d+$/.exec(client)?.[0] ?? 1)
  return served[(number + served.length - 1) % served.length]
}
