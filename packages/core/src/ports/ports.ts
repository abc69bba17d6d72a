import type { Entry, LogId, Snapshot } from '../log/message.js'
import type { Address, NodeId } from '../values/address.js'
import type { Piece } from '../values/pieces.js'
import type { Row } from '../values/table.js'

/**
 * The ports of a host. While a node runs they complete by callback, never within the call and never by promise: a
 * suspended async function outlives a crash and loses the order of events. Promises stand only at open and close.
 */

/** Time, and timers, which go by monotonic time. */
export interface Clock {
  /** Monotonic: milliseconds since an arbitrary start. */
  nowMs(): number
  /** Milliseconds since 1970: it may jump, forward and back. Nothing is to be measured with it. */
  wallMs(): number
  /** Fires once, no earlier than `delayMs`, and only after messages that had arrived by then were handed over. */
  setTimeout(fire: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
  /** Runs after everything that is ready now has been handed over. */
  soon(run: () => void): void
}

/** Seeded in the simulator. Integer arithmetic only, so that every machine draws the same. */
export interface Random {
  /** A whole number in `[0, limit)`, `limit` in 1 to 2^31. */
  below(limit: number): number
}

export type TransportStatus =
  | { readonly type: 'connected' }
  | { readonly type: 'disconnected' }
  /** Messages that were lost for sure, since the last report: published while disconnected, or larger than the bus takes. */
  | { readonly type: 'dropped'; readonly messages: number }
  /** The largest message that the bus takes is another than before: see `bytesMax` of the connection. */
  | { readonly type: 'limited' }
  /** The bus refused something, e.g. a subject that its permissions forbid. The connection goes on. */
  | { readonly type: 'error'; readonly error: Error }
  /** The connection ended and will not come back. */
  | { readonly type: 'closed'; readonly error?: Error }

export interface TransportCounters {
  readonly published: number
  readonly delivered: number
  /** Published while disconnected, or too large: lost, and known to be. */
  readonly dropped: number
  readonly reconnects: number
}

export interface Subscription {
  /**
   * Resolves when messages published from now on, by anyone, will be delivered; waits while disconnected.
   * Rejects with a typed error when the bus refuses, or the connection is closed before.
   */
  readonly ready: Promise<void>
  /** Delivers what has arrived, then no more. */
  close(): Promise<void>
}

/** A connected bus: at most once, no order promised across reconnects, no promise that anything arrives. */
export interface Connection {
  /**
   * Never blocks and never throws: a message that the link, its size or its address keep from the bus is counted as
   * dropped, and reported through `onStatus`.
   * A node hears its own messages. `bytes` must not be changed afterwards.
   */
  publish(to: Address, bytes: Uint8Array): void
  /**
   * Messages of all subscriptions of a connection arrive in the order of the bus, by callback, never within `subscribe`
   * or `publish`. The bytes belong to the receiver. An address whose node is `all` hears multicasts.
   * @throws a typed error `QUORATE_BUS_CLOSED` after `close`.
   */
  subscribe(to: Address, deliver: (bytes: Uint8Array) => void): Subscription
  /**
   * Asks whether anybody hears an address, and tells no receiver. `done` is called once, never within the call: with `false`
   * when the bus says that nobody does; with `true` when one who does has answered; with `undefined` when neither is known
   * after `withinMs`, or because the link is down.
   */
  probe(to: Address, withinMs: number, done: (isHeard: boolean | undefined) => void): void
  /** Replaces the listener. */
  onStatus(listen: (status: TransportStatus) => void): void
  counters(): TransportCounters
  /** The largest message that `publish` takes, in bytes. */
  readonly bytesMax: number
  /**
   * Connections of one process that bear the same one are to the same bus: what one hears of who leads holds for all.
   * Absent where that is not known.
   */
  readonly busId?: string | undefined
  /** What to call this bus in messages to people, e.g. `nats://127.0.0.1:4222`; never with a password. */
  readonly label: string
  /** Drains, then ends. Idempotent. May take long on a bus that does not answer. */
  close(): Promise<void>
  /** Ends at once: what was said last may be lost, and `close` and those that wait for this connection wait no more. */
  abort(): void
}

export interface Transport {
  /** @throws a typed error when nothing answers, or the credentials are refused. */
  connect(as: { readonly cluster: string; readonly name: string }): Promise<Connection>
}

/** One durable step of one log, in the words of the effects. */
export type StoreOperation =
  | { readonly type: 'persist'; readonly record: Uint8Array }
  | { readonly type: 'append'; readonly entries: readonly Entry[] }
  | { readonly type: 'truncate'; readonly after: LogId }
  | {
      readonly type: 'stage'
      readonly origin: 'taken' | 'received'
      readonly number: number
      readonly piece: Piece
    }
  | { readonly type: 'compact'; readonly snapshot: Snapshot; readonly through: LogId }
  | { readonly type: 'install'; readonly snapshot: Snapshot }
  | { readonly type: 'put'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly type: 'delete'; readonly key: string }
  /** Forgets the log and all that it holds, as if it had never been written. The only operation of its log in a write. */
  | { readonly type: 'drop' }

/** Operations on one log, to be done in order. */
export interface StoreWrite {
  /** Whose log: `group/role`. */
  readonly key: string
  readonly operations: readonly StoreOperation[]
}

/** What a store remembers of one log. */
export interface Recovered {
  readonly record: Uint8Array | undefined
  readonly snapshot: Snapshot | undefined
  /** The last entry that was compacted away: the log begins after it. `{ index: 0, term: 0 }` when nothing was. */
  readonly base: LogId
  /** Contiguous, from `base.index + 1`. */
  readonly entries: readonly Entry[]
  /** In the order of their keys, compared as bytes of UTF-8. */
  readonly table: readonly Row[]
}

export interface OpenStore {
  /** Identity of this very store, 16 random bytes made when it was first opened: a node with another store is another node. */
  readonly storeId: Uint8Array
  /** True until the first write succeeded: nothing was ever promised on this store. */
  readonly created: boolean
  /**
   * True if the last acknowledged write may be lost: the last record is all there, and bad. Whoever uses this store must
   * not rely on its promises until others have brought it up to date. It says so at each opening until each log that it held then
   * has persisted a record, or was dropped: also of a log that nobody asked for meanwhile. A write that was not finished, or that failed, was
   * never acknowledged: the store drops it, and is in no doubt.
   */
  readonly doubtful: boolean
  /** What was noticed when it opened, in plain English: the node logs each at `info`. */
  readonly remarks?: readonly string[]
  /** Of which logs it holds something, in any order. */
  keys(): readonly string[]
  /**
   * Also while others are written.
   * @throws a typed error when what is there is damaged.
   */
  recover(key: string): Promise<Recovered>
  /**
   * All logs in one atomic write, durable (synced) before `done`. One at a time; `done` is called once, later, never
   * within the call. After an error the store takes no further write.
   */
  write(writes: readonly StoreWrite[], done: (error?: Error) => void): void
  /** After the write under way. Idempotent. */
  close(): Promise<void>
}

export interface Store {
  /** @throws a typed error: of another node or cluster, newer format, locked, damaged. */
  open(identity: { readonly cluster: string; readonly node: NodeId }): Promise<OpenStore>
}

/** What a pino logger takes; `console` does not, a one-line adapter does. */
export interface Logger {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
