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
 * `tooLarge`: It was done, but what came of it is larger than a message may be.
 */
export type ResultStatus = 'ok' | 'failed' | 'expired' | 'answered' | 'tooLarge'

function readResultStatus(reader: ProtoReader): ResultStatus {
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
    case 4:
      return 'tooLarge'
    default:
      throw new MalformedMessageError(`malformed message: ResultStatus ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeResultStatus(writer: ProtoWriter, value: ResultStatus): void {
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
    case 'tooLarge':
      writer.uint32(4)
      return
    default:
      throw new UnencodableValueError('one of ok, failed, expired, answered, tooLarge', value)
  }
}

/**
 * `tooLarge`: A command is larger than the group takes, or breaks another limit: asking again will not help.
 * `sessionsFull`: Of OpenSession: as many as the group remembers are in use.
 * `noSnapshot`: The log has become too long, because the state machine gives no snapshot that would shorten it.
 * `malformed`: Of Ask: the bytes are no question of this group. Asking again will not help.
 * `restarted`: Of Ask: it was said to another start of the member, which may have taken it.
 * `noQuorum`: Too few others answer the member: another one may reach more.
 */
export type RefusalReason = 'notLeader' | 'overloaded' | 'tooLarge' | 'stopping' | 'sessionsFull' | 'noSnapshot' | 'malformed' | 'restarted' | 'noQuorum'

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
    case 4:
      return 'sessionsFull'
    case 5:
      return 'noSnapshot'
    case 6:
      return 'malformed'
    case 7:
      return 'restarted'
    case 8:
      return 'noQuorum'
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
    case 'sessionsFull':
      writer.uint32(4)
      return
    case 'noSnapshot':
      writer.uint32(5)
      return
    case 'malformed':
      writer.uint32(6)
      return
    case 'restarted':
      writer.uint32(7)
      return
    case 'noQuorum':
      writer.uint32(8)
      return
    default:
      throw new UnencodableValueError('one of notLeader, overloaded, tooLarge, stopping, sessionsFull, noSnapshot, malformed, restarted, noQuorum', value)
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
  /** Another one each time that a command is sent. */
  readonly request: number
  readonly session: number
  /** Every answer below this sequence has reached the client. */
  readonly answeredBelow: number
  /** In the order of their sequences. */
  readonly commands: readonly ProposedCommand[]
}

function emptyPropose(): Draft<Propose> {
  return {
    type: 'Propose',
    request: 0,
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
        message.request = reader.uint64()
        break
      case 16:
        message.session = reader.uint64()
        break
      case 24:
        message.answeredBelow = reader.uint64()
        break
      case 34:
        message.commands.push(reader.message(readProposedCommand))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePropose(writer: ProtoWriter, message: Propose): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.session !== 0) writer.tag(16).uint64(message.session)
  if (message.answeredBelow !== 0) writer.tag(24).uint64(message.answeredBelow)
  for (const item of message.commands) writer.tag(34).message(writeProposedCommand, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePropose(message: Propose): Uint8Array {
  return encodeWith(writePropose, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePropose(bytes: Uint8Array): Propose {
  return decodeWith(readPropose, bytes)
}

/** Asks for a session; again, under the same number, until it is answered. */
export interface OpenSession {
  readonly type: 'OpenSession'
  readonly request: number
  /**
   * The one that it had under this number and has not used for a while: it is to be kept, or, if it has expired, replaced.
   */
  readonly session: number
}

function emptyOpenSession(): Draft<OpenSession> {
  return {
    type: 'OpenSession',
    request: 0,
    session: 0,
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
      case 16:
        message.session = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeOpenSession(writer: ProtoWriter, message: OpenSession): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.session !== 0) writer.tag(16).uint64(message.session)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeOpenSession(message: OpenSession): Uint8Array {
  return encodeWith(writeOpenSession, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeOpenSession(bytes: Uint8Array): OpenSession {
  return decodeWith(readOpenSession, bytes)
}

export interface Question {
  /** By which the client knows it again. */
  readonly number: number
  /** The user's query, opaque. */
  readonly bytes: Uint8Array
}

function emptyQuestion(): Draft<Question> {
  return {
    number: 0,
    bytes: noBytes,
  }
}

function readQuestion(reader: ProtoReader): Question {
  const message = emptyQuestion()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.number = reader.uint64()
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

function writeQuestion(writer: ProtoWriter, message: Question): void {
  if (message.number !== 0) writer.tag(8).uint64(message.number)
  if (message.bytes.length !== 0) writer.tag(18).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeQuestion(message: Question): Uint8Array {
  return encodeWith(writeQuestion, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeQuestion(bytes: Uint8Array): Question {
  return decodeWith(readQuestion, bytes)
}

/** Asks the state machine questions that change nothing. */
export interface Query {
  readonly type: 'Query'
  readonly request: number
  readonly consistency: ReadConsistency
  readonly questions: readonly Question[]
  /** How often these were sent before: another member is to answer each time. */
  readonly attempt: number
}

function emptyQuery(): Draft<Query> {
  return {
    type: 'Query',
    request: 0,
    consistency: 'linearizable',
    questions: [],
    attempt: 0,
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
        message.questions.push(reader.message(readQuestion))
        break
      case 32:
        message.attempt = reader.uint32()
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
  for (const item of message.questions) writer.tag(26).message(writeQuestion, item)
  if (message.attempt !== 0) writer.tag(32).uint32(message.attempt)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeQuery(message: Query): Uint8Array {
  return encodeWith(writeQuery, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeQuery(bytes: Uint8Array): Query {
  return decodeWith(readQuery, bytes)
}

/**
 * From a member that orders to one that applies: answer these questions of a client once you have applied the index.
 */
export interface QueryAt {
  readonly type: 'QueryAt'
  /** The name under which the client hears answers. */
  readonly client: string
  /** The client's own number of its Query. */
  readonly request: number
  readonly index: number
  readonly questions: readonly Question[]
}

function emptyQueryAt(): Draft<QueryAt> {
  return {
    type: 'QueryAt',
    client: '',
    request: 0,
    index: 0,
    questions: [],
  }
}

function readQueryAt(reader: ProtoReader): QueryAt {
  const message = emptyQueryAt()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.client = reader.string()
        break
      case 16:
        message.request = reader.uint64()
        break
      case 24:
        message.index = reader.uint64()
        break
      case 34:
        message.questions.push(reader.message(readQuestion))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeQueryAt(writer: ProtoWriter, message: QueryAt): void {
  if (message.client !== '') writer.tag(10).string(message.client)
  if (message.request !== 0) writer.tag(16).uint64(message.request)
  if (message.index !== 0) writer.tag(24).uint64(message.index)
  for (const item of message.questions) writer.tag(34).message(writeQuestion, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeQueryAt(message: QueryAt): Uint8Array {
  return encodeWith(writeQueryAt, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeQueryAt(bytes: Uint8Array): QueryAt {
  return decodeWith(readQueryAt, bytes)
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

/** Asks something of a group that answers questions. What is idempotent is asked again until it is answered. */
export interface Ask {
  readonly type: 'Ask'
  readonly request: number
  /** What is asked, as the group's own codec says. */
  readonly bytes: Uint8Array
  /** Of what is not idempotent: the start of its store in which the member is asked. In any other it refuses. */
  readonly start?: number
}

function emptyAsk(): Draft<Ask> {
  return {
    type: 'Ask',
    request: 0,
    bytes: noBytes,
  }
}

function readAsk(reader: ProtoReader): Ask {
  const message = emptyAsk()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.bytes = reader.bytes()
        break
      case 24:
        message.start = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAsk(writer: ProtoWriter, message: Ask): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.bytes.length !== 0) writer.tag(18).bytes(message.bytes)
  if (message.start !== undefined) writer.tag(24).uint64(message.start)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAsk(message: Ask): Uint8Array {
  return encodeWith(writeAsk, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAsk(bytes: Uint8Array): Ask {
  return decodeWith(readAsk, bytes)
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
  readonly status: ResultStatus
  /** The user's result, opaque. */
  readonly bytes: Uint8Array
}

function emptyCommandResult(): Draft<CommandResult> {
  return {
    sequence: 0,
    index: 0,
    status: 'ok',
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
        message.status = readResultStatus(reader)
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
  if (message.status !== 'ok') writeResultStatus(writer.tag(24), message.status)
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

/**
 * Answers commands of one session, in any order and any number. Also from a member that applies to those that order,
 * when it does not know whose session it is: whoever took the commands hands it on.
 */
export interface Results {
  readonly type: 'Results'
  readonly session: number
  readonly results: readonly CommandResult[]
  /** Which life of the group answers; 0 when that is not known. The same in the other answers. */
  readonly incarnation: number
}

function emptyResults(): Draft<Results> {
  return {
    type: 'Results',
    session: 0,
    results: [],
    incarnation: 0,
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
      case 24:
        message.incarnation = reader.uint64()
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
  if (message.incarnation !== 0) writer.tag(24).uint64(message.incarnation)
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
  readonly incarnation: number
}

function emptySessionOpened(): Draft<SessionOpened> {
  return {
    type: 'SessionOpened',
    request: 0,
    session: 0,
    incarnation: 0,
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
      case 24:
        message.incarnation = reader.uint64()
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
  if (message.incarnation !== 0) writer.tag(24).uint64(message.incarnation)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeSessionOpened(message: SessionOpened): Uint8Array {
  return encodeWith(writeSessionOpened, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeSessionOpened(bytes: Uint8Array): SessionOpened {
  return decodeWith(readSessionOpened, bytes)
}

export interface Answer {
  readonly number: number
  /** What had been applied when the question was answered. */
  readonly index: number
  readonly status: ResultStatus
  /** The user's answer, opaque. */
  readonly bytes: Uint8Array
}

function emptyAnswer(): Draft<Answer> {
  return {
    number: 0,
    index: 0,
    status: 'ok',
    bytes: noBytes,
  }
}

function readAnswer(reader: ProtoReader): Answer {
  const message = emptyAnswer()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.number = reader.uint64()
        break
      case 16:
        message.index = reader.uint64()
        break
      case 24:
        message.status = readResultStatus(reader)
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

function writeAnswer(writer: ProtoWriter, message: Answer): void {
  if (message.number !== 0) writer.tag(8).uint64(message.number)
  if (message.index !== 0) writer.tag(16).uint64(message.index)
  if (message.status !== 'ok') writeResultStatus(writer.tag(24), message.status)
  if (message.bytes.length !== 0) writer.tag(34).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAnswer(message: Answer): Uint8Array {
  return encodeWith(writeAnswer, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAnswer(bytes: Uint8Array): Answer {
  return decodeWith(readAnswer, bytes)
}

/** Answers Query, in any order and any number. */
export interface Answers {
  readonly type: 'Answers'
  readonly answers: readonly Answer[]
}

function emptyAnswers(): Draft<Answers> {
  return {
    type: 'Answers',
    answers: [],
  }
}

function readAnswers(reader: ProtoReader): Answers {
  const message = emptyAnswers()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.answers.push(reader.message(readAnswer))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAnswers(writer: ProtoWriter, message: Answers): void {
  for (const item of message.answers) writer.tag(10).message(writeAnswer, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAnswers(message: Answers): Uint8Array {
  return encodeWith(writeAnswers, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAnswers(bytes: Uint8Array): Answers {
  return decodeWith(readAnswers, bytes)
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

/** Answers Ask. */
export interface Answered {
  readonly type: 'Answered'
  readonly request: number
  /** OK, or TOO_LARGE. */
  readonly status: ResultStatus
  /** The answer, as the group's own codec says. */
  readonly bytes: Uint8Array
}

function emptyAnswered(): Draft<Answered> {
  return {
    type: 'Answered',
    request: 0,
    status: 'ok',
    bytes: noBytes,
  }
}

function readAnswered(reader: ProtoReader): Answered {
  const message = emptyAnswered()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 16:
        message.status = readResultStatus(reader)
        break
      case 26:
        message.bytes = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAnswered(writer: ProtoWriter, message: Answered): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.status !== 'ok') writeResultStatus(writer.tag(16), message.status)
  if (message.bytes.length !== 0) writer.tag(26).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAnswered(message: Answered): Uint8Array {
  return encodeWith(writeAnswered, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAnswered(bytes: Uint8Array): Answered {
  return decodeWith(readAnswered, bytes)
}

/** Answers WhoLeads. */
export interface Leader {
  readonly type: 'Leader'
  readonly request: number
  /** Absent when it is not known. */
  readonly node?: string
  /**
   * A number that grows whenever somebody else comes to lead: a term, the round of a ballot. 0 where there is none.
   */
  readonly epoch: number
  readonly incarnation: number
  /** Nodes that must start for the first time before the sender takes part in the group. */
  readonly waitingFor: readonly string[]
  /** Of a group of which any member may be asked: all that may be. Then the node is the sender, if it serves now. */
  readonly members: readonly string[]
  /** The version of the list of members; 0 for the one that the group began with. */
  readonly membersVersion: number
}

function emptyLeader(): Draft<Leader> {
  return {
    type: 'Leader',
    request: 0,
    epoch: 0,
    incarnation: 0,
    waitingFor: [],
    members: [],
    membersVersion: 0,
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
        message.epoch = reader.uint64()
        break
      case 32:
        message.incarnation = reader.uint64()
        break
      case 42:
        message.waitingFor.push(reader.string())
        break
      case 50:
        message.members.push(reader.string())
        break
      case 56:
        message.membersVersion = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeLeader(writer: ProtoWriter, message: Leader): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.node !== undefined) writer.tag(18).string(message.node)
  if (message.epoch !== 0) writer.tag(24).uint64(message.epoch)
  if (message.incarnation !== 0) writer.tag(32).uint64(message.incarnation)
  for (const item of message.waitingFor) writer.tag(42).string(item)
  for (const item of message.members) writer.tag(50).string(item)
  if (message.membersVersion !== 0) writer.tag(56).uint64(message.membersVersion)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeLeader(message: Leader): Uint8Array {
  return encodeWith(writeLeader, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeLeader(bytes: Uint8Array): Leader {
  return decodeWith(readLeader, bytes)
}

/** Answers a request that is not answered otherwise, or commands of one. */
export interface Refused {
  readonly type: 'Refused'
  readonly request: number
  /** The commands of a Propose that it is about, when it is not about all. */
  readonly sequences: readonly number[]
  readonly reason: RefusalReason
  /** True when it had been taken, and may come to be done nevertheless. */
  readonly maybeTaken: boolean
  /** Who leads; absent when it is not known. */
  readonly leader?: string
  /** As in Leader. */
  readonly epoch: number
  readonly incarnation: number
}

function emptyRefused(): Draft<Refused> {
  return {
    type: 'Refused',
    request: 0,
    sequences: [],
    reason: 'notLeader',
    maybeTaken: false,
    epoch: 0,
    incarnation: 0,
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
      case 18:
        reader.message((list) => {
          while (list.hasMore()) message.sequences.push(list.uint64())
        })
        break
      case 16:
        message.sequences.push(reader.uint64())
        break
      case 24:
        message.reason = readRefusalReason(reader)
        break
      case 32:
        message.maybeTaken = reader.bool()
        break
      case 42:
        message.leader = reader.string()
        break
      case 48:
        message.epoch = reader.uint64()
        break
      case 56:
        message.incarnation = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRefused(writer: ProtoWriter, message: Refused): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.sequences.length !== 0) {
    writer.tag(18).message((list, items) => {
      for (const item of items) list.uint64(item)
    }, message.sequences)
  }
  if (message.reason !== 'notLeader') writeRefusalReason(writer.tag(24), message.reason)
  if (message.maybeTaken !== false) writer.tag(32).bool(message.maybeTaken)
  if (message.leader !== undefined) writer.tag(42).string(message.leader)
  if (message.epoch !== 0) writer.tag(48).uint64(message.epoch)
  if (message.incarnation !== 0) writer.tag(56).uint64(message.incarnation)
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
  | QueryAt
  | ReadIndex
  | Ask
  | WhoLeads
  | Results
  | SessionOpened
  | Answers
  | ReadableAt
  | Answered
  | Leader
  | Refused

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<ClientMessage> = {
  types: [
    'Propose',
    'OpenSession',
    'Query',
    'QueryAt',
    'ReadIndex',
    'Ask',
    'WhoLeads',
    'Results',
    'SessionOpened',
    'Answers',
    'ReadableAt',
    'Answered',
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
      case 'QueryAt':
        return encodeQueryAt(message)
      case 'ReadIndex':
        return encodeReadIndex(message)
      case 'Ask':
        return encodeAsk(message)
      case 'WhoLeads':
        return encodeWhoLeads(message)
      case 'Results':
        return encodeResults(message)
      case 'SessionOpened':
        return encodeSessionOpened(message)
      case 'Answers':
        return encodeAnswers(message)
      case 'ReadableAt':
        return encodeReadableAt(message)
      case 'Answered':
        return encodeAnswered(message)
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
      case 'QueryAt':
        return decodeQueryAt(bytes)
      case 'ReadIndex':
        return decodeReadIndex(bytes)
      case 'Ask':
        return decodeAsk(bytes)
      case 'WhoLeads':
        return decodeWhoLeads(bytes)
      case 'Results':
        return decodeResults(bytes)
      case 'SessionOpened':
        return decodeSessionOpened(bytes)
      case 'Answers':
        return decodeAnswers(bytes)
      case 'ReadableAt':
        return decodeReadableAt(bytes)
      case 'Answered':
        return decodeAnswered(bytes)
      case 'Leader':
        return decodeLeader(bytes)
      case 'Refused':
        return decodeRefused(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of client.proto; drop it, and see who sends it`)
    }
  },
}
