// Generated from node.proto by "pnpm proto". Do not edit.
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

/** Asks whether the receiver knows the sender, and with which store. The envelope says which one it has. */
export interface Introduce {
  readonly type: 'Introduce'
  readonly request: number
}

function emptyIntroduce(): Draft<Introduce> {
  return {
    type: 'Introduce',
    request: 0,
  }
}

function readIntroduce(reader: ProtoReader): Introduce {
  const message = emptyIntroduce()
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

function writeIntroduce(writer: ProtoWriter, message: Introduce): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeIntroduce(message: Introduce): Uint8Array {
  return encodeWith(writeIntroduce, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeIntroduce(bytes: Uint8Array): Introduce {
  return decodeWith(readIntroduce, bytes)
}

/** Answers Introduce, when the asker's store has been recorded durably or another one is known. */
export interface Introduced {
  readonly type: 'Introduced'
  readonly request: number
  /** The store of the asker. */
  readonly store: Uint8Array
  /** Which store the asker had when it was first heard, if that was another one. */
  readonly otherStore: Uint8Array
}

function emptyIntroduced(): Draft<Introduced> {
  return {
    type: 'Introduced',
    request: 0,
    store: noBytes,
    otherStore: noBytes,
  }
}

function readIntroduced(reader: ProtoReader): Introduced {
  const message = emptyIntroduced()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.store = reader.bytes()
        break
      case 26:
        message.otherStore = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeIntroduced(writer: ProtoWriter, message: Introduced): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.store.length !== 0) writer.tag(18).bytes(message.store)
  if (message.otherStore.length !== 0) writer.tag(26).bytes(message.otherStore)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeIntroduced(message: Introduced): Uint8Array {
  return encodeWith(writeIntroduced, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeIntroduced(bytes: Uint8Array): Introduced {
  return decodeWith(readIntroduced, bytes)
}

/** Asks a node for its status. */
export interface NodeStatus {
  readonly type: 'NodeStatus'
  readonly request: number
}

function emptyNodeStatus(): Draft<NodeStatus> {
  return {
    type: 'NodeStatus',
    request: 0,
  }
}

function readNodeStatus(reader: ProtoReader): NodeStatus {
  const message = emptyNodeStatus()
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

function writeNodeStatus(writer: ProtoWriter, message: NodeStatus): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeNodeStatus(message: NodeStatus): Uint8Array {
  return encodeWith(writeNodeStatus, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeNodeStatus(bytes: Uint8Array): NodeStatus {
  return decodeWith(readNodeStatus, bytes)
}

/** Answers NodeStatus. */
export interface NodeStatusReport {
  readonly type: 'NodeStatusReport'
  readonly request: number
  /** JSON. */
  readonly report: Uint8Array
}

function emptyNodeStatusReport(): Draft<NodeStatusReport> {
  return {
    type: 'NodeStatusReport',
    request: 0,
    report: noBytes,
  }
}

function readNodeStatusReport(reader: ProtoReader): NodeStatusReport {
  const message = emptyNodeStatusReport()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.report = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeNodeStatusReport(writer: ProtoWriter, message: NodeStatusReport): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.report.length !== 0) writer.tag(18).bytes(message.report)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeNodeStatusReport(message: NodeStatusReport): Uint8Array {
  return encodeWith(writeNodeStatusReport, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeNodeStatusReport(bytes: Uint8Array): NodeStatusReport {
  return decodeWith(readNodeStatusReport, bytes)
}

/** What a node keeps of itself and of others, on its own disk. */
export interface PeerBook {
  /** True when all others have been asked whether they know this node with another store. */
  readonly introduced: boolean
  readonly peers: readonly Peer[]
}

function emptyPeerBook(): Draft<PeerBook> {
  return {
    introduced: false,
    peers: [],
  }
}

function readPeerBook(reader: ProtoReader): PeerBook {
  const message = emptyPeerBook()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.introduced = reader.bool()
        break
      case 18:
        message.peers.push(reader.message(readPeer))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePeerBook(writer: ProtoWriter, message: PeerBook): void {
  if (message.introduced !== false) writer.tag(8).bool(message.introduced)
  for (const item of message.peers) writer.tag(18).message(writePeer, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePeerBook(message: PeerBook): Uint8Array {
  return encodeWith(writePeerBook, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePeerBook(bytes: Uint8Array): PeerBook {
  return decodeWith(readPeerBook, bytes)
}

export interface Peer {
  readonly node: string
  /** Identity of the store with which it was first heard. */
  readonly store: Uint8Array
}

function emptyPeer(): Draft<Peer> {
  return {
    node: '',
    store: noBytes,
  }
}

function readPeer(reader: ProtoReader): Peer {
  const message = emptyPeer()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.node = reader.string()
        break
      case 18:
        message.store = reader.bytes()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePeer(writer: ProtoWriter, message: Peer): void {
  if (message.node !== '') writer.tag(10).string(message.node)
  if (message.store.length !== 0) writer.tag(18).bytes(message.store)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePeer(message: Peer): Uint8Array {
  return encodeWith(writePeer, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePeer(bytes: Uint8Array): Peer {
  return decodeWith(readPeer, bytes)
}

/** All messages of node.proto that actors say to each other. */
export type NodeMessage =
  | Introduce
  | Introduced
  | NodeStatus
  | NodeStatusReport

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<NodeMessage> = {
  types: [
    'Introduce',
    'Introduced',
    'NodeStatus',
    'NodeStatusReport',
  ],
  encode(message) {
    switch (message.type) {
      case 'Introduce':
        return encodeIntroduce(message)
      case 'Introduced':
        return encodeIntroduced(message)
      case 'NodeStatus':
        return encodeNodeStatus(message)
      case 'NodeStatusReport':
        return encodeNodeStatusReport(message)
      default:
        throw new UnencodableValueError('a message of node.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'Introduce':
        return decodeIntroduce(bytes)
      case 'Introduced':
        return decodeIntroduced(bytes)
      case 'NodeStatus':
        return decodeNodeStatus(bytes)
      case 'NodeStatusReport':
        return decodeNodeStatusReport(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of node.proto; drop it, and see who sends it`)
    }
  },
}
