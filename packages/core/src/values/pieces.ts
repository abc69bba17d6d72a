import { invariant } from '../errors/errors.js'

/** Bytes that need not lie in one place, nor in memory, and never change. A `Uint8Array` is such. */
export interface Bytes {
  readonly length: number
  /** Those from `begin` to before `end`, as far as there are such. Must not be changed. */
  subarray(begin: number, end: number): Uint8Array
}

/** What is cut into pieces is cut into such of this size. */
export const pieceBytes = 256 * 1024

/**
 * A piece of a large value: in memory until a store has it, and from then on read where it lies. It is a value, for its
 * bytes are the same wherever they are; where they are is nobody's business but that of the store.
 */
export class Piece {
  readonly length: number
  #read: () => Uint8Array

  constructor(bytes: Uint8Array) {
    this.length = bytes.length
    this.#read = () => bytes
  }

  /** A piece that lies in a store already. */
  static stored(length: number, read: () => Uint8Array): Piece {
    const piece = new Piece(noBytes)
    ;(piece as { length: number }).length = length
    piece.#read = read
    return piece
  }

  get bytes(): Uint8Array {
    return this.#read()
  }

  /** A store has the bytes: they are read from there, and no longer kept in memory. */
  moveTo(read: () => Uint8Array): void {
    this.#read = read
  }
}

/** Bytes in pieces, one after the other. A value. */
export class Pieces implements Bytes {
  readonly pieces: readonly Piece[]
  readonly length: number
  /** Where each piece begins. */
  readonly #begins: readonly number[]
  /** What was looked at last: whoever reads on looks at it again. */
  #last: { readonly at: number; readonly bytes: Uint8Array } | undefined

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces
    let length = 0
    this.#begins = pieces.map((piece) => {
      const begin = length
      length += piece.length
      return begin
    })
    this.length = length
  }

  subarray(begin: number, end: number): Uint8Array {
    const to = Math.min(end, this.length)
    if (begin >= to) return noBytes
    const first = this.#at(begin)
    const from = begin - this.#begin(first)
    if (to <= this.#begin(first) + this.#length(first)) return this.#bytesAt(first).subarray(from, from + to - begin)
    const whole = new Uint8Array(to - begin)
    for (let at = first, copied = 0; copied < whole.length; at++) {
      const part = this.#bytesAt(at).subarray(at === first ? from : 0)
      whole.set(part.subarray(0, whole.length - copied), copied)
      copied += Math.min(part.length, whole.length - copied)
    }
    return whole
  }

  /** The piece in which a byte lies. */
  #at(byte: number): number {
    let [low, high] = [0, this.pieces.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#begin(middle) <= byte) low = middle
      else high = middle - 1
    }
    return low
  }

  #begin(at: number): number {
    return this.#begins[at] ?? this.length
  }

  #length(at: number): number {
    return this.pieces[at]?.length ?? 0
  }

  #bytesAt(at: number): Uint8Array {
    if (this.#last?.at === at) return this.#last.bytes
    const piece = this.pieces[at]
    invariant(piece !== undefined, `there is no piece ${at}`)
    const { bytes } = piece
    invariant(bytes.length === piece.length, `a piece of ${piece.length} bytes came back with ${bytes.length}`)
    this.#last = { at, bytes }
    return bytes
  }

  /** A summary for traces and inspectors. */
  toJSON(): { readonly length: number; readonly pieces: number } {
    return { length: this.length, pieces: this.pieces.length }
  }
}

/** All of it, in one place. */
export const wholeOf = (bytes: Bytes): Uint8Array =>
  bytes instanceof Uint8Array ? bytes : bytes.subarray(0, bytes.length)

/** What comes in parts of any size, in pieces of {@link pieceBytes}, but for the last. */
export function* inPieces(parts: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  let piece = new Uint8Array(pieceBytes)
  let used = 0
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const copied = Math.min(part.length - at, pieceBytes - used)
      piece.set(part.subarray(at, at + copied), used)
      at += copied
      used += copied
      if (used < pieceBytes) continue
      yield piece
      piece = new Uint8Array(pieceBytes)
      used = 0
    }
  }
  if (used > 0) yield piece.slice(0, used)
}

export const noBytes = new Uint8Array(0)
