// Generated from paxos.proto by "pnpm proto". Do not edit.
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

/** A proposal number. Of one round, ballots are ordered by a place that follows from the name of the node. */
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

/** "A proposal with number n and value v." */
export interface Proposal {
  readonly ballot: Ballot
  /** The client's bytes. */
  readonly value: Uint8Array
}

function emptyProposal(): Draft<Proposal> {
  return {
    ballot: emptyBallot(),
    value: noBytes,
  }
}

function readProposal(reader: ProtoReader): Proposal {
  const message = emptyProposal()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.ballot = reader.message(readBallot)
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

function writeProposal(writer: ProtoWriter, message: Proposal): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.value.length !== 0) writer.tag(18).bytes(message.value)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeProposal(message: Proposal): Uint8Array {
  return encodeWith(writeProposal, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeProposal(bytes: Uint8Array): Proposal {
  return decodeWith(readProposal, bytes)
}

/** Phase 1(a): asks for a promise never again to accept a proposal numbered less. */
export interface Prepare {
  readonly type: 'Prepare'
  readonly ballot: Ballot
}

function emptyPrepare(): Draft<Prepare> {
  return {
    type: 'Prepare',
    ballot: emptyBallot(),
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
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePrepare(writer: ProtoWriter, message: Prepare): void {
  writer.tag(10).message(writeBallot, message.ballot)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePrepare(message: Prepare): Uint8Array {
  return encodeWith(writePrepare, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePrepare(bytes: Uint8Array): Prepare {
  return decodeWith(readPrepare, bytes)
}

/** Phase 1(b). */
export interface Promise {
  readonly type: 'Promise'
  readonly ballot: Ballot
  /** "The highest-numbered proposal (if any) that it has accepted." */
  readonly accepted?: Proposal
  /** Its disk lost a write: a proposal that it accepted may be forgotten. */
  readonly doubtful: boolean
}

function emptyPromise(): Draft<Promise> {
  return {
    type: 'Promise',
    ballot: emptyBallot(),
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
      case 18:
        message.accepted = reader.message(readProposal)
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

function writePromise(writer: ProtoWriter, message: Promise): void {
  writer.tag(10).message(writeBallot, message.ballot)
  if (message.accepted !== undefined) writer.tag(18).message(writeProposal, message.accepted)
  if (message.doubtful !== false) writer.tag(24).bool(message.doubtful)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePromise(message: Promise): Uint8Array {
  return encodeWith(writePromise, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePromise(bytes: Uint8Array): Promise {
  return decodeWith(readPromise, bytes)
}

/** Phase 2(a). */
export interface Accept {
  readonly type: 'Accept'
  readonly proposal: Proposal
}

function emptyAccept(): Draft<Accept> {
  return {
    type: 'Accept',
    proposal: emptyProposal(),
  }
}

function readAccept(reader: ProtoReader): Accept {
  const message = emptyAccept()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.proposal = reader.message(readProposal)
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAccept(writer: ProtoWriter, message: Accept): void {
  writer.tag(10).message(writeProposal, message.proposal)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAccept(message: Accept): Uint8Array {
  return encodeWith(writeAccept, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAccept(bytes: Uint8Array): Accept {
  return decodeWith(readAccept, bytes)
}

/** Phase 2(b): to the proposer and to learners. */
export interface Accepted {
  readonly type: 'Accepted'
  readonly proposal: Proposal
}

function emptyAccepted(): Draft<Accepted> {
  return {
    type: 'Accepted',
    proposal: emptyProposal(),
  }
}

function readAccepted(reader: ProtoReader): Accepted {
  const message = emptyAccepted()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.proposal = reader.message(readProposal)
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAccepted(writer: ProtoWriter, message: Accepted): void {
  writer.tag(10).message(writeProposal, message.proposal)
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

/** A learner asks what was accepted, or learned. */
export interface Learn {
  readonly type: 'Learn'
}

function emptyLearn(): Draft<Learn> {
  return {
    type: 'Learn',
  }
}

function readLearn(reader: ProtoReader): Learn {
  const message = emptyLearn()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeLearn(_writer: ProtoWriter, _message: Learn): void {
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeLearn(message: Learn): Uint8Array {
  return encodeWith(writeLearn, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeLearn(bytes: Uint8Array): Learn {
  return decodeWith(readLearn, bytes)
}

/** The value that was chosen. */
export interface Chosen {
  readonly type: 'Chosen'
  readonly value: Uint8Array
}

function emptyChosen(): Draft<Chosen> {
  return {
    type: 'Chosen',
    value: noBytes,
  }
}

function readChosen(reader: ProtoReader): Chosen {
  const message = emptyChosen()
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

function writeChosen(writer: ProtoWriter, message: Chosen): void {
  if (message.value.length !== 0) writer.tag(10).bytes(message.value)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeChosen(message: Chosen): Uint8Array {
  return encodeWith(writeChosen, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeChosen(bytes: Uint8Array): Chosen {
  return decodeWith(readChosen, bytes)
}

/** What an acceptor must not forget. */
export interface AcceptorRecord {
  /** The highest ballot of a Prepare or an Accept that was answered. */
  readonly promised: Ballot
  /** The highest-numbered proposal that was accepted. */
  readonly accepted?: Proposal
  /** The disk lost a write, and what it was may still matter. */
  readonly doubtful: boolean
  /** How often the disk was in doubt. */
  readonly doubt: number
}

function emptyAcceptorRecord(): Draft<AcceptorRecord> {
  return {
    promised: emptyBallot(),
    doubtful: false,
    doubt: 0,
  }
}

function readAcceptorRecord(reader: ProtoReader): AcceptorRecord {
  const message = emptyAcceptorRecord()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 10:
        message.promised = reader.message(readBallot)
        break
      case 18:
        message.accepted = reader.message(readProposal)
        break
      case 24:
        message.doubtful = reader.bool()
        break
      case 32:
        message.doubt = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeAcceptorRecord(writer: ProtoWriter, message: AcceptorRecord): void {
  writer.tag(10).message(writeBallot, message.promised)
  if (message.accepted !== undefined) writer.tag(18).message(writeProposal, message.accepted)
  if (message.doubtful !== false) writer.tag(24).bool(message.doubtful)
  if (message.doubt !== 0) writer.tag(32).uint64(message.doubt)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeAcceptorRecord(message: AcceptorRecord): Uint8Array {
  return encodeWith(writeAcceptorRecord, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeAcceptorRecord(bytes: Uint8Array): AcceptorRecord {
  return decodeWith(readAcceptorRecord, bytes)
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
  /** No ballot that this proposer has issued is higher; round 0 for none. */
  readonly ballot: Ballot
  /** What was chosen, of the proposer in whose ballot it was. */
  readonly chosen?: Proposal
}

function emptyRejoinReply(): Draft<RejoinReply> {
  return {
    type: 'RejoinReply',
    doubt: 0,
    ballot: emptyBallot(),
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
      case 26:
        message.chosen = reader.message(readProposal)
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
  if (message.chosen !== undefined) writer.tag(26).message(writeProposal, message.chosen)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeRejoinReply(message: RejoinReply): Uint8Array {
  return encodeWith(writeRejoinReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeRejoinReply(bytes: Uint8Array): RejoinReply {
  return decodeWith(readRejoinReply, bytes)
}

/** All messages of paxos.proto that actors say to each other. */
export type PaxosMessage =
  | Prepare
  | Promise
  | Accept
  | Accepted
  | Nack
  | Learn
  | Chosen
  | Rejoin
  | RejoinReply

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<PaxosMessage> = {
  types: [
    'Prepare',
    'Promise',
    'Accept',
    'Accepted',
    'Nack',
    'Learn',
    'Chosen',
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
      case 'Learn':
        return encodeLearn(message)
      case 'Chosen':
        return encodeChosen(message)
      case 'Rejoin':
        return encodeRejoin(message)
      case 'RejoinReply':
        return encodeRejoinReply(message)
      default:
        throw new UnencodableValueError('a message of paxos.proto', (message as { readonly type: unknown }).type)
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
      case 'Learn':
        return decodeLearn(bytes)
      case 'Chosen':
        return decodeChosen(bytes)
      case 'Rejoin':
        return decodeRejoin(bytes)
      case 'RejoinReply':
        return decodeRejoinReply(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of paxos.proto; drop it, and see who sends it`)
    }
  },
}
