// Generated from presence.proto by "quorate proto". Do not edit.
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

/** Says that a node is there. */
export interface Hello {
  readonly type: 'Hello'
  /** How often it was started. */
  readonly starts: number
}

function emptyHello(): Draft<Hello> {
  return {
    type: 'Hello',
    starts: 0,
  }
}

function readHello(reader: ProtoReader): Hello {
  const message = emptyHello()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.starts = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeHello(writer: ProtoWriter, message: Hello): void {
  if (message.starts !== 0) writer.tag(8).uint64(message.starts)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeHello(message: Hello): Uint8Array {
  return encodeWith(writeHello, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeHello(bytes: Uint8Array): Hello {
  return decodeWith(readHello, bytes)
}

/** Answers: who says so knows of that start, and will not forget it. */
export interface Welcome {
  readonly type: 'Welcome'
  readonly starts: number
}

function emptyWelcome(): Draft<Welcome> {
  return {
    type: 'Welcome',
    starts: 0,
  }
}

function readWelcome(reader: ProtoReader): Welcome {
  const message = emptyWelcome()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.starts = reader.uint64()
        break
      default:
        reader.skip(tag)
    }
  }
  return message
}

function writeWelcome(writer: ProtoWriter, message: Welcome): void {
  if (message.starts !== 0) writer.tag(8).uint64(message.starts)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodeWelcome(message: Welcome): Uint8Array {
  return encodeWith(writeWelcome, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodeWelcome(bytes: Uint8Array): Welcome {
  return decodeWith(readWelcome, bytes)
}

/** All messages of presence.proto that actors say to each other. */
export type PresenceMessage =
  | Hello
  | Welcome

/** How they become bytes, and bytes become messages. */
export const messages: MessageCodec<PresenceMessage> = {
  types: [
    'Hello',
    'Welcome',
  ],
  encode(message) {
    switch (message.type) {
      case 'Hello':
        return encodeHello(message)
      case 'Welcome':
        return encodeWelcome(message)
      default:
        throw new UnencodableValueError('a message of presence.proto', (message as { readonly type: unknown }).type)
    }
  },
  decode(type, bytes) {
    switch (type) {
      case 'Hello':
        return decodeHello(bytes)
      case 'Welcome':
        return decodeWelcome(bytes)
      default:
        throw new MalformedMessageError(`${JSON.stringify(type)} is no message of presence.proto; drop it, and see who sends it`)
    }
  },
}
