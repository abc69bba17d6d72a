import type { Entry, Recovered, Row } from '@quorate/core'
import type { Reader } from './bytes.js'
import { decodeChunkHeader, decodeEntries } from './chunk.js'
import { type Database, readRange, readsAtOnce } from './database.js'
import { StoreDamagedError } from './errors.js'
import type { Head } from './head.js'
import type { LogKeys } from './keys.js'
import type { LogIndex } from './log.js'
import type { FoundPart, SnapshotParts } from './snapshotParts.js'
import { unsealValue } from './value.js'

interface LogToRead {
  readonly keys: LogKeys
  readonly head: Head
  readonly parts: SnapshotParts
}

/** A log as it is read, held against its head at each step. */
class LogReading {
  readonly index: LogIndex = { firsts: [], digests: [], rows: new Map() }
  readonly #where: string
  readonly #keys: LogKeys
  readonly #head: Head
  readonly #entries: Entry[] = []
  readonly #table: Row[] = []
  #rowsSum = 0
  readonly #snapshot: SnapshotParts
  readonly parts: FoundPart[] = []
  readonly #keepsParts: boolean
  #record: { readonly bytes: Uint8Array; readonly digest: number } | undefined

  constructor(where: string, { keys, head, parts }: LogToRead, keepsParts: boolean) {
    this.#where = where
    this.#keys = keys
    this.#head = head
    this.#snapshot = parts
    this.#keepsParts = keepsParts
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
      case 'row':
        this.#readRow(this.#keys.rowOf(key), reader, digest)
        break
      case undefined:
        throw new StoreDamagedError(where, 'no value belongs there')
    }
  }

  #readPart(generation: number, part: number, reader: Reader): void {
    if (!this.#head.snapshot || generation !== this.#head.generation) {
      this.#snapshot.foundUnnamed(generation, part)
      return
    }
    if (part !== this.parts.length) throw this.#damaged(`part ${part} of snapshot ${generation} is out of place`)
    const bytes = reader.raw(reader.left)
    this.parts.push({ length: bytes.length, bytes: this.#keepsParts ? bytes : undefined })
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

  #readRow(key: string, reader: Reader, digest: number): void {
    this.#table.push({ key, bytes: reader.raw(reader.left) })
    this.index.rows.set(key, digest)
    this.#rowsSum = (this.#rowsSum + digest) >>> 0
  }

  finish(): Omit<Recovered, 'snapshot'> {
    const { record, snapshot, generation, base, last, chunks, chain, rows, rowsSum } = this.#head
    const reached = base.index + this.#entries.length
    if (reached !== last) throw this.#damaged(`entries ${reached + 1} to ${last} are missing`)
    if (this.index.firsts.length !== chunks || (this.index.digests.at(-1) ?? 0) !== chain)
      throw this.#damaged(`its last entries, up to ${last}, are not those that were written last`)
    if (this.#record?.digest !== record) throw this.#damaged('its record is missing, or is not the one written last')
    if (this.#table.length !== rows || this.#rowsSum !== rowsSum)
      throw this.#damaged(`its table has ${this.#table.length} rows, and not the ${rows} that were written last`)
    const length = this.parts.reduce((sum, part) => sum + part.length, 0)
    if (snapshot && length !== snapshot.length)
      throw this.#damaged(`its snapshot ends after ${length} of ${snapshot.length} bytes`)
    if (snapshot) this.#snapshot.found(generation, this.parts.length)
    return {
      record: this.#record?.bytes,
      base,
      entries: this.#entries,
      table: this.#table,
    }
  }

  #damaged(what: string): StoreDamagedError {
    return new StoreDamagedError(this.#where, what)
  }
}

/** What was read of a log. */
export interface LogAsRead {
  readonly held: Omit<Recovered, 'snapshot'>
  /** Of its snapshot. */
  readonly parts: readonly FoundPart[]
  readonly index: LogIndex
}

/**
 * Reads one log, as of the call, in one pass. All that its head names must be there, in the version that it names, and
 * its entries must be contiguous.
 * @throws {StoreDamagedError} otherwise.
 */
export const readLog = async (database: Database, log: LogToRead & { readonly name: string }): Promise<LogAsRead> => {
  const where = `the log ${log.name}`
  const reading = new LogReading(where, log, !readsAtOnce(database))
  await readRange(database, where, log.keys.range, (key, value) => reading.visit(key, value))
  return { held: reading.finish(), parts: reading.parts, index: reading.index }
}
