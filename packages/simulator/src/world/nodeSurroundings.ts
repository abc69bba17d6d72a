import type { GroupDefinition, NodeId } from '@quorate/core'
import type { Chance } from '../chance/chance.js'
import type { FaultPlan } from '../faults/faultPlan.js'
import type { Monitor } from '../invariants/monitor.js'
import type { Coverage } from '../observation/coverage.js'
import type { SimulatedCluster } from '../subject/subject.js'
import type { Trace } from '../trace/trace.js'
import type { Agenda } from './agenda.js'
import type { SimulatedDisk } from './disk.js'
import type { SimulatedNetwork } from './network.js'

/** What a simulated node stands on. */
export interface NodeSurroundings {
  readonly cluster: string
  readonly groups: Readonly<Record<string, GroupDefinition>>
  readonly handlers: NonNullable<SimulatedCluster['handlers']>
  readonly adapt: SimulatedCluster['adapt']
  readonly probeEveryMs: SimulatedCluster['probeEveryMs']
  readonly bootstrap: boolean
  readonly agenda: Agenda
  readonly network: SimulatedNetwork
  readonly plan: FaultPlan
  readonly monitor: Monitor
  readonly trace: Trace
  readonly coverage: Coverage | undefined
  diskOf(id: NodeId): SimulatedDisk | undefined
  /** What becomes of the calls of a node, in one of its lives. */
  callsOf(node: NodeId, life: number): Chance
  happened(fault: string): void
  /** What the clock of a life of a process shows when no time has passed. */
  epochUsOf(process: string, life: number): number
  /** What the wall clock of a node shows now, unless it was set. */
  wallUsOf(node: NodeId): number
  /** Promises want their turn. */
  woken(): void
}
