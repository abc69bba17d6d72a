import type { NodeId, RoleStatus, Service } from '@quorate/core'
import type { BusReport } from '../bus/busWatch.js'
import type { DropReason } from '../bus/dropLog.js'
import type { SnapshotFailure } from '../engine/snapshotRetry.js'

/** Which groups of a node are to be told of. */
export interface StatusPage {
  /** @default all */
  readonly groups?: readonly string[]
  /** Those that follow this one by name. @default from the first on */
  readonly after?: string
  /** So many at most. @default all */
  readonly limit?: number
}

/** A node as people see it: plain data, fit for JSON. */
export interface NodeReport {
  readonly node: NodeId
  readonly cluster: string
  /** Identity of its store, in hexadecimal. */
  readonly storeId: string
  /** `introducing`: it waits for other nodes to say that they know no older store of it. */
  readonly state: 'introducing' | 'running' | 'stopping' | 'stopped'
  /** Nodes that have not said so yet. */
  readonly waitingFor: readonly NodeId[]
  readonly bus: BusReport
  /** Messages that were handed to nobody, by reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** By name: those that were asked for. */
  readonly groups: Readonly<Record<string, GroupReport>>
  /** How many are open. */
  readonly groupCount: number
  /** Where there are more than were to be told at once: the last of them that is told, to ask for those after it. */
  readonly next?: string
  /** Groups of which something is stored and that are not open: they are left as they are. */
  readonly unopened: readonly string[]
}

/** One role of a group on one node. */
export interface RoleReport extends RoleStatus {
  /** Effects that wait for the disk. */
  readonly waitingEffects: number
}

/** What a group does for its clients, and by which of its roles. */
export type ServiceReport =
  | { readonly type: 'log'; readonly orders: string; readonly applies: string }
  | { readonly type: 'ask'; readonly answers: string }
  | { readonly type: 'none' }

/** One group on one node. */
export interface GroupReport {
  readonly protocol: string
  readonly service: ServiceReport
  /** Who hosts each role of the group, as far as this node knows. */
  readonly placement: Readonly<Record<string, readonly NodeId[]>>
  /** Those that run on this node. */
  readonly roles: Readonly<Record<string, RoleReport>>
  /** Where this node has a state machine: the last entry that it applied. */
  readonly applied?: number
  /** Decided entries that are not applied yet. */
  readonly toApply?: number
  readonly sessions?: number
  /** Index of the last entry that the last snapshot holds; 0 before the first. */
  readonly snapshot?: number
  /** Set while the state machine fails to give a snapshot: the log is kept and grows, and when it is full no commands are taken. */
  readonly snapshotFailure?: SnapshotFailure & { readonly isLogFull: boolean }
  /** True while this node joins the group, and no member has taken it in. */
  readonly isJoining?: boolean
  /** Members that go by a later list, on which this node is not: it was removed, and they do not hear it. */
  readonly denials?: readonly NodeId[]
  /** Nodes that take the group for something else: they and this one do not hear each other. */
  readonly disagrees?: readonly NodeId[]
  /** Of clients, on this node. */
  readonly inFlight?: {
    readonly commands: number
    readonly bytes: number
    readonly reads: number
    readonly asks: number
  }
}

export function serviceReportOf(service: Service): ServiceReport {
  const { type } = service
  switch (type) {
    case 'log':
      return { type, orders: service.orders, applies: service.applies }
    case 'ask':
      return { type, answers: service.answers }
    case 'none':
      return { type }
  }
}
