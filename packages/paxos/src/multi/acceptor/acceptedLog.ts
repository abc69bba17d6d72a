import { type Entry, invariant, type Log, type LogId, noopAt } from '@quorate/core'
import { termOf } from '../../ballot.js'
import type { Accept } from '../../generated/multi_paxos.js'

/**
 * What an acceptor has accepted, slot by slot. A slot in which it has accepted nothing is filled with an entry of term 0,
 * which is no ballot's: so the log has no holes, and the disk needs to know nothing of Paxos.
 * @module
 */

/** Slots that may be under way at once: so that nobody fills the disk with nothing. */
const underWayMax = 262_144

/** True for an entry that somebody proposed. */
export const isAccepted = ({ term }: Entry): boolean => term > 0

/** The slots that are not forgotten already. */
const remembered = (log: Log, entries: readonly Entry[]): readonly Entry[] =>
  (entries[0]?.index ?? 0) > log.base.index ? entries : entries.filter(({ index }) => index > log.base.index)

/** Slots that do not follow one another, entries of another ballot, or a place that no proposer can have reached. */
export function isMalformed(log: Log, { entries, ballot, chosenThrough }: Accept): boolean {
  const term = termOf(ballot)
  const first = entries[0]?.index ?? 0
  return (
    first < 1 ||
    first > Math.max(log.last.index, chosenThrough) + underWayMax ||
    entries.some((entry, position) => entry.index !== first + position || entry.term !== term)
  )
}

/** True if more slots lie before the entries than are left empty at once: this acceptor was away for long. */
export const isOutOfReach = (log: Log, { entries }: Accept, emptySlotsMax: number): boolean =>
  (entries[0]?.index ?? 0) > log.last.index + emptySlotsMax

/** Empty slots that lead from the last one towards the entries, as many as are left at once. */
export function holesBefore(log: Log, { entries }: Accept, emptySlotsMax = underWayMax): readonly Entry[] {
  const next = log.last.index + 1
  const count = Math.min((entries[0]?.index ?? 0) - next, emptySlotsMax)
  return Array.from({ length: Math.max(count, 0) }, (_, position) => noopAt({ index: next + position, term: 0 }))
}

/** True if each of the entries is accepted already, in this very ballot. */
export const isHeld = (log: Log, { entries }: Accept): boolean =>
  remembered(log, entries).every((entry) => log.has(entry))

/** True if a slot of theirs has been filled before. */
export function rewrites(log: Log, { entries }: Accept): boolean {
  const [first] = remembered(log, entries)
  return first !== undefined && first.index <= log.last.index
}

/** Where the log is cut before {@link written} is appended. */
export function cutBefore(log: Log, { entries }: Accept): LogId {
  const index = Math.min((remembered(log, entries)[0]?.index ?? 0) - 1, log.last.index)
  const term = log.termAt(index)
  invariant(term !== undefined, `slot ${index} is neither in the log nor its base`)
  return { index, term }
}

/** What is appended after the cut: holes that come to be, the entries, and what stood in later slots. */
export function written(log: Log, accept: Accept): readonly Entry[] {
  const entries = remembered(log, accept.entries)
  const last = entries.at(-1)
  if (!last) return []
  const holes = holesBefore(log, accept)
  const later = last.index < log.last.index ? log.slice(last.index + 1, log.last.index) : []
  return holes.length + later.length === 0 ? entries : [...holes, ...entries, ...later]
}

export const withAccepted = (log: Log, accept: Accept): Log =>
  log.truncateAfter(cutBefore(log, accept).index).append(written(log, accept))
