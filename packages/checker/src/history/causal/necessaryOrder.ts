import type { Json } from '../json.js'
import type { HistoryModel } from '../model.js'
import type { Operation } from '../operation.js'
import type { KnownReads } from '../search/values.js'
import { type AccessHistory, type AccessNode, accessHistoryOf, isTooLarge } from './accessHistory.js'
import { thinAirText } from './causal.js'
import { CausalOrder } from './causalOrder.js'
import type { Finding } from './finding.js'
import { ReadsFrom } from './readsFrom.js'

/** What must come before what in every order of all operations; or why there is no such order. */
export interface NecessaryOrder {
  readonly pairs: readonly (readonly [Operation, Operation])[]
  readonly finding: Finding | undefined
  /** Who read what, if it is known of all reads; the operations as they are numbered in the list that is asked for. */
  readonly knownReads: ((operations: readonly Operation[]) => KnownReads) | undefined
}

/** Nothing is known. */
const nothing: NecessaryOrder = { pairs: [], finding: undefined, knownReads: undefined }

/**
 * What reads say about one order of all operations that explains them, where each value was written once: a write that comes
 * before a read, and is not the one it read, comes before that one; and what comes after the one it read comes after the read.
 * This is said again until nothing new follows (Zennou et al. 2019). It is necessary, and not sufficient.
 */
export const necessaryOrder = (
  operations: readonly Operation[],
  model: HistoryModel,
  initial: Json,
): NecessaryOrder => {
  const history = accessHistoryOf(operations, model, initial)
  if ('why' in history || isTooLarge(history)) return nothing
  const [made] = history.thinAir
  if (made !== undefined) return { ...nothing, finding: { why: thinAirText, operations: [made] } }
  if (history.nodes.some(({ sources }) => sources.length > 1)) return nothing
  const from = new ReadsFrom(
    history,
    history.nodes.map(() => 0),
  )
  const order = CausalOrder.of(from)
  if (!(order instanceof CausalOrder)) return { ...nothing, finding: contradiction(order.nodes) }
  const growing = order.growing()
  const finding = saturate(from, growing)
  if (finding !== undefined) return { ...nothing, finding }
  return { pairs: pairsOf(history, growing), finding, knownReads: (list) => knownReadsOf(from, list) }
}

const contradiction = (nodes: readonly (AccessNode | undefined)[]): Finding => ({
  why: 'in an order of all operations, what was read makes some of them come before themselves',
  operations: [...new Set(nodes.flatMap((node) => node?.operation ?? []))],
})

const saturate = (from: ReadsFrom, order: CausalOrder): Finding | undefined => {
  const reads = from.history.nodes.filter((node) => from.reads(node))
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false
    for (const read of reads) {
      for (const [first, second] of demandsOf(from, order, read)) {
        if (order.isBefore(first, second)) continue
        if (first === second || order.isBefore(second, first))
          return contradiction([from.sourceOf(read), first, second, read])
        order.add(first, second)
        isGrowing = true
      }
    }
  }
  return undefined
}

/** Of each line: the last write before the read comes before what was read, and the first after that comes after the read. */
function* demandsOf(
  from: ReadsFrom,
  order: CausalOrder,
  read: AccessNode,
): Generator<readonly [AccessNode, AccessNode]> {
  const source = from.sourceOf(read)
  const count = (chain: number): number => (chain === read.chain ? read.position : order.count(read, chain))
  for (const write of from.lastWrites(read.key, count)) {
    if (write !== source) yield [write, source ?? read]
  }
  for (const writes of from.writesOf(read.key)) {
    const next = firstAfter(
      writes,
      (write) => write !== read && (source === undefined || order.isBefore(source, write)),
    )
    if (next !== undefined && next !== source) yield [read, next]
  }
}

/** The first of some writes of one line of which something is true, which then is true of all later ones. */
const firstAfter = (writes: readonly AccessNode[], is: (write: AccessNode) => boolean): AccessNode | undefined => {
  let low = 0
  let high = writes.length
  while (low < high) {
    const middle = (low + high) >> 1
    const write = writes[middle]
    if (write !== undefined && is(write)) high = middle
    else low = middle + 1
  }
  return writes[low]
}

/** Of each node the last one of each other line that comes before it, unless that came before the one before it already. */
const pairsOf = ({ nodes, chains }: AccessHistory, order: CausalOrder): NecessaryOrder['pairs'] =>
  nodes.flatMap((node) => {
    const previous = chains[node.chain]?.[node.position - 1]
    return chains.flatMap((chain, number) => {
      const count = order.count(node, number)
      const isNews = number !== node.chain && count > (previous === undefined ? 0 : order.count(previous, number))
      const last = isNews ? chain[count - 1] : undefined
      return last === undefined ? [] : [[last.operation, node.operation] as const]
    })
  })

const knownReadsOf = (from: ReadsFrom, operations: readonly Operation[]): KnownReads => {
  const numbers = new Map(operations.map((operation, number) => [operation, number]))
  const registers = new Map<string, number>()
  const writes = operations.map(() => -1)
  const readers = operations.map((): number[] => [])
  const initialReaders: number[][] = []
  for (const node of from.history.nodes) {
    const number = numbers.get(node.operation)
    const register = registers.get(node.key) ?? initialReaders.push([]) - 1
    registers.set(node.key, register)
    if (number === undefined) continue
    if (node.isWrite) writes[number] = register
    if (!from.reads(node)) continue
    const source = from.sourceOf(node)
    const ofSource = source === undefined ? initialReaders[register] : readers[numbers.get(source.operation) ?? -1]
    ofSource?.push(number)
  }
  return { writes, readers, initialReaders }
}
