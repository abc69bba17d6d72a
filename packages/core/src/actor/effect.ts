import type { Members } from '../group/members.js'
import type { Command, Entry, LogId, Message, Snapshot } from '../log/message.js'
import type { Address, NodeId } from '../values/address.js'
import type { Piece } from '../values/pieces.js'

/**
 * A number by which a host knows its own request again. A role may say it to others, and their answer may come after the
 * node has started anew: the numbers of one start are above those of every start before.
 */
export type RequestId = number

/**
 * By what a role knows its own question again when the answer comes. It never leaves the node, and the host gives it back as
 * it was. Where many small statecharts run at one address, it also says which of them asked.
 */
export type OwnRequest = number | { readonly key: string; readonly request: OwnRequest }

/**
 * All that a role may ask of the place where it runs. Emitted in order; the outbox is **first in, first out for each
 * actor, over all its steps**: an effect waits for every durable effect that the same actor emitted before it, in this
 * step or in an earlier one. `passes: 'append'` lets an effect overtake appends that are not yet on the disk, and
 * nothing else: a leader's AppendEntries beside its own write (Ongaro, dissertation, section 10.2.1).
 */
export type Effect<M extends Message = Message, Record = unknown, Reply = unknown> =
  /** To one actor, or to every node that hosts the role where the node of the address is `all`. */
  | { readonly type: 'send'; readonly to: Address; readonly message: M; readonly passes?: 'append' }
  /** Durable. Replaces the actor's record. */
  | { readonly type: 'persist'; readonly record: Record }
  /** Durable. Entries that follow the last one of the log, contiguous. */
  | { readonly type: 'append'; readonly entries: readonly Entry[] }
  /** Durable. Removes every entry after that one. */
  | { readonly type: 'truncate'; readonly after: LogId }
  /**
   * Durable. Keeps a piece of a snapshot beside what the log holds, until `compact` or `install` names the whole of it; then
   * these have nothing left to write but that. Number 0 begins anew, and what was kept before under this origin and not
   * named may go. A crash takes all that no operation has named.
   */
  | {
      readonly type: 'stage'
      readonly origin: 'taken' | 'received'
      readonly number: number
      readonly piece: Piece
    }
  /** Durable. Keeps the snapshot of the actor's own state machine and removes the entries up to `through`, which is at or before `snapshot.last`. */
  | { readonly type: 'compact'; readonly snapshot: Snapshot; readonly through: LogId }
  /** Durable. Replaces the whole log by a snapshot that came from another node. */
  | { readonly type: 'install'; readonly snapshot: Snapshot }
  /** Durable. Puts a row into the actor's table, in place of the one of the same key if there is one. */
  | { readonly type: 'put'; readonly key: string; readonly bytes: Uint8Array }
  /** Durable. The table has no row of that key any more. */
  | { readonly type: 'delete'; readonly key: string }
  /** The state machine continues from this snapshot. */
  | { readonly type: 'restore'; readonly snapshot: Snapshot }
  /**
   * The next decided entries, contiguous, for the state machine. With `answers` this node also answers clients whose
   * commands another node took: where the role that orders runs apart from those that apply, one of these is told to.
   */
  | {
      readonly type: 'commit'
      readonly entries: readonly Entry[]
      readonly answers?: boolean
      readonly passes?: 'append'
    }
  /** A read may be answered once the state machine has applied `at`. */
  | { readonly type: 'readable'; readonly request: RequestId; readonly at: number; readonly passes?: 'append' }
  /** What came of a `client.asked`. */
  | { readonly type: 'answer'; readonly request: RequestId; readonly body: Reply }
  /**
   * Chance without randomness in a role: asks for so many of these texts (nodes, say), all different; for all of them where
   * there are fewer. The answer is {@link Chosen}. A host draws, the simulator draws from its seed, the checker explores every
   * choice, and a test says what it is.
   */
  | { readonly type: 'choose'; readonly request: OwnRequest; readonly among: readonly string[]; readonly count: number }
  /**
   * Has the `handler` of this role's definition do what these bytes say: something of the user's on this node, such as a resource
   * manager. The answer is {@link Called}. Calls run beside each other, and are answered in any order and after any time.
   * A call with the `request` of one that has no answer yet takes its place: what comes of the earlier one is not told.
   *
   * **At least once.** A crash, or a close of the group, forgets the call and not what it does: that is done, or not done, or
   * will be done yet. A role that needs the answer persists what it calls for, and calls again when it begins; its handler
   * must find the second one as if it were the first.
   */
  | { readonly type: 'call'; readonly request: OwnRequest; readonly bytes: Uint8Array }
  /**
   * Asks another group, by its name, in the name of this node: a command for one that orders a log, a question for one that is
   * asked, as their codecs make bytes of them. The answer is {@link Answered}; like calls, asks are answered in any order and
   * after any time, and one takes the place of an earlier one with its `request`. Of a group that orders a log the node need
   * not be a member; of one that is asked it must be, since how that is asked stands in its definition.
   *
   * **Once.** A command is executed once, whatever becomes of the bus and of who leads, as long as this actor lives; so is a
   * question that is not idempotent. A crash, or a close of this role's group, forgets the ask and not what it does, and what is asked after
   * that is asked anew: a role that asks again when it begins names in the bytes what must be done once.
   */
  | { readonly type: 'ask'; readonly group: string; readonly request: OwnRequest; readonly bytes: Uint8Array }
  /**
   * Whom the group consists of from now on. Who may speak here, whom a message to all reaches, and what people and clients are told
   * follow it. What the disk holds by then says it again after a crash: a role that begins with another list than that of its
   * definition emits it first. Name a node with its store when that is decided and not before, since it takes part for good then.
   */
  | ({ readonly type: 'members' } & Members)
  /**
   * A proposal, a read, a question or a transfer that this actor does not take, or has given up with nothing done. `notLeader`: another one
   * takes it. `noQuorum`: too few answer this one, and another one may reach more. `overloaded`: asked later, it may take it.
   */
  | {
      readonly type: 'refuse'
      readonly request: RequestId
      readonly reason: 'notLeader' | 'noQuorum' | 'overloaded'
      readonly leader?: NodeId
    }

export type DurableEffect<E = Effect> = Extract<
  E,
  { type: 'persist' | 'append' | 'truncate' | 'stage' | 'compact' | 'install' | 'put' | 'delete' }
>

/** True if the effect must be on the disk before later effects of its actor may leave. */
export function isDurable<E extends { readonly type: string }>(effect: E): effect is DurableEffect<E> & E {
  switch (effect.type) {
    case 'persist':
    case 'append':
    case 'truncate':
    case 'stage':
    case 'compact':
    case 'install':
    case 'put':
    case 'delete':
      return true
    default:
      return false
  }
}

/** True if the effect is a question of the role itself: an event answers it that bears the same `request`. */
export const isQuestion = <E extends { readonly type: string }>(effect: E): effect is Question<E> & E =>
  effect.type === 'choose' || effect.type === 'call' || effect.type === 'ask'

export type Question<E = Effect> = Extract<E, { readonly type: 'choose' | 'call' | 'ask' }>

/** What answers a {@link Question}. */
export type Answer = Chosen | Called | Answered

/** What a host tells an actor. */
export type LocalEvent =
  /**
   * A write that appended, truncated or installed is durable: the log on the disk ends at `last` now, *as it was written*,
   * and all up to it is durable. Compare the term too.
   */
  | { readonly type: 'storage.persisted'; readonly last: LogId }
  /** Clients ask to have these commands ordered, in this order. Refused as a whole or taken as a whole. */
  | { readonly type: 'client.proposed'; readonly request: RequestId; readonly commands: readonly Command[] }
  /** A client asks to read what is linearizable now. */
  | { readonly type: 'client.read'; readonly request: RequestId }
  /** The host took a snapshot of the state machine; the log before it may go. */
  | { readonly type: 'snapshot.taken'; readonly snapshot: Snapshot }

/**
 * A client asks something of a protocol that orders no log (one decision, a transaction, a quorum read). What its service
 * calls idempotent may come again, under another number.
 */
export interface ClientAsked<Body = unknown> {
  readonly type: 'client.asked'
  readonly request: RequestId
  /** What is asked, decoded by the group's service. */
  readonly body: Body
}

/** What came of a `choose`. */
export interface Chosen {
  readonly type: 'chosen'
  readonly request: OwnRequest
  /** In the order in which they stood: that of a draw would be chance that no checker explores. */
  readonly chosen: readonly string[]
}

/** What came of a `call`. */
export interface Called {
  readonly type: 'called'
  readonly request: OwnRequest
  readonly outcome: CallOutcome
}

/**
 * The bytes that the handler returned, or why there are none. `threw`: it threw or rejected, and what it did before it alone
 * knows. `malformed`: what it returned is not a `Uint8Array`, or larger than 1 MiB. `overloaded`: too much of this role is
 * under way on its node, and the handler was not called.
 */
export type CallOutcome = QuestionOutcome<'threw' | 'malformed' | 'overloaded'>

/** What came of an `ask`. */
export interface Answered {
  readonly type: 'answered'
  readonly request: OwnRequest
  readonly outcome: AskOutcome
}

/**
 * The bytes of the result, or of the reply, or why there are none. `notExecuted`: nobody took it, and nobody will. `unknown`: it
 * was sent and no answer came in time (30 s, unless the node's clients were given another time), so it may have been done or not,
 * and may be yet. `failed`: it was done, and gives none: the state machine threw, or its result is larger than 1 MiB or than the bus carries.
 */
export type AskOutcome = QuestionOutcome<'notExecuted' | 'unknown' | 'failed'>

/** What may come of a question. */
export type QuestionOutcome<Reason extends string> =
  | { readonly type: 'returned'; readonly bytes: Uint8Array }
  | {
      readonly type: 'failed'
      readonly reason: Reason
      /** For people: at most 1000 characters. */
      readonly text: string
    }

/**
 * The bus says that nobody hears a node of which the role expects something (`awaits` of its definition). A suspicion and no
 * proof: the node may be on its way back, or be there and not be seen from here; and one that is gone may never be suspected.
 * So it may hurry what a time-out would do anyway, and decides nothing.
 */
export interface PeerLost {
  readonly type: 'peer.lost'
  readonly node: NodeId
}

/**
 * Another node is to lead in the place of this one: that one, or whichever can soonest. Told only to a role that `transfers`. One that
 * leads takes nothing from clients from then on, and does not serve; then another leads, or it gives up, refuses this request,
 * and serves again. One that does not lead refuses it.
 */
export interface LeaderTransfer {
  readonly type: 'leader.transfer'
  readonly request: RequestId
  /** @default whichever can soonest */
  readonly to?: NodeId
}

/** A node of which the role was told that it is lost is heard again. Nothing is told of one that is awaited no more. */
export interface PeerFound {
  readonly type: 'peer.found'
  readonly node: NodeId
}

/**
 * A node that this one takes for a member says that the group goes by a later list, on which this node is not. A hint and no
 * proof: that list need not be decided, and yet another one may name this node again.
 */
export interface MembersDenied {
  readonly type: 'members.denied'
  readonly by: NodeId
  /** Of the list by which `by` goes. */
  readonly version: number
}

/** A message as an actor receives it. */
export type Received<M extends Message> = M extends Message ? M & { readonly from: Address } : never

/** Says `message` to one actor, or to every node that hosts the role of the address where its node is `all`. */
export const send = <const M extends Message>(to: Address, message: M) => ({ type: 'send', to, message }) as const
