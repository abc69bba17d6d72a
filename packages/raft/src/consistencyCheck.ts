import { type Entry, invariant, type LogId, type Received } from '@quorate/core'
import type { AppendEntries } from './generated/raft.js'
import { replyTo, type Server } from './server.js'

/**
 * What an AppendEntries means for a log: the consistency check of section 5.3, and Figure 2, "AppendEntries RPC,
 * receiver implementation", steps 2 to 4.
 * @module
 */

/** Entries, and what they follow; from a leader, or handed on. */
type Sent = Pick<AppendEntries, 'term' | 'prevLogIndex' | 'prevLogTerm' | 'entries'>

/** "If log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm." What was compacted is committed, so it matches. */
export const isGap = ({ log }: Server, { prevLogIndex, prevLogTerm }: Sent): boolean =>
  prevLogIndex > log.base.index && log.termAt(prevLogIndex) !== prevLogTerm

/** Where the leader should look next: the first index of the whole term that conflicts (section 5.3, last paragraphs), or the end of the log. */
export function conflictOf(
  { log }: Server,
  { prevLogIndex }: AppendEntries,
): { conflictTerm: number; conflictIndex: number } {
  const conflictTerm = log.termAt(prevLogIndex)
  if (conflictTerm === undefined) return { conflictTerm: 0, conflictIndex: log.last.index + 1 }
  let conflictIndex = prevLogIndex
  while (log.at(conflictIndex - 1)?.term === conflictTerm) conflictIndex--
  return { conflictTerm, conflictIndex }
}

/** The entries from the first one on that the log does not hold as they are. An old or repeated message brings none. */
export function newEntries({ log }: Server, { prevLogIndex, entries }: Sent): readonly Entry[] {
  if (prevLogIndex === log.last.index) return entries
  const isHeld = (entry: Entry) => entry.index <= log.base.index || log.has(entry)
  const first = entries.findIndex((entry) => !isHeld(entry))
  return first < 0 ? [] : entries.slice(first)
}

/** "If an existing entry conflicts with a new one (same index but different terms)": it, and all that follow it, must go. */
export function hasConflict(self: Server, message: Sent): boolean {
  const [first] = newEntries(self, message)
  return first !== undefined && first.index <= self.log.last.index
}

/** The last entry that stays when the log has a conflict. Never before what is committed: that would unsay an acknowledged command. */
export function lastBeforeConflict(self: Server, message: Sent): LogId {
  const [first] = newEntries(self, message)
  const index = (first?.index ?? self.log.last.index + 1) - 1
  const term = self.log.termAt(index)
  invariant(
    index >= self.commitIndex && term !== undefined,
    `a leader wants entry ${index + 1} replaced, which is committed`,
  )
  return { index, term }
}

/** The log with the leader's entries. */
export const withEntries = (self: Server, message: Sent) => {
  const log = hasConflict(self, message) ? self.log.truncateAfter(lastBeforeConflict(self, message).index) : self.log
  return { log: log.append(newEntries(self, message)) }
}

/** Index of the last entry that the message speaks of: up to here the logs match, once it was accepted. */
export const lastNamed = ({ prevLogIndex, entries }: Sent): number => prevLogIndex + entries.length

/** Entries that are not contiguous, or whose terms go down or exceed the sender's: no server sends them. */
export function isMalformed(_self: Server, { term, prevLogIndex, prevLogTerm, entries }: Sent): boolean {
  let [index, lastTerm] = [prevLogIndex, prevLogTerm]
  return entries.some((entry) => {
    const isWrong = entry.index !== ++index || entry.term < lastTerm || entry.term > term
    lastTerm = entry.term
    return isWrong
  })
}

export const appendReply = (self: Server, message: Received<AppendEntries>, success: boolean) =>
  replyTo(message.from, {
    type: 'AppendEntriesReply',
    term: self.currentTerm,
    success,
    matchIndex: success ? lastNamed(message) : 0,
    ...(success ? { conflictTerm: 0, conflictIndex: 0 } : conflictOf(self, message)),
    round: message.round,
    prevLogIndex: message.prevLogIndex,
    doubt: self.doubt,
  })
