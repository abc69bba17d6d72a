import type { Random } from '@quorate/core'
import { decodePiece, encodePiece } from '../generated/piece.js'

/** The type of an envelope that carries a piece of another one. */
export const pieceType = 'Piece'

/** Bytes of the envelope of a piece and of what stands beside its bytes: an upper bound. */
const overheadBytes = 576
/** Less than that is no use. */
const pieceBytesMin = 448
/** Pieces of so many messages of one sender may be under way: they may overtake one another. */
const messagesMax = 4
/** Bytes of messages whose pieces have not all come, and so many for each piece; the oldest messages are given up. */
const bytesHeldMax = 64 * 1024 * 1024
const besidePieceBytes = 512

/**
 * Cuts what is larger than the bus takes. Roles make their messages as large as their group allows, and a bus that comes
 * back, or is reloaded, may take less.
 */
export class PieceCutter {
  readonly #random: Random
  #lastMessage: number | undefined

  constructor(random: Random) {
    this.#random = random
  }

  /** The payloads of the pieces; none where not even pieces would be taken. */
  cut(bytes: Uint8Array, bytesMax: number): Uint8Array[] {
    const size = bytesMax - overheadBytes
    if (size < pieceBytesMin) return []
    // Pieces of an earlier life of this sender may still be on their way, and must not be taken for those of this one.
    const message = (this.#lastMessage ?? this.#random.below(2 ** 31) * 2 ** 16) + 1
    this.#lastMessage = message
    const count = Math.ceil(bytes.length / size)
    return Array.from({ length: count }, (_, position) =>
      encodePiece({ message, position, count, bytes: bytes.subarray(position * size, (position + 1) * size) }),
    )
  }
}

/** A message of which some pieces have come, by their positions. */
interface Partial {
  readonly pieces: Map<number, Uint8Array>
  bytes: number
}

const heldBytes = ({ pieces, bytes }: Partial): number => bytes + pieces.size * besidePieceBytes

/** Puts messages together again. One of which a piece was lost is lost. */
export class PieceCollector {
  /** By sender and receiver, then by the number of the message, the oldest first. */
  readonly #senders = new Map<string, Map<number, Partial>>()
  #bytes = 0

  /**
   * Takes a piece; gives the whole message with the last of its pieces.
   * @throws `QUORATE_MALFORMED_MESSAGE`
   */
  add(sender: string, payload: Uint8Array): Uint8Array | undefined {
    const { message, position, count, bytes } = decodePiece(payload)
    if (position >= count) return undefined
    const messages = this.#senders.get(sender) ?? new Map<number, Partial>()
    this.#senders.set(sender, messages)
    const known = messages.get(message)
    const partial = known ?? { pieces: new Map<number, Uint8Array>(), bytes: 0 }
    if (!known) messages.set(message, partial)
    if (partial.pieces.has(position)) return undefined
    partial.pieces.set(position, bytes)
    partial.bytes += bytes.length
    this.#bytes += bytes.length + besidePieceBytes
    if (partial.pieces.size === count) {
      this.#forget(sender, messages, message)
      return concatenated(partial)
    }
    this.#makeRoom(sender, messages)
    return undefined
  }

  #makeRoom(sender: string, messages: Map<number, Partial>): void {
    for (const oldest of messages.keys()) {
      if (messages.size <= messagesMax) break
      this.#forget(sender, messages, oldest)
    }
    for (const [other, theirs] of this.#senders) {
      for (const oldest of theirs.keys()) {
        if (this.#bytes <= bytesHeldMax) return
        this.#forget(other, theirs, oldest)
      }
    }
  }

  #forget(sender: string, messages: Map<number, Partial>, message: number): void {
    const partial = messages.get(message)
    if (partial) this.#bytes -= heldBytes(partial)
    messages.delete(message)
    if (messages.size === 0) this.#senders.delete(sender)
  }
}

function concatenated({ pieces, bytes }: Partial): Uint8Array {
  const whole = new Uint8Array(bytes)
  let at = 0
  for (let position = 0; position < pieces.size; position++) {
    const piece = pieces.get(position) as Uint8Array
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
