import type { AccessNode } from './accessHistory.js'
import { CausalOrder, type Cycle, sortTopologically } from './causalOrder.js'
import type { Finding } from './finding.js'
import type { ReadsFrom } from './readsFrom.js'

/** Kinds of causal consistency, as in Bouajjani, Enea, Guerraoui and Hamza (2017). */
export const causalModels = ['causalConsistency', 'causalConvergence', 'causalMemory'] as const

export type CausalModel = (typeof causalModels)[number]

export const thinAirText = 'a value was read that nobody wrote'
const cyclic = 'what was read came of what was read: each operation of a circle must come before the next one'
const outdated = 'a value was read although a write that replaced it had come before'
const outdatedInitial = 'the initial value was read although a write had come before'

/** The first pattern that rules out each kind of causal consistency, where there is one. */
export const causalFindings = (from: ReadsFrom): Readonly<Record<CausalModel, Finding | undefined>> => {
  const order = CausalOrder.of(from)
  const weak = causalFinding(from, order)
  if (weak !== undefined || !(order instanceof CausalOrder)) {
    return { causalConsistency: weak, causalConvergence: weak, causalMemory: weak }
  }
  return {
    causalConsistency: undefined,
    causalConvergence: convergenceFinding(from, order),
    causalMemory: memoryFinding(from, order),
  }
}

const findingOf = (why: string, nodes: readonly (AccessNode | undefined)[]): Finding => ({
  why,
  operations: [...new Set(nodes.flatMap((node) => node?.operation ?? []))],
})

/** ThinAirRead, CyclicCO, WriteCORead, WriteCOInitRead. */
const causalFinding = (from: ReadsFrom, order: CausalOrder | Cycle): Finding | undefined => {
  const [made] = from.history.thinAir
  if (made !== undefined) return { why: thinAirText, operations: [made] }
  if (!(order instanceof CausalOrder)) return findingOf(cyclic, order.nodes)
  for (const read of from.history.nodes) {
    if (!from.reads(read)) continue
    const source = from.sourceOf(read)
    for (const write of otherWritesBefore(from, order, read)) {
      if (source === undefined) return findingOf(outdatedInitial, [write, read])
      if (order.isBefore(source, write)) return findingOf(outdated, [source, write, read])
    }
  }
  return undefined
}

/** The last write of each line that comes before a read of its key, but for the one that was read. */
const otherWritesBefore = (from: ReadsFrom, order: CausalOrder, read: AccessNode): readonly AccessNode[] => {
  const source = from.sourceOf(read)
  const count = (chain: number): number => (chain === read.chain ? read.position : order.count(read, chain))
  return from.lastWrites(read.key, count).filter((write) => write !== source)
}

/** CyclicCF: whoever has seen a write and reads another one holds the other for the newer one; all must agree on that. */
const convergenceFinding = (from: ReadsFrom, order: CausalOrder): Finding | undefined => {
  const older = from.history.nodes.map((): AccessNode[] => [])
  for (const read of from.history.nodes) {
    const source = from.reads(read) ? from.sourceOf(read) : undefined
    if (source !== undefined) older[source.number]?.push(...otherWritesBefore(from, order, read))
  }
  const sorted = sortTopologically(from, ({ number }) => older[number] ?? [])
  const why = 'processes do not agree on which of their writes is the newer one'
  return Array.isArray(sorted) ? undefined : findingOf(why, sorted.nodes)
}

/** WriteHBInitRead, CyclicHB: each process must be able to put all it knows of into one order that explains all it read. */
const memoryFinding = (from: ReadsFrom, order: CausalOrder): Finding | undefined => {
  for (const chain of from.history.chains) {
    const reads = chain.filter((node) => from.reads(node))
    if (reads.length === 0) continue
    const known = order.growing()
    for (let isGrowing = true; isGrowing; ) {
      isGrowing = false
      for (const read of reads) {
        const source = from.sourceOf(read)
        for (const write of otherWritesBefore(from, known, read)) {
          if (source === undefined) return findingOf(outdatedInitial, [write, read])
          if (known.isBefore(write, source)) continue
          if (known.isBefore(source, write)) return findingOf(outdated, [source, write, read])
          known.add(write, source)
          isGrowing = true
        }
      }
    }
  }
  return undefined
}
