import type { MessageCodec } from '../codec/messageCodec.js'
import type { Entry, LogId, Message, Snapshot } from '../log/message.js'
import type { Random } from '../ports/ports.js'
import type { PhaseQuorums } from '../quorum/phases.js'
import type { AnyActorLogic } from '../role/statechart.js'
import type { Codec } from '../stateMachine/stateMachine.js'
import type { NodeId } from '../values/address.js'
import type { Row } from '../values/table.js'
import type { Service } from './service.js'

/** What an actor finds again after a restart. */
export interface RecoveredState<Record = unknown> {
  readonly record: Record | undefined
  readonly snapshot: Snapshot | undefined
  readonly base: LogId
  readonly entries: readonly Entry[]
  /** In the order of their keys, compared as bytes of UTF-8. */
  readonly table: readonly Row[]
  /** The store lost its last write, which may have been acknowledged: do not rely on own promises before others brought this node up to date. */
  readonly doubtful: boolean
  /** The operator says that this node may go on although its last write is lost, where nobody else can tell what it was. @default false */
  readonly lossAccepted?: boolean
}

/** Something of an actor that people should know. Roles do not log: the host does, when a notice is new or its count has grown. */
export interface Notice {
  readonly level: 'warn' | 'error'
  /** A sentence that says what happened, and what to do where somebody can. */
  readonly text: string
  /** How often it happened, where it may happen again. @default 1 */
  readonly count?: number
}

/** What is to be known of a role that `perKey` made, by those who do not know its keys. */
export interface ManyAtOneAddress {
  /** How a row of its table becomes what an instance persisted. */
  readonly row: Codec<unknown>
  /** What people should know of a snapshot of it: that a limit is near, or reached. */
  notices(snapshot: unknown): readonly Notice[]
}

/**
 * What people and clients want to know of an actor. Whatever a protocol does not have is absent: nobody invents an epoch, a
 * leader or a log.
 */
export interface RoleStatus {
  /** The statechart's state, e.g. `leader.replicating`. */
  readonly state: string
  /** True if it takes now what clients want done, from them or from those who hand it on. */
  readonly serves: boolean
  /** A number that grows whenever somebody else comes to lead, or to decide: a term, the round of a ballot. */
  readonly epoch?: number | undefined
  /** Who leads, as far as this actor knows. One that serves and names another one hands on to it what it takes. */
  readonly leader?: NodeId | undefined
  /** Index of the last entry of the log that this actor knows to be decided; 0 before the first. */
  readonly committed?: number | undefined
  /** What else there is to say of it, in the words of its protocol. @default nothing */
  readonly details?: Readonly<Record<string, string | number | boolean>>
  /** @default none */
  readonly notices?: readonly Notice[]
}

/**
 * Does what a role calls for: something of the user's on the node. It may be called again with the same bytes, while the first
 * call is under way or long after, and must find that as if it were called once: see the effect `call`. The bytes are its own.
 * What it throws is told to the role, which goes on.
 * @param place where; its signal is aborted when the group is closed on the node, or the node stops: nobody hears the answer then
 */
export type CallHandler = (bytes: Uint8Array, place: CallPlace) => Uint8Array | Promise<Uint8Array>

/** Who calls. */
export interface CallPlace {
  readonly group: string
  readonly role: string
  readonly node: NodeId
  readonly signal: AbortSignal
}

/**
 * One role of a group: who hosts it, and what the host needs to run it. Plain data and functions, never compared by
 * `instanceof`: a topology may be loaded beside another copy of a package.
 */
export interface RoleDefinition {
  /** Who hosts it when the group begins: equal on all nodes, for ever. */
  readonly nodes: readonly NodeId[]
  /**
   * Nodes that join the group while it runs: of others than those it began with, and of one of them that has lost its disk. Such a
   * node runs the role, and neither hears members nor says anything to them before one of them says that it is a member
   * with this very store. Only of a role that {@link RoleDefinition.changesMembers}. @default none
   */
  readonly joining?: readonly NodeId[]
  /** The statechart (or family) that `node` runs, its randomized timers drawn from `random`. */
  logic(random: Random, node: NodeId): AnyActorLogic
  input(place: { readonly group: string; readonly node: NodeId; readonly recovered: RecoveredState }): unknown
  /** Of a role that `perKey` made: what it made, or what stands for it. @default the role is one statechart, or a family */
  readonly keyed?: ManyAtOneAddress
  /** False if this role emits no durable effect: it begins anew each time. @default true */
  readonly remembers?: boolean
  /** How the record of a `persist` effect becomes bytes. */
  readonly record: Codec<unknown>
  /**
   * For a role that wants to know what the clocks of its node show: with `true` each event that it takes, that of a timer too, is
   * also an {@link Instant}; or only events of these types, where a busy role needs no others. @default it knows no time
   */
  readonly timed?: boolean | readonly string[]
  /**
   * Nodes of which this role expects something in this state: that they speak by themselves, or that they answer. It is told
   * `peer.lost` when the bus says that nobody hears one of them, and `peer.found` afterwards. Called after each step: let it
   * cost little. @default it is told nothing of others
   */
  awaits?(snapshot: unknown): readonly NodeId[]
  /**
   * For a role that emits `call`: what is called. On each node up to 1,024 calls and 16 MiB of their bytes are under way; one
   * beyond that is `overloaded`. One that never ends stays under way until the group is closed. @default the role calls nothing
   */
  readonly handler?: CallHandler
  /**
   * True of a role that emits `members`. It is told `members.denied`, and must bear messages of nodes that are no members, since lists
   * are not equal on all nodes at one time. @default the group keeps the members that it began with
   */
  readonly changesMembers?: boolean
  /** True of a role that gives its leadership to another when it is told `leader.transfer`. @default false */
  readonly transfers?: boolean
  status(snapshot: unknown): RoleStatus
}

/** One consensus instance: protocol, roles, and what it does for clients. */
export interface GroupDefinition<Does extends Service = Service> {
  /** The protocol's name, e.g. `raft`. */
  readonly protocol: string
  readonly roles: Readonly<Record<string, RoleDefinition>>
  /** Who decides; `defineTopology` proves that the two phases meet. Absent in a protocol without quorums. */
  readonly quorums?: PhaseQuorums
  readonly messages: MessageCodec<Message>
  /** Largest message between nodes, in bytes: what the bus must be able to carry. */
  readonly messageBytesMax: number
  readonly service: Does
}
