// Generated from register.proto by "pnpm proto". Do not edit.
import {
  decodeWith,
  type Draft,
  encodeWith,
  MalformedMessageError,
  type MessageCodec,
  type ProtoReader,
  type ProtoWriter,
  UnencodableValueError,
} from '@quorate/core'

/** Which write a value is of: ordered by sequence, then node, then request. No two writes have the same one. */
export interface Tag {
  /** 0 before the first write. */
  readonly sequence: number
  /** The coordinator that wrote. */
  readonly node: string
  /** The number of the client's request there: no other write of that coordinator has it, also after a restart. */
  readonly request: number
}

function emptyTag(): Draft<Tag> {
  return {
    sequence: 0,
    node: '',
    request: 0,
  }
}

function readTag(reader: ProtoReader): Tag {
  const message = emptyTag()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.sequence = reader.uint64()
        break
      case 18:
        message.node = reader.string()
        break
      case 24:
        message.request = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeTag(writer: ProtoWriter, message: Tag): void {
  if (message.sequence !== 0) writer.tag(8).uint64(message.sequence)
  if (message.node !== '') writer.tag(18).string(message.node)
  if (message.request !== 0) writer.tag(24).uint64(message.request)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeTag(message: Tag): Uint8Array {
  return encodeWith(writeTag, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeTag(bytes: Uint8Array): Tag {
  return decodeWith(readTag, bytes)
}

/** What a replica holds of a key. */
export interface Held {
  readonly tag: Tag
  /** Absent where nothing was written. */
  readonly value?: Uint8Array
}

function emptyHeld(): Draft<Held> {
  return {
    tag: emptyTag(),
  }
}

function readHeld(reader: ProtoReader): Held {
  const message = emptyHeld()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.tag = reader.message(readTag)
        break
      case 18:
        message.value = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeHeld(writer: ProtoWriter, message: Held): void {
  writer.tag(10).message(writeTag, message.tag)
  if (message.value !== undefined) writer.tag(18).bytes(message.value)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeHeld(message: Held): Uint8Array {
  return encodeWith(writeHeld, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeHeld(bytes: Uint8Array): Held {
  return decodeWith(readHeld, bytes)
}

/** How often the disk of a replica has lost its last write, as far as somebody knows. */
export interface Lapse {
  readonly node: string
  readonly count: number
}

function emptyLapse(): Draft<Lapse> {
  return {
    node: '',
    count: 0,
  }
}

function readLapse(reader: ProtoReader): Lapse {
  const message = emptyLapse()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.node = reader.string()
        break
      case 16:
        message.count = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeLapse(writer: ProtoWriter, message: Lapse): void {
  if (message.node !== '') writer.tag(10).string(message.node)
  if (message.count !== 0) writer.tag(16).uint64(message.count)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeLapse(message: Lapse): Uint8Array {
  return encodeWith(writeLapse, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeLapse(bytes: Uint8Array): Lapse {
  return decodeWith(readLapse, bytes)
}

/** The query phase: what do you hold? */
export interface Query {
  readonly type: 'Query'
  readonly key: string
  /** The operation: the number of the client's request at its coordinator. */
  readonly request: number
}

function emptyQuery(): Draft<Query> {
  return {
    type: 'Query',
    key: '',
    request: 0,
  }
}

function readQuery(reader: ProtoReader): Query {
  const message = emptyQuery()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.key = reader.string()
        break
      case 16:
        message.request = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeQuery(writer: ProtoWriter, message: Query): void {
  if (message.key !== '') writer.tag(10).string(message.key)
  if (message.request !== 0) writer.tag(16).uint64(message.request)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeQuery(message: Query): Uint8Array {
  return encodeWith(writeQuery, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeQuery(bytes: Uint8Array): Query {
  return decodeWith(readQuery, bytes)
}

export interface QueryReply {
  readonly type: 'QueryReply'
  readonly request: number
  readonly held: Held
  readonly lapses: readonly Lapse[]
}

function emptyQueryReply(): Draft<QueryReply> {
  return {
    type: 'QueryReply',
    request: 0,
    held: emptyHeld(),
    lapses: [],
  }
}

function readQueryReply(reader: ProtoReader): QueryReply {
  const message = emptyQueryReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.held = reader.message(readHeld)
        break
      case 26:
        message.lapses.push(reader.message(readLapse))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeQueryReply(writer: ProtoWriter, message: QueryReply): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  writer.tag(18).message(writeHeld, message.held)
  for (const item of message.lapses) writer.tag(26).message(writeLapse, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeQueryReply(message: QueryReply): Uint8Array {
  return encodeWith(writeQueryReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeQueryReply(bytes: Uint8Array): QueryReply {
  return decodeWith(readQueryReply, bytes)
}

/** The propagation phase: hold this, or something later. */
export interface Propagate {
  readonly type: 'Propagate'
  readonly key: string
  readonly request: number
  readonly held: Held
}

function emptyPropagate(): Draft<Propagate> {
  return {
    type: 'Propagate',
    key: '',
    request: 0,
    held: emptyHeld(),
  }
}

function readPropagate(reader: ProtoReader): Propagate {
  const message = emptyPropagate()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.key = reader.string()
        break
      case 16:
        message.request = reader.uint64()
        break
      case 26:
        message.held = reader.message(readHeld)
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePropagate(writer: ProtoWriter, message: Propagate): void {
  if (message.key !== '') writer.tag(10).string(message.key)
  if (message.request !== 0) writer.tag(16).uint64(message.request)
  writer.tag(26).message(writeHeld, message.held)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePropagate(message: Propagate): Uint8Array {
  return encodeWith(writePropagate, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePropagate(bytes: Uint8Array): Propagate {
  return decodeWith(readPropagate, bytes)
}

export interface PropagateReply {
  readonly type: 'PropagateReply'
  readonly request: number
  readonly lapses: readonly Lapse[]
}

function emptyPropagateReply(): Draft<PropagateReply> {
  return {
    type: 'PropagateReply',
    request: 0,
    lapses: [],
  }
}

function readPropagateReply(reader: ProtoReader): PropagateReply {
  const message = emptyPropagateReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.lapses.push(reader.message(readLapse))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePropagateReply(writer: ProtoWriter, message: PropagateReply): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  for (const item of message.lapses) writer.tag(18).message(writeLapse, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePropagateReply(message: PropagateReply): Uint8Array {
  return encodeWith(writePropagateReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePropagateReply(bytes: Uint8Array): PropagateReply {
  return decodeWith(readPropagateReply, bytes)
}

/**
 * A replica whose disk lost a write asks the others what it should hold, and tells them that what it said before counts no
 * more.
 */
export interface Restore {
  readonly type: 'Restore'
  readonly key: string
  /** So many writes its disk has lost by now. */
  readonly lapse: number
}

function emptyRestore(): Draft<Restore> {
  return {
    type: 'Restore',
    key: '',
    lapse: 0,
  }
}

function readRestore(reader: ProtoReader): Restore {
  const message = emptyRestore()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.key = reader.string()
        break
      case 16:
        message.lapse = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRestore(writer: ProtoWriter, message: Restore): void {
  if (message.key !== '') writer.tag(10).string(message.key)
  if (message.lapse !== 0) writer.tag(16).uint64(message.lapse)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRestore(message: Restore): Uint8Array {
  return encodeWith(writeRestore, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRestore(bytes: Uint8Array): Restore {
  return decodeWith(readRestore, bytes)
}

export interface RestoreReply {
  readonly type: 'RestoreReply'
  readonly key: string
  /** That of the question. */
  readonly lapse: number
  readonly held: Held
  readonly lapses: readonly Lapse[]
  /** The disk of who answers lost a write too, and what it was is not known yet. */
  readonly doubtful: boolean
}

function emptyRestoreReply(): Draft<RestoreReply> {
  return {
    type: 'RestoreReply',
    key: '',
    lapse: 0,
    held: emptyHeld(),
    lapses: [],
    doubtful: false,
  }
}

function readRestoreReply(reader: ProtoReader): RestoreReply {
  const message = emptyRestoreReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.key = reader.string()
        break
      case 16:
        message.lapse = reader.uint64()
        break
      case 26:
        message.held = reader.message(readHeld)
        break
      case 34:
        message.lapses.push(reader.message(readLapse))
        break
      case 40:
        message.doubtful = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRestoreReply(writer: ProtoWriter, message: RestoreReply): void {
  if (message.key !== '') writer.tag(10).string(message.key)
  if (message.lapse !== 0) writer.tag(16).uint64(message.lapse)
  writer.tag(26).message(writeHeld, message.held)
  for (const item of message.lapses) writer.tag(34).message(writeLapse, item)
  if (message.doubtful !== false) writer.tag(40).bool(message.doubtful)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRestoreReply(message: RestoreReply): Uint8Array {
  return encodeWith(writeRestoreReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRestoreReply(bytes: Uint8Array): RestoreReply {
  return decodeWith(readRestoreReply, bytes)
}

/** What a replica must not forget of a key. */
export interface Row {
  readonly held: Held
  readonly lapses: readonly Lapse[]
  /** After so many losses of its own disk it was restored: after a later one it is in doubt. */
  readonly restored: number
}

function emptyRow(): Draft<Row> {
  return {
    held: emptyHeld(),
    lapses: [],
    restored: 0,
  }
}

function readRow(reader: ProtoReader): Row {
  const message = emptyRow()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.held = reader.message(readHeld)
        break
      case 18:
        message.lapses.push(reader.message(readLapse))
        break
      case 24:
        message.restored = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRow(writer: ProtoWriter, message: Row): void {
  writer.tag(10).message(writeHeld, message.held)
  for (const item of message.lapses) writer.tag(18).message(writeLapse, item)
  if (message.restored !== 0) writer.tag(24).uint64(message.restored)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRow(message: Row): Uint8Array {
  return encodeWith(writeRow, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRow(bytes: Uint8Array): Row {
  return decodeWith(readRow, bytes)
}

/** What a client asks. */
export interface Request {
  readonly key: string
  /** What is to be written; absent of a read. */
  readonly value?: Uint8Array
}

function emptyRequest(): Draft<Request> {
  return {
    key: '',
  }
}

function readRequest(reader: ProtoReader): Request {
  const message = emptyRequest()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.key = reader.string()
        break
      case 18:
        message.value = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeRequest(writer: ProtoWriter, message: Request): void {
  if (message.key !== '') writer.tag(10).string(message.key)
  if (message.value !== undefined) writer.tag(18).bytes(message.value)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRequest(message: Request): Uint8Array {
  return encodeWith(writeRequest, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRequest(bytes: Uint8Array): Request {
  return decodeWith(readRequest, bytes)
}

export interface Reply {
  /** What was read; absent where nothing was written yet, and of a write. */
  readonly value?: Uint8Array
}

function emptyReply(): Draft<Reply> {
  return {
  }
}

function readReply(reader: ProtoReader): Reply {
  const message = emptyReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.value = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeReply(writer: ProtoWriter, message: Reply): void {
  if (message.value !== undefined) writer.tag(10).bytes(message.value)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeReply(message: Reply): Uint8Array {
  return encodeWith(writeReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeReply(bytes: Uint8Array): Reply {
  return decodeWith(readReply, bytes)
}

/** All messages of register.proto that actors say to each other. */
export type RegisterMessage =
  | Query
  | QueryReply
  | Propagate
  | PropagateReply
  | Restore
  | RestoreReply

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<RegisterMessage> = {
  types: [
    'Query',
    'QueryReply',
    'Propagate',
    'PropagateReply',
    'Restore',
    'RestoreReply',
  ],
  encode(message) {
    switch (message.type) {
      case 'Query':
        return encodeQuery(message)
      case 'QueryReply':
        return encodeQueryReply(message)
      case 'Propagate':
        return encodePropagate(message)
      case 'PropagateReply':
        return encodePropagateReply(message)
      case 'Restore':
        return encodeRestore(message)
      case 'RestoreReply':
        return encodeRestoreReply(message)
      default:
        throw new UnencodableValueError('a message of register.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'Query':
        return decodeQuery(bytes)
      case 'QueryReply':
        return decodeQueryReply(bytes)
      case 'Propagate':
        return decodePropagate(bytes)
      case 'PropagateReply':
        return decodePropagateReply(bytes)
      case 'Restore':
        return decodeRestore(bytes)
      case 'RestoreReply':
        return decodeRestoreReply(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of register.proto; drop it, and see who sends it`)
    }
  },
}
