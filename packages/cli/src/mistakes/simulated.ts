import { atLeast, flexible, type GroupDefinition, type Message, type NodeId, type RoleDefinition } from '@quorate/core'
import type { AnyActorLogic } from '@quorate/core/statechart'
import type { InvariantFactory } from '@quorate/core/testing'
import { multiPaxos, paxos } from '@quorate/paxos'
import { decision, paxosInvariants } from '@quorate/paxos/testing'
import { raft } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { register } from '@quorate/register'
import {
  drawLimits,
  registers,
  type Script,
  type SimulatedCluster,
  type SimulatedPorts,
  type SimulatedWorkload,
  type SimulationSubject,
} from '@quorate/simulator'
import { registerWorkload } from '../sim/registerWorkload.js'
import type { Any, Mistake } from './mistake.js'

/** Clusters in which one thing is wrong: a role provided with other guards and actions, or an adapter around something. */

/** What is wrong with a group, or with a port. */
export interface Change {
  readonly group?: (group: GroupDefinition) => GroupDefinition
  readonly ports?: () => NonNullable<SimulatedCluster['adapt']>
}

const named = (count: number): NodeId[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)

const subject =
  (
    name: string,
    {
      invariants,
      workload,
    }: { readonly invariants: readonly InvariantFactory[]; readonly workload?: SimulatedWorkload },
    groupOf: (nodes: NodeId[], limits: ReturnType<typeof drawLimits>) => GroupDefinition,
  ) =>
  ({ group: change, ports }: Change, limits: object = {}): SimulationSubject => ({
    name,
    nodes: 3,
    invariants,
    make(count, chance) {
      const nodes = named(count)
      const group = groupOf(nodes, { ...drawLimits(chance), ...limits })
      return {
        nodes,
        groups: { [name]: change?.(group) ?? group },
        ...(workload && { workload: { groups: { [name]: workload } } }),
        ...(ports && { adapt: ports() }),
      }
    },
  })

/** All nodes have all roles, but where it says otherwise. */
export const clusters = {
  raft: subject('raft', { invariants: raftInvariants }, (members, limits) =>
    raft({ members, stateMachine: registers, limits }),
  ),
  'multi-paxos': subject('multi-paxos', { invariants: paxosInvariants }, (nodes, limits) =>
    multiPaxos({ proposers: nodes, acceptors: nodes, learners: nodes, stateMachine: registers, limits }),
  ),
  /** Two acceptors of five choose, so a learner that asks acceptors needs four. */
  'multi-paxos-flexible': subject('multi-paxos', { invariants: paxosInvariants }, (nodes, limits) =>
    multiPaxos({
      proposers: nodes.slice(0, 2),
      acceptors: nodes,
      learners: nodes.slice(-1),
      quorums: flexible({ phase1: atLeast(nodes.length - 1, nodes), phase2: atLeast(2, nodes) }),
      stateMachine: registers,
      limits,
    }),
  ),
  paxos: subject('paxos', { invariants: paxosInvariants, workload: decision }, (nodes) =>
    paxos({ proposers: nodes, acceptors: nodes, learners: nodes }),
  ),
  register: subject('register', { invariants: [], workload: registerWorkload }, (replicas) => register({ replicas })),
} as const

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
  readonly cluster: keyof typeof clusters
  readonly change: Change
  /** Limits of the group, beside those that are drawn. */
  readonly limits?: object
  /** An invariant that would find it at once, and is not watched, so that what comes of it is seen. */
  readonly unwatched?: string
  /** What is run of a seed, where the mistake wants a schedule of a certain shape. @default what is drawn from it */
  readonly aim?: (seed: number) => Script
}
