import { invariant } from '../errors/errors.js'
import { type Entry, type LogId, origin, sizeOf } from './message.js'

/**
 * The log as a value: `append`, `truncateAfter` and `compactThrough` give another log and leave this one as it was.
 *
 * Logs that grew from one another share one array and differ in where they end, so appending to the newest costs
 * nothing but the new entries; only who appends to an older one (after a truncation) pays for a copy. Two logs are
 * equal when they iterate over equal entries from an equal base.
 */
export class Log implements Iterable<Entry> {
  /** The last entry that was compacted away; the log begins after it. */
  readonly base: LogId
  /** The last entry, or `base` when there is none. */
  readonly last: LogId
  readonly #shared: Entry[]
  readonly #offset: number
  readonly length: number

  private constructor(base: LogId, shared: Entry[], offset: number, length: number) {
    this.base = base
    this.#shared = shared
    this.#offset = offset
    this.length = length
    const last = length > 0 ? shared[offset + length - 1] : undefined
    this.last = last ? { index: last.index, term: last.term } : base
  }

  static empty(base: LogId = origin): Log {
    return new Log(base, [], 0, 0)
  }

  /** @throws BrokenInvariantError unless the entries are contiguous and follow `base`. */
  static of(entries: readonly Entry[], base: LogId = origin): Log {
    return Log.empty(base).append(entries)
  }

  get firstIndex(): number {
    return this.base.index + 1
  }

  at(index: number): Entry | undefined {
    const position = index - this.firstIndex
    return position >= 0 && position < this.length ? this.#shared[this.#offset + position] : undefined
  }

  /** The term of the entry at `index`; also known of `base`, and of nothing before it. */
  termAt(index: number): number | undefined {
    return index === this.base.index ? this.base.term : this.at(index)?.term
  }

  has(id: LogId): boolean {
    return this.termAt(id.index) === id.term
  }

  append(entries: readonly Entry[]): Log {
    if (entries.length === 0) return this
    const next = this.last.index + 1
    entries.forEach((entry, position) =>
      invariant(
        entry.index === next + position,
        () => `the log continues at ${next + position}, not at ${entry.index}`,
      ),
    )
    const end = this.#offset + this.length
    const isNewest = this.#shared.length === end
    const shared = isNewest ? this.#shared : this.#shared.slice(this.#offset, end)
    for (const entry of entries) shared.push(entry)
    return new Log(this.base, shared, isNewest ? this.#offset : 0, this.length + entries.length)
  }

  /** Without the entries after `index`. */
  truncateAfter(index: number): Log {
    invariant(index >= this.base.index, `${index} is compacted already, the log begins after ${this.base.index}`)
    const length = Math.min(this.length, index - this.base.index)
    return length === this.length ? this : new Log(this.base, this.#shared, this.#offset, length)
  }

  /** Without the entries up to `through`, which must be in the log. What is kept is copied, so that the rest can be freed. */
  compactThrough(through: LogId): Log {
    if (through.index <= this.base.index) return this
    invariant(this.has(through), `the log does not hold ${through.index} of term ${through.term}`)
    const kept = this.slice(through.index + 1, this.last.index)
    return new Log(through, kept, 0, kept.length)
  }

  /** The entries `first` to `last`, both included, as far as there are such. */
  slice(first: number, last: number): Entry[] {
    const from = Math.max(first, this.firstIndex) - this.firstIndex
    const to = Math.min(last, this.last.index) - this.firstIndex + 1
    return to <= from ? [] : this.#shared.slice(this.#offset + from, this.#offset + to)
  }

  /** As many entries from `first` on as the limits allow, but at least one where there is one. */
  batch(first: number, limit: { readonly entriesMax: number; readonly bytesMax: number }): Entry[] {
    let bytes = 0
    let index = first
    for (let entry = this.at(index); entry && index - first < limit.entriesMax; entry = this.at(++index)) {
      bytes += sizeOf(entry)
      if (bytes > limit.bytesMax && index > first) break
    }
    return this.slice(first, index - 1)
  }

  /** Up to where the log may be compacted so that of the entries up to `last` no more than the limits allow are kept. */
  keeping(last: number, limit: { readonly entriesKept: number; readonly bytesKept: number }): LogId {
    const lowest = Math.max(this.base.index, last - limit.entriesKept)
    let index = last
    let bytes = 0
    for (let entry = this.at(index); entry && index > lowest; entry = this.at(--index)) {
      bytes += sizeOf(entry)
      if (bytes > limit.bytesKept) break
    }
    const term = this.termAt(index)
    invariant(term !== undefined, `entry ${index} is neither in the log nor its base`)
    return { index, term }
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (let position = 0; position < this.length; position++) {
      const entry = this.#shared[this.#offset + position]
      if (entry) yield entry
    }
  }

  /** A summary for traces and inspectors. */
  toJSON(): { readonly base: LogId; readonly last: LogId; readonly entries: number } {
    return { base: this.base, last: this.last, entries: this.length }
  }
}
