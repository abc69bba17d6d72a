/** Entries at first; a power of two. */
const bucketsAtFirst = 1 << 10

/**
 * The configurations that a search has seen. A configuration is some words that must be equal, and then some words of a bit
 * set of open operations that it has used: one that used fewer can do whatever one that used more can, so it stands for both.
 */
export class VisitedSet {
  readonly #words: number
  readonly #equalWords: number
  /** Of each entry: the next one in its bucket, then its words. */
  #entries: Int32Array
  #buckets = new Int32Array(bucketsAtFirst).fill(-1)
  #size = 0

  constructor(equalWords: number, openWords: number) {
    this.#equalWords = equalWords
    this.#words = equalWords + openWords
    this.#entries = new Int32Array(bucketsAtFirst * (1 + this.#words))
  }

  get size(): number {
    return this.#size
  }

  /** Adds a configuration, unless one that is as good was seen; whether it was added. */
  add(configuration: Int32Array): boolean {
    const hash = this.#hashOf(configuration, 0)
    const stride = 1 + this.#words
    let entry = this.#buckets[hash & (this.#buckets.length - 1)] ?? -1
    while (entry !== -1) {
      if (this.#covers(entry * stride + 1, configuration)) return false
      entry = this.#entries[entry * stride] ?? -1
    }
    if (this.#size === this.#buckets.length) this.#grow()
    const bucket = hash & (this.#buckets.length - 1)
    const at = this.#size * stride
    this.#entries[at] = this.#buckets[bucket] ?? -1
    for (let word = 0; word < this.#words; word++) this.#entries[at + 1 + word] = configuration[word] ?? 0
    this.#buckets[bucket] = this.#size++
    return true
  }

  #covers(at: number, configuration: Int32Array): boolean {
    const entries = this.#entries
    for (let word = 0; word < this.#equalWords; word++) {
      if (entries[at + word] !== configuration[word]) return false
    }
    for (let word = this.#equalWords; word < this.#words; word++) {
      if (((entries[at + word] ?? 0) & ~(configuration[word] ?? 0)) !== 0) return false
    }
    return true
  }

  #hashOf(words: Int32Array, from: number): number {
    let hash = 0x811c9dc5
    for (let word = 0; word < this.#equalWords; word++) {
      hash = Math.imul(hash ^ (words[from + word] ?? 0), 0x85ebca6b)
      hash ^= hash >>> 15
    }
    return hash
  }

  #grow(): void {
    const stride = 1 + this.#words
    const entries = new Int32Array(this.#entries.length * 2)
    entries.set(this.#entries)
    this.#entries = entries
    this.#buckets = new Int32Array(this.#buckets.length * 2).fill(-1)
    for (let entry = 0; entry < this.#size; entry++) {
      const bucket = this.#hashOf(entries, entry * stride + 1) & (this.#buckets.length - 1)
      entries[entry * stride] = this.#buckets[bucket] ?? -1
      this.#buckets[bucket] = entry
    }
  }
}
