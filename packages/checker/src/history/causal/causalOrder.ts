import type { AccessNode } from './accessHistory.js'
import type { ReadsFrom } from './readsFrom.js'

/** Something must come before itself. */
export interface Cycle {
  readonly nodes: readonly AccessNode[]
}

/**
 * What comes before what: at first the order of each process, and each write before its reads; more may be added. Of each node,
 * how many nodes of each line come before it, itself among them: as lines are ordered, that says all.
 */
export class CausalOrder {
  readonly #from: ReadsFrom
  readonly #width: number
  readonly #counts: Int32Array
  readonly #added: AccessNode[][] | undefined
  readonly #readers: readonly AccessNode[][]
  readonly #attached: readonly AccessNode[][]

  private constructor(from: ReadsFrom, counts: Int32Array, isGrowing: boolean) {
    const { nodes, chains } = from.history
    this.#from = from
    this.#width = chains.length
    this.#counts = counts
    this.#readers = nodes.map(() => [])
    this.#attached = nodes.map(() => [])
    this.#added = isGrowing ? nodes.map(() => []) : undefined
    for (const node of nodes) {
      const source = from.reads(node) ? from.sourceOf(node) : undefined
      if (source !== undefined) this.#readers[source.number]?.push(node)
      const last = previousOf(from, node)
      if (last !== undefined && node.chain !== node.process) this.#attached[last.number]?.push(node)
    }
  }

  /** The order, or the cycle that keeps it from being one. */
  static of(from: ReadsFrom): CausalOrder | Cycle {
    const { nodes, chains } = from.history
    const order = new CausalOrder(from, new Int32Array(nodes.length * chains.length), false)
    const cycle = sortTopologically(from, () => [])
    if (!Array.isArray(cycle)) return cycle
    for (const node of cycle) order.#settle(node)
    return order
  }

  /** A copy to which pairs can be added. */
  growing(): CausalOrder {
    return new CausalOrder(this.#from, this.#counts.slice(), true)
  }

  /** How many nodes of a line come before a node, itself among them. */
  count({ number }: AccessNode, chain: number): number {
    return this.#counts[number * this.#width + chain] ?? 0
  }

  isBefore(first: AccessNode, second: AccessNode): boolean {
    return first !== second && this.count(second, first.chain) > first.position
  }

  /** Adds a pair, and what follows from it. The second must not come before the first. */
  add(first: AccessNode, second: AccessNode): void {
    this.#added?.[first.number]?.push(second)
    const waiting: AccessNode[] = this.#raise(second, first) ? [second] : []
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      for (const next of this.#successors(node)) if (this.#raise(next, node)) waiting.push(next)
    }
  }

  #successors(node: AccessNode): readonly AccessNode[] {
    const next = this.#from.history.chains[node.chain]?.[node.position + 1]
    const others = [this.#readers, this.#attached, this.#added ?? []].flatMap((lists) => lists[node.number] ?? [])
    return next === undefined ? others : [next, ...others]
  }

  #settle(node: AccessNode): void {
    const source = this.#from.reads(node) ? this.#from.sourceOf(node) : undefined
    for (const before of [previousOf(this.#from, node), source]) if (before !== undefined) this.#raise(node, before)
    this.#counts[node.number * this.#width + node.chain] = node.position + 1
  }

  /** Lets all that comes before `before` come before `node`; whether that was news. */
  #raise(node: AccessNode, before: AccessNode): boolean {
    let isNews = false
    const to = node.number * this.#width
    const from = before.number * this.#width
    for (let chain = 0; chain < this.#width; chain++) {
      const count = this.#counts[from + chain] ?? 0
      if (count <= (this.#counts[to + chain] ?? 0)) continue
      this.#counts[to + chain] = count
      isNews = true
    }
    return isNews
  }
}

/** The node before one in its line; before an open write, the last of its process. */
const previousOf = ({ history }: ReadsFrom, { chain, position, process, bound }: AccessNode): AccessNode | undefined =>
  chain === process ? history.chains[chain]?.[position - 1] : history.chains[process]?.[bound - 1]

/** The nodes so that all comes after what it must come after, with what `more` demands; or a cycle. */
export const sortTopologically = (
  from: ReadsFrom,
  more: (node: AccessNode) => readonly AccessNode[],
): AccessNode[] | Cycle => {
  const { nodes } = from.history
  const required = nodes.map((node) => {
    const source = from.reads(node) ? from.sourceOf(node) : undefined
    return [previousOf(from, node), source, ...more(node)].filter((each) => each !== undefined)
  })
  const followers: AccessNode[][] = nodes.map(() => [])
  for (const node of nodes) for (const before of required[node.number] ?? []) followers[before.number]?.push(node)
  const missing = required.map(({ length }) => length)
  const sorted = nodes.filter(({ number }) => missing[number] === 0)
  for (const node of sorted) {
    for (const next of followers[node.number] ?? []) {
      missing[next.number] = (missing[next.number] ?? 0) - 1
      if (missing[next.number] === 0) sorted.push(next)
    }
  }
  if (sorted.length === nodes.length) return sorted
  const isSorted = new Set(sorted)
  return {
    nodes: cycleIn(
      nodes.find((node) => !isSorted.has(node)),
      (node) => required[node.number]?.find((before) => !isSorted.has(before)),
    ),
  }
}

/** Walks back until it comes to a node again. */
const cycleIn = (
  start: AccessNode | undefined,
  before: (node: AccessNode) => AccessNode | undefined,
): readonly AccessNode[] => {
  const path: AccessNode[] = []
  for (let node = start; node !== undefined; node = before(node)) {
    const at = path.indexOf(node)
    if (at !== -1) return path.slice(at).reverse()
    path.push(node)
  }
  return path
}
