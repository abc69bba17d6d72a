import type { AccessHistory, AccessNode } from './accessHistory.js'

/** From which write each read took its value. */
export class ReadsFrom {
  readonly history: AccessHistory
  readonly #sources: readonly (AccessNode | undefined)[]
  /** Of each write, by line of nodes: where it was first read there. */
  readonly #firstReads = new Map<AccessNode, Map<number, number>>()
  /** Of each key, by line: the writes, in their order. */
  readonly #writes = new Map<string, Map<number, AccessNode[]>>()

  /** @param choice which of its sources each node took, by its number. */
  constructor(history: AccessHistory, choice: readonly number[]) {
    this.history = history
    this.#sources = history.nodes.map(({ sources, number }) => sources[choice[number] ?? 0])
    for (const node of history.nodes) {
      const source = this.sourceOf(node)
      if (source !== undefined) {
        const reads = this.#firstReads.get(source) ?? new Map<number, number>()
        this.#firstReads.set(source, reads)
        if (!reads.has(node.chain)) reads.set(node.chain, node.position)
      }
      if (!node.isWrite) continue
      const byChain = this.#writes.get(node.key) ?? new Map<number, AccessNode[]>()
      this.#writes.set(node.key, byChain)
      byChain.set(node.chain, [...(byChain.get(node.chain) ?? []), node])
    }
  }

  /** The write that a node took its value from; undefined is the initial value. Only of a node that {@link reads}. */
  sourceOf({ number }: AccessNode): AccessNode | undefined {
    return this.#sources[number]
  }

  /** Of each line that writes a key, the last write among its first `count(chain)` nodes. */
  lastWrites(key: string, count: (chain: number) => number): readonly AccessNode[] {
    const found: AccessNode[] = []
    for (const [chain, writes] of this.#writes.get(key) ?? []) {
      const last = lastBefore(writes, count(chain))
      if (last !== undefined) found.push(last)
    }
    return found
  }

  /** The writes of a key, line by line. */
  writesOf(key: string): Iterable<readonly AccessNode[]> {
    return this.#writes.get(key)?.values() ?? []
  }

  /** The last write of a key in one line, among its first `count` nodes. */
  lastWriteIn(key: string, chain: number, count: number): AccessNode | undefined {
    const writes = this.#writes.get(key)?.get(chain)
    return writes && lastBefore(writes, count)
  }

  /** Whether who wrote `newer` had written or read `older` before: then `newer` replaces it. */
  replaces(newer: AccessNode, older: AccessNode | undefined): boolean {
    if (older === undefined || (this.reads(newer) && this.sourceOf(newer) === older)) return true
    if (older.chain === newer.process && older.position < newer.bound) return true
    return (this.#firstReads.get(older)?.get(newer.process) ?? Number.POSITIVE_INFINITY) < newer.bound
  }

  /** Whether a node has read a value of which it is known where it came from. */
  reads({ sources }: AccessNode): boolean {
    return sources.length > 0
  }
}

/** The last of some nodes of one line whose position is below a count. */
const lastBefore = (nodes: readonly AccessNode[], count: number): AccessNode | undefined => {
  let low = 0
  let high = nodes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((nodes[middle]?.position ?? 0) < count) low = middle + 1
    else high = middle
  }
  return nodes[low - 1]
}
