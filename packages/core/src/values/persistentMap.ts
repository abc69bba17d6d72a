/** Buckets are copied when they change, so they are kept small. */
const perBucketMax = 32

type Bucket<Value> = ReadonlyMap<number, Value>

/**
 * A map by whole numbers that is a value: {@link PersistentMapDraft} makes another one from it, which costs what differs
 * between the two and not what they hold.
 */
export class PersistentMap<Value> implements ReadonlyMap<number, Value> {
  readonly size: number
  readonly buckets: readonly Bucket<Value>[]

  /** Only a draft knows in which bucket a key belongs. */
  constructor(buckets: readonly Bucket<Value>[], size: number) {
    this.buckets = buckets
    this.size = size
  }

  get(key: number): Value | undefined {
    return this.buckets[key % this.buckets.length]?.get(key)
  }

  has(key: number): boolean {
    return this.get(key) !== undefined
  }

  *entries(): MapIterator<[number, Value]> {
    for (const bucket of this.buckets) yield* bucket
  }

  *keys(): MapIterator<number> {
    for (const bucket of this.buckets) yield* bucket.keys()
  }

  *values(): MapIterator<Value> {
    for (const bucket of this.buckets) yield* bucket.values()
  }

  forEach(visit: (value: Value, key: number, map: ReadonlyMap<number, Value>) => void): void {
    for (const [key, value] of this) visit(value, key, this)
  }

  [Symbol.iterator](): MapIterator<[number, Value]> {
    return this.entries()
  }
}

/** A map that holds what another does. */
export const persistentMap = <Value>(from: ReadonlyMap<number, Value> = new Map()): PersistentMap<Value> =>
  new PersistentMapDraft(from).finish()

/** A map while it changes; the one that it began with stays as it was. */
export class PersistentMapDraft<Value> {
  readonly #buckets: (Bucket<Value> | Map<number, Value>)[]
  /** Those of the buckets that are nobody else's. */
  #own = new Set<Bucket<Value>>()
  #size: number

  constructor(from: ReadonlyMap<number, Value>) {
    this.#size = from.size
    if (from instanceof PersistentMap) {
      this.#buckets = [...from.buckets]
      return
    }
    this.#buckets = [new Map()]
    this.#spread([...from])
  }

  get size(): number {
    return this.#size
  }

  get(key: number): Value | undefined {
    return this.#bucketOf(key).get(key)
  }

  set(key: number, value: Value): void {
    const bucket = this.#change(key)
    const { size } = bucket
    bucket.set(key, value)
    this.#size += bucket.size - size
    if (this.#size > this.#buckets.length * perBucketMax) this.#spread([...this])
  }

  delete(key: number): void {
    if (this.#change(key).delete(key)) this.#size--
  }

  *[Symbol.iterator](): Iterator<[number, Value]> {
    for (const bucket of this.#buckets) yield* bucket
  }

  /** The map as it is now. The draft must not be used afterwards. */
  finish(): PersistentMap<Value> {
    return new PersistentMap(this.#buckets, this.#size)
  }

  #bucketOf(key: number): Bucket<Value> {
    return this.#buckets[key % this.#buckets.length] as Bucket<Value>
  }

  #change(key: number): Map<number, Value> {
    const bucket = this.#bucketOf(key)
    if (this.#own.has(bucket)) return bucket as Map<number, Value>
    const changing = new Map(bucket)
    this.#own.add(changing)
    this.#buckets[key % this.#buckets.length] = changing
    return changing
  }

  /** Gives all to as many buckets as they need, each to the bucket of its key. */
  #spread(all: readonly (readonly [number, Value])[]): void {
    let count = this.#buckets.length
    while (count * perBucketMax < all.length) count *= 2
    const buckets = Array.from({ length: count }, () => new Map<number, Value>())
    for (const [key, value] of all) buckets[key % count]?.set(key, value)
    this.#buckets.splice(0, this.#buckets.length, ...buckets)
    this.#own = new Set(buckets)
  }
}
