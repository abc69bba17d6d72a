import { decodeKvSnapshot, encodeKvSnapshot, type KvEntry } from './generated/kv.js'

/** Where an entry stands: the number of its block times `blockBytes`, and its first byte in it. */
export type EntryRef = number

/** A larger entry has a block of its own. */
const blockBytes = 32 * 1024
/** The first blocks are smaller: many states hold little, and share nothing. */
const blockBytesMin = 256

/**
 * So much of what is alive may lie dead beside it, and a few blocks. Where keys are overwritten at random, one entry is copied
 * for each that is overwritten; to keep a quarter, it would be two; to keep half, two for three.
 */
const deadShareMax = 1 / 3
const deadBytesMin = 8 * blockBytes

const lengthBits = 7

/**
 * Entries as bytes, as they stand in a snapshot, one behind the other in blocks: an object for each, with a view of its
 * value, takes half as much again as a value of 500 bytes. What was overwritten is dead, and lies there until its block is
 * cleaned: who holds the references then says what of it is alive (Rosenblum and Ousterhout, "The Design and Implementation
 * of a Log-Structured File System", 1992, section 3).
 */
export class EntryLog {
  readonly #blocks: (Uint8Array | undefined)[]
  /** By block, how many bytes are written, and how many of these are alive. */
  readonly #used: number[]
  readonly #alive: number[]
  /** Numbers of blocks that are there no more. */
  readonly #free: number[]
  #open: number | undefined
  #usedBytes: number
  #aliveBytes: number
  /** Where cleaning goes on. */
  #hand = 0

  private constructor(of?: EntryLog) {
    this.#blocks = of ? [...of.#blocks] : []
    this.#used = of ? [...of.#used] : []
    this.#alive = of ? [...of.#alive] : []
    this.#free = of ? [...of.#free] : []
    this.#usedBytes = of ? of.#usedBytes : 0
    this.#aliveBytes = of ? of.#aliveBytes : 0
  }

  static empty(): EntryLog {
    return new EntryLog()
  }

  /** Another one with the same entries. It shares their bytes, and adds its own elsewhere. */
  clone(): EntryLog {
    return new EntryLog(this)
  }

  append(entry: KvEntry): EntryRef {
    return this.#appendFrame(encodeKvSnapshot({ entries: [entry] }))
  }

  /** The value is a view, and must not be changed. */
  read(ref: EntryRef): KvEntry {
    return decodeKvSnapshot(this.frame(ref)).entries[0] as KvEntry
  }

  /** The bytes of an entry, as they stand in a snapshot. A view, which must not be changed. */
  frame(ref: EntryRef): Uint8Array {
    return this.#frameIn(Math.floor(ref / blockBytes), ref % blockBytes)
  }

  /** The entry is needed no more. */
  free(ref: EntryRef): void {
    const block = Math.floor(ref / blockBytes)
    const { length } = this.frame(ref)
    this.#aliveBytes -= length
    this.#alive[block] = (this.#alive[block] as number) - length
    if (this.#alive[block] === 0 && block !== this.#open) this.#drop(block)
  }

  /** Of all blocks, what is dead in them included. */
  get bytes(): number {
    return this.#blocks.reduce((sum, block) => sum + (block?.length ?? 0), 0)
  }

  /** True when so much lies dead that `clean` is worth its while. */
  get isSparse(): boolean {
    return this.#usedBytes - this.#aliveBytes > this.#aliveBytes * deadShareMax + deadBytesMin
  }

  /** Empties a block of which no more is alive than of all. `isAlive` says so of an entry in it, and hears where it went. */
  clean(entries: {
    isAlive(entry: KvEntry, ref: EntryRef): boolean
    moved(entry: KvEntry, ref: EntryRef): void
  }): void {
    const block = this.#sparseBlock()
    for (let offset = 0; offset < (this.#used[block] as number); ) {
      const frame = this.#frameIn(block, offset)
      const ref = block * blockBytes + offset
      const entry = this.read(ref)
      if (entries.isAlive(entry, ref)) {
        this.#aliveBytes -= frame.length
        entries.moved(entry, this.#appendFrame(frame))
      }
      offset += frame.length
    }
    this.#drop(block)
  }

  /** The next block of which no more is alive than of all, but for the open one; of many the sparsest, should none be found. */
  #sparseBlock(): number {
    const open = this.#open
    const used = this.#usedBytes - (open === undefined ? 0 : (this.#used[open] as number))
    const alive = this.#aliveBytes - (open === undefined ? 0 : (this.#alive[open] as number))
    let sparsest = { block: 0, share: Number.POSITIVE_INFINITY }
    for (let looked = 0; looked < this.#blocks.length; looked++) {
      const block = this.#hand++ % this.#blocks.length
      if (!this.#blocks[block] || block === open) continue
      const share = (this.#alive[block] as number) / (this.#used[block] as number)
      if (share < sparsest.share) sparsest = { block, share }
      if (share <= alive / used) break
    }
    return sparsest.block
  }

  #appendFrame(frame: Uint8Array): EntryRef {
    const block = this.#roomFor(frame.length)
    const offset = this.#used[block] as number
    this.#blocks[block]?.set(frame, offset)
    this.#used[block] = offset + frame.length
    this.#alive[block] = (this.#alive[block] as number) + frame.length
    this.#usedBytes += frame.length
    this.#aliveBytes += frame.length
    return block * blockBytes + offset
  }

  /** The open block, or a new one: beside the open one where it is for one large entry alone. */
  #roomFor(bytes: number): number {
    const open = this.#open
    if (open !== undefined && (this.#used[open] as number) + bytes <= (this.#blocks[open]?.length ?? 0)) return open
    const usual = Math.min(Math.max(this.#aliveBytes, blockBytesMin), blockBytes)
    const block = this.#free.pop() ?? this.#blocks.length
    this.#blocks[block] = new Uint8Array(Math.max(usual, bytes))
    this.#used[block] = 0
    this.#alive[block] = 0
    if (bytes >= usual) return block
    this.#open = block
    if (open !== undefined && this.#alive[open] === 0) this.#drop(open)
    return block
  }

  #drop(block: number): void {
    this.#usedBytes -= this.#used[block] as number
    this.#blocks[block] = undefined
    this.#used[block] = 0
    this.#alive[block] = 0
    this.#free.push(block)
  }

  /** A frame is a tag of one byte, the length of what follows, and that. */
  #frameIn(block: number, offset: number): Uint8Array {
    const bytes = this.#blocks[block] as Uint8Array
    let at = offset + 1
    let length = 0
    for (let shift = 0; ; shift += lengthBits) {
      const byte = bytes[at++] as number
      length += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return bytes.subarray(offset, at + length)
    }
  }
}
