import { EmptyBTree, type default as sortedBtree } from 'sorted-btree'
import { EntryLog, entryOf, type KeptEntry, type StoredEntry } from './entryLog.js'
import type { KvEntry } from './generated/kv.js'

type Tree = sortedBtree.default<string, StoredEntry>

// The module is CommonJS, and who loads it decides where its default export is found.
const BTree = EmptyBTree.constructor as typeof sortedBtree.default

const nodeSize = 32

/**
 * So many changes are made to the same entries; the next begins with a clone. Where dead states lie in V8's old space, all that
 * they lead to survives with them, so a chain without an end would be kept by its dead beginning.
 */
const changesMax = 8192

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What must be put back into the entries of a newer state to have this one again. */
interface Older {
  readonly newer: KvState
  readonly key: string
  readonly before: KeptEntry | undefined
}

/** All entries by key. It is changed in place. */
class Entries {
  readonly #tree: Tree
  readonly #log: EntryLog
  /** What was looked at last is what is changed next: a command reads its entry before it writes it. */
  #found: StoredEntry | undefined

  private constructor(tree: Tree, log: EntryLog) {
    this.#tree = tree
    this.#log = log
  }

  static empty(): Entries {
    return new Entries(new BTree<string, StoredEntry>(undefined, compareTexts, nodeSize), EntryLog.empty())
  }

  /** Shares what is equal. */
  clone(): Entries {
    return new Entries(this.#tree.clone(), this.#log.clone())
  }

  get size(): number {
    return this.#tree.size
  }

  find(key: string): KeptEntry | undefined {
    this.#found = this.#tree.get(key)
    return this.#found && this.#log.keep(this.#found)
  }

  /** Gives what was there before. */
  put(key: string, entry: KvEntry | undefined): KeptEntry | undefined {
    const stored = this.#found?.key === key ? this.#found : this.#tree.get(key)
    const before = stored && this.#log.keep(stored)
    this.#found = undefined
    if (entry) this.#tree.set(key, this.#log.append(entry))
    else this.#tree.delete(key)
    if (stored) this.#log.free(stored)
    if (this.#log.isSparse) {
      this.#log.clean({
        isAlive: (each) => this.#tree.get(each.key) === each,
        moved: (each) => this.#tree.set(each.key, each),
      })
    }
    return before
  }

  *from(key: string): Generator<KvEntry, void, undefined> {
    for (const [, stored] of this.#tree.entries(key, [])) yield this.#log.read(stored)
  }
}

/**
 * All entries by key, ordered as JavaScript compares texts. A value: `with` gives another one and leaves this as it was.
 *
 * Only the newest state of a chain has its entries, which are changed in place; an older one knows how it differs from its
 * successor, and gets entries of its own when somebody looks at it. That suits a log: what was applied is rarely looked at
 * again, and a change needs no copy (Baker, "Shallow binding makes functional arrays fast", 1991).
 */
export class KvState {
  #entries: Entries | undefined
  #older: Older | undefined
  /** How many have been made to these entries. */
  readonly #changes: number

  private constructor(entries: Entries, changes: number) {
    this.#entries = entries
    this.#changes = changes
  }

  static empty(): KvState {
    return new KvState(Entries.empty(), 0)
  }

  get size(): number {
    return this.#own().size
  }

  /** Its value is a view, and must not be changed. */
  get(key: string): KvEntry | undefined {
    const found = this.find(key)
    return found && entryOf(found)
  }

  /** The entry as it lies here, without a view of its value: most commands look at the version alone. */
  find(key: string): KeptEntry | undefined {
    return this.#own().find(key)
  }

  /** The state with this entry under the key, or without one. The value is copied: it may be a view of something larger. */
  with(key: string, entry: KvEntry | undefined): KvState {
    const own = this.#own()
    const isLast = this.#changes >= changesMax
    const entries = isLast ? own.clone() : own
    const before = entries.put(key, entry)
    const newer = new KvState(entries, isLast ? 0 : this.#changes + 1)
    if (isLast) return newer
    this.#entries = undefined
    this.#older = { newer, key, before }
    return newer
  }

  /** An equal state that may be looked at for long, while newer ones are made of this one: it shares what is equal. */
  copy(): KvState {
    return new KvState(this.#own().clone(), 0)
  }

  /** In order, from this key on. Must be used up before another state is made of this one. */
  from(key: string): Generator<KvEntry, void, undefined> {
    return this.#own().from(key)
  }

  /** The entries of this state; where it has none, a clone of those of a newer one, which shares what is equal. */
  #own(): Entries {
    if (this.#entries) return this.#entries
    const differences: Older[] = []
    let state: KvState = this
    while (state.#older) {
      differences.push(state.#older)
      state = state.#older.newer
    }
    const entries = state.#own().clone()
    for (const { key, before } of differences.reverse()) entries.put(key, before && entryOf(before))
    this.#entries = entries
    this.#older = undefined
    return entries
  }
}
