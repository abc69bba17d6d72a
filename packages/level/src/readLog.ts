import type { Entry, Recovered } from '@quorate/core'
import type { Reader } from './bytes.js'
import { decodeChunkHeader, decodeEntries } from './chunk.js'
import { type Database, readRange } from './database.js'
import { StoreDamagedError } from './errors.js'
import type { Head } from './head.js'
import type { LogKeys } from './keys.js'
import { type ChunkIndex, partBytes, partsOf } from './log.js'
import { unsealValue } from './value.js'

/** A log as it is read, held against its head at each step. */
class LogReading {
  readonly index: ChunkIndex = { firsts: [], digests: [] }
  readonly #where: string
  readonly #keys: LogKeys
  readonly #head: Head
  readonly #entries: Entry[] = []
  readonly #snapshotBytes: Uint8Array
  #parts = 0
  #record: { readonly bytes: Uint8Array; readonly digest: number } | undefined

  constructor(where: string, keys: LogKeys, head: Head) {
    this.#where = where
    this.#keys = keys
    this.#head = head
    this.#snapshotBytes = new Uint8Array(head.snapshot?.length ?? 0)
  }

  visit(key: Uint8Array, value: Uint8Array): void {
    const kind = this.#keys.kindOf(key)
    const where = `${this.#where}, ${kind ?? 'key'} ${Buffer.from(key).toString('hex')}`
    const { reader, digest } = unsealValue(where, key, value)
    switch (kind) {
      case 'record':
        this.#record = { bytes: reader.raw(reader.left), digest }
        break
      case 'snapshot':
        this.#readPart(this.#keys.numberOf(key, 0), this.#keys.numberOf(key, 1), reader)
        break
      case 'chunk':
        this.#readChunk(this.#keys.numberOf(key, 0), reader)
        this.index.digests.push(digest)
        break
      case undefined:
        throw new StoreDamagedError(where, 'no value belongs there')
    }
  }

  #readPart(generation: number, part: number, reader: Reader): void {
    const bytes = reader.raw(reader.left)
    const start = part * partBytes
    const length = Math.min(partBytes, this.#snapshotBytes.length - start)
    if (generation !== this.#head.generation || part !== this.#parts || bytes.length !== length)
      throw this.#damaged(`part ${part} of snapshot ${generation} is out of place`)
    this.#snapshotBytes.set(bytes, start)
    this.#parts++
  }

  #readChunk(first: number, reader: Reader): void {
    const { base, last } = this.#head
    const { before, count } = decodeChunkHeader(reader)
    const previous = this.index.digests.at(-1)
    if (previous !== undefined && before !== previous)
      throw this.#damaged(`entry ${first} does not follow the chunk that stands before it`)
    // A chunk counts up to where the next begins: what it holds beyond was truncated.
    const kept = Math.max(0, first - base.index - 1)
    if (this.#entries.length < kept)
      throw this.#damaged(`entries ${base.index + 1 + this.#entries.length} to ${first - 1} are missing`)
    this.#entries.length = kept
    decodeEntries(reader, first, count, { from: base.index + 1, to: last }, this.#entries)
    this.index.firsts.push(first)
  }

  finish(): Recovered {
    const { record, snapshot, base, last, chunks, chain } = this.#head
    const reached = base.index + this.#entries.length
    if (reached !== last) throw this.#damaged(`entries ${reached + 1} to ${last} are missing`)
    if (this.index.firsts.length !== chunks || (this.index.digests.at(-1) ?? 0) !== chain)
      throw this.#damaged(`its last entries, up to ${last}, are not those that were written last`)
    if (this.#record?.digest !== record) throw this.#damaged('its record is missing, or is not the one written last')
    if (this.#parts !== partsOf(this.#snapshotBytes.length))
      throw this.#damaged(`its snapshot ends after ${this.#parts} of ${partsOf(this.#snapshotBytes.length)} parts`)
    return {
      record: this.#record?.bytes,
      snapshot: snapshot && { last: snapshot.last, bytes: this.#snapshotBytes },
      base,
      entries: this.#entries,
    }
  }

  #damaged(what: string): StoreDamagedError {
    return new StoreDamagedError(this.#where, what)
  }
}

/**
 * Reads one log, as of the call, in one pass. All that its head names must be there, in the version that it names, and
 * its entries must be contiguous.
 * @throws {StoreDamagedError} otherwise.
 */
export const readLog = async (
  database: Database,
  name: string,
  keys: LogKeys,
  head: Head,
): Promise<{ readonly recovered: Recovered; readonly index: ChunkIndex }> => {
  const where = `the log ${name}`
  const reading = new LogReading(where, keys, head)
  await readRange(database, where, keys.range, (key, value) => reading.visit(key, value))
  return { recovered: reading.finish(), index: reading.index }
}
