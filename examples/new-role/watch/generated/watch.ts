// Generated from watch.proto by "quorate proto". Do not edit.
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

/** Asks for the watch in an epoch. */
export interface Claim {
  readonly type: 'Claim'
  readonly epoch: number
}

function emptyClaim(): Draft<Claim> {
  return {
    type: 'Claim',
    epoch: 0,
  }
}

function readClaim(reader: ProtoReader): Claim {
  const message = emptyClaim()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.epoch = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeClaim(writer: ProtoWriter, message: Claim): void {
  if (message.epoch !== 0) writer.tag(8).uint64(message.epoch)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeClaim(message: Claim): Uint8Array {
  return encodeWith(writeClaim, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeClaim(bytes: Uint8Array): Claim {
  return decodeWith(readClaim, bytes)
}

/** Answers a claim. */
export interface ClaimReply {
  readonly type: 'ClaimReply'
  /** The epoch of who answers: newer than the one asked for, it says so to a claimer that fell behind. */
  readonly epoch: number
  readonly granted: boolean
}

function emptyClaimReply(): Draft<ClaimReply> {
  return {
    type: 'ClaimReply',
    epoch: 0,
    granted: false,
  }
}

function readClaimReply(reader: ProtoReader): ClaimReply {
  const message = emptyClaimReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.epoch = reader.uint64()
        break
      case 16:
        message.granted = reader.bool()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeClaimReply(writer: ProtoWriter, message: ClaimReply): void {
  if (message.epoch !== 0) writer.tag(8).uint64(message.epoch)
  if (message.granted !== false) writer.tag(16).bool(message.granted)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeClaimReply(message: ClaimReply): Uint8Array {
  return encodeWith(writeClaimReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeClaimReply(bytes: Uint8Array): ClaimReply {
  return decodeWith(readClaimReply, bytes)
}

/** Says who has the watch. */
export interface Present {
  readonly type: 'Present'
  readonly epoch: number
}

function emptyPresent(): Draft<Present> {
  return {
    type: 'Present',
    epoch: 0,
  }
}

function readPresent(reader: ProtoReader): Present {
  const message = emptyPresent()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.epoch = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePresent(writer: ProtoWriter, message: Present): void {
  if (message.epoch !== 0) writer.tag(8).uint64(message.epoch)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePresent(message: Present): Uint8Array {
  return encodeWith(writePresent, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePresent(bytes: Uint8Array): Present {
  return decodeWith(readPresent, bytes)
}

/** Answers who has the watch: it was heard, or is relieved. */
export interface PresentReply {
  readonly type: 'PresentReply'
  readonly epoch: number
}

function emptyPresentReply(): Draft<PresentReply> {
  return {
    type: 'PresentReply',
    epoch: 0,
  }
}

function readPresentReply(reader: ProtoReader): PresentReply {
  const message = emptyPresentReply()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.epoch = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writePresentReply(writer: ProtoWriter, message: PresentReply): void {
  if (message.epoch !== 0) writer.tag(8).uint64(message.epoch)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePresentReply(message: PresentReply): Uint8Array {
  return encodeWith(writePresentReply, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePresentReply(bytes: Uint8Array): PresentReply {
  return decodeWith(readPresentReply, bytes)
}

/** All messages of watch.proto that actors say to each other. */
export type WatchMessage =
  | Claim
  | ClaimReply
  | Present
  | PresentReply

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<WatchMessage> = {
  types: [
    'Claim',
    'ClaimReply',
    'Present',
    'PresentReply',
  ],
  encode(message) {
    switch (message.type) {
      case 'Claim':
        return encodeClaim(message)
      case 'ClaimReply':
        return encodeClaimReply(message)
      case 'Present':
        return encodePresent(message)
      case 'PresentReply':
        return encodePresentReply(message)
      default:
        throw new UnencodableValueError('a message of watch.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'Claim':
        return decodeClaim(bytes)
      case 'ClaimReply':
        return decodeClaimReply(bytes)
      case 'Present':
        return decodePresent(bytes)
      case 'PresentReply':
        return decodePresentReply(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of watch.proto; drop it, and see who sends it`)
    }
  },
}
