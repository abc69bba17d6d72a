// Generated from piece.proto by "pnpm proto". Do not edit.
import {
  decodeWith,
  type Draft,
  encodeWith,
  noBytes,
  type ProtoReader,
  type ProtoWriter,
} from '@quorate/core'

export interface Piece {
  /** By which the sender tells its messages apart, in each of its lives. */
  readonly message: number
  /** Which of the pieces it is, from 0. */
  readonly position: number
  readonly count: number
  /** Of the envelope that is carried. */
  readonly bytes: Uint8Array
}

function emptyPiece(): Draft<Piece> {
  return {
    message: 0,
    position: 0,
    count: 0,
    bytes: noBytes,
  }
}

function readPiece(reader: ProtoReader): Piece {
  const message = emptyPiece()
  while (reader.hasMore()) {
    const tag = reader.tag()
    switch (tag) {
      case 8:
        message.message = reader.uint64()
        break
      case 16:
        message.position = reader.uint32()
        break
      case 24:
        message.count = reader.uint32()
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

function writePiece(writer: ProtoWriter, message: Piece): void {
  if (message.message !== 0) writer.tag(8).uint64(message.message)
  if (message.position !== 0) writer.tag(16).uint32(message.position)
  if (message.count !== 0) writer.tag(24).uint32(message.count)
  if (message.bytes.length !== 0) writer.tag(34).bytes(message.bytes)
}

/** @throws `QUORATE_UNENCODABLE_VALUE` */
export function encodePiece(message: Piece): Uint8Array {
  return encodeWith(writePiece, message)
}

/** @throws `QUORATE_MALFORMED_MESSAGE` */
export function decodePiece(bytes: Uint8Array): Piece {
  return decodeWith(readPiece, bytes)
}
