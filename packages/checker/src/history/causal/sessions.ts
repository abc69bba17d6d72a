import type { Operation } from '../operation.js'
import type { AccessNode } from './accessHistory.js'
import type { Finding } from './finding.js'
import type { ReadsFrom } from './readsFrom.js'

/** The session guarantees of Terry et al. (1994). */
export const sessionGuarantees = ['readYourWrites', 'monotonicReads', 'monotonicWrites', 'writesFollowReads'] as const

export type SessionGuarantee = (typeof sessionGuarantees)[number]

/**
 * The first read that breaks each guarantee, where one does. A read breaks one when it gives a value although its process must
 * see a write that replaces this value: that was made by who had written or read it before, or any, if it is the initial value.
 */
export const sessionFindings = (from: ReadsFrom): Readonly<Record<SessionGuarantee, Finding | undefined>> => ({
  readYourWrites: firstFinding(from, brokenOwnWrite),
  monotonicReads: firstFinding(from, brokenRead),
  monotonicWrites: firstFinding(from, brokenWriteOrder),
  writesFollowReads: firstFinding(from, brokenWriteAfterRead),
})

/** Looks at one read, and at what its process had read before. */
type Rule = (from: ReadsFrom, read: AccessNode, before: Memory) => Finding | undefined

const firstFinding = (from: ReadsFrom, rule: Rule): Finding | undefined => {
  for (const chain of from.history.chains) {
    const before = new Memory(from)
    for (const read of chain) {
      if (!from.reads(read)) continue
      const finding = rule(from, read, before)
      if (finding !== undefined) return finding
      before.add(read)
    }
  }
  return undefined
}

/** Reads, of which only the one from the newest write of each writer counts. */
type ByWriter = Map<number, AccessNode>

/** What a process has read: of each key; of all keys; and what those from whom it read had read before. */
class Memory {
  readonly #from: ReadsFrom
  readonly #byKey = new Map<string, ByWriter>()
  readonly byWriter: ByWriter = new Map()
  readonly #ofWriters = new Map<number, { count: number; readonly byKey: Map<string, ByWriter> }>()

  constructor(from: ReadsFrom) {
    this.#from = from
  }

  add(read: AccessNode): void {
    this.#keep(this.#byKey, read)
    const source = this.#from.sourceOf(read)
    if (source === undefined) return
    this.#keepNewest(this.byWriter, read)
    const known = this.#ofWriters.get(source.process) ?? { count: 0, byKey: new Map<string, ByWriter>() }
    this.#ofWriters.set(source.process, known)
    // A write that is a read too has read before it writes.
    const until = source.chain === source.process ? source.position + 1 : source.bound
    for (; known.count < until; known.count++) {
      const other = this.#from.history.chains[source.process]?.[known.count]
      if (other !== undefined && this.#from.reads(other)) this.#keep(known.byKey, other)
    }
  }

  readsOf(key: string): Iterable<AccessNode> {
    return this.#byKey.get(key)?.values() ?? []
  }

  /** Reads of a key by a writer, before what was read from it. */
  readsOfWriter(writer: number, key: string): Iterable<AccessNode> {
    return this.#ofWriters.get(writer)?.byKey.get(key)?.values() ?? []
  }

  #keep(byKey: Map<string, ByWriter>, read: AccessNode): void {
    const byWriter = byKey.get(read.key) ?? new Map<number, AccessNode>()
    byKey.set(read.key, byWriter)
    this.#keepNewest(byWriter, read)
  }

  #keepNewest(byWriter: ByWriter, read: AccessNode): void {
    const source = this.#from.sourceOf(read)
    if (source === undefined) return
    const kept = byWriter.get(source.process)
    const keptSource = kept && this.#from.sourceOf(kept)
    if (keptSource === undefined || keptSource.bound < source.bound) byWriter.set(source.process, read)
  }
}

const isOutdated = (from: ReadsFrom, read: AccessNode, write: AccessNode | undefined): write is AccessNode => {
  if (write === undefined || write === read || write.key !== read.key) return false
  const source = from.sourceOf(read)
  return write !== source && from.replaces(write, source)
}

const finding = (why: string, ...nodes: readonly (AccessNode | undefined)[]): Finding => ({
  why,
  operations: [...new Set(nodes.flatMap((node) => node?.operation ?? []))].sort(byInvocation),
})

const byInvocation = (left: Operation, right: Operation): number => left.invoked - right.invoked

const brokenOwnWrite: Rule = (from, read) => {
  const own = from.lastWriteIn(read.key, read.chain, read.position)
  if (!isOutdated(from, read, own)) return undefined
  return finding('a process reads a value that its own write had replaced', from.sourceOf(read), own, read)
}

const brokenRead: Rule = (from, read, before) => {
  for (const earlier of before.readsOf(read.key)) {
    if (!isOutdated(from, read, from.sourceOf(earlier))) continue
    const why = 'a process reads a value after it has read one that replaced it'
    return finding(why, from.sourceOf(read), from.sourceOf(earlier), earlier, read)
  }
  return undefined
}

const brokenWriteOrder: Rule = (from, read, before) => {
  for (const earlier of before.byWriter.values()) {
    const seen = from.sourceOf(earlier)
    const hidden = seen && from.lastWriteIn(read.key, seen.process, seen.bound)
    if (seen === undefined || !isOutdated(from, read, hidden)) continue
    const why = 'a process has read a write, and then reads as if an earlier write of the same writer were not there'
    return finding(why, from.sourceOf(read), hidden, seen, earlier, read)
  }
  return undefined
}

const brokenWriteAfterRead: Rule = (from, read, before) => {
  for (const earlier of before.byWriter.values()) {
    const seen = from.sourceOf(earlier)
    for (const other of before.readsOfWriter(seen?.process ?? -1, read.key)) {
      const hidden = from.sourceOf(other)
      if (!isOutdated(from, read, hidden)) continue
      const why = 'a process has read a write, and then reads as if what the writer had read before it were not there'
      return finding(why, from.sourceOf(read), hidden, other, seen, earlier, read)
    }
  }
  return undefined
}
