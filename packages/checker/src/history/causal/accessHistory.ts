import { type Json, textOf } from '../json.js'
import type { Access, HistoryModel } from '../model.js'
import { isOpen, type Operation } from '../operation.js'
import { partsOf } from '../parts.js'

/** An operation that reads or writes, or both. */
export interface AccessNode {
  readonly number: number
  readonly operation: Operation
  readonly key: string
  readonly isWrite: boolean
  /** What it may have read: writes of this value, the likeliest first; undefined is the initial value. Empty: it reads nothing. */
  readonly sources: readonly (AccessNode | undefined)[]
  /** Its line of nodes: that of its process; an open write has a line of its own, for nobody knows when it took place. */
  readonly chain: number
  readonly position: number
  /** The line of its process, and how many nodes of it came before. */
  readonly process: number
  readonly bound: number
}

/** The reads and writes of a history. */
export interface AccessHistory {
  readonly nodes: readonly AccessNode[]
  readonly chains: readonly (readonly AccessNode[])[]
  /** Reads of a value that nobody wrote. */
  readonly thinAir: readonly Operation[]
}

/** Cells of the largest table that is made: nodes times lines. */
const tableMax = 50_000_000

/** Whether the order of so many nodes cannot be kept. */
export const isTooLarge = ({ nodes, chains }: AccessHistory): boolean => nodes.length * chains.length > tableMax

/** Why a history is not one of reads and writes. */
export interface NoAccessHistory {
  readonly why: string
}

interface Draft {
  readonly operation: Operation
  readonly access: Access
  readonly key: string
}

type Mutable<T> = { -readonly [name in keyof T]: T[name] }

/** The history as reads and writes of registers, or why it is none. */
export const accessHistoryOf = (
  operations: readonly Operation[],
  model: HistoryModel,
  initial: Json,
): AccessHistory | NoAccessHistory => {
  const drafts: Draft[] = []
  for (const operation of operations) {
    const access = model.accessOf?.(operation)
    if (access !== undefined) drafts.push({ operation, access, key: textOf(operation.key) })
    else if (!model.observesOnly?.(operation)) {
      return {
        why: `${operation.f} (line ${operation.invokedLine}) is neither a read nor a write, which this is about`,
      }
    }
  }
  const initials = new Map<string, string>()
  for (const { key, operations: part } of partsOf(operations, model)) {
    const [any] = part
    if (any !== undefined) initials.set(textOf(key), model.identify(model.init(initial, any)))
  }
  return linked(drafts, initials)
}

const linked = (drafts: readonly Draft[], initials: ReadonlyMap<string, string>): AccessHistory => {
  const valueName = (key: string, value: Json | undefined): string => JSON.stringify([key, textOf(value)])
  const read = new Set(
    drafts.flatMap(({ key, access }) => (access.reads === undefined ? [] : valueName(key, access.reads))),
  )
  const chains: AccessNode[][] = []
  const processes = new Map<Operation['process'], number>()
  const writers = new Map<string, AccessNode[]>()
  const nodes: { readonly node: Mutable<AccessNode>; readonly draft: Draft }[] = []
  for (const draft of drafts) {
    const { operation, access, key } = draft
    const written = access.writes === undefined ? undefined : valueName(key, access.writes)
    const process = processes.get(operation.process) ?? chains.push([]) - 1
    processes.set(operation.process, process)
    // Of what is open, only what was read is known to have taken place.
    if (isOpen(operation) && (written === undefined || !read.has(written))) continue
    const bound = chains[process]?.length ?? 0
    const chain = isOpen(operation) ? chains.push([]) - 1 : process
    const place = { chain, position: chains[chain]?.length ?? 0, process, bound }
    const node = { number: nodes.length, operation, key, isWrite: written !== undefined, sources: [], ...place }
    chains[chain]?.push(node)
    nodes.push({ node, draft })
    if (written !== undefined) writers.set(written, [...(writers.get(written) ?? []), node])
  }
  const thinAir: Operation[] = []
  for (const { node, draft } of nodes) {
    const { reads } = draft.access
    if (reads === undefined || isOpen(node.operation)) continue
    const found = (writers.get(valueName(node.key, reads)) ?? []).filter((writer) => writer !== node)
    const sources: (AccessNode | undefined)[] = byLikelihood(found, node.operation)
    if (initials.get(node.key) === textOf(reads)) sources.push(undefined)
    if (sources.length === 0) thinAir.push(node.operation)
    node.sources = sources
  }
  return { nodes: nodes.map(({ node }) => node), chains, thinAir }
}

/** The newest that was invoked before the read returned first. */
const byLikelihood = (writers: readonly AccessNode[], { returned }: Operation): AccessNode[] =>
  [...writers].sort((left, right) => {
    const isLeftLate = left.operation.invoked > returned
    const isRightLate = right.operation.invoked > returned
    if (isLeftLate !== isRightLate) return isLeftLate ? 1 : -1
    return isLeftLate
      ? left.operation.invoked - right.operation.invoked
      : right.operation.invoked - left.operation.invoked
  })
