import type { GroupDefinition, NodeId, RoleStatus } from '@quorate/core'
import type { BusReport } from '../bus/busWatch.js'
import type { DropReason } from '../bus/dropLog.js'
import type { SnapshotFailure } from '../engine/snapshotRetry.js'

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
  readonly groups: Readonly<Record<string, GroupReport>>
}

/** One role of a group on one node. */
export interface RoleReport extends RoleStatus {
  /** What it is for, as of its definition: clients send it commands, or ask it; it drives the state machine. */
  readonly orders: boolean
  readonly asked: boolean
  readonly applies: boolean
  /** Effects that wait for the disk. */
  readonly waitingEffects: number
}

/** Who shall host a role of a group, and what the role is for, as of its definition. */
export interface RolePlacement {
  readonly nodes: readonly NodeId[]
  readonly orders: boolean
  readonly asked: boolean
  readonly applies: boolean
}

/** One group on one node. */
export interface GroupReport {
  readonly protocol: string
  /** All roles of the group, wherever they run. */
  readonly placement: Readonly<Record<string, RolePlacement>>
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

/** Where the roles of a group run. */
export const placementOf = ({ roles }: GroupDefinition): GroupReport['placement'] =>
  Object.fromEntries(
    Object.entries(roles).map(([role, { nodes, orders, asked = false, applies }]) => [
      role,
      { nodes, orders, asked, applies },
    ]),
  )
