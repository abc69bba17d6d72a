// Generated from kv.proto by "pnpm proto". Do not edit.
import {
  decodeWith,
  type Draft,
  encodeWith,
  MalformedMessageError,
  noBytes,
  type ProtoReader,
  type ProtoWriter,
  UnencodableValueError,
} from '@quorate/core'

/** `compareAndSet`: Puts, unless the entry is another one than was expected. */
export type Operation = 'put' | 'delete' | 'compareAndSet'

function readOperation(reader: ProtoReader): Operation {
  const number = reader.uint64()
  switch (number) {
    case 0:
      return 'put'
    case 1:
      return 'delete'
    case 2:
      return 'compareAndSet'
    default:
      throw new MalformedMessageError(`malformed message: Operation ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeOperation(writer: ProtoWriter, value: Operation): void {
  switch (value) {
    case 'put':
      writer.uint32(0)
      return
    case 'delete':
      writer.uint32(1)
      return
    case 'compareAndSet':
      writer.uint32(2)
      return
    default:
      throw new UnencodableValueError('one of put, delete, compareAndSet', value)
  }
}

/**
 * `key`: The entry of one key.
 * `prefix`: The entries whose keys begin with the text.
 */
export type Selection = 'key' | 'prefix'

function readSelection(reader: ProtoReader): Selection {
  const number = reader.uint64()
  switch (number) {
    case 0:
      return 'key'
    case 1:
      return 'prefix'
    default:
      throw new MalformedMessageError(`malformed message: Selection ${number} is unknown; drop it, and see who sends it`)
  }
}

function writeSelection(writer: ProtoWriter, value: Selection): void {
  switch (value) {
    case 'key':
      writer.uint32(0)
      return
    case 'prefix':
      writer.uint32(1)
      return
    default:
      throw new UnencodableValueError('one of key, prefix', value)
  }
}

/** A change of one key. */
export interface KvCommand {
  readonly operation: Operation
  readonly key: string
  readonly value: Uint8Array
  /** The revision that the entry must have; 0 when there must be none. */
  readonly expectedRevision?: number
  /** The value that the entry must have. */
  readonly expectedValue?: Uint8Array
}

function emptyKvCommand(): Draft<KvCommand> {
  return {
    operation: 'put',
    key: '',
    value: noBytes,
  }
}

function readKvCommand(reader: ProtoReader): KvCommand {
  const message = emptyKvCommand()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.operation = readOperation(reader)
        break
      case 18:
        message.key = reader.string()
        break
      case 26:
        message.value = reader.bytes()
        break
      case 32:
        message.expectedRevision = reader.uint64()
        break
      case 42:
        message.expectedValue = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeKvCommand(writer: ProtoWriter, message: KvCommand): void {
  if (message.operation !== 'put') writeOperation(writer.tag(8), message.operation)
  if (message.key !== '') writer.tag(18).string(message.key)
  if (message.value.length !== 0) writer.tag(26).bytes(message.value)
  if (message.expectedRevision !== undefined) writer.tag(32).uint64(message.expectedRevision)
  if (message.expectedValue !== undefined) writer.tag(42).bytes(message.expectedValue)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeKvCommand(message: KvCommand): Uint8Array {
  return encodeWith(writeKvCommand, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeKvCommand(bytes: Uint8Array): KvCommand {
  return decodeWith(readKvCommand, bytes)
}

/** What came of a command. */
export interface KvResult {
  /** False when there was nothing to delete, or the entry was another one than was expected. */
  readonly changed: boolean
  /** Of the entry as it is now; 0 when there is none. */
  readonly revision: number
  /** Of the entry as it is now; 0 when there is none. */
  readonly version: number
}

function emptyKvResult(): Draft<KvResult> {
  return {
    changed: false,
    revision: 0,
    version: 0,
  }
}

function readKvResult(reader: ProtoReader): KvResult {
  const message = emptyKvResult()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.changed = reader.bool()
        break
      case 16:
        message.revision = reader.uint64()
        break
      case 24:
        message.version = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeKvResult(writer: ProtoWriter, message: KvResult): void {
  if (message.changed !== false) writer.tag(8).bool(message.changed)
  if (message.revision !== 0) writer.tag(16).uint64(message.revision)
  if (message.version !== 0) writer.tag(24).uint64(message.version)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeKvResult(message: KvResult): Uint8Array {
  return encodeWith(writeKvResult, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeKvResult(bytes: Uint8Array): KvResult {
  return decodeWith(readKvResult, bytes)
}

/** Asks for entries. */
export interface KvQuery {
  readonly selection: Selection
  /** The key, or the prefix. */
  readonly text: string
  /** Only keys greater than this one. */
  readonly after?: string
  /** At most so many entries. */
  readonly limit: number
}

function emptyKvQuery(): Draft<KvQuery> {
  return {
    selection: 'key',
    text: '',
    limit: 0,
  }
}

function readKvQuery(reader: ProtoReader): KvQuery {
  const message = emptyKvQuery()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.selection = readSelection(reader)
        break
      case 18:
        message.text = reader.string()
        break
      case 26:
        message.after = reader.string()
        break
      case 32:
        message.limit = reader.uint32()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeKvQuery(writer: ProtoWriter, message: KvQuery): void {
  if (message.selection !== 'key') writeSelection(writer.tag(8), message.selection)
  if (message.text !== '') writer.tag(18).string(message.text)
  if (message.after !== undefined) writer.tag(26).string(message.after)
  if (message.limit !== 0) writer.tag(32).uint32(message.limit)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeKvQuery(message: KvQuery): Uint8Array {
  return encodeWith(writeKvQuery, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeKvQuery(bytes: Uint8Array): KvQuery {
  return decodeWith(readKvQuery, bytes)
}

/** Entries in the order of their keys. */
export interface KvAnswer {
  readonly entries: readonly KvEntry[]
  /** True when there are further ones, behind the last. */
  readonly more: boolean
}

function emptyKvAnswer(): Draft<KvAnswer> {
  return {
    entries: [],
    more: false,
  }
}

function readKvAnswer(reader: ProtoReader): KvAnswer {
  const message = emptyKvAnswer()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.entries.push(reader.message(readKvEntry))
        break
      case 16:
        message.more = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeKvAnswer(writer: ProtoWriter, message: KvAnswer): void {
  for (const item of message.entries) writer.tag(10).message(writeKvEntry, item)
  if (message.more !== false) writer.tag(16).bool(message.more)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeKvAnswer(message: KvAnswer): Uint8Array {
  return encodeWith(writeKvAnswer, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeKvAnswer(bytes: Uint8Array): KvAnswer {
  return decodeWith(readKvAnswer, bytes)
}

export interface KvEntry {
  readonly key: string
  readonly value: Uint8Array
  /** Index in the log of the command that changed it last. */
  readonly revision: number
  /** How often it was changed since it was created: 1 after the first put. */
  readonly version: number
}

function emptyKvEntry(): Draft<KvEntry> {
  return {
    key: '',
    value: noBytes,
    revision: 0,
    version: 0,
  }
}

function readKvEntry(reader: ProtoReader): KvEntry {
  const message = emptyKvEntry()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.key = reader.string()
        break
      case 18:
        message.value = reader.bytes()
        break
      case 24:
        message.revision = reader.uint64()
        break
      case 32:
        message.version = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeKvEntry(writer: ProtoWriter, message: KvEntry): void {
  if (message.key !== '') writer.tag(10).string(message.key)
  if (message.value.length !== 0) writer.tag(18).bytes(message.value)
  if (message.revision !== 0) writer.tag(24).uint64(message.revision)
  if (message.version !== 0) writer.tag(32).uint64(message.version)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeKvEntry(message: KvEntry): Uint8Array {
  return encodeWith(writeKvEntry, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeKvEntry(bytes: Uint8Array): KvEntry {
  return decodeWith(readKvEntry, bytes)
}

/** All entries, in the order of their keys. */
export interface KvSnapshot {
  readonly entries: readonly KvEntry[]
}

function emptyKvSnapshot(): Draft<KvSnapshot> {
  return {
    entries: [],
  }
}

function readKvSnapshot(reader: ProtoReader): KvSnapshot {
  const message = emptyKvSnapshot()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.entries.push(reader.message(readKvEntry))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeKvSnapshot(writer: ProtoWriter, message: KvSnapshot): void {
  for (const item of message.entries) writer.tag(10).message(writeKvEntry, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeKvSnapshot(message: KvSnapshot): Uint8Array {
  return encodeWith(writeKvSnapshot, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeKvSnapshot(bytes: Uint8Array): KvSnapshot {
  return decodeWith(readKvSnapshot, bytes)
}
