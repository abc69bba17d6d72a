import { isSameBytes } from '../values/isSameBytes.js'
import type { Bytes } from '../values/pieces.js'
import { isSameStamp, type Stamp } from './time.js'

/** What actors say to each other. `type` is the paper's noun in PascalCase; the other fields are plain values. */
export interface Message {
  readonly type: string
}

/** Which log entry: never an index alone, because an index may come to hold another entry. */
export interface LogId {
  /** Position in the log, from 1; 0 stands before the first entry. */
  readonly index: number
  /** Term (or ballot number) in which the entry was created; 0 before the first. */
  readonly term: number
}

/** Stands before the first entry of every log. */
export const origin: LogId = { index: 0, term: 0 }

/** True if both name the same entry. */
export const isSameLogId = (a: LogId, b: LogId): boolean => a.index === b.index && a.term === b.term

/** A `tick` lets time pass for a state machine that named a deadline: nobody waits for what comes of it. */
export type EntryKind = 'command' | 'noop' | 'openSession' | 'configuration' | 'tick'

/** What a client asks to have ordered, before it has a place in the log. */
export interface Command {
  readonly kind: EntryKind
  /** The session it belongs to; of one that opens a session, {@link openingOf} its client; 0 without one. */
  readonly session: number
  /** Its number in the session, from 1. Executed at most once. */
  readonly sequence: number
  /**
   * Every answer below this sequence has reached the client: what is remembered of them may be forgotten. Of a command that
   * opens a session, an index instead: a session that was last used below it may expire in its favour. 0 there in what
   * older versions wrote.
   */
  readonly answeredBelow: number
  /** The user's command, opaque: what the client sent is what is stored and forwarded. */
  readonly bytes: Uint8Array
}

/** A command with its place in the log. */
export interface Entry extends Command, LogId {
  /** When it was ordered. Absent in what earlier versions wrote, and of entries that hold no command of anybody's. */
  readonly stamp?: Stamp
}

/** True if both say the same, wherever they stand. */
export const isSameEntry = (a: Entry, b: Entry): boolean =>
  a === b ||
  (a.kind === b.kind &&
    a.session === b.session &&
    a.sequence === b.sequence &&
    isSameBytes(a.bytes, b.bytes) &&
    isSameStamp(a.stamp, b.stamp))

/** The state machine, with its sessions, as of `last`. The bytes are opaque to roles. */
export interface Snapshot {
  readonly last: LogId
  readonly bytes: Bytes
}

/** Bookkeeping bytes of an entry beside its payload, an upper bound used for every limit in bytes. */
export const entryOverheadBytes = 72

/** What an entry counts against a limit in bytes. */
export const sizeOf = (entry: { readonly bytes: Uint8Array }): number => entry.bytes.length + entryOverheadBytes
