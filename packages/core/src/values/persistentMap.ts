/** How many children a branch has, as bits of a key's hash: five at each level. */
const bitsPerLevel = 5
const childrenMax = 1 << bitsPerLevel
/** Leaves are copied when they change, so they are kept small. */
const perLeafMax = 32
/** Below it no bits of a hash are left, and a leaf may grow. */
const levelsMax = Math.ceil(32 / bitsPerLevel)

type Leaf<Key, Value> = Map<Key, Value>
type Branch<Key, Value> = (Node<Key, Value> | undefined)[]
type Node<Key, Value> = Leaf<Key, Value> | Branch<Key, Value>

/**
 * A map by whole numbers or by texts that is a value: {@link with}, {@link without} and {@link PersistentMapDraft} make another
 * one from it, which costs what differs between the two and not what they hold (Bagwell, "Ideal Hash Trees", 2001). In no
 * order that means anything.
 */
export class PersistentMap<Key extends number | string, Value> implements ReadonlyMap<Key, Value> {
  readonly size: number
  readonly #root: Node<Key, Value>

  /** Only a draft knows where a key belongs: begin with {@link persistentMap}. */
  constructor(root: Node<Key, Value>, size: number) {
    this.#root = root
    this.size = size
  }

  /** For a draft, which shares what it does not change. */
  static rootOf<Key extends number | string, Value>(map: PersistentMap<Key, Value>): Node<Key, Value> {
    return map.#root
  }

  get(key: Key): Value | undefined {
    return leafOf(this.#root, key)?.get(key)
  }

  has(key: Key): boolean {
    return leafOf(this.#root, key)?.has(key) === true
  }

  /** The same map with one more entry, or another value of this one. */
  with(key: Key, value: Value): PersistentMap<Key, Value> {
    const draft = new PersistentMapDraft(this)
    draft.set(key, value)
    return draft.finish()
  }

  /** The same map without that entry; this one where there is none. */
  without(key: Key): PersistentMap<Key, Value> {
    if (!this.has(key)) return this
    const draft = new PersistentMapDraft(this)
    draft.delete(key)
    return draft.finish()
  }

  entries(): MapIterator<[Key, Value]> {
    return entriesIn(this.#root)
  }

  *keys(): MapIterator<Key> {
    for (const [key] of this) yield key
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this) yield value
  }

  forEach(visit: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this) visit(value, key, this)
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries()
  }
}

/** A map that holds what another does. */
export const persistentMap = <Key extends number | string, Value>(
  from: ReadonlyMap<Key, Value> = new Map(),
): PersistentMap<Key, Value> => (from instanceof PersistentMap ? from : new PersistentMapDraft(from).finish())

/** A map while it changes; the one that it began with stays as it was. */
export class PersistentMapDraft<Key extends number | string, Value> {
  #root: Node<Key, Value>
  /** Those of the nodes that are nobody else's. */
  readonly #own = new Set<Node<Key, Value>>()
  #size: number

  constructor(from: ReadonlyMap<Key, Value>) {
    if (from instanceof PersistentMap) {
      this.#root = PersistentMap.rootOf<Key, Value>(from)
      this.#size = from.size
      return
    }
    this.#root = new Map()
    this.#own.add(this.#root)
    this.#size = 0
    for (const [key, value] of from) this.set(key, value)
  }

  get size(): number {
    return this.#size
  }

  get(key: Key): Value | undefined {
    return leafOf(this.#root, key)?.get(key)
  }

  set(key: Key, value: Value): void {
    this.#root = this.#with(this.#root, 0, key, value)
  }

  delete(key: Key): void {
    if (leafOf(this.#root, key)?.has(key)) this.#root = this.#without(this.#root, 0, key) ?? this.#mine(new Map())
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    return entriesIn(this.#root)
  }

  /** The map as it is now. The draft must not be used afterwards. */
  finish(): PersistentMap<Key, Value> {
    return new PersistentMap(this.#root, this.#size)
  }

  #with(node: Node<Key, Value>, level: number, key: Key, value: Value): Node<Key, Value> {
    if (isBranch(node)) {
      const at = placeAt(hashOf(key), level)
      const child = node[at]
      const next = child
        ? this.#with(child, level + 1, key, value)
        : this.#with(this.#mine(new Map()), level + 1, key, value)
      return this.#withChild(node, at, next)
    }
    const leaf = this.#ownLeaf(node)
    const { size } = leaf
    leaf.set(key, value)
    this.#size += leaf.size - size
    return leaf.size > perLeafMax && level < levelsMax ? this.#split(leaf, level) : leaf
  }

  /** `undefined` when nothing is left. */
  #without(node: Node<Key, Value>, level: number, key: Key): Node<Key, Value> | undefined {
    if (isBranch(node)) {
      const at = placeAt(hashOf(key), level)
      const child = node[at]
      if (!child) return node
      const next = this.#without(child, level + 1, key)
      const branch = this.#withChild(node, at, next)
      return next || branch.some((other) => other !== undefined) ? branch : undefined
    }
    const leaf = this.#ownLeaf(node)
    leaf.delete(key)
    this.#size--
    return leaf.size > 0 ? leaf : undefined
  }

  #withChild(branch: Branch<Key, Value>, at: number, child: Node<Key, Value> | undefined): Branch<Key, Value> {
    if (branch[at] === child) return branch
    const changing = this.#own.has(branch) ? branch : this.#mine([...branch])
    changing[at] = child
    return changing
  }

  #ownLeaf(leaf: Leaf<Key, Value>): Leaf<Key, Value> {
    return this.#own.has(leaf) ? leaf : this.#mine(new Map(leaf))
  }

  #split(leaf: Leaf<Key, Value>, level: number): Branch<Key, Value> {
    const branch: Leaf<Key, Value>[] = Array(childrenMax).fill(undefined)
    for (const [key, value] of leaf) {
      const at = placeAt(hashOf(key), level)
      branch[at] ??= this.#mine(new Map())
      branch[at].set(key, value)
    }
    return this.#mine(branch)
  }

  #mine<Made extends Node<Key, Value>>(node: Made): Made {
    this.#own.add(node)
    return node
  }
}

const isBranch = <Key, Value>(node: Node<Key, Value>): node is Branch<Key, Value> => Array.isArray(node)

/** Where a key would be. */
function leafOf<Key extends number | string, Value>(root: Node<Key, Value>, key: Key): Leaf<Key, Value> | undefined {
  let node: Node<Key, Value> | undefined = root
  if (!isBranch(node)) return node
  const hash = hashOf(key)
  for (let level = 0; node && isBranch(node); level++) node = node[placeAt(hash, level)]
  return node
}

function* entriesIn<Key, Value>(node: Node<Key, Value>): MapIterator<[Key, Value]> {
  if (!isBranch(node)) return yield* node
  for (const child of node) if (child) yield* entriesIn(child)
}

const placeAt = (hash: number, level: number): number => (hash >>> (level * bitsPerLevel)) & (childrenMax - 1)

/** Of 32 bits, equal on every machine. */
function hashOf(key: number | string): number {
  if (typeof key === 'number') return mixed(key ^ (key / 0x100000000))
  // FNV-1a over the text's units.
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return mixed(hash)
}

/** Spreads what neighbouring keys have in common over all bits (the finalizer of MurmurHash3). */
function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
