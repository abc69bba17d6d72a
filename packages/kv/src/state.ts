import { EmptyBTree, type default as sortedBtree } from 'sorted-btree'
import type { KvEntry } from './generated/kv.js'

/**
 * All entries by key, ordered as JavaScript compares texts. A value: whoever changes it changes a clone, which shares
 * with its origin what is equal.
 */
export type KvState = sortedBtree.default<string, KvEntry>

// The module is CommonJS, and who loads it decides where its default export is found.
const BTree = EmptyBTree.constructor as typeof sortedBtree.default

/**
 * A change copies the nodes on its path: wide nodes cost more to copy, narrow ones make the path longer.
 */
const nodeSize = 32

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Of entries that are in order, which makes it fast. */
export const stateOf = (entries: readonly KvEntry[]): KvState => {
  const state = new BTree<string, KvEntry>(undefined, compareTexts, nodeSize)
  for (const entry of entries) state.set(entry.key, entry)
  return state
}
