import type { NodeReport } from '@quorate/host'
import type { InTurn } from '../bench/inTurn.js'
import type { LedgerPage, LedgerQuery } from '../ledger.js'
import type { Protocol } from './groups.js'

/** What a group is made of, beside its state machine. */
export interface GroupSettings {
  /** @default 'raft' */
  readonly protocol?: Protocol
  /** How many nodes, of a protocol whose nodes are all alike. @default 3 */
  readonly nodes?: number
  readonly electionTimeoutMs?: number
  readonly heartbeatMs?: number
  readonly snapshotEveryEntries?: number
  readonly entriesKept?: number
}

/** What a node program is told, as JSON in its first argument. */
export interface NodeSettings extends GroupSettings {
  readonly id: string
  readonly cluster: string
  /** NATS URL. */
  readonly servers: string
  /** Of its store. */
  readonly directory: string
  /** Of the group, which bears the name of its state machine. @default 'ledger' */
  readonly machine?: 'ledger' | 'kv'
  /** How many groups like that, `g1` and so on. @default one, that bears the name of its state machine */
  readonly groups?: number
  readonly bootstrap?: boolean
  /** Made on purpose, to see whether it is found: the store says that a write is durable long before it is. */
  readonly mistake?: 'earlyDone'
}

/** What a node program says to who started it. */
export type ProgramReport =
  | { readonly type: 'ready' }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly fields: unknown; readonly text: string }
  /** The last word. */
  | { readonly type: 'ended'; readonly code?: string; readonly message?: string }
  | { readonly type: 'answer'; readonly ask: number; readonly value?: unknown; readonly error?: string }

/** What it can be asked. */
export type NodeQuestion =
  | { readonly type: 'status' }
  /** How much of a core it has taken, and how much memory it holds. */
  | { readonly type: 'usage' }
  /** How long its event loop was held since this was last asked. */
  | { readonly type: 'loop' }
  /** A page of this node's own ledger, as it is applied there. */
  | { readonly type: 'ledger'; readonly query: LedgerQuery }
  /** How long one caller in the process of this node waits who writes values of so many bytes to kv, through the node and through the bus in turn. */
  | { readonly type: 'caller'; readonly valueBytes: number; readonly durationMs: number }
  /** Stops in good order. */
  | { readonly type: 'stop' }

/** The longest holds of an event loop, in milliseconds. */
export interface LoopReport {
  /** By anything but V8's collector: our own work, and whatever else took the core. */
  readonly ownMs: number
  /** By V8's collector. */
  readonly gcMs: number
}

export interface UsageReport {
  /** Of a core, since the process began. */
  readonly cpuMs: number
  readonly residentBytes: number
  /** Messages that its actors have said, of which several may share one of the bus. */
  readonly said: number
}

export interface NodeAnswers {
  readonly status: NodeReport
  readonly usage: UsageReport
  readonly loop: LoopReport
  readonly ledger: LedgerPage
  readonly caller: InTurn
  readonly stop: undefined
}
