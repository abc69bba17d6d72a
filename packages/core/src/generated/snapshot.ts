// Generated from snapshot.proto by "pnpm proto". Do not edit.
import {
  decodeWith,
  type Draft,
  encodeWith,
  MalformedMessageError,
  noBytes,
  type ProtoReader,
  type ProtoWriter,
  UnencodableValueError,
} from '../codec/runtime.js'

export type OutcomeStatus = 'ok' | 'failed' | 'expired' | 'answered'

function readOutcomeStatus(reader: ProtoReader): OutcomeStatus {
  const number = reader.uint64()
  switch (number) {
    case 0:
      return 'ok'
    case 1:
      return 'failed'
    case 2:
      return 'expired'
    case 3:
      return 'answered'
    default:
      throw new MalformedMessageError(`malformed message: OutcomeStatus ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeOutcomeStatus(writer: ProtoWriter, value: OutcomeStatus): void {
  switch (value) {
    case 'ok':
      writer.uint32(0)
      return
    case 'failed':
      writer.uint32(1)
      return
    case 'expired':
      writer.uint32(2)
      return
    case 'answered':
      writer.uint32(3)
      return
    default:
      throw new UnencodableValueError('one of ok, failed, expired, answered', value)
  }
}

export interface AppliedSnapshot {
  readonly appliedIndex: number
  readonly appliedTerm: number
  /** What the state machine's `snapshot` gave. */
  readonly state: Uint8Array
  /** By id, ascending. */
  readonly sessions: readonly SessionSnapshot[]
  /** Id of the first session that was ever opened in the group; 0 before, and in what earlier versions wrote. */
  readonly incarnation: number
  /** What it gave, where it gave that in pieces; `state` is absent then. */
  readonly statePieces: readonly Uint8Array[]
  /** The time of the log; all 0 before the first entry with a stamp, and in what earlier versions wrote. */
  readonly wallMs: number
  readonly logMs: number
  /** Of the last stamp: in which term or ballot it was made, and up to where the clock of who made it is counted. */
  readonly stampedBy: number
  readonly stampedMs: number
}

function emptyAppliedSnapshot(): Draft<AppliedSnapshot> {
  return {
    appliedIndex: 0,
    appliedTerm: 0,
    state: noBytes,
    sessions: [],
    incarnation: 0,
    statePieces: [],
    wallMs: 0,
    logMs: 0,
    stampedBy: 0,
    stampedMs: 0,
  }
}

function readAppliedSnapshot(reader: ProtoReader): AppliedSnapshot {
  const message = emptyAppliedSnapshot()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.appliedIndex = reader.uint64()
        break
      case 16:
        message.appliedTerm = reader.uint64()
        break
      case 26:
        message.state = reader.bytes()
        break
      case 34:
        message.sessions.push(reader.message(readSessionSnapshot))
        break
      case 40:
        message.incarnation = reader.uint64()
        break
      case 50:
        message.statePieces.push(reader.bytes())
        break
      case 56:
        message.wallMs = reader.uint64()
        break
      case 64:
        message.logMs = reader.uint64()
        break
      case 72:
        message.stampedBy = reader.uint64()
        break
      case 80:
        message.stampedMs = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAppliedSnapshot(writer: ProtoWriter, message: AppliedSnapshot): void {
  if (message.appliedIndex !== 0) writer.tag(8).uint64(message.appliedIndex)
  if (message.appliedTerm !== 0) writer.tag(16).uint64(message.appliedTerm)
  if (message.state.length !== 0) writer.tag(26).bytes(message.state)
  for (const item of message.sessions) writer.tag(34).message(writeSessionSnapshot, item)
  if (message.incarnation !== 0) writer.tag(40).uint64(message.incarnation)
  for (const item of message.statePieces) writer.tag(50).bytes(item)
  if (message.wallMs !== 0) writer.tag(56).uint64(message.wallMs)
  if (message.logMs !== 0) writer.tag(64).uint64(message.logMs)
  if (message.stampedBy !== 0) writer.tag(72).uint64(message.stampedBy)
  if (message.stampedMs !== 0) writer.tag(80).uint64(message.stampedMs)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAppliedSnapshot(message: AppliedSnapshot): Uint8Array {
  return encodeWith(writeAppliedSnapshot, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAppliedSnapshot(bytes: Uint8Array): AppliedSnapshot {
  return decodeWith(readAppliedSnapshot, bytes)
}

export interface SessionSnapshot {
  /**
   * Made of the client and of the entry that opened it. Of one that an earlier version opened, the index of that entry.
   */
  readonly id: number
  readonly client: string
  readonly usedAt: number
  readonly answeredBelow: number
  /** By sequence, ascending. */
  readonly outcomes: readonly OutcomeSnapshot[]
  /** The number with which the client asked for it; 0 in what older versions wrote. */
  readonly opening: number
}

function emptySessionSnapshot(): Draft<SessionSnapshot> {
  return {
    id: 0,
    client: '',
    usedAt: 0,
    answeredBelow: 0,
    outcomes: [],
    opening: 0,
  }
}

function readSessionSnapshot(reader: ProtoReader): SessionSnapshot {
  const message = emptySessionSnapshot()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.id = reader.uint64()
        break
      case 18:
        message.client = reader.string()
        break
      case 24:
        message.usedAt = reader.uint64()
        break
      case 32:
        message.answeredBelow = reader.uint64()
        break
      case 42:
        message.outcomes.push(reader.message(readOutcomeSnapshot))
        break
      case 48:
        message.opening = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeSessionSnapshot(writer: ProtoWriter, message: SessionSnapshot): void {
  if (message.id !== 0) writer.tag(8).uint64(message.id)
  if (message.client !== '') writer.tag(18).string(message.client)
  if (message.usedAt !== 0) writer.tag(24).uint64(message.usedAt)
  if (message.answeredBelow !== 0) writer.tag(32).uint64(message.answeredBelow)
  for (const item of message.outcomes) writer.tag(42).message(writeOutcomeSnapshot, item)
  if (message.opening !== 0) writer.tag(48).uint64(message.opening)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeSessionSnapshot(message: SessionSnapshot): Uint8Array {
  return encodeWith(writeSessionSnapshot, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeSessionSnapshot(bytes: Uint8Array): SessionSnapshot {
  return decodeWith(readSessionSnapshot, bytes)
}

export interface OutcomeSnapshot {
  readonly sequence: number
  readonly status: OutcomeStatus
  readonly index: number
  readonly bytes: Uint8Array
}

function emptyOutcomeSnapshot(): Draft<OutcomeSnapshot> {
  return {
    sequence: 0,
    status: 'ok',
    index: 0,
    bytes: noBytes,
  }
}

function readOutcomeSnapshot(reader: ProtoReader): OutcomeSnapshot {
  const message = emptyOutcomeSnapshot()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.sequence = reader.uint64()
        break
      case 16:
        message.status = readOutcomeStatus(reader)
        break
      case 24:
        message.index = reader.uint64()
        break
      case 34:
        message.bytes = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeOutcomeSnapshot(writer: ProtoWriter, message: OutcomeSnapshot): void {
  if (message.sequence !== 0) writer.tag(8).uint64(message.sequence)
  if (message.status !== 'ok') writeOutcomeStatus(writer.tag(16), message.status)
  if (message.index !== 0) writer.tag(24).uint64(message.index)
  if (message.bytes.length !== 0) writer.tag(34).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeOutcomeSnapshot(message: OutcomeSnapshot): Uint8Array {
  return encodeWith(writeOutcomeSnapshot, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeOutcomeSnapshot(bytes: Uint8Array): OutcomeSnapshot {
  return decodeWith(readOutcomeSnapshot, bytes)
}
