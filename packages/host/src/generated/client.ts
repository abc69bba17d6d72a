// Generated from client.proto by "pnpm proto". Do not edit.
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

/**
 * `linearizable`: Sees every write that was acknowledged before the read began.
 * `stale`: Sees what the asked node has applied.
 */
export type ReadConsistency = 'linearizable' | 'stale'

function readReadConsistency(reader: ProtoReader): ReadConsistency {
  const number = reader.uint64()
  switch (number) {
    case 0:
      return 'linearizable'
    case 1:
      return 'stale'
    default:
      throw new MalformedMessageError(`malformed message: ReadConsistency ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeReadConsistency(writer: ProtoWriter, value: ReadConsistency): void {
  switch (value) {
    case 'linearizable':
      writer.uint32(0)
      return
    case 'stale':
      writer.uint32(1)
      return
    default:
      throw new UnencodableValueError('one of linearizable, stale', value)
  }
}

/**
 * `failed`: The state machine refused it by throwing; the bytes hold the reason as text.
 * `expired`: Its session is unknown or expired.
 * `answered`: The client said that it has this answer already.
 */
export type Outcome = 'ok' | 'failed' | 'expired' | 'answered'

function readOutcome(reader: ProtoReader): Outcome {
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
      throw new MalformedMessageError(`malformed message: Outcome ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeOutcome(writer: ProtoWriter, value: Outcome): void {
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

export type RefusalReason = 'notLeader' | 'overloaded' | 'tooLarge' | 'stopping'

function readRefusalReason(reader: ProtoReader): RefusalReason {
  const number = reader.uint64()
  switch (number) {
    case 0:
      return 'notLeader'
    case 1:
      return 'overloaded'
    case 2:
      return 'tooLarge'
    case 3:
      return 'stopping'
    default:
      throw new MalformedMessageError(`malformed message: RefusalReason ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeRefusalReason(writer: ProtoWriter, value: RefusalReason): void {
  switch (value) {
    case 'notLeader':
      writer.uint32(0)
      return
    case 'overloaded':
      writer.uint32(1)
      return
    case 'tooLarge':
      writer.uint32(2)
      return
    case 'stopping':
      writer.uint32(3)
      return
    default:
      throw new UnencodableValueError('one of notLeader, overloaded, tooLarge, stopping', value)
  }
}

export interface ProposedCommand {
  /** Its number in the session, from 1. */
  readonly sequence: number
  /** The user's command, opaque. */
  readonly bytes: Uint8Array
}

function emptyProposedCommand(): Draft<ProposedCommand> {
  return {
    sequence: 0,
    bytes: noBytes,
  }
}

function readProposedCommand(reader: ProtoReader): ProposedCommand {
  const message = emptyProposedCommand()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.sequence = reader.uint64()
        break
      case 18:
        message.bytes = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeProposedCommand(writer: ProtoWriter, message: ProposedCommand): void {
  if (message.sequence !== 0) writer.tag(8).uint64(message.sequence)
  if (message.bytes.length !== 0) writer.tag(18).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeProposedCommand(message: ProposedCommand): Uint8Array {
  return encodeWith(writeProposedCommand, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeProposedCommand(bytes: Uint8Array): ProposedCommand {
  return decodeWith(readProposedCommand, bytes)
}

/** Asks to have commands of one session ordered. */
export interface Propose {
  readonly type: 'Propose'
  readonly session: number
  /** Every answer below this sequence has reached the client. */
  readonly answeredBelow: number
  readonly commands: readonly ProposedCommand[]
}

function emptyPropose(): Draft<Propose> {
  return {
    type: 'Propose',
    session: 0,
    answeredBelow: 0,
    commands: [],
  }
}

function readPropose(reader: ProtoReader): Propose {
  const message = emptyPropose()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.session = reader.uint64()
        break
      case 16:
        message.answeredBelow = reader.uint64()
        break
      case 26:
        message.commands.push(reader.message(readProposedCommand))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePropose(writer: ProtoWriter, message: Propose): void {
  if (message.session !== 0) writer.tag(8).uint64(message.session)
  if (message.answeredBelow !== 0) writer.tag(16).uint64(message.answeredBelow)
  for (const item of message.commands) writer.tag(26).message(writeProposedCommand, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePropose(message: Propose): Uint8Array {
  return encodeWith(writePropose, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePropose(bytes: Uint8Array): Propose {
  return decodeWith(readPropose, bytes)
}

export interface OpenSession {
  readonly type: 'OpenSession'
  readonly request: number
}

function emptyOpenSession(): Draft<OpenSession> {
  return {
    type: 'OpenSession',
    request: 0,
  }
}

function readOpenSession(reader: ProtoReader): OpenSession {
  const message = emptyOpenSession()
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

function writeOpenSession(writer: ProtoWriter, message: OpenSession): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeOpenSession(message: OpenSession): Uint8Array {
  return encodeWith(writeOpenSession, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeOpenSession(bytes: Uint8Array): OpenSession {
  return decodeWith(readOpenSession, bytes)
}

/** Asks the state machine a question that changes nothing. */
export interface Query {
  readonly type: 'Query'
  readonly request: number
  readonly consistency: ReadConsistency
  /** The user's query, opaque. */
  readonly query: Uint8Array
}

function emptyQuery(): Draft<Query> {
  return {
    type: 'Query',
    request: 0,
    consistency: 'linearizable',
    query: noBytes,
  }
}

function readQuery(reader: ProtoReader): Query {
  const message = emptyQuery()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 16:
        message.consistency = readReadConsistency(reader)
        break
      case 26:
        message.query = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeQuery(writer: ProtoWriter, message: Query): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.consistency !== 'linearizable') writeReadConsistency(writer.tag(16), message.consistency)
  if (message.query.length !== 0) writer.tag(26).bytes(message.query)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeQuery(message: Query): Uint8Array {
  return encodeWith(writeQuery, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeQuery(bytes: Uint8Array): Query {
  return decodeWith(readQuery, bytes)
}

/** Asks for an index: who has applied it may answer a linearizable read. */
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

export interface WhoLeads {
  readonly type: 'WhoLeads'
  readonly request: number
}

function emptyWhoLeads(): Draft<WhoLeads> {
  return {
    type: 'WhoLeads',
    request: 0,
  }
}

function readWhoLeads(reader: ProtoReader): WhoLeads {
  const message = emptyWhoLeads()
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

function writeWhoLeads(writer: ProtoWriter, message: WhoLeads): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeWhoLeads(message: WhoLeads): Uint8Array {
  return encodeWith(writeWhoLeads, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeWhoLeads(bytes: Uint8Array): WhoLeads {
  return decodeWith(readWhoLeads, bytes)
}

export interface CommandResult {
  readonly sequence: number
  /** Index of the entry that was applied. */
  readonly index: number
  readonly outcome: Outcome
  /** The user's result, opaque. */
  readonly bytes: Uint8Array
}

function emptyCommandResult(): Draft<CommandResult> {
  return {
    sequence: 0,
    index: 0,
    outcome: 'ok',
    bytes: noBytes,
  }
}

function readCommandResult(reader: ProtoReader): CommandResult {
  const message = emptyCommandResult()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.sequence = reader.uint64()
        break
      case 16:
        message.index = reader.uint64()
        break
      case 24:
        message.outcome = readOutcome(reader)
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

function writeCommandResult(writer: ProtoWriter, message: CommandResult): void {
  if (message.sequence !== 0) writer.tag(8).uint64(message.sequence)
  if (message.index !== 0) writer.tag(16).uint64(message.index)
  if (message.outcome !== 'ok') writeOutcome(writer.tag(24), message.outcome)
  if (message.bytes.length !== 0) writer.tag(34).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeCommandResult(message: CommandResult): Uint8Array {
  return encodeWith(writeCommandResult, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeCommandResult(bytes: Uint8Array): CommandResult {
  return decodeWith(readCommandResult, bytes)
}

/** Answers commands of one session, in any order and any number. */
export interface Results {
  readonly type: 'Results'
  readonly session: number
  readonly results: readonly CommandResult[]
}

function emptyResults(): Draft<Results> {
  return {
    type: 'Results',
    session: 0,
    results: [],
  }
}

function readResults(reader: ProtoReader): Results {
  const message = emptyResults()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.session = reader.uint64()
        break
      case 18:
        message.results.push(reader.message(readCommandResult))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeResults(writer: ProtoWriter, message: Results): void {
  if (message.session !== 0) writer.tag(8).uint64(message.session)
  for (const item of message.results) writer.tag(18).message(writeCommandResult, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeResults(message: Results): Uint8Array {
  return encodeWith(writeResults, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeResults(bytes: Uint8Array): Results {
  return decodeWith(readResults, bytes)
}

/** Answers OpenSession. */
export interface SessionOpened {
  readonly type: 'SessionOpened'
  readonly request: number
  readonly session: number
}

function emptySessionOpened(): Draft<SessionOpened> {
  return {
    type: 'SessionOpened',
    request: 0,
    session: 0,
  }
}

function readSessionOpened(reader: ProtoReader): SessionOpened {
  const message = emptySessionOpened()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 16:
        message.session = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeSessionOpened(writer: ProtoWriter, message: SessionOpened): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.session !== 0) writer.tag(16).uint64(message.session)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeSessionOpened(message: SessionOpened): Uint8Array {
  return encodeWith(writeSessionOpened, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeSessionOpened(bytes: Uint8Array): SessionOpened {
  return decodeWith(readSessionOpened, bytes)
}

/** Answers Propose: none of its commands is applied from now on. */
export interface SessionExpired {
  readonly type: 'SessionExpired'
  readonly session: number
}

function emptySessionExpired(): Draft<SessionExpired> {
  return {
    type: 'SessionExpired',
    session: 0,
  }
}

function readSessionExpired(reader: ProtoReader): SessionExpired {
  const message = emptySessionExpired()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.session = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeSessionExpired(writer: ProtoWriter, message: SessionExpired): void {
  if (message.session !== 0) writer.tag(8).uint64(message.session)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeSessionExpired(message: SessionExpired): Uint8Array {
  return encodeWith(writeSessionExpired, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeSessionExpired(bytes: Uint8Array): SessionExpired {
  return decodeWith(readSessionExpired, bytes)
}

/** Answers Query. */
export interface QueryResult {
  readonly type: 'QueryResult'
  readonly request: number
  /** What had been applied when the query was answered. */
  readonly index: number
  readonly outcome: Outcome
  /** The user's answer, opaque. */
  readonly bytes: Uint8Array
}

function emptyQueryResult(): Draft<QueryResult> {
  return {
    type: 'QueryResult',
    request: 0,
    index: 0,
    outcome: 'ok',
    bytes: noBytes,
  }
}

function readQueryResult(reader: ProtoReader): QueryResult {
  const message = emptyQueryResult()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 16:
        message.index = reader.uint64()
        break
      case 24:
        message.outcome = readOutcome(reader)
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

function writeQueryResult(writer: ProtoWriter, message: QueryResult): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.index !== 0) writer.tag(16).uint64(message.index)
  if (message.outcome !== 'ok') writeOutcome(writer.tag(24), message.outcome)
  if (message.bytes.length !== 0) writer.tag(34).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeQueryResult(message: QueryResult): Uint8Array {
  return encodeWith(writeQueryResult, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeQueryResult(bytes: Uint8Array): QueryResult {
  return decodeWith(readQueryResult, bytes)
}

/** Answers ReadIndex. */
export interface ReadableAt {
  readonly type: 'ReadableAt'
  readonly request: number
  readonly index: number
}

function emptyReadableAt(): Draft<ReadableAt> {
  return {
    type: 'ReadableAt',
    request: 0,
    index: 0,
  }
}

function readReadableAt(reader: ProtoReader): ReadableAt {
  const message = emptyReadableAt()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 16:
        message.index = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeReadableAt(writer: ProtoWriter, message: ReadableAt): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.index !== 0) writer.tag(16).uint64(message.index)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeReadableAt(message: ReadableAt): Uint8Array {
  return encodeWith(writeReadableAt, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeReadableAt(bytes: Uint8Array): ReadableAt {
  return decodeWith(readReadableAt, bytes)
}

/** Answers WhoLeads. */
export interface Leader {
  readonly type: 'Leader'
  readonly request: number
  /** The leader, when it is known. */
  readonly node: string
  readonly term: number
  readonly known: boolean
}

function emptyLeader(): Draft<Leader> {
  return {
    type: 'Leader',
    request: 0,
    node: '',
    term: 0,
    known: false,
  }
}

function readLeader(reader: ProtoReader): Leader {
  const message = emptyLeader()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.node = reader.string()
        break
      case 24:
        message.term = reader.uint64()
        break
      case 32:
        message.known = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeLeader(writer: ProtoWriter, message: Leader): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.node !== '') writer.tag(18).string(message.node)
  if (message.term !== 0) writer.tag(24).uint64(message.term)
  if (message.known !== false) writer.tag(32).bool(message.known)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeLeader(message: Leader): Uint8Array {
  return encodeWith(writeLeader, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeLeader(bytes: Uint8Array): Leader {
  return decodeWith(readLeader, bytes)
}

/** Answers a request that was not taken, or commands that were not. */
export interface Refused {
  readonly type: 'Refused'
  /** The request, 0 when it was a Propose. */
  readonly request: number
  readonly session: number
  /** The commands of the session that were not taken. */
  readonly sequences: readonly number[]
  readonly reason: RefusalReason
  /** Who leads, empty when it is not known. */
  readonly leader: string
  readonly term: number
}

function emptyRefused(): Draft<Refused> {
  return {
    type: 'Refused',
    request: 0,
    session: 0,
    sequences: [],
    reason: 'notLeader',
    leader: '',
    term: 0,
  }
}

function readRefused(reader: ProtoReader): Refused {
  const message = emptyRefused()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 16:
        message.session = reader.uint64()
        break
      case 26:
        reader.message((list) => {
          while (list.hasMore()) message.sequences.push(list.uint64())
        })
        break
      case 24:
        message.sequences.push(reader.uint64())
        break
      case 32:
        message.reason = readRefusalReason(reader)
        break
      case 42:
        message.leader = reader.string()
        break
      case 48:
        message.term = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRefused(writer: ProtoWriter, message: Refused): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.session !== 0) writer.tag(16).uint64(message.session)
  if (message.sequences.length !== 0) {
    writer.tag(26).message((list, items) => {
      for (const item of items) list.uint64(item)
    }, message.sequences)
  }
  if (message.reason !== 'notLeader') writeRefusalReason(writer.tag(32), message.reason)
  if (message.leader !== '') writer.tag(42).string(message.leader)
  if (message.term !== 0) writer.tag(48).uint64(message.term)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRefused(message: Refused): Uint8Array {
  return encodeWith(writeRefused, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRefused(bytes: Uint8Array): Refused {
  return decodeWith(readRefused, bytes)
}

/** All messages of client.proto that actors say to each other. */
export type ClientMessage =
  | Propose
  | OpenSession
  | Query
  | ReadIndex
  | WhoLeads
  | Results
  | SessionOpened
  | SessionExpired
  | QueryResult
  | ReadableAt
  | Leader
  | Refused

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<ClientMessage> = {
  types: [
    'Propose',
    'OpenSession',
    'Query',
    'ReadIndex',
    'WhoLeads',
    'Results',
    'SessionOpened',
    'SessionExpired',
    'QueryResult',
    'ReadableAt',
    'Leader',
    'Refused',
  ],
  encode(message) {
    switch (message.type) {
      case 'Propose':
        return encodePropose(message)
      case 'OpenSession':
        return encodeOpenSession(message)
      case 'Query':
        return encodeQuery(message)
      case 'ReadIndex':
        return encodeReadIndex(message)
      case 'WhoLeads':
        return encodeWhoLeads(message)
      case 'Results':
        return encodeResults(message)
      case 'SessionOpened':
        return encodeSessionOpened(message)
      case 'SessionExpired':
        return encodeSessionExpired(message)
      case 'QueryResult':
        return encodeQueryResult(message)
      case 'ReadableAt':
        return encodeReadableAt(message)
      case 'Leader':
        return encodeLeader(message)
      case 'Refused':
        return encodeRefused(message)
      default:
        throw new UnencodableValueError('a message of client.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'Propose':
        return decodePropose(bytes)
      case 'OpenSession':
        return decodeOpenSession(bytes)
      case 'Query':
        return decodeQuery(bytes)
      case 'ReadIndex':
        return decodeReadIndex(bytes)
      case 'WhoLeads':
        return decodeWhoLeads(bytes)
      case 'Results':
        return decodeResults(bytes)
      case 'SessionOpened':
        return decodeSessionOpened(bytes)
      case 'SessionExpired':
        return decodeSessionExpired(bytes)
      case 'QueryResult':
        return decodeQueryResult(bytes)
      case 'ReadableAt':
        return decodeReadableAt(bytes)
      case 'Leader':
        return decodeLeader(bytes)
      case 'Refused':
        return decodeRefused(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of client.proto; drop it, and see who sends it`)
    }
  },
}
