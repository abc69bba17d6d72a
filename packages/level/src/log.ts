import { checkRow, type Entry, invariant, type LogId, type Snapshot, type StoreOperation } from '@quorate/core'
import { encodeChunk } from './chunk.js'
import { emptyHead, encodeHead, type Head } from './head.js'
import { keysOf, type LogKeys } from './keys.js'
import { type ReadPart, SnapshotParts } from './snapshotParts.js'
import { sealBytes } from './value.js'

/** What a write puts and deletes, in order. */
export type Change =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array }

/** Where the chunks of a log begin, and the checksums of chunks and rows: kept in memory, so that no write has to read. */
export interface LogIndex {
  readonly firsts: number[]
  readonly digests: number[]
  /** By the keys of the rows. */
  readonly rows: Map<string, number>
}

/**
 * The same operations without entries that the same write cuts off again: who fills slots that lie before others writes these
 * anew each time, and only the last time counts.
 */
function withoutCutEntries(planned: readonly StoreOperation[]): readonly StoreOperation[] {
  const operations: StoreOperation[] = []
  for (const operation of planned) {
    if (operation.type === 'truncate') {
      for (let last = operations.at(-1); last?.type === 'append'; last = operations.at(-1)) {
        const entries = last.entries.filter(({ index }) => index <= operation.after.index)
        if (entries.length === last.entries.length) break
        operations.pop()
        if (entries.length > 0) operations.push({ ...last, entries })
      }
    }
    operations.push(operation)
  }
  return operations
}

/** One log as the disk will have it once the writes planned so far are done. */
export class Log {
  readonly name: string
  readonly keys: LogKeys
  readonly parts: SnapshotParts
  head: Head
  /** Checksum of the head; `undefined` while the log is not on the disk at all. */
  headDigest: number | undefined
  /** `undefined` until the log was read. */
  index: LogIndex | undefined

  constructor(name: string, readPart: ReadPart | undefined, found?: { readonly head: Head; readonly digest: number }) {
    this.name = name
    this.keys = keysOf(name)
    this.parts = new SnapshotParts(this.keys, readPart, found?.head.generation ?? 0)
    this.head = found?.head ?? emptyHead
    this.headDigest = found?.digest
    if (found) return
    this.index = { firsts: [], digests: [], rows: new Map() }
    this.parts.wasRead()
  }

  /** Plans the operations; the new head comes last. */
  plan(planned: readonly StoreOperation[], changes: Change[]): void {
    const operations = withoutCutEntries(planned)
    // Of a row only what it is in the end is written.
    const rows = new Map<string, Uint8Array | undefined>()
    for (let at = 0; at < operations.length; at++) {
      const operation = operations[at] as StoreOperation
      switch (operation.type) {
        case 'persist': {
          this.head = { ...this.head, record: this.#put(this.keys.record, operation.record, changes) }
          break
        }
        case 'append': {
          const runs = [operation.entries]
          for (let next = operations[at + 1]; next?.type === 'append'; next = operations[++at + 1])
            runs.push(next.entries)
          this.#append(runs.length === 1 ? operation.entries : runs.flat(), changes)
          break
        }
        case 'truncate':
          this.#truncate(operation.after, changes)
          break
        case 'stage':
          this.parts.stage(operation, changes)
          break
        case 'compact':
          this.#compact(operation.snapshot, operation.through, changes)
          break
        case 'install':
          this.#replaceSnapshot(operation.snapshot, changes)
          this.#dropChunks(0, this.#known.firsts.length, changes)
          this.head = { ...this.head, base: operation.snapshot.last, last: operation.snapshot.last.index }
          break
        case 'put':
          checkRow(operation)
          rows.set(operation.key, operation.bytes)
          break
        case 'delete':
          rows.set(operation.key, undefined)
          break
        case 'drop':
          invariant(false, `${this.name}: a log that is dropped is not planned`)
      }
    }
    for (const [key, bytes] of rows) this.#changeRow(key, bytes, changes)
    this.parts.sweep(changes)
    const { firsts, digests } = this.#known
    this.head = { ...this.head, chunks: firsts.length, chain: digests.at(-1) ?? 0, rows: this.#known.rows.size }
    const { value, digest } = encodeHead(this.keys.head, this.head)
    changes.push({ type: 'put', key: this.keys.head, value })
    this.headDigest = digest
  }

  get #known(): LogIndex {
    invariant(this.index !== undefined, `the log ${this.name} is read before it is written`)
    return this.index
  }

  #put(key: Uint8Array, bytes: Uint8Array, changes: Change[]): number {
    const { value, digest } = sealBytes(key, bytes)
    changes.push({ type: 'put', key, value })
    return digest
  }

  #changeRow(row: string, bytes: Uint8Array | undefined, changes: Change[]): void {
    const { rows } = this.#known
    const before = rows.get(row)
    if (bytes === undefined && before === undefined) return
    const key = this.keys.row(row)
    let after = 0
    if (bytes) {
      after = this.#put(key, bytes, changes)
      rows.set(row, after)
    } else {
      changes.push({ type: 'del', key })
      rows.delete(row)
    }
    this.head = { ...this.head, rowsSum: (this.head.rowsSum - (before ?? 0) + after) >>> 0 }
  }

  #append(entries: readonly Entry[], changes: Change[]): void {
    const first = this.head.last + 1
    entries.forEach((entry, position) =>
      invariant(
        entry.index === first + position,
        () => `${this.name}: entry ${entry.index} is appended where ${first + position} is next`,
      ),
    )
    if (entries.length === 0) return
    const { firsts, digests } = this.#known
    const key = this.keys.chunk(first)
    const { value, digest } = encodeChunk(key, digests.at(-1) ?? 0, entries)
    changes.push({ type: 'put', key, value })
    firsts.push(first)
    digests.push(digest)
    this.head = { ...this.head, last: this.head.last + entries.length }
  }

  /** The chunk that is cut stays as it is: where the next chunk begins, or the head, says how far it counts. */
  #truncate(after: LogId, changes: Change[]): void {
    const { base, last } = this.head
    invariant(
      after.index >= base.index && after.index <= last,
      `${this.name}: truncated after ${after.index}, the log is ${base.index + 1} to ${last}`,
    )
    const { firsts } = this.#known
    let kept = firsts.length
    while (kept > 0 && (firsts[kept - 1] as number) > after.index) kept--
    this.#dropChunks(kept, firsts.length, changes)
    this.head = { ...this.head, last: after.index }
  }

  #compact(snapshot: Snapshot, through: LogId, changes: Change[]): void {
    invariant(
      through.index <= snapshot.last.index,
      `${this.name}: compacted through ${through.index}, the snapshot reaches ${snapshot.last.index}`,
    )
    this.#replaceSnapshot(snapshot, changes)
    if (through.index <= this.head.base.index) return
    const last = Math.max(this.head.last, through.index)
    const { firsts } = this.#known
    let gone = 0
    while (gone < firsts.length && (firsts[gone + 1] ?? last + 1) <= through.index + 1) gone++
    this.#dropChunks(0, gone, changes)
    this.head = { ...this.head, base: through, last }
  }

  #replaceSnapshot({ last, bytes }: Snapshot, changes: Change[]): void {
    const generation = this.parts.replace(bytes, changes)
    this.head = { ...this.head, generation, snapshot: { last, length: bytes.length } }
  }

  #dropChunks(from: number, to: number, changes: Change[]): void {
    const { firsts, digests } = this.#known
    digests.splice(from, to - from)
    for (const first of firsts.splice(from, to - from)) changes.push({ type: 'del', key: this.keys.chunk(first) })
  }
}
