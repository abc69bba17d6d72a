import { type Bytes, invariant, Piece, Pieces, type StoreOperation } from '@quorate/core'
import type { LogKeys } from './keys.js'
import type { Change } from './log.js'
import { sealBytes } from './value.js'

/** What is not in pieces already is stored in parts of this size, so that no value is huge. */
const partBytes = 1024 * 1024

/** Gives what is stored under the key of a part, at once. */
export type ReadPart = (key: Uint8Array) => Uint8Array

type Stage = Extract<StoreOperation, { type: 'stage' }>

/** A part as it was found; its bytes are kept where they cannot be read again at once. */
export interface FoundPart {
  readonly length: number
  readonly bytes: Uint8Array | undefined
}

/** The parts of one snapshot. Its number stands in their keys, so that those of two never mix. */
interface Generation {
  readonly number: number
  /** How many there are, from 0. */
  parts: number
  /** What pieces in memory read from. */
  source: Source | undefined
}

/** Reads the parts of one snapshot. Whoever still holds a piece of it holds this, and as long as that is so they stay. */
class Source {
  readonly #read: ReadPart
  readonly #keyOf: (part: number) => Uint8Array

  constructor(read: ReadPart, keyOf: (part: number) => Uint8Array) {
    this.#read = read
    this.#keyOf = keyOf
  }

  part(part: number): Uint8Array {
    return this.#read(this.#keyOf(part))
  }
}

/**
 * The parts of a log's snapshot, and of those that may become it: pieces are written as they come, under a number of their
 * own, and the head names that number once all are there. Parts that no head names go: with the next write, where
 * nobody reads them, and after a crash with the first.
 */
export class SnapshotParts {
  readonly #keys: LogKeys
  /** `undefined` where the database reads with a promise only: pieces stay in memory. */
  readonly #read: ReadPart | undefined
  #current: Generation | undefined
  #lastNumber: number
  #wasRead = false
  readonly #staging = new Map<Stage['origin'], Generation>()
  readonly #places = new WeakMap<Piece, { readonly generation: Generation; readonly part: number }>()
  /** Pieces that can be read from the database once the write under way is durable. */
  #moving: (() => void)[] = []
  /** Parts that are to be deleted. */
  #gone: { readonly number: number; readonly parts: number }[] = []
  readonly #unread = new FinalizationRegistry<{ readonly number: number; readonly parts: number }>((parts) =>
    this.#gone.push(parts),
  )

  constructor(keys: LogKeys, read: ReadPart | undefined, lastNumber: number) {
    this.#keys = keys
    this.#read = read
    this.#lastNumber = lastNumber
  }

  /** The snapshot that the head names was found, in so many parts. */
  found(number: number, parts: number): void {
    this.#current ??= { number, parts, source: undefined }
  }

  /** The snapshot that was found: how long its parts are, or where nothing is read at once the parts. */
  bytesOf(parts: readonly FoundPart[]): Bytes {
    const generation = this.#current
    invariant(generation !== undefined, 'there is no snapshot')
    return new Pieces(
      parts.map(({ length, bytes }, part) => {
        const source = this.#sourceOf(generation)
        const piece = bytes || !source ? new Piece(bytes ?? noBytes) : Piece.stored(length, () => source.part(part))
        this.#places.set(piece, { generation, part })
        return piece
      }),
    )
  }

  /** A part that no head names: of a snapshot that was never finished, or is none any more. At the first reading only. */
  foundUnnamed(number: number, part: number): void {
    if (this.#wasRead) return
    this.#lastNumber = Math.max(this.#lastNumber, number)
    this.#gone.push({ number, parts: part + 1 })
  }

  /** From now on parts that no head names are known, and some of them are being read or written. */
  wasRead(): void {
    this.#wasRead = true
  }

  /** Plans to write a piece of what may become the snapshot. */
  stage({ origin, number, piece }: Stage, changes: Change[]): void {
    if (number === 0) {
      this.#abandon(this.#staging.get(origin))
      this.#staging.set(origin, this.#begin())
    }
    const generation = this.#staging.get(origin)
    invariant(generation?.parts === number, `piece ${number} of a snapshot follows ${generation?.parts ?? 0} others`)
    this.#put(generation, piece.bytes, changes)
    this.#places.set(piece, { generation, part: number })
    const source = this.#sourceOf(generation)
    if (source) this.#moving.push(() => piece.moveTo(() => source.part(number)))
  }

  /** Plans to make these bytes the snapshot. Gives the number under which they are: they may be there already. */
  replace(bytes: Bytes, changes: Change[]): number {
    const staged = this.#generationOf(bytes)
    const generation = staged ?? this.#begin()
    if (!staged) {
      for (let at = 0; at < bytes.length; at += partBytes)
        this.#put(generation, bytes.subarray(at, Math.min(at + partBytes, bytes.length)), changes)
    }
    for (const [origin, staging] of this.#staging) if (staging === generation) this.#staging.delete(origin)
    if (this.#current !== generation) this.#abandon(this.#current)
    this.#current = generation
    return generation.number
  }

  /** Plans to delete what has become useless. */
  sweep(changes: Change[]): void {
    for (const { number, parts } of this.#gone)
      for (let part = 0; part < parts; part++) changes.push({ type: 'del', key: this.#keys.part(number, part) })
    this.#gone = []
  }

  /** What was planned is on the disk. */
  durable(): void {
    const moving = this.#moving
    this.#moving = []
    for (const move of moving) move()
  }

  #begin(): Generation {
    return { number: ++this.#lastNumber, parts: 0, source: undefined }
  }

  #put(generation: Generation, bytes: Uint8Array, changes: Change[]): void {
    const key = this.#keys.part(generation.number, generation.parts++)
    changes.push({ type: 'put', key, value: sealBytes(key, bytes).value })
  }

  /** The one that holds exactly these bytes, if they were staged, or are the snapshot already. */
  #generationOf(bytes: Bytes): Generation | undefined {
    if (!(bytes instanceof Pieces)) return undefined
    const [first] = bytes.pieces
    const generation = first && this.#places.get(first)?.generation
    if (!generation || generation.parts !== bytes.pieces.length) return undefined
    const isWhole = bytes.pieces.every((piece, at) => {
      const place = this.#places.get(piece)
      return place?.generation === generation && place.part === at
    })
    const isThere = generation === this.#current || [...this.#staging.values()].includes(generation)
    return isWhole && isThere ? generation : undefined
  }

  #sourceOf(generation: Generation): Source | undefined {
    if (!this.#read) return undefined
    const { number } = generation
    generation.source ??= new Source(this.#read, (part) => this.#keys.part(number, part))
    return generation.source
  }

  /** Its parts go, but not before nobody can read them any more. */
  #abandon(generation: Generation | undefined): void {
    if (!generation) return
    const { number, parts, source } = generation
    generation.source = undefined
    if (source) this.#unread.register(source, { number, parts })
    else this.#gone.push({ number, parts })
  }
}

const noBytes = new Uint8Array(0)
