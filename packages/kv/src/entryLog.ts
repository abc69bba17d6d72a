import type { KvEntry } from './generated/kv.js'

/** An entry whose value lies in a block: the number of the block in its log, and where in it. */
export interface StoredEntry {
  readonly key: string
  readonly revision: number
  readonly version: number
  readonly block: number
  readonly offset: number
  readonly length: number
}

/** An entry with the block that its value lies in, whatever becomes of the log. */
export interface KeptEntry {
  readonly stored: StoredEntry
  readonly bytes: Uint8Array
}

/** A larger value has a block of its own. */
const blockBytes = 32 * 1024
/** The first blocks are smaller: many states hold little, and share nothing. */
const blockBytesMin = 256

/**
 * So much of what is alive may lie dead beside it, and a few blocks. Where keys are overwritten at random, 0.8 values are copied
 * for each that is overwritten; it would be 1.5 if a quarter might lie dead, and 0.2 if half might.
 */
const deadShareMax = 1 / 3
const deadBytesMin = 8 * blockBytes

/** What a value takes at least: no block is empty in which there is one, and few dead ones are remembered. */
const roomMin = 16
const roomOf = (length: number): number => Math.max(length, roomMin)

/**
 * The values of entries, one behind the other in blocks: with a block of its own, one of 500 bytes takes half as much again.
 * What was overwritten is dead, and lies there until its block is cleaned: who holds the entries then says which of them are
 * alive (Rosenblum and Ousterhout, "The Design and Implementation of a Log-Structured File System", 1992, section 3).
 */
export class EntryLog {
  readonly #blocks: (Uint8Array | undefined)[]
  /** By block, whose values were written into it; of a clone, those of the original too. */
  readonly #entries: StoredEntry[][]
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
    this.#entries = of ? [...of.#entries] : []
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

  /** Copies the value. */
  append(entry: KvEntry): StoredEntry {
    const { key, value, revision, version } = entry
    const { length } = value
    const room = roomOf(length)
    const block = this.#roomFor(room)
    const offset = this.#used[block] as number
    this.#blocks[block]?.set(value, offset)
    this.#used[block] = offset + room
    this.#alive[block] = (this.#alive[block] as number) + room
    this.#usedBytes += room
    this.#aliveBytes += room
    const stored = { key, revision, version, block, offset, length }
    this.#entries[block]?.push(stored)
    return stored
  }

  /** The value is a view, and must not be changed. */
  read(stored: StoredEntry): KvEntry {
    return entryOf(this.keep(stored))
  }

  keep(stored: StoredEntry): KeptEntry {
    return { stored, bytes: this.#blocks[stored.block] as Uint8Array }
  }

  /** The entry is needed no more. */
  free({ block, length }: StoredEntry): void {
    const room = roomOf(length)
    this.#aliveBytes -= room
    this.#alive[block] = (this.#alive[block] as number) - room
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

  /** Empties a block of which no more is alive than of all. `isAlive` says so of an entry in it, `moved` hears what it became. */
  clean(entries: { isAlive(entry: StoredEntry): boolean; moved(entry: StoredEntry): void }): void {
    const block = this.#sparseBlock()
    for (const entry of this.#entries[block] ?? []) {
      if (!entries.isAlive(entry)) continue
      entries.moved(this.append(this.read(entry)))
      this.#aliveBytes -= roomOf(entry.length)
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

  /** The open block, or a new one: beside the open one where it is for one large entry alone. */
  #roomFor(bytes: number): number {
    const open = this.#open
    if (open !== undefined && (this.#used[open] as number) + bytes <= (this.#blocks[open]?.length ?? 0)) return open
    const usual = Math.min(Math.max(this.#aliveBytes, blockBytesMin), blockBytes)
    const block = this.#free.pop() ?? this.#blocks.length
    this.#blocks[block] = new Uint8Array(Math.max(usual, bytes))
    this.#entries[block] = []
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
    this.#entries[block] = []
    this.#used[block] = 0
    this.#alive[block] = 0
    this.#free.push(block)
  }
}

/** The value is a view, and must not be changed. */
export const entryOf = ({ stored: { key, revision, version, offset, length }, bytes }: KeptEntry): KvEntry => ({
  key,
  value: bytes.subarray(offset, offset + length),
  revision,
  version,
})
