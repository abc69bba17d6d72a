// Generated from multi_paxos.proto by "pnpm proto". Do not edit.
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

/** A proposal number for all slots at once. */
export interface Ballot {
  readonly round: number
  /** The proposer that issued it. */
  readonly node: string
}

function emptyBallot(): Draft<Ballot> {
  return {
    round: 0,
    node: '',
  }
}

function readBallot(reader: ProtoReader): Ballot {
  const message = emptyBallot()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.round = reader.uint64()
        break
      case 18:
        message.node = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeBallot(writer: ProtoWriter, message: Ballot): void {
  if (message.round !== 0) writer.tag(8).uint64(message.round)
  if (message.node !== '') writer.tag(18).string(message.node)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeBallot(message: Ballot): Uint8Array {
  return encodeWith(writeBallot, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeBallot(bytes: Uint8Array): Ballot {
  return decodeWith(readBallot, bytes)
}

/** A value with its slot, and the ballot in which it was accepted. */
export interface Entry {
  /** The slot. */
  readonly index: number
  /** The ballot as one number. */
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
   * Part of the value. Absent in what earlier versions wrote, of entries that hold nobody's command, and of all but the first of those that came together.
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

/** A command that has no slot yet. */
export interface Command {
  readonly kind: EntryKind
  readonly session: number
  readonly sequence: number
  readonly answeredBelow: number
  readonly bytes: Uint8Array
}

function emptyCommand(): Draft<Command> {
  return {
    kind: 'command',
    session: 0,
    sequence: 0,
    answeredBelow: 0,
    bytes: noBytes,
  }
}

function readCommand(reader: ProtoReader): Command {
  const message = emptyCommand()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.kind = readEntryKind(reader)
        break
      case 16:
        message.session = reader.uint64()
        break
      case 24:
        message.sequence = reader.uint64()
        break
      case 32:
        message.answeredBelow = reader.uint64()
        break
      case 42:
        message.bytes = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeCommand(writer: ProtoWriter, message: Command): void {
  if (message.kind !== 'command') writeEntryKind(writer.tag(8), message.kind)
  if (message.session !== 0) writer.tag(16).uint64(message.session)
  if (message.sequence !== 0) writer.tag(24).uint64(message.sequence)
  if (message.answeredBelow !== 0) writer.tag(32).uint64(message.answeredBelow)
  if (message.bytes.length !== 0) writer.tag(42).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeCommand(message: Command): Uint8Array {
  return encodeWith(writeCommand, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeCommand(bytes: Uint8Array): Command {
  return decodeWith(readCommand, bytes)
}

/** Phase 1(a), for every slot from `first` on. */
export interface Prepare {
  readonly type: 'Prepare'
  readonly ballot: Ballot
  readonly first: number
}

function emptyPrepare(): Draft<Prepare> {
  return {
    type: 'Prepare',
    ballot: emptyBallot(),
    first: 0,
  }
}

function readPrepare(reader: ProtoReader): Prepare {
  const message = emptyPrepare()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 16:
        message.first = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePrepare(writer: ProtoWriter, message: Prepare): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.first !== 0) writer.tag(16).uint64(message.first)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePrepare(message: Prepare): Uint8Array {
  return encodeWith(writePrepare, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePrepare(bytes: Uint8Array): Prepare {
  return decodeWith(readPrepare, bytes)
}

/** Phase 1(b): what was accepted in the slots `first` to `through`; empty slots are left out. */
export interface Promise {
  readonly type: 'Promise'
  readonly ballot: Ballot
  readonly first: number
  readonly through: number
  /** The last slot in which anything was accepted; where it lies beyond `through`, ask for the rest. */
  readonly last: number
  /** Every slot up to here is known to be chosen, and left out. */
  readonly chosenThrough: number
  readonly entries: readonly Entry[]
  /** Its disk lost a write: something that it accepted may be left out. */
  readonly doubtful: boolean
}

function emptyPromise(): Draft<Promise> {
  return {
    type: 'Promise',
    ballot: emptyBallot(),
    first: 0,
    through: 0,
    last: 0,
    chosenThrough: 0,
    entries: [],
    doubtful: false,
  }
}

function readPromise(reader: ProtoReader): Promise {
  const message = emptyPromise()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 16:
        message.first = reader.uint64()
        break
      case 24:
        message.through = reader.uint64()
        break
      case 32:
        message.last = reader.uint64()
        break
      case 40:
        message.chosenThrough = reader.uint64()
        break
      case 50:
        message.entries.push(reader.message(readEntry))
        break
      case 56:
        message.doubtful = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePromise(writer: ProtoWriter, message: Promise): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.first !== 0) writer.tag(16).uint64(message.first)
  if (message.through !== 0) writer.tag(24).uint64(message.through)
  if (message.last !== 0) writer.tag(32).uint64(message.last)
  if (message.chosenThrough !== 0) writer.tag(40).uint64(message.chosenThrough)
  for (const item of message.entries) writer.tag(50).message(writeEntry, item)
  if (message.doubtful !== false) writer.tag(56).bool(message.doubtful)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePromise(message: Promise): Uint8Array {
  return encodeWith(writePromise, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePromise(bytes: Uint8Array): Promise {
  return decodeWith(readPromise, bytes)
}

/** Phase 2(a), for consecutive slots; without entries it asks only whether the promise still holds. */
export interface Accept {
  readonly type: 'Accept'
  readonly ballot: Ballot
  /** Of this message, from 1; the same when it is repeated. */
  readonly number: number
  readonly entries: readonly Entry[]
  /** Every slot up to here is known to be chosen. */
  readonly chosenThrough: number
  /** Learners hold snapshots of every slot up to here: it may be forgotten. */
  readonly forgetThrough: number
  /** The learner that answers the clients. */
  readonly answeredBy: string
}

function emptyAccept(): Draft<Accept> {
  return {
    type: 'Accept',
    ballot: emptyBallot(),
    number: 0,
    entries: [],
    chosenThrough: 0,
    forgetThrough: 0,
    answeredBy: '',
  }
}

function readAccept(reader: ProtoReader): Accept {
  const message = emptyAccept()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 16:
        message.number = reader.uint64()
        break
      case 26:
        message.entries.push(reader.message(readEntry))
        break
      case 32:
        message.chosenThrough = reader.uint64()
        break
      case 40:
        message.forgetThrough = reader.uint64()
        break
      case 50:
        message.answeredBy = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAccept(writer: ProtoWriter, message: Accept): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.number !== 0) writer.tag(16).uint64(message.number)
  for (const item of message.entries) writer.tag(26).message(writeEntry, item)
  if (message.chosenThrough !== 0) writer.tag(32).uint64(message.chosenThrough)
  if (message.forgetThrough !== 0) writer.tag(40).uint64(message.forgetThrough)
  if (message.answeredBy !== '') writer.tag(50).string(message.answeredBy)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAccept(message: Accept): Uint8Array {
  return encodeWith(writeAccept, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAccept(bytes: Uint8Array): Accept {
  return decodeWith(readAccept, bytes)
}

/** Phase 2(b). */
export interface Accepted {
  readonly type: 'Accepted'
  readonly ballot: Ballot
  readonly number: number
}

function emptyAccepted(): Draft<Accepted> {
  return {
    type: 'Accepted',
    ballot: emptyBallot(),
    number: 0,
  }
}

function readAccepted(reader: ProtoReader): Accepted {
  const message = emptyAccepted()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 16:
        message.number = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAccepted(writer: ProtoWriter, message: Accepted): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.number !== 0) writer.tag(16).uint64(message.number)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAccepted(message: Accepted): Uint8Array {
  return encodeWith(writeAccepted, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAccepted(bytes: Uint8Array): Accepted {
  return decodeWith(readAccepted, bytes)
}

/** A request that a promise forbids to answer. */
export interface Nack {
  readonly type: 'Nack'
  /** The ballot of the request. */
  readonly ballot: Ballot
  readonly promised: Ballot
}

function emptyNack(): Draft<Nack> {
  return {
    type: 'Nack',
    ballot: emptyBallot(),
    promised: emptyBallot(),
  }
}

function readNack(reader: ProtoReader): Nack {
  const message = emptyNack()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 18:
        message.promised = reader.message(readBallot)
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeNack(writer: ProtoWriter, message: Nack): void {
  writer.tag(10).message(writeBallot, message.ballot)
  writer.tag(18).message(writeBallot, message.promised)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeNack(message: Nack): Uint8Array {
  return encodeWith(writeNack, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeNack(bytes: Uint8Array): Nack {
  return decodeWith(readNack, bytes)
}

/** Values of consecutive slots that were chosen, to learners. */
export interface Chosen {
  readonly type: 'Chosen'
  readonly entries: readonly Entry[]
  /** The learner that answers the clients; none where a learner catches up. */
  readonly answeredBy: string
  /** Where a learner catches up: further messages of the same answer follow. */
  readonly more?: boolean
}

function emptyChosen(): Draft<Chosen> {
  return {
    type: 'Chosen',
    entries: [],
    answeredBy: '',
  }
}

function readChosen(reader: ProtoReader): Chosen {
  const message = emptyChosen()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.entries.push(reader.message(readEntry))
        break
      case 18:
        message.answeredBy = reader.string()
        break
      case 24:
        message.more = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeChosen(writer: ProtoWriter, message: Chosen): void {
  for (const item of message.entries) writer.tag(10).message(writeEntry, item)
  if (message.answeredBy !== '') writer.tag(18).string(message.answeredBy)
  if (message.more !== undefined) writer.tag(24).bool(message.more)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeChosen(message: Chosen): Uint8Array {
  return encodeWith(writeChosen, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeChosen(bytes: Uint8Array): Chosen {
  return decodeWith(readChosen, bytes)
}

/** A proxy leader says that what it was given is chosen. */
export interface Relayed {
  readonly type: 'Relayed'
  readonly ballot: Ballot
  readonly number: number
}

function emptyRelayed(): Draft<Relayed> {
  return {
    type: 'Relayed',
    ballot: emptyBallot(),
    number: 0,
  }
}

function readRelayed(reader: ProtoReader): Relayed {
  const message = emptyRelayed()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 16:
        message.number = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRelayed(writer: ProtoWriter, message: Relayed): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.number !== 0) writer.tag(16).uint64(message.number)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRelayed(message: Relayed): Uint8Array {
  return encodeWith(writeRelayed, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRelayed(bytes: Uint8Array): Relayed {
  return decodeWith(readRelayed, bytes)
}

/** The distinguished proposer is alive: to proposers, learners, batchers and proxy leaders. */
export interface Heartbeat {
  readonly type: 'Heartbeat'
  readonly ballot: Ballot
  /** Every slot up to here is known to be chosen. */
  readonly chosenThrough: number
}

function emptyHeartbeat(): Draft<Heartbeat> {
  return {
    type: 'Heartbeat',
    ballot: emptyBallot(),
    chosenThrough: 0,
  }
}

function readHeartbeat(reader: ProtoReader): Heartbeat {
  const message = emptyHeartbeat()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 16:
        message.chosenThrough = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeHeartbeat(writer: ProtoWriter, message: Heartbeat): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.chosenThrough !== 0) writer.tag(16).uint64(message.chosenThrough)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeHeartbeat(message: Heartbeat): Uint8Array {
  return encodeWith(writeHeartbeat, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeHeartbeat(bytes: Uint8Array): Heartbeat {
  return decodeWith(readHeartbeat, bytes)
}

export interface HeartbeatReply {
  readonly type: 'HeartbeatReply'
  readonly ballot: Ballot
  /** Of a learner: the last slot that its snapshot on the disk holds. */
  readonly snapshotThrough: number
}

function emptyHeartbeatReply(): Draft<HeartbeatReply> {
  return {
    type: 'HeartbeatReply',
    ballot: emptyBallot(),
    snapshotThrough: 0,
  }
}

function readHeartbeatReply(reader: ProtoReader): HeartbeatReply {
  const message = emptyHeartbeatReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
        break
      case 16:
        message.snapshotThrough = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeHeartbeatReply(writer: ProtoWriter, message: HeartbeatReply): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.snapshotThrough !== 0) writer.tag(16).uint64(message.snapshotThrough)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeHeartbeatReply(message: HeartbeatReply): Uint8Array {
  return encodeWith(writeHeartbeatReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeHeartbeatReply(bytes: Uint8Array): HeartbeatReply {
  return decodeWith(readHeartbeatReply, bytes)
}

/** A learner asks for the values from a slot on, or for the next piece of a snapshot that it receives. */
export interface Learn {
  readonly type: 'Learn'
  readonly first: number
  /** Which snapshot, and how much of it is here; all 0 without one. */
  readonly snapshotIndex: number
  readonly snapshotTerm: number
  readonly offset: number
  /** Every slot up to here is known to be chosen: acceptors say nothing of the slots behind it. */
  readonly through: number
}

function emptyLearn(): Draft<Learn> {
  return {
    type: 'Learn',
    first: 0,
    snapshotIndex: 0,
    snapshotTerm: 0,
    offset: 0,
    through: 0,
  }
}

function readLearn(reader: ProtoReader): Learn {
  const message = emptyLearn()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.first = reader.uint64()
        break
      case 16:
        message.snapshotIndex = reader.uint64()
        break
      case 24:
        message.snapshotTerm = reader.uint64()
        break
      case 32:
        message.offset = reader.uint64()
        break
      case 40:
        message.through = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeLearn(writer: ProtoWriter, message: Learn): void {
  if (message.first !== 0) writer.tag(8).uint64(message.first)
  if (message.snapshotIndex !== 0) writer.tag(16).uint64(message.snapshotIndex)
  if (message.snapshotTerm !== 0) writer.tag(24).uint64(message.snapshotTerm)
  if (message.offset !== 0) writer.tag(32).uint64(message.offset)
  if (message.through !== 0) writer.tag(40).uint64(message.through)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeLearn(message: Learn): Uint8Array {
  return encodeWith(writeLearn, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeLearn(bytes: Uint8Array): Learn {
  return decodeWith(readLearn, bytes)
}

/** An acceptor answers Learn: what it accepted in the slots `first` to `through`; empty slots are left out. */
export interface Report {
  readonly type: 'Report'
  readonly first: number
  readonly through: number
  readonly entries: readonly Entry[]
  /** Its disk lost a write: something that it accepted may be left out. */
  readonly doubtful: boolean
}

function emptyReport(): Draft<Report> {
  return {
    type: 'Report',
    first: 0,
    through: 0,
    entries: [],
    doubtful: false,
  }
}

function readReport(reader: ProtoReader): Report {
  const message = emptyReport()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.first = reader.uint64()
        break
      case 16:
        message.through = reader.uint64()
        break
      case 26:
        message.entries.push(reader.message(readEntry))
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

function writeReport(writer: ProtoWriter, message: Report): void {
  if (message.first !== 0) writer.tag(8).uint64(message.first)
  if (message.through !== 0) writer.tag(16).uint64(message.through)
  for (const item of message.entries) writer.tag(26).message(writeEntry, item)
  if (message.doubtful !== false) writer.tag(32).bool(message.doubtful)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeReport(message: Report): Uint8Array {
  return encodeWith(writeReport, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeReport(bytes: Uint8Array): Report {
  return decodeWith(readReport, bytes)
}

/** A learner answers Learn where it no longer holds the values: a piece of its snapshot. */
export interface InstallSnapshot {
  readonly type: 'InstallSnapshot'
  readonly lastIndex: number
  readonly lastTerm: number
  /** Where the piece stands in the snapshot, in bytes. */
  readonly offset: number
  readonly data: Uint8Array
  /** Bytes of the whole snapshot; the piece that reaches it is the last. */
  readonly size: number
  /** Further pieces of the same answer follow. */
  readonly more?: boolean
}

function emptyInstallSnapshot(): Draft<InstallSnapshot> {
  return {
    type: 'InstallSnapshot',
    lastIndex: 0,
    lastTerm: 0,
    offset: 0,
    data: noBytes,
    size: 0,
  }
}

function readInstallSnapshot(reader: ProtoReader): InstallSnapshot {
  const message = emptyInstallSnapshot()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.lastIndex = reader.uint64()
        break
      case 16:
        message.lastTerm = reader.uint64()
        break
      case 24:
        message.offset = reader.uint64()
        break
      case 34:
        message.data = reader.bytes()
        break
      case 40:
        message.size = reader.uint64()
        break
      case 48:
        message.more = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeInstallSnapshot(writer: ProtoWriter, message: InstallSnapshot): void {
  if (message.lastIndex !== 0) writer.tag(8).uint64(message.lastIndex)
  if (message.lastTerm !== 0) writer.tag(16).uint64(message.lastTerm)
  if (message.offset !== 0) writer.tag(24).uint64(message.offset)
  if (message.data.length !== 0) writer.tag(34).bytes(message.data)
  if (message.size !== 0) writer.tag(40).uint64(message.size)
  if (message.more !== undefined) writer.tag(48).bool(message.more)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeInstallSnapshot(message: InstallSnapshot): Uint8Array {
  return encodeWith(writeInstallSnapshot, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeInstallSnapshot(bytes: Uint8Array): InstallSnapshot {
  return decodeWith(readInstallSnapshot, bytes)
}

/** A batcher hands over what clients asked for. */
export interface Batch {
  readonly type: 'Batch'
  readonly number: number
  readonly commands: readonly Command[]
}

function emptyBatch(): Draft<Batch> {
  return {
    type: 'Batch',
    number: 0,
    commands: [],
  }
}

function readBatch(reader: ProtoReader): Batch {
  const message = emptyBatch()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.number = reader.uint64()
        break
      case 18:
        message.commands.push(reader.message(readCommand))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeBatch(writer: ProtoWriter, message: Batch): void {
  if (message.number !== 0) writer.tag(8).uint64(message.number)
  for (const item of message.commands) writer.tag(18).message(writeCommand, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeBatch(message: Batch): Uint8Array {
  return encodeWith(writeBatch, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeBatch(bytes: Uint8Array): Batch {
  return decodeWith(readBatch, bytes)
}

export interface BatchReply {
  readonly type: 'BatchReply'
  readonly number: number
  readonly taken: boolean
}

function emptyBatchReply(): Draft<BatchReply> {
  return {
    type: 'BatchReply',
    number: 0,
    taken: false,
  }
}

function readBatchReply(reader: ProtoReader): BatchReply {
  const message = emptyBatchReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.number = reader.uint64()
        break
      case 16:
        message.taken = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeBatchReply(writer: ProtoWriter, message: BatchReply): void {
  if (message.number !== 0) writer.tag(8).uint64(message.number)
  if (message.taken !== false) writer.tag(16).bool(message.taken)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeBatchReply(message: BatchReply): Uint8Array {
  return encodeWith(writeBatchReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeBatchReply(bytes: Uint8Array): BatchReply {
  return decodeWith(readBatchReply, bytes)
}

/** A batcher asks for a slot: who has applied it may answer a linearizable read. */
export interface ReadIndex {
  readonly type: 'ReadIndex'
  readonly request: number
}

function emptyReadIndex(): Draft<ReadIndex> {
  return {
    type: 'ReadIndex',
    request: 0,
  }
}

function readReadIndex(reader: ProtoReader): ReadIndex {
  const message = emptyReadIndex()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeReadIndex(writer: ProtoWriter, message: ReadIndex): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeReadIndex(message: ReadIndex): Uint8Array {
  return encodeWith(writeReadIndex, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeReadIndex(bytes: Uint8Array): ReadIndex {
  return decodeWith(readReadIndex, bytes)
}

export interface ReadIndexReply {
  readonly type: 'ReadIndexReply'
  readonly request: number
  /** False where the proposer does not lead, or no longer. */
  readonly readable: boolean
  readonly index: number
}

function emptyReadIndexReply(): Draft<ReadIndexReply> {
  return {
    type: 'ReadIndexReply',
    request: 0,
    readable: false,
    index: 0,
  }
}

function readReadIndexReply(reader: ProtoReader): ReadIndexReply {
  const message = emptyReadIndexReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 16:
        message.readable = reader.bool()
        break
      case 24:
        message.index = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeReadIndexReply(writer: ProtoWriter, message: ReadIndexReply): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.readable !== false) writer.tag(16).bool(message.readable)
  if (message.index !== 0) writer.tag(24).uint64(message.index)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeReadIndexReply(message: ReadIndexReply): Uint8Array {
  return encodeWith(writeReadIndexReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeReadIndexReply(bytes: Uint8Array): ReadIndexReply {
  return decodeWith(readReadIndexReply, bytes)
}

/** An acceptor whose disk lost a write asks every proposer what it may have forgotten. */
export interface Rejoin {
  readonly type: 'Rejoin'
  /** Which loss it asks about: so many there were. */
  readonly doubt: number
}

function emptyRejoin(): Draft<Rejoin> {
  return {
    type: 'Rejoin',
    doubt: 0,
  }
}

function readRejoin(reader: ProtoReader): Rejoin {
  const message = emptyRejoin()
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

function writeRejoin(writer: ProtoWriter, message: Rejoin): void {
  if (message.doubt !== 0) writer.tag(8).uint64(message.doubt)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRejoin(message: Rejoin): Uint8Array {
  return encodeWith(writeRejoin, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRejoin(bytes: Uint8Array): Rejoin {
  return decodeWith(readRejoin, bytes)
}

export interface RejoinReply {
  readonly type: 'RejoinReply'
  readonly doubt: number
  /** The highest that this proposer has issued; round 0 for none. */
  readonly ballot: Ballot
  /** It is the distinguished proposer in that ballot. */
  readonly leads: boolean
  /** It has proposed nothing in a slot behind this one; where it leads. */
  readonly through: number
}

function emptyRejoinReply(): Draft<RejoinReply> {
  return {
    type: 'RejoinReply',
    doubt: 0,
    ballot: emptyBallot(),
    leads: false,
    through: 0,
  }
}

function readRejoinReply(reader: ProtoReader): RejoinReply {
  const message = emptyRejoinReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.doubt = reader.uint64()
        break
      case 18:
        message.ballot = reader.message(readBallot)
        break
      case 24:
        message.leads = reader.bool()
        break
      case 32:
        message.through = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRejoinReply(writer: ProtoWriter, message: RejoinReply): void {
  if (message.doubt !== 0) writer.tag(8).uint64(message.doubt)
  writer.tag(18).message(writeBallot, message.ballot)
  if (message.leads !== false) writer.tag(24).bool(message.leads)
  if (message.through !== 0) writer.tag(32).uint64(message.through)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRejoinReply(message: RejoinReply): Uint8Array {
  return encodeWith(writeRejoinReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRejoinReply(bytes: Uint8Array): RejoinReply {
  return decodeWith(readRejoinReply, bytes)
}

/** All messages of multi_paxos.proto that actors say to each other. */
export type MultiPaxosMessage =
  | Prepare
  | Promise
  | Accept
  | Accepted
  | Nack
  | Chosen
  | Relayed
  | Heartbeat
  | HeartbeatReply
  | Learn
  | Report
  | InstallSnapshot
  | Batch
  | BatchReply
  | ReadIndex
  | ReadIndexReply
  | Rejoin
  | RejoinReply

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<MultiPaxosMessage> = {
  types: [
    'Prepare',
    'Promise',
    'Accept',
    'Accepted',
    'Nack',
    'Chosen',
    'Relayed',
    'Heartbeat',
    'HeartbeatReply',
    'Learn',
    'Report',
    'InstallSnapshot',
    'Batch',
    'BatchReply',
    'ReadIndex',
    'ReadIndexReply',
    'Rejoin',
    'RejoinReply',
  ],
  encode(message) {
    switch (message.type) {
      case 'Prepare':
        return encodePrepare(message)
      case 'Promise':
        return encodePromise(message)
      case 'Accept':
        return encodeAccept(message)
      case 'Accepted':
        return encodeAccepted(message)
      case 'Nack':
        return encodeNack(message)
      case 'Chosen':
        return encodeChosen(message)
      case 'Relayed':
        return encodeRelayed(message)
      case 'Heartbeat':
        return encodeHeartbeat(message)
      case 'HeartbeatReply':
        return encodeHeartbeatReply(message)
      case 'Learn':
        return encodeLearn(message)
      case 'Report':
        return encodeReport(message)
      case 'InstallSnapshot':
        return encodeInstallSnapshot(message)
      case 'Batch':
        return encodeBatch(message)
      case 'BatchReply':
        return encodeBatchReply(message)
      case 'ReadIndex':
        return encodeReadIndex(message)
      case 'ReadIndexReply':
        return encodeReadIndexReply(message)
      case 'Rejoin':
        return encodeRejoin(message)
      case 'RejoinReply':
        return encodeRejoinReply(message)
      default:
        throw new UnencodableValueError('a message of multi_paxos.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'Prepare':
        return decodePrepare(bytes)
      case 'Promise':
        return decodePromise(bytes)
      case 'Accept':
        return decodeAccept(bytes)
      case 'Accepted':
        return decodeAccepted(bytes)
      case 'Nack':
        return decodeNack(bytes)
      case 'Chosen':
        return decodeChosen(bytes)
      case 'Relayed':
        return decodeRelayed(bytes)
      case 'Heartbeat':
        return decodeHeartbeat(bytes)
      case 'HeartbeatReply':
        return decodeHeartbeatReply(bytes)
      case 'Learn':
        return decodeLearn(bytes)
      case 'Report':
        return decodeReport(bytes)
      case 'InstallSnapshot':
        return decodeInstallSnapshot(bytes)
      case 'Batch':
        return decodeBatch(bytes)
      case 'BatchReply':
        return decodeBatchReply(bytes)
      case 'ReadIndex':
        return decodeReadIndex(bytes)
      case 'ReadIndexReply':
        return decodeReadIndexReply(bytes)
      case 'Rejoin':
        return decodeRejoin(bytes)
      case 'RejoinReply':
        return decodeRejoinReply(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of multi_paxos.proto; drop it, and see who sends it`)
    }
  },
}
