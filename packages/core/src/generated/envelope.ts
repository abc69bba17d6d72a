// Generated from envelope.proto by "pnpm proto". Do not edit.
import {
  decodeWith,
  type Draft,
  encodeWith,
  noBytes,
  type ProtoReader,
  type ProtoWriter,
} from '../codec/runtime.js'

/** The wrapping of one message between actors, clients included. */
export interface Envelope {
  /** Of the wire format. This field stays what it is in every version. */
  readonly version: number
  /** Name of the cluster. */
  readonly cluster: string
  /** Address of the sender, group/role/node. */
  readonly from: string
  /** Address of the receiver, or of all nodes that host the role. */
  readonly to: string
  /** Identity of the sender's store: a node with another store is another node. Empty for one that has no store. */
  readonly fromStore: Uint8Array
  /** Name of the message in the payload. */
  readonly type: string
  readonly payload: Uint8Array
  /** Which start of its store the sender is in, if it says so: a higher one is a later one. */
  readonly fromStart?: number
  /** Fingerprint of what the sender takes its group for, if it says so. */
  readonly charter?: number
  /**
   * The number of the message, if its sender numbers them: unique among all that it says in this start, to whomever. Pieces of a
   * message bear its number.
   */
  readonly message?: number
  /** The version of the list of members by which the sender goes, in a group that has changed its members. */
  readonly members?: number
}

function emptyEnvelope(): Draft<Envelope> {
  return {
    version: 0,
    cluster: '',
    from: '',
    to: '',
    fromStore: noBytes,
    type: '',
    payload: noBytes,
  }
}

function readEnvelope(reader: ProtoReader): Envelope {
  const message = emptyEnvelope()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.version = reader.uint32()
        break
      case 18:
        message.cluster = reader.string()
        break
      case 26:
        message.from = reader.string()
        break
      case 34:
        message.to = reader.string()
        break
      case 42:
        message.fromStore = reader.bytes()
        break
      case 50:
        message.type = reader.string()
        break
      case 58:
        message.payload = reader.bytes()
        break
      case 72:
        message.fromStart = reader.uint64()
        break
      case 80:
        message.charter = reader.uint64()
        break
      case 88:
        message.message = reader.uint64()
        break
      case 96:
        message.members = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeEnvelope(writer: ProtoWriter, message: Envelope): void {
  if (message.version !== 0) writer.tag(8).uint32(message.version)
  if (message.cluster !== '') writer.tag(18).string(message.cluster)
  if (message.from !== '') writer.tag(26).string(message.from)
  if (message.to !== '') writer.tag(34).string(message.to)
  if (message.fromStore.length !== 0) writer.tag(42).bytes(message.fromStore)
  if (message.type !== '') writer.tag(50).string(message.type)
  if (message.payload.length !== 0) writer.tag(58).bytes(message.payload)
  if (message.fromStart !== undefined) writer.tag(72).uint64(message.fromStart)
  if (message.charter !== undefined) writer.tag(80).uint64(message.charter)
  if (message.message !== undefined) writer.tag(88).uint64(message.message)
  if (message.members !== undefined) writer.tag(96).uint64(message.members)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeEnvelope(message: Envelope): Uint8Array {
  return encodeWith(writeEnvelope, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  return decodeWith(readEnvelope, bytes)
}

/** The payload of an envelope that carries others: what is said to one node, or to one set of nodes, at one time. */
export interface Parcel {
  /** Each of them whole, in the order in which they were said. */
  readonly envelopes: readonly Uint8Array[]
}

function emptyParcel(): Draft<Parcel> {
  return {
    envelopes: [],
  }
}

function readParcel(reader: ProtoReader): Parcel {
  const message = emptyParcel()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.envelopes.push(reader.bytes())
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeParcel(writer: ProtoWriter, message: Parcel): void {
  for (const item of message.envelopes) writer.tag(10).bytes(item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeParcel(message: Parcel): Uint8Array {
  return encodeWith(writeParcel, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeParcel(bytes: Uint8Array): Parcel {
  return decodeWith(readParcel, bytes)
}

/** What a bus needs to know of an envelope. */
export interface EnvelopeHead {
  readonly to: string
  readonly type: string
}

function emptyEnvelopeHead(): Draft<EnvelopeHead> {
  return {
    to: '',
    type: '',
  }
}

function readEnvelopeHead(reader: ProtoReader): EnvelopeHead {
  const message = emptyEnvelopeHead()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 34:
        message.to = reader.string()
        break
      case 50:
        message.type = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeEnvelopeHead(writer: ProtoWriter, message: EnvelopeHead): void {
  if (message.to !== '') writer.tag(34).string(message.to)
  if (message.type !== '') writer.tag(50).string(message.type)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeEnvelopeHead(message: EnvelopeHead): Uint8Array {
  return encodeWith(writeEnvelopeHead, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeEnvelopeHead(bytes: Uint8Array): EnvelopeHead {
  return decodeWith(readEnvelopeHead, bytes)
}

/** What can be read of an envelope of any version. */
export interface EnvelopeVersion {
  readonly version: number
}

function emptyEnvelopeVersion(): Draft<EnvelopeVersion> {
  return {
    version: 0,
  }
}

function readEnvelopeVersion(reader: ProtoReader): EnvelopeVersion {
  const message = emptyEnvelopeVersion()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.version = reader.uint32()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeEnvelopeVersion(writer: ProtoWriter, message: EnvelopeVersion): void {
  if (message.version !== 0) writer.tag(8).uint32(message.version)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeEnvelopeVersion(message: EnvelopeVersion): Uint8Array {
  return encodeWith(writeEnvelopeVersion, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeEnvelopeVersion(bytes: Uint8Array): EnvelopeVersion {
  return decodeWith(readEnvelopeVersion, bytes)
}
