import { EmptyBTree, type default as sortedBtree } from 'sorted-btree'
import type { KvEntry } from './generated/kv.js'

type Tree = sortedBtree.default<string, KvEntry>

// The module is CommonJS, and who loads it decides where its default export is found.
const BTree = EmptyBTree.constructor as typeof sortedBtree.default

const nodeSize = 32

/**
 * So many changes are made to one tree; the next begins with a clone. Where dead states lie in V8's old space, all that
 * they lead to survives with them, so a chain without an end would be kept by its dead beginning.
 */
const changesMax = 8192

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What must be put back into the tree of a newer state to have this one again. */
interface Older {
  readonly newer: KvState
  readonly key: string
  readonly before: KvEntry | undefined
}

/**
 * All entries by key, ordered as JavaScript compares texts. A value: `with` gives another one and leaves this as it was.
 *
 * Only the newest state of a chain has a tree, which is changed in place; an older one knows how it differs from its
 * successor, and gets a tree of its own when somebody looks at it. That suits a log: what was applied is rarely looked at
 * again, and a change needs no copy (Baker, "Shallow binding makes functional arrays fast", 1991).
 */
export class KvState {
  #tree: Tree | undefined
  #older: Older | undefined
  /** How many have been made to this tree. */
  readonly #changes: number

  private constructor(tree: Tree, changes: number) {
    this.#tree = tree
    this.#changes = changes
  }

  static of(entries: readonly KvEntry[]): KvState {
    return new KvState(new BTree<string, KvEntry>(undefined, compareTexts, nodeSize), 0).withAll(entries)
  }

  get size(): number {
    return this.#own().size
  }

  get(key: string): KvEntry | undefined {
    return this.#own().get(key)
  }

  /** The state with this entry under the key, or without one. `before` is what `get` gives for the key. */
  with(key: string, before: KvEntry | undefined, entry: KvEntry | undefined): KvState {
    const own = this.#own()
    const isLast = this.#changes >= changesMax
    const tree = isLast ? own.clone() : own
    put(tree, key, entry)
    const newer = new KvState(tree, isLast ? 0 : this.#changes + 1)
    if (isLast) return newer
    this.#tree = undefined
    this.#older = { newer, key, before }
    return newer
  }

  /** The state with all these entries. Fast for such as are in order. */
  withAll(entries: readonly KvEntry[]): KvState {
    const tree = this.#own().clone()
    for (const entry of entries) tree.set(entry.key, entry)
    return new KvState(tree, 0)
  }

  /** An equal state that may be looked at for long, while newer ones are made of this one: it shares what is equal. */
  copy(): KvState {
    return new KvState(this.#own().clone(), 0)
  }

  /** In order, from this key on. Must be used up before another state is made of this one. */
  *from(key: string): Generator<KvEntry, void, undefined> {
    for (const [, entry] of this.#own().entries(key, [])) yield entry
  }

  /** The tree of this state; where it has none, a clone of a newer one, which shares what is equal. */
  #own(): Tree {
    if (this.#tree) return this.#tree
    const differences: Older[] = []
    let state: KvState = this
    while (state.#older) {
      differences.push(state.#older)
      state = state.#older.newer
    }
    const tree = state.#own().clone()
    for (const { key, before } of differences.reverse()) put(tree, key, before)
    this.#tree = tree
    this.#older = undefined
    return tree
  }
}

const put = (tree: Tree, key: string, entry: KvEntry | undefined): void => {
  if (entry) tree.set(key, entry)
  else tree.delete(key)
}
