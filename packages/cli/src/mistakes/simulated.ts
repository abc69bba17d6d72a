import type { GroupDefinition, Message, NodeId, RoleDefinition } from '@quorate/core'
import type { AnyActorLogic } from '@quorate/core/statechart'
import type { InvariantFactory } from '@quorate/core/testing'
import {
  drawLimits,
  type Script,
  type SimulatedCluster,
  type SimulatedPorts,
  type SimulatedWorkload,
  type SimulationSubject,
} from '@quorate/simulator'
import { named } from '../sim/draws.js'
import type { Any, Mistake } from './mistake.js'

/** Clusters in which one thing is wrong: a role provided with other guards and actions, or an adapter around something. */

/** What is wrong with a group, or with a port. */
export interface Change {
  readonly group?: (group: GroupDefinition) => GroupDefinition
  readonly ports?: () => NonNullable<SimulatedCluster['adapt']>
  /** How often nodes ask whether others are there. @default as it is by default */
  readonly probeEveryMs?: number
}

/** The cluster that mistakes are made in. */
export interface MistakenCluster {
  /** What a script of it names. */
  readonly name: string
  /** With a change, and with limits of the group beside those that are drawn. */
  subject(change: Change, limits?: object): SimulationSubject
}

/** How the group of a cluster is made, and by what it is judged. */
interface ClusterOptions {
  /** What a script of it names. @default the protocol */
  readonly name?: string
  readonly protocol: string
  readonly invariants?: readonly InvariantFactory[]
  readonly workload?: SimulatedWorkload
  groupOf(nodes: readonly NodeId[], limits: ReturnType<typeof drawLimits>): GroupDefinition
}

/** A cluster of one group, which is called as its protocol is. */
export const clusterOf = ({
  protocol,
  name = protocol,
  invariants,
  workload,
  groupOf,
}: ClusterOptions): MistakenCluster => ({
  name,
  subject: ({ group: change, ports, probeEveryMs }, limits = {}) => ({
    name: protocol,
    nodes: 3,
    ...(invariants && { invariants }),
    make(count, chance) {
      const nodes = named(count)
      const group = groupOf(nodes, { ...drawLimits(chance), ...limits })
      return {
        nodes,
        groups: { [protocol]: change?.(group) ?? group },
        ...(workload && { workload: { groups: { [protocol]: workload } } }),
        ...(ports && { adapt: ports() }),
        ...(probeEveryMs !== undefined && { probeEveryMs }),
      }
    },
  }),
})

/** A group one of whose roles is something else. */
const withRole =
  (role: string, change: (definition: RoleDefinition) => RoleDefinition) =>
  (group: GroupDefinition): GroupDefinition => {
    const definition = group.roles[role]
    if (!definition) throw new RangeError(`there is no role ${role}`)
    return { ...group, roles: { ...group.roles, [role]: change(definition) } }
  }

/** A group one of whose roles begins with another context. */
export const beginning = (role: string, change: (input: Any) => Any): Change => ({
  group: withRole(role, (definition) => ({ ...definition, input: (place) => change(definition.input(place)) })),
})

/** A group one of whose roles has other guards and actions. */
export const providing = (role: string, by: Any): Change => ({
  group: withRole(role, (definition) => ({
    ...definition,
    logic: (random, node) => (definition.logic(random, node) as Any).provide(by) as AnyActorLogic,
  })),
})

/** A group in which messages of some types are said otherwise. */
export const saying = (types: readonly string[], change: (message: Any) => Any): Change => ({
  group: (group) => {
    const { messages } = group
    const encode = (message: Message) => messages.encode(types.includes(message.type) ? change(message) : message)
    return { ...group, messages: { ...messages, encode } }
  },
})

/** Nodes whose disk is not quite what a store should be. `make` is called once for each node of each run. */
export const storing = (make: () => (ports: SimulatedPorts) => SimulatedPorts['store']): Change => ({
  ports: () => {
    const adapters = new Map<NodeId, ReturnType<typeof make>>()
    return (node, ports) => {
      const adapter = adapters.get(node) ?? make()
      adapters.set(node, adapter)
      return { ...ports, store: adapter(ports) }
    }
  },
})

/** Nodes that do something else than they should; `change` is called each time that one starts. */
export const hosting = (change: (node: NodeId, ports: SimulatedPorts) => Partial<SimulatedPorts>): Change => ({
  ports: () => (node, ports) => ({ ...ports, ...change(node, ports) }),
})

/** A mistake that the simulator has to find. */
export interface Simulated extends Mistake {
  readonly cluster: MistakenCluster
  readonly change: Change
  /** Limits of the group, beside those that are drawn. */
  readonly limits?: object
  /** An invariant that would find it at once, and is not watched, so that what comes of it is seen. */
  readonly unwatched?: string
  /** What is run of a seed, where the mistake wants a schedule of a certain shape. @default what is drawn from it */
  readonly aim?: (seed: number) => Script
}
