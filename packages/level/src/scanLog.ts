import { type FileHandle, open } from 'node:fs/promises'
import { maskedCrc32c } from './crc32c.js'

/**
 * LevelDB's log format (doc/log_format.md): blocks of 32 KiB hold fragments, each with a checksum, a length and a type;
 * no fragment crosses the end of a block, and a record is one fragment or several in a row.
 */
export const blockBytes = 32 * 1024
const headerBytes = 7
const [full, first, middle, last] = [1, 2, 3, 4]

/** What a log is like. Offsets are bytes from the start of the file. */
export type LogVerdict =
  | { readonly type: 'clean' }
  /** The last record ends beyond the end of the file. A sync makes the length of a file durable too: it was never synced. */
  | { readonly type: 'unfinished'; readonly at: number }
  /** The last record is all there and is bad: it was not synced, or it was and is damaged. Nothing can tell. */
  | { readonly type: 'torn'; readonly at: number }
  /** A record that began later follows, so the one that is bad had been written and synced. */
  | { readonly type: 'damaged'; readonly at: number; readonly followedAt: number }

/** Is told of each record that is good, and where it begins. */
type OnRecord = (record: Buffer, at: number) => void

interface Fragment {
  readonly type: number
  readonly start: number
  readonly end: number
}

/** The fragment that a header at `at` speaks of, which may end beyond the block. */
const headerAt = (block: Buffer, at: number): Fragment | undefined => {
  if (at + headerBytes > block.length) return undefined
  const type = block[at + 6] as number
  if (type < full || type > last) return undefined
  return { type, start: at + headerBytes, end: at + headerBytes + block.readUInt16LE(at + 4) }
}

/** True if these are the bytes over which the checksum in the header at `at` was made. */
const isWhole = (block: Buffer, at: number, end: number): boolean =>
  maskedCrc32c(block, at + 6, end) === block.readUInt32LE(at)

/** The fragment at `at`, if one is there and its checksum holds. */
const fragmentAt = (block: Buffer, at: number): Fragment | undefined => {
  const fragment = headerAt(block, at)
  return fragment && fragment.end <= block.length && isWhole(block, at, fragment.end) ? fragment : undefined
}

const beginsRecord = ({ type }: Fragment): boolean => type === full || type === first

/** What a log is like, found block by block. */
export class LogScan {
  verdict: LogVerdict = { type: 'clean' }
  /** Where the record began that is not yet complete. */
  #openAt: number | undefined
  #fragments: Buffer[] = []
  readonly #onRecord: OnRecord | undefined

  constructor(onRecord?: OnRecord) {
    this.#onRecord = onRecord
  }

  /** Takes the next block; it is shorter than a block at the end of the file only. */
  take(block: Buffer, offset: number): void {
    let at = 0
    while (this.verdict.type !== 'damaged' && block.length - at >= headerBytes) {
      const fragment = fragmentAt(block, at)
      if (!fragment) {
        if (this.#endsBeyond(block, at)) this.#unfinished(offset + at)
        else this.#bad(offset + at)
        return this.#search(block, offset, at + 1)
      }
      if (this.verdict.type === 'clean') this.#fragment(block, fragment, offset + at)
      else if (beginsRecord(fragment)) this.#followed(offset + at)
      at = fragment.end
    }
    // Fewer bytes than a header are a trailer at the end of a block, and an unfinished header at the end of a file.
    if (at < block.length && block.length < blockBytes) this.#unfinished(offset + at)
  }

  finish(): LogVerdict {
    if (this.#openAt !== undefined) this.#unfinished(this.#openAt)
    return this.verdict
  }

  /** True if the file ends within a fragment whose header makes sense. */
  #endsBeyond(block: Buffer, at: number): boolean {
    const fragment = headerAt(block, at)
    if (!fragment || fragment.end <= block.length || beginsRecord(fragment) !== (this.#openAt === undefined))
      return false
    const { type, end } = fragment
    // What goes on in the next block fills this one.
    const fits = type === first || type === middle ? end === blockBytes : end <= blockBytes
    // Where the checksum holds for all that is there, the fragment is complete, and its length is what is damaged.
    return fits && !isWhole(block, at, block.length)
  }

  #fragment(block: Buffer, fragment: Fragment, at: number): void {
    const begins = beginsRecord(fragment)
    if (begins === (this.#openAt !== undefined)) {
      // Its own bytes are good, so what is wrong is what stands, or does not stand, before it.
      this.#bad(this.#openAt ?? at)
      if (begins) this.#followed(at)
      return
    }
    if (begins) this.#openAt = at
    if (this.#onRecord) this.#fragments.push(Buffer.from(block.subarray(fragment.start, fragment.end)))
    if (fragment.type === first || fragment.type === middle) return
    const begunAt = this.#openAt ?? at
    this.#openAt = undefined
    this.#onRecord?.(Buffer.concat(this.#fragments.splice(0)), begunAt)
  }

  /**
   * The first bad place counts. It is where its record begins: of a record in several fragments all may have been
   * written but one, for a disk need not keep the order of what was not synced.
   */
  #bad(at: number): void {
    this.#end('torn', at)
  }

  /** Every fragment before is good, and the file ends before the record does. */
  #unfinished(at: number): void {
    this.#end('unfinished', at)
  }

  #end(type: 'torn' | 'unfinished', at: number): void {
    if (this.verdict.type === 'clean') this.verdict = { type, at: this.#openAt ?? at }
    this.#openAt = undefined
  }

  #followed(followedAt: number): void {
    const { verdict } = this
    if (verdict.type === 'torn' || verdict.type === 'unfinished')
      this.verdict = { type: 'damaged', at: verdict.at, followedAt }
  }

  /** The length may be what is damaged, so a later record of this block may begin anywhere; the next block begins anew. */
  #search(block: Buffer, offset: number, from: number): void {
    for (let at = from; at + headerBytes <= block.length; at++) {
      const fragment = fragmentAt(block, at)
      if (fragment && beginsRecord(fragment)) return this.#followed(offset + at)
    }
  }
}

/** Reads a whole log of LevelDB, block by block, before LevelDB does: it would drop what it cannot read. */
export const scanLog = async (path: string, onRecord?: OnRecord): Promise<LogVerdict> => {
  const scan = new LogScan(onRecord)
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const buffer = Buffer.allocUnsafe(Math.min(size, 32 * blockBytes))
    for (let offset = 0; offset < size; offset += buffer.length) {
      const length = await fill(file, buffer, offset)
      for (let at = 0; at < length; at += blockBytes)
        scan.take(buffer.subarray(at, Math.min(at + blockBytes, length)), offset + at)
    }
    return scan.finish()
  } finally {
    await file.close()
  }
}

/** Reads until the buffer is full or the file ends. */
const fill = async (file: FileHandle, buffer: Buffer, offset: number): Promise<number> => {
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, offset + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return length
}
