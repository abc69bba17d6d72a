// Generated from raft.proto by "pnpm proto". Do not edit.
import {
  decodeWith,
  type Draft,
  encodeWith,
  MalformedMessageError,
  type MessageCodec,
  noBytes,
  type ProtoReader,
  type ProtoWriter,
  UnencodableValueError,
} from '@quorate/core'

/** `tick`: A deadline of the state machine may have passed. */
export type EntryKind = 'command' | 'noop' | 'openSession' | 'configuration' | 'tick'

function readEntryKind(reader: ProtoReader): EntryKind {
  const number = reader.uint64()
  switch (number) {
    case 0:
      return 'command'
    case 1:
      return 'noop'
    case 2:
      return 'openSession'
    case 3:
      return 'configuration'
    case 4:
      return 'tick'
    default:
      throw new MalformedMessageError(`malformed message: EntryKind ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeEntryKind(writer: ProtoWriter, value: EntryKind): void {
  switch (value) {
    case 'command':
      writer.uint32(0)
      return
    case 'noop':
      writer.uint32(1)
      return
    case 'openSession':
      writer.uint32(2)
      return
    case 'configuration':
      writer.uint32(3)
      return
    case 'tick':
      writer.uint32(4)
      return
    default:
      throw new UnencodableValueError('one of command, noop, openSession, configuration, tick', value)
  }
}

/** A command with its place in the log. */
export interface Entry {
  readonly index: number
  readonly term: number
  readonly kind: EntryKind
  /** The session that it belongs to; 0 without one. */
  readonly session: number
  /** Its number in the session, from 1. */
  readonly sequence: number
  /** Every answer below this sequence has reached the client. */
  readonly answeredBelow: number
  /** The user's command, opaque. */
  readonly bytes: Uint8Array
  /**
   * Absent in what earlier versions wrote, of entries that hold nobody's command, and of all but the first of those that came together.
   */
  readonly stamp?: Stamp
}

function emptyEntry(): Draft<Entry> {
  return {
    index: 0,
    term: 0,
    kind: 'command',
    session: 0,
    sequence: 0,
    answeredBelow: 0,
    bytes: noBytes,
  }
}

function readEntry(reader: ProtoReader): Entry {
  const message = emptyEntry()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.index = reader.uint64()
        break
      case 16:
        message.term = reader.uint64()
        break
      case 24:
        message.kind = readEntryKind(reader)
        break
      case 32:
        message.session = reader.uint64()
        break
      case 40:
        message.sequence = reader.uint64()
        break
      case 48:
        message.answeredBelow = reader.uint64()
        break
      case 58:
        message.bytes = reader.bytes()
        break
      case 66:
        message.stamp = reader.message(readStamp)
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeEntry(writer: ProtoWriter, message: Entry): void {
  if (message.index !== 0) writer.tag(8).uint64(message.index)
  if (message.term !== 0) writer.tag(16).uint64(message.term)
  if (message.kind !== 'command') writeEntryKind(writer.tag(24), message.kind)
  if (message.session !== 0) writer.tag(32).uint64(message.session)
  if (message.sequence !== 0) writer.tag(40).uint64(message.sequence)
  if (message.answeredBelow !== 0) writer.tag(48).uint64(message.answeredBelow)
  if (message.bytes.length !== 0) writer.tag(58).bytes(message.bytes)
  if (message.stamp !== undefined) writer.tag(66).message(writeStamp, message.stamp)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeEntry(message: Entry): Uint8Array {
  return encodeWith(writeEntry, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeEntry(bytes: Uint8Array): Entry {
  return decodeWith(readEntry, bytes)
}

/** When an entry was ordered, by the clocks of who did. */
export interface Stamp {
  /** The term, or the ballot as one number, in which it was ordered. */
  readonly by: number
  /** Monotonic, in milliseconds. */
  readonly nowMs: number
  /** Since 1970, in milliseconds. */
  readonly wallMs: number
}

function emptyStamp(): Draft<Stamp> {
  return {
    by: 0,
    nowMs: 0,
    wallMs: 0,
  }
}

function readStamp(reader: ProtoReader): Stamp {
  const message = emptyStamp()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.by = reader.uint64()
        break
      case 16:
        message.nowMs = reader.uint64()
        break
      case 24:
        message.wallMs = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeStamp(writer: ProtoWriter, message: Stamp): void {
  if (message.by !== 0) writer.tag(8).uint64(message.by)
  if (message.nowMs !== 0) writer.tag(16).uint64(message.nowMs)
  if (message.wallMs !== 0) writer.tag(24).uint64(message.wallMs)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeStamp(message: Stamp): Uint8Array {
  return encodeWith(writeStamp, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeStamp(bytes: Uint8Array): Stamp {
  return decodeWith(readStamp, bytes)
}

/** Asks whether an election could be won, before one is begun (dissertation, section 9.6). */
export interface PreVote {
  readonly type: 'PreVote'
  /** The term that it would campaign in. */
  readonly term: number
  readonly lastLogIndex: number
  readonly lastLogTerm: number
  /** What it knows to be committed: up to there all logs are equal. */
  readonly commitIndex: number
  /**
   * The bus says that nobody hears the leader whom the sender follows. A leader that receives this sends it a heartbeat.
   */
  readonly suspects: boolean
}

function emptyPreVote(): Draft<PreVote> {
  return {
    type: 'PreVote',
    term: 0,
    lastLogIndex: 0,
    lastLogTerm: 0,
    commitIndex: 0,
    suspects: false,
  }
}

function readPreVote(reader: ProtoReader): PreVote {
  const message = emptyPreVote()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.lastLogIndex = reader.uint64()
        break
      case 24:
        message.lastLogTerm = reader.uint64()
        break
      case 32:
        message.commitIndex = reader.uint64()
        break
      case 40:
        message.suspects = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePreVote(writer: ProtoWriter, message: PreVote): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.lastLogIndex !== 0) writer.tag(16).uint64(message.lastLogIndex)
  if (message.lastLogTerm !== 0) writer.tag(24).uint64(message.lastLogTerm)
  if (message.commitIndex !== 0) writer.tag(32).uint64(message.commitIndex)
  if (message.suspects !== false) writer.tag(40).bool(message.suspects)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePreVote(message: PreVote): Uint8Array {
  return encodeWith(writePreVote, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePreVote(bytes: Uint8Array): PreVote {
  return decodeWith(readPreVote, bytes)
}

export interface PreVoteReply {
  readonly type: 'PreVoteReply'
  /** The current term of who answers. */
  readonly term: number
  readonly voteGranted: boolean
  /** The term of the PreVote that is answered. */
  readonly askedTerm: number
  /** Who answers may have lost what it acknowledged: its vote counts only where all others vote too. */
  readonly doubtful: boolean
}

function emptyPreVoteReply(): Draft<PreVoteReply> {
  return {
    type: 'PreVoteReply',
    term: 0,
    voteGranted: false,
    askedTerm: 0,
    doubtful: false,
  }
}

function readPreVoteReply(reader: ProtoReader): PreVoteReply {
  const message = emptyPreVoteReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.voteGranted = reader.bool()
        break
      case 24:
        message.askedTerm = reader.uint64()
        break
      case 32:
        message.doubtful = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePreVoteReply(writer: ProtoWriter, message: PreVoteReply): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.voteGranted !== false) writer.tag(16).bool(message.voteGranted)
  if (message.askedTerm !== 0) writer.tag(24).uint64(message.askedTerm)
  if (message.doubtful !== false) writer.tag(32).bool(message.doubtful)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePreVoteReply(message: PreVoteReply): Uint8Array {
  return encodeWith(writePreVoteReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePreVoteReply(bytes: Uint8Array): PreVoteReply {
  return decodeWith(readPreVoteReply, bytes)
}

/**
 * To a candidate that has asked for a pre-vote with a log that is less up-to-date than that of who answers: what it lacks.
 * They are entries of earlier leaders, as these would have sent them.
 */
export interface CatchUp {
  readonly type: 'CatchUp'
  /** The current term of who answers. */
  readonly term: number
  readonly prevLogIndex: number
  readonly prevLogTerm: number
  readonly entries: readonly Entry[]
  /** Where the log of who answers ends. */
  readonly lastLogIndex: number
  readonly lastLogTerm: number
}

function emptyCatchUp(): Draft<CatchUp> {
  return {
    type: 'CatchUp',
    term: 0,
    prevLogIndex: 0,
    prevLogTerm: 0,
    entries: [],
    lastLogIndex: 0,
    lastLogTerm: 0,
  }
}

function readCatchUp(reader: ProtoReader): CatchUp {
  const message = emptyCatchUp()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.prevLogIndex = reader.uint64()
        break
      case 24:
        message.prevLogTerm = reader.uint64()
        break
      case 34:
        message.entries.push(reader.message(readEntry))
        break
      case 40:
        message.lastLogIndex = reader.uint64()
        break
      case 48:
        message.lastLogTerm = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeCatchUp(writer: ProtoWriter, message: CatchUp): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.prevLogIndex !== 0) writer.tag(16).uint64(message.prevLogIndex)
  if (message.prevLogTerm !== 0) writer.tag(24).uint64(message.prevLogTerm)
  for (const item of message.entries) writer.tag(34).message(writeEntry, item)
  if (message.lastLogIndex !== 0) writer.tag(40).uint64(message.lastLogIndex)
  if (message.lastLogTerm !== 0) writer.tag(48).uint64(message.lastLogTerm)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeCatchUp(message: CatchUp): Uint8Array {
  return encodeWith(writeCatchUp, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeCatchUp(bytes: Uint8Array): CatchUp {
  return decodeWith(readCatchUp, bytes)
}

/** Asks for a vote (section 5.2). The candidate is who sends it. */
export interface RequestVote {
  readonly type: 'RequestVote'
  readonly term: number
  readonly lastLogIndex: number
  readonly lastLogTerm: number
  /**
   * The leader has asked the candidate to take its place: that it was heard is no reason to keep the vote (dissertation, section 4.2.3).
   */
  readonly transfer: boolean
}

function emptyRequestVote(): Draft<RequestVote> {
  return {
    type: 'RequestVote',
    term: 0,
    lastLogIndex: 0,
    lastLogTerm: 0,
    transfer: false,
  }
}

function readRequestVote(reader: ProtoReader): RequestVote {
  const message = emptyRequestVote()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.lastLogIndex = reader.uint64()
        break
      case 24:
        message.lastLogTerm = reader.uint64()
        break
      case 32:
        message.transfer = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRequestVote(writer: ProtoWriter, message: RequestVote): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.lastLogIndex !== 0) writer.tag(16).uint64(message.lastLogIndex)
  if (message.lastLogTerm !== 0) writer.tag(24).uint64(message.lastLogTerm)
  if (message.transfer !== false) writer.tag(32).bool(message.transfer)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRequestVote(message: RequestVote): Uint8Array {
  return encodeWith(writeRequestVote, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRequestVote(bytes: Uint8Array): RequestVote {
  return decodeWith(readRequestVote, bytes)
}

/** From a leader to a follower whose log is as long as its own: campaign at once (dissertation, section 3.10). */
export interface TimeoutNow {
  readonly type: 'TimeoutNow'
  readonly term: number
}

function emptyTimeoutNow(): Draft<TimeoutNow> {
  return {
    type: 'TimeoutNow',
    term: 0,
  }
}

function readTimeoutNow(reader: ProtoReader): TimeoutNow {
  const message = emptyTimeoutNow()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeTimeoutNow(writer: ProtoWriter, message: TimeoutNow): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeTimeoutNow(message: TimeoutNow): Uint8Array {
  return encodeWith(writeTimeoutNow, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeTimeoutNow(bytes: Uint8Array): TimeoutNow {
  return decodeWith(readTimeoutNow, bytes)
}

export interface RequestVoteReply {
  readonly type: 'RequestVoteReply'
  readonly term: number
  readonly voteGranted: boolean
  /** Who answers may have lost what it acknowledged: its vote counts only where all others vote too. */
  readonly doubtful: boolean
}

function emptyRequestVoteReply(): Draft<RequestVoteReply> {
  return {
    type: 'RequestVoteReply',
    term: 0,
    voteGranted: false,
    doubtful: false,
  }
}

function readRequestVoteReply(reader: ProtoReader): RequestVoteReply {
  const message = emptyRequestVoteReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.voteGranted = reader.bool()
        break
      case 24:
        message.doubtful = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRequestVoteReply(writer: ProtoWriter, message: RequestVoteReply): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.voteGranted !== false) writer.tag(16).bool(message.voteGranted)
  if (message.doubtful !== false) writer.tag(24).bool(message.doubtful)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRequestVoteReply(message: RequestVoteReply): Uint8Array {
  return encodeWith(writeRequestVoteReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRequestVoteReply(bytes: Uint8Array): RequestVoteReply {
  return decodeWith(readRequestVoteReply, bytes)
}

/** Replicates entries; without any it is a heartbeat (sections 5.2 and 5.3). The leader is who sends it. */
export interface AppendEntries {
  readonly type: 'AppendEntries'
  readonly term: number
  readonly prevLogIndex: number
  readonly prevLogTerm: number
  readonly entries: readonly Entry[]
  readonly leaderCommit: number
  /** Counts the leader's rounds of heartbeats and reads; echoed (dissertation, section 6.4). */
  readonly round: number
}

function emptyAppendEntries(): Draft<AppendEntries> {
  return {
    type: 'AppendEntries',
    term: 0,
    prevLogIndex: 0,
    prevLogTerm: 0,
    entries: [],
    leaderCommit: 0,
    round: 0,
  }
}

function readAppendEntries(reader: ProtoReader): AppendEntries {
  const message = emptyAppendEntries()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.prevLogIndex = reader.uint64()
        break
      case 24:
        message.prevLogTerm = reader.uint64()
        break
      case 34:
        message.entries.push(reader.message(readEntry))
        break
      case 40:
        message.leaderCommit = reader.uint64()
        break
      case 48:
        message.round = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAppendEntries(writer: ProtoWriter, message: AppendEntries): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.prevLogIndex !== 0) writer.tag(16).uint64(message.prevLogIndex)
  if (message.prevLogTerm !== 0) writer.tag(24).uint64(message.prevLogTerm)
  for (const item of message.entries) writer.tag(34).message(writeEntry, item)
  if (message.leaderCommit !== 0) writer.tag(40).uint64(message.leaderCommit)
  if (message.round !== 0) writer.tag(48).uint64(message.round)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAppendEntries(message: AppendEntries): Uint8Array {
  return encodeWith(writeAppendEntries, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAppendEntries(bytes: Uint8Array): AppendEntries {
  return decodeWith(readAppendEntries, bytes)
}

export interface AppendEntriesReply {
  readonly type: 'AppendEntriesReply'
  readonly term: number
  readonly success: boolean
  /** When it succeeded: the last entry that is known to agree with the leader's log, and durable. */
  readonly matchIndex: number
  /** When it failed: the term of the entry at prev_log_index, 0 when the log ends before it (section 5.3). */
  readonly conflictTerm: number
  /** When it failed: the first index of that term, or the one after the log's last. */
  readonly conflictIndex: number
  /** The round of the AppendEntries that is answered. */
  readonly round: number
  /** The prev_log_index of the AppendEntries that is answered. */
  readonly prevLogIndex: number
  /** How often the disk of who answers has been in doubt: what it acknowledged when the count was lower is void. */
  readonly doubt: number
}

function emptyAppendEntriesReply(): Draft<AppendEntriesReply> {
  return {
    type: 'AppendEntriesReply',
    term: 0,
    success: false,
    matchIndex: 0,
    conflictTerm: 0,
    conflictIndex: 0,
    round: 0,
    prevLogIndex: 0,
    doubt: 0,
  }
}

function readAppendEntriesReply(reader: ProtoReader): AppendEntriesReply {
  const message = emptyAppendEntriesReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.success = reader.bool()
        break
      case 24:
        message.matchIndex = reader.uint64()
        break
      case 32:
        message.conflictTerm = reader.uint64()
        break
      case 40:
        message.conflictIndex = reader.uint64()
        break
      case 48:
        message.round = reader.uint64()
        break
      case 56:
        message.prevLogIndex = reader.uint64()
        break
      case 72:
        message.doubt = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAppendEntriesReply(writer: ProtoWriter, message: AppendEntriesReply): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.success !== false) writer.tag(16).bool(message.success)
  if (message.matchIndex !== 0) writer.tag(24).uint64(message.matchIndex)
  if (message.conflictTerm !== 0) writer.tag(32).uint64(message.conflictTerm)
  if (message.conflictIndex !== 0) writer.tag(40).uint64(message.conflictIndex)
  if (message.round !== 0) writer.tag(48).uint64(message.round)
  if (message.prevLogIndex !== 0) writer.tag(56).uint64(message.prevLogIndex)
  if (message.doubt !== 0) writer.tag(72).uint64(message.doubt)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAppendEntriesReply(message: AppendEntriesReply): Uint8Array {
  return encodeWith(writeAppendEntriesReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAppendEntriesReply(bytes: Uint8Array): AppendEntriesReply {
  return decodeWith(readAppendEntriesReply, bytes)
}

/** One chunk of a snapshot (section 7, figure 13). */
export interface InstallSnapshot {
  readonly type: 'InstallSnapshot'
  readonly term: number
  readonly lastIncludedIndex: number
  readonly lastIncludedTerm: number
  /** Where the chunk stands in the snapshot, in bytes. */
  readonly offset: number
  readonly data: Uint8Array
  /** Bytes of the whole snapshot; the chunk that reaches it is the last. */
  readonly size: number
  /** Who sends it does not lead: it hands on what it has to one that campaigned with a log that ends before it. */
  readonly handedOn: boolean
}

function emptyInstallSnapshot(): Draft<InstallSnapshot> {
  return {
    type: 'InstallSnapshot',
    term: 0,
    lastIncludedIndex: 0,
    lastIncludedTerm: 0,
    offset: 0,
    data: noBytes,
    size: 0,
    handedOn: false,
  }
}

function readInstallSnapshot(reader: ProtoReader): InstallSnapshot {
  const message = emptyInstallSnapshot()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.lastIncludedIndex = reader.uint64()
        break
      case 24:
        message.lastIncludedTerm = reader.uint64()
        break
      case 32:
        message.offset = reader.uint64()
        break
      case 42:
        message.data = reader.bytes()
        break
      case 48:
        message.size = reader.uint64()
        break
      case 56:
        message.handedOn = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeInstallSnapshot(writer: ProtoWriter, message: InstallSnapshot): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.lastIncludedIndex !== 0) writer.tag(16).uint64(message.lastIncludedIndex)
  if (message.lastIncludedTerm !== 0) writer.tag(24).uint64(message.lastIncludedTerm)
  if (message.offset !== 0) writer.tag(32).uint64(message.offset)
  if (message.data.length !== 0) writer.tag(42).bytes(message.data)
  if (message.size !== 0) writer.tag(48).uint64(message.size)
  if (message.handedOn !== false) writer.tag(56).bool(message.handedOn)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeInstallSnapshot(message: InstallSnapshot): Uint8Array {
  return encodeWith(writeInstallSnapshot, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeInstallSnapshot(bytes: Uint8Array): InstallSnapshot {
  return decodeWith(readInstallSnapshot, bytes)
}

export interface InstallSnapshotReply {
  readonly type: 'InstallSnapshotReply'
  readonly term: number
  readonly lastIncludedIndex: number
  readonly lastIncludedTerm: number
  /** Bytes received so far, without a gap: where the next chunk is wanted from. */
  readonly offset: number
  /** True when the whole snapshot is durable, or was not needed. */
  readonly installed: boolean
  /** As in AppendEntriesReply. */
  readonly doubt: number
}

function emptyInstallSnapshotReply(): Draft<InstallSnapshotReply> {
  return {
    type: 'InstallSnapshotReply',
    term: 0,
    lastIncludedIndex: 0,
    lastIncludedTerm: 0,
    offset: 0,
    installed: false,
    doubt: 0,
  }
}

function readInstallSnapshotReply(reader: ProtoReader): InstallSnapshotReply {
  const message = emptyInstallSnapshotReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.term = reader.uint64()
        break
      case 16:
        message.lastIncludedIndex = reader.uint64()
        break
      case 24:
        message.lastIncludedTerm = reader.uint64()
        break
      case 32:
        message.offset = reader.uint64()
        break
      case 40:
        message.installed = reader.bool()
        break
      case 48:
        message.doubt = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeInstallSnapshotReply(writer: ProtoWriter, message: InstallSnapshotReply): void {
  if (message.term !== 0) writer.tag(8).uint64(message.term)
  if (message.lastIncludedIndex !== 0) writer.tag(16).uint64(message.lastIncludedIndex)
  if (message.lastIncludedTerm !== 0) writer.tag(24).uint64(message.lastIncludedTerm)
  if (message.offset !== 0) writer.tag(32).uint64(message.offset)
  if (message.installed !== false) writer.tag(40).bool(message.installed)
  if (message.doubt !== 0) writer.tag(48).uint64(message.doubt)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeInstallSnapshotReply(message: InstallSnapshotReply): Uint8Array {
  return encodeWith(writeInstallSnapshotReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeInstallSnapshotReply(bytes: Uint8Array): InstallSnapshotReply {
  return decodeWith(readInstallSnapshotReply, bytes)
}

/** A server whose disk lost its last write asks every other one what it may have forgotten. */
export interface Inquiry {
  readonly type: 'Inquiry'
  /** How often its disk has been in doubt: it tells the answers to this inquiry from those to an earlier one. */
  readonly doubt: number
}

function emptyInquiry(): Draft<Inquiry> {
  return {
    type: 'Inquiry',
    doubt: 0,
  }
}

function readInquiry(reader: ProtoReader): Inquiry {
  const message = emptyInquiry()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.doubt = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeInquiry(writer: ProtoWriter, message: Inquiry): void {
  if (message.doubt !== 0) writer.tag(8).uint64(message.doubt)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeInquiry(message: Inquiry): Uint8Array {
  return encodeWith(writeInquiry, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeInquiry(bytes: Uint8Array): Inquiry {
  return decodeWith(readInquiry, bytes)
}

export interface InquiryReply {
  readonly type: 'InquiryReply'
  /** Of the Inquiry that is answered. */
  readonly doubt: number
  /** The current term of who answers. */
  readonly term: number
  /** Who answers has asked for votes in no term above. */
  readonly spentTerm: number
  /** What who answers knows to be committed. From here on it counts no acknowledgement of before. */
  readonly commitIndex: number
}

function emptyInquiryReply(): Draft<InquiryReply> {
  return {
    type: 'InquiryReply',
    doubt: 0,
    term: 0,
    spentTerm: 0,
    commitIndex: 0,
  }
}

function readInquiryReply(reader: ProtoReader): InquiryReply {
  const message = emptyInquiryReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.doubt = reader.uint64()
        break
      case 16:
        message.term = reader.uint64()
        break
      case 24:
        message.spentTerm = reader.uint64()
        break
      case 32:
        message.commitIndex = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeInquiryReply(writer: ProtoWriter, message: InquiryReply): void {
  if (message.doubt !== 0) writer.tag(8).uint64(message.doubt)
  if (message.term !== 0) writer.tag(16).uint64(message.term)
  if (message.spentTerm !== 0) writer.tag(24).uint64(message.spentTerm)
  if (message.commitIndex !== 0) writer.tag(32).uint64(message.commitIndex)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeInquiryReply(message: InquiryReply): Uint8Array {
  return encodeWith(writeInquiryReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeInquiryReply(bytes: Uint8Array): InquiryReply {
  return decodeWith(readInquiryReply, bytes)
}

/** All messages of raft.proto that actors say to each other. */
export type RaftMessage =
  | PreVote
  | PreVoteReply
  | CatchUp
  | RequestVote
  | TimeoutNow
  | RequestVoteReply
  | AppendEntries
  | AppendEntriesReply
  | InstallSnapshot
  | InstallSnapshotReply
  | Inquiry
  | InquiryReply

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<RaftMessage> = {
  types: [
    'PreVote',
    'PreVoteReply',
    'CatchUp',
    'RequestVote',
    'TimeoutNow',
    'RequestVoteReply',
    'AppendEntries',
    'AppendEntriesReply',
    'InstallSnapshot',
    'InstallSnapshotReply',
    'Inquiry',
    'InquiryReply',
  ],
  encode(message) {
    switch (message.type) {
      case 'PreVote':
        return encodePreVote(message)
      case 'PreVoteReply':
        return encodePreVoteReply(message)
      case 'CatchUp':
        return encodeCatchUp(message)
      case 'RequestVote':
        return encodeRequestVote(message)
      case 'TimeoutNow':
        return encodeTimeoutNow(message)
      case 'RequestVoteReply':
        return encodeRequestVoteReply(message)
      case 'AppendEntries':
        return encodeAppendEntries(message)
      case 'AppendEntriesReply':
        return encodeAppendEntriesReply(message)
      case 'InstallSnapshot':
        return encodeInstallSnapshot(message)
      case 'InstallSnapshotReply':
        return encodeInstallSnapshotReply(message)
      case 'Inquiry':
        return encodeInquiry(message)
      case 'InquiryReply':
        return encodeInquiryReply(message)
      default:
        throw new UnencodableValueError('a message of raft.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'PreVote':
        return decodePreVote(bytes)
      case 'PreVoteReply':
        return decodePreVoteReply(bytes)
      case 'CatchUp':
        return decodeCatchUp(bytes)
      case 'RequestVote':
        return decodeRequestVote(bytes)
      case 'TimeoutNow':
        return decodeTimeoutNow(bytes)
      case 'RequestVoteReply':
        return decodeRequestVoteReply(bytes)
      case 'AppendEntries':
        return decodeAppendEntries(bytes)
      case 'AppendEntriesReply':
        return decodeAppendEntriesReply(bytes)
      case 'InstallSnapshot':
        return decodeInstallSnapshot(bytes)
      case 'InstallSnapshotReply':
        return decodeInstallSnapshotReply(bytes)
      case 'Inquiry':
        return decodeInquiry(bytes)
      case 'InquiryReply':
        return decodeInquiryReply(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of raft.proto; drop it, and see who sends it`)
    }
  },
}
