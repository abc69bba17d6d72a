import type { CallPlace, Clock, GroupDefinition, NodeId, Store, Transport } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import type { Chance } from '../chance/chance.js'
import type { ClusterWorkload } from '../workload/simulatedWorkload.js'

/** What is simulated: a cluster, made anew for each run. */
export interface SimulationSubject {
  /** E.g. `raft`, or the file of a topology. */
  readonly name: string
  /** How many nodes it has unless it is told. */
  readonly nodes: number
  /** The cluster with so many nodes; what may vary from run to run (limits, who hosts what) is drawn. */
  make(nodes: number, chance: Chance): SimulatedCluster
  /** What must hold of it, beside what must hold of every protocol. @default nothing else */
  readonly invariants?: readonly InvariantFactory[]
  /** Transitions that no run can take, by name, and why. */
  readonly unreachable?: Readonly<Record<string, string>>
}

/** Nodes and their groups, and what clients do with them. */
export interface SimulatedCluster {
  readonly nodes: readonly NodeId[]
  readonly groups: Readonly<Record<string, GroupDefinition>>
  /** @default drawn for each run: registers, in the place of the state machines of groups that order a log */
  readonly workload?: ClusterWorkload
  /**
   * By group and role, what stands in for the handler of the role's definition, which would work on the real world.
   * @default no role calls anything
   */
  readonly handlers?: Readonly<Record<string, Readonly<Record<string, SimulatedHandler>>>>
  readonly promises?: Promises
  /** How long a node may be silent before those who expect something of it ask the bus, in milliseconds. @default 100, as of a node */
  readonly probeEveryMs?: number
  /** Puts adapters around the ports and groups of a node, each time that it starts. @default the simulated ones, as they are */
  adapt?(node: NodeId, ports: SimulatedPorts): SimulatedPorts
}

/**
 * Does what a role calls for, at one moment of the run: what it keeps is outside of all nodes, as a database is, and outlives
 * their crashes. A call takes effect some time after the role made it, and is answered some time later; both are drawn, from
 * 0.1 ms to 20 ms, and one in fifty up to 2 s. A crash before takes the answer away; whether a call that had no effect yet has it all
 * the same, when the node may be back already, is drawn too. It must depend on nothing but the run. What it throws the role is told.
 */
export type SimulatedHandler = (bytes: Uint8Array, place: Omit<CallPlace, 'signal'>) => Uint8Array

/** What of networks a cluster bears: as long as no more is wrong, something must get done. */
export interface Promises {
  /** An answer may take so long, in milliseconds. @default no longer than on a local network */
  readonly roundTripMs?: number
  /** Any one of these may be the only one that reaches the others of the core. @default none: all of a core reach one another */
  readonly hubs?: readonly NodeId[]
}

/** What a simulated node stands on. */
export interface SimulatedPorts {
  readonly clock: Clock
  readonly transport: Transport
  readonly store: Store
  /** The groups, as the node hosts them in this life. */
  readonly groups: Readonly<Record<string, GroupDefinition>>
  /** The last entry that its state machine of a group has applied. */
  appliedOf(group: string): number
}
