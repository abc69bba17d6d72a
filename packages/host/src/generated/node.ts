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

/** What a node takes a group for. */
export interface GroupCharter {
  readonly group: string
  /** Members, quorums and settings, as text. */
  readonly charter: string
}

function emptyGroupCharter(): Draft<GroupCharter> {
  return {
    group: '',
    charter: '',
  }
}

function readGroupCharter(reader: ProtoReader): GroupCharter {
  const message = emptyGroupCharter()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.group = reader.string()
        break
      case 18:
        message.charter = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeGroupCharter(writer: ProtoWriter, message: GroupCharter): void {
  if (message.group !== '') writer.tag(10).string(message.group)
  if (message.charter !== '') writer.tag(18).string(message.charter)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeGroupCharter(message: GroupCharter): Uint8Array {
  return encodeWith(writeGroupCharter, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeGroupCharter(bytes: Uint8Array): GroupCharter {
  return decodeWith(readGroupCharter, bytes)
}

/** Asks whether the receiver knows the sender, and with which store. The envelope says which one it has. */
export interface Introduce {
  readonly type: 'Introduce'
  readonly request: number
  /** Of the groups that the sender is a member of. */
  readonly groups: readonly GroupCharter[]
}

function emptyIntroduce(): Draft<Introduce> {
  return {
    type: 'Introduce',
    request: 0,
    groups: [],
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
      case 18:
        message.groups.push(reader.message(readGroupCharter))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeIntroduce(writer: ProtoWriter, message: Introduce): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  for (const item of message.groups) writer.tag(18).message(writeGroupCharter, item)
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
  /** Those of the sender's groups that the receiver takes for something else, as it has them. */
  readonly others: readonly GroupCharter[]
  /** True when no group of the receiver names the sender. */
  readonly isStranger: boolean
  /** Those of the sender's groups that have taken it in as a member, with this very store. */
  readonly takenIn: readonly string[]
  /** The versions of the lists that name it, in the same order. */
  readonly takenInBy: readonly number[]
}

function emptyIntroduced(): Draft<Introduced> {
  return {
    type: 'Introduced',
    request: 0,
    store: noBytes,
    otherStore: noBytes,
    others: [],
    isStranger: false,
    takenIn: [],
    takenInBy: [],
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
      case 34:
        message.others.push(reader.message(readGroupCharter))
        break
      case 40:
        message.isStranger = reader.bool()
        break
      case 50:
        message.takenIn.push(reader.string())
        break
      case 58:
        reader.message((list) => {
          while (list.hasMore()) message.takenInBy.push(list.uint64())
        })
        break
      case 56:
        message.takenInBy.push(reader.uint64())
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
  for (const item of message.others) writer.tag(34).message(writeGroupCharter, item)
  if (message.isStranger !== false) writer.tag(40).bool(message.isStranger)
  for (const item of message.takenIn) writer.tag(50).string(item)
  if (message.takenInBy.length !== 0) {
    writer.tag(58).message((list, items) => {
      for (const item of items) list.uint64(item)
    }, message.takenInBy)
  }
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeIntroduced(message: Introduced): Uint8Array {
  return encodeWith(writeIntroduced, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeIntroduced(bytes: Uint8Array): Introduced {
  return decodeWith(readIntroduced, bytes)
}

/** Tells a node that the sender takes groups for something else, and does not hear it in them. */
export interface OtherCharters {
  readonly type: 'OtherCharters'
  readonly groups: readonly GroupCharter[]
}

function emptyOtherCharters(): Draft<OtherCharters> {
  return {
    type: 'OtherCharters',
    groups: [],
  }
}

function readOtherCharters(reader: ProtoReader): OtherCharters {
  const message = emptyOtherCharters()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.groups.push(reader.message(readGroupCharter))
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeOtherCharters(writer: ProtoWriter, message: OtherCharters): void {
  for (const item of message.groups) writer.tag(10).message(writeGroupCharter, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeOtherCharters(message: OtherCharters): Uint8Array {
  return encodeWith(writeOtherCharters, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeOtherCharters(bytes: Uint8Array): OtherCharters {
  return decodeWith(readOtherCharters, bytes)
}

/** Tells a node that a group goes by a later list of members, on which that node is not. */
export interface NotMember {
  readonly type: 'NotMember'
  readonly group: string
  /** Of the list. */
  readonly version: number
}

function emptyNotMember(): Draft<NotMember> {
  return {
    type: 'NotMember',
    group: '',
    version: 0,
  }
}

function readNotMember(reader: ProtoReader): NotMember {
  const message = emptyNotMember()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.group = reader.string()
        break
      case 16:
        message.version = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeNotMember(writer: ProtoWriter, message: NotMember): void {
  if (message.group !== '') writer.tag(10).string(message.group)
  if (message.version !== 0) writer.tag(16).uint64(message.version)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeNotMember(message: NotMember): Uint8Array {
  return encodeWith(writeNotMember, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeNotMember(bytes: Uint8Array): NotMember {
  return decodeWith(readNotMember, bytes)
}

/**
 * A node tells whoever else runs under its id that it is there. The envelope says with which store, and in which start of it.
 */
export interface Present {
  readonly type: 'Present'
}

function emptyPresent(): Draft<Present> {
  return {
    type: 'Present',
  }
}

function readPresent(reader: ProtoReader): Present {
  const message = emptyPresent()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePresent(_writer: ProtoWriter, _message: Present): void {
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePresent(message: Present): Uint8Array {
  return encodeWith(writePresent, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePresent(bytes: Uint8Array): Present {
  return decodeWith(readPresent, bytes)
}

/** Tells a node that a later start of its store is known, and that it is not heard. */
export interface OtherStart {
  readonly type: 'OtherStart'
  readonly start: number
}

function emptyOtherStart(): Draft<OtherStart> {
  return {
    type: 'OtherStart',
    start: 0,
  }
}

function readOtherStart(reader: ProtoReader): OtherStart {
  const message = emptyOtherStart()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.start = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeOtherStart(writer: ProtoWriter, message: OtherStart): void {
  if (message.start !== 0) writer.tag(8).uint64(message.start)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeOtherStart(message: OtherStart): Uint8Array {
  return encodeWith(writeOtherStart, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeOtherStart(bytes: Uint8Array): OtherStart {
  return decodeWith(readOtherStart, bytes)
}

/** Asks a node for its status. */
export interface NodeStatus {
  readonly type: 'NodeStatus'
  readonly request: number
  /** Of these groups alone; of all, if none is named. */
  readonly groups: readonly string[]
  /** Of those that follow this one by name. */
  readonly after: string
}

function emptyNodeStatus(): Draft<NodeStatus> {
  return {
    type: 'NodeStatus',
    request: 0,
    groups: [],
    after: '',
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
      case 18:
        message.groups.push(reader.string())
        break
      case 26:
        message.after = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeNodeStatus(writer: ProtoWriter, message: NodeStatus): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  for (const item of message.groups) writer.tag(18).string(item)
  if (message.after !== '') writer.tag(26).string(message.after)
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

/** Asks the node that leads a group to give that to another one. */
export interface TransferLeadership {
  readonly type: 'TransferLeadership'
  readonly request: number
  readonly group: string
  /** To whichever can soonest, if none is named. */
  readonly to?: string
}

function emptyTransferLeadership(): Draft<TransferLeadership> {
  return {
    type: 'TransferLeadership',
    request: 0,
    group: '',
  }
}

function readTransferLeadership(reader: ProtoReader): TransferLeadership {
  const message = emptyTransferLeadership()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.group = reader.string()
        break
      case 26:
        message.to = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeTransferLeadership(writer: ProtoWriter, message: TransferLeadership): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.group !== '') writer.tag(18).string(message.group)
  if (message.to !== undefined) writer.tag(26).string(message.to)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeTransferLeadership(message: TransferLeadership): Uint8Array {
  return encodeWith(writeTransferLeadership, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeTransferLeadership(bytes: Uint8Array): TransferLeadership {
  return decodeWith(readTransferLeadership, bytes)
}

/** Answers TransferLeadership. */
export interface LeadershipTransferred {
  readonly type: 'LeadershipTransferred'
  readonly request: number
  /** Who leads now; absent when nobody took the place. */
  readonly leader?: string
  /** Why nobody did: the code of the error, and its text. */
  readonly code: string
  readonly reason: string
}

function emptyLeadershipTransferred(): Draft<LeadershipTransferred> {
  return {
    type: 'LeadershipTransferred',
    request: 0,
    code: '',
    reason: '',
  }
}

function readLeadershipTransferred(reader: ProtoReader): LeadershipTransferred {
  const message = emptyLeadershipTransferred()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.request = reader.uint64()
        break
      case 18:
        message.leader = reader.string()
        break
      case 26:
        message.code = reader.string()
        break
      case 34:
        message.reason = reader.string()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeLeadershipTransferred(writer: ProtoWriter, message: LeadershipTransferred): void {
  if (message.request !== 0) writer.tag(8).uint64(message.request)
  if (message.leader !== undefined) writer.tag(18).string(message.leader)
  if (message.code !== '') writer.tag(26).string(message.code)
  if (message.reason !== '') writer.tag(34).string(message.reason)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeLeadershipTransferred(message: LeadershipTransferred): Uint8Array {
  return encodeWith(writeLeadershipTransferred, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeLeadershipTransferred(bytes: Uint8Array): LeadershipTransferred {
  return decodeWith(readLeadershipTransferred, bytes)
}

/** What a node keeps of itself and of others, on its own disk. */
export interface PeerBook {
  /** True when all others have been asked whether they know this node with another store. */
  readonly introduced: boolean
  readonly peers: readonly Peer[]
  /**
   * Which start of its store the node was last in: how often it was started times 2^24, plus what tells two of the same
   * number apart.
   */
  readonly start: number
  /**
   * Written by earlier versions: of the groups that the node is a member of, as it was first started with them. Each has a row
   * of the table now, `charter/GROUP`.
   */
  readonly groups: readonly GroupCharter[]
  /**
   * Written by earlier versions: groups that were dropped here, with what the node had promised in them. Each has a row now,
   * `dropped/GROUP/FINGERPRINT`.
   */
  readonly dropped: readonly DroppedGroup[]
}

function emptyPeerBook(): Draft<PeerBook> {
  return {
    introduced: false,
    peers: [],
    start: 0,
    groups: [],
    dropped: [],
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
      case 24:
        message.start = reader.uint64()
        break
      case 34:
        message.groups.push(reader.message(readGroupCharter))
        break
      case 42:
        message.dropped.push(reader.message(readDroppedGroup))
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
  if (message.start !== 0) writer.tag(24).uint64(message.start)
  for (const item of message.groups) writer.tag(34).message(writeGroupCharter, item)
  for (const item of message.dropped) writer.tag(42).message(writeDroppedGroup, item)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePeerBook(message: PeerBook): Uint8Array {
  return encodeWith(writePeerBook, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePeerBook(bytes: Uint8Array): PeerBook {
  return decodeWith(readPeerBook, bytes)
}

export interface DroppedGroup {
  readonly group: string
  /** Fingerprint of what the node took it for. */
  readonly charter: number
}

function emptyDroppedGroup(): Draft<DroppedGroup> {
  return {
    group: '',
    charter: 0,
  }
}

function readDroppedGroup(reader: ProtoReader): DroppedGroup {
  const message = emptyDroppedGroup()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.group = reader.string()
        break
      case 16:
        message.charter = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeDroppedGroup(writer: ProtoWriter, message: DroppedGroup): void {
  if (message.group !== '') writer.tag(10).string(message.group)
  if (message.charter !== 0) writer.tag(16).uint64(message.charter)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeDroppedGroup(message: DroppedGroup): Uint8Array {
  return encodeWith(writeDroppedGroup, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeDroppedGroup(bytes: Uint8Array): DroppedGroup {
  return decodeWith(readDroppedGroup, bytes)
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
  | OtherCharters
  | NotMember
  | Present
  | OtherStart
  | NodeStatus
  | NodeStatusReport
  | TransferLeadership
  | LeadershipTransferred

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<NodeMessage> = {
  types: [
    'Introduce',
    'Introduced',
    'OtherCharters',
    'NotMember',
    'Present',
    'OtherStart',
    'NodeStatus',
    'NodeStatusReport',
    'TransferLeadership',
    'LeadershipTransferred',
  ],
  encode(message) {
    switch (message.type) {
      case 'Introduce':
        return encodeIntroduce(message)
      case 'Introduced':
        return encodeIntroduced(message)
      case 'OtherCharters':
        return encodeOtherCharters(message)
      case 'NotMember':
        return encodeNotMember(message)
      case 'Present':
        return encodePresent(message)
      case 'OtherStart':
        return encodeOtherStart(message)
      case 'NodeStatus':
        return encodeNodeStatus(message)
      case 'NodeStatusReport':
        return encodeNodeStatusReport(message)
      case 'TransferLeadership':
        return encodeTransferLeadership(message)
      case 'LeadershipTransferred':
        return encodeLeadershipTransferred(message)
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
      case 'OtherCharters':
        return decodeOtherCharters(bytes)
      case 'NotMember':
        return decodeNotMember(bytes)
      case 'Present':
        return decodePresent(bytes)
      case 'OtherStart':
        return decodeOtherStart(bytes)
      case 'NodeStatus':
        return decodeNodeStatus(bytes)
      case 'NodeStatusReport':
        return decodeNodeStatusReport(bytes)
      case 'TransferLeadership':
        return decodeTransferLeadership(bytes)
      case 'LeadershipTransferred':
        return decodeLeadershipTransferred(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of node.proto; drop it, and see who sends it`)
    }
  },
}
