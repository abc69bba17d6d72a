import { type Address, chunkAt, invariant, isSameLogId, type LogId, type Received } from '@quorate/core'
import * as check from './consistencyCheck.js'
import type { CatchUp, InstallSnapshotReply, PreVote } from './generated/raft.js'
import { isUpToDate, mayStandIn, replyTo, type Server } from './server.js'

/**
 * A candidate whose log is behind is given what it lacks by those who would vote for it otherwise. Where one server alone
 * reaches a quorum, and others hold what it has missed, nobody could be elected but for this: it may not, they cannot (the
 * constrained election of Ng, Haridi and Carbone, "Omni-Paxos: Breaking the Barriers of Partial Connectivity", 2023).
 *
 * It is as if AppendEntries of earlier leaders had come late, by a detour. What it makes a log lose, no quorum holds: the
 * log that is handed on ends in a later term, and whoever was elected in that had all that was committed before (section
 * 5.4.3); and whoever counts for what is committed in that term or a later one holds an entry of it, so its log is not the
 * one that is behind. Nothing is acknowledged to anybody, so nothing is committed by it, and its own term never falls.
 * Checked: the model `raft-catch-up` of `quorate check`, in which what is handed on may also arrive when it is out of date.
 * @module
 */

/** The last entry that both logs are known to have: the candidate's last one, or else what it knows to be committed. */
function commonOf({ log }: Server, { lastLogIndex, lastLogTerm, commitIndex }: PreVote): LogId | undefined {
  const last = { index: lastLogIndex, term: lastLogTerm }
  if (last.index >= log.base.index && log.has(last)) return last
  const term = log.termAt(commitIndex)
  return term === undefined ? undefined : { index: commitIndex, term }
}

/** The candidate may stand in that term, and only its log keeps this server from voting for it. */
const isOutOfDate = (self: Server, { term, ...campaign }: Received<PreVote>): boolean =>
  mayStandIn(self, term) && !isUpToDate(self, campaign)

export const isBehind = (self: Server, preVote: Received<PreVote>): boolean =>
  isOutOfDate(self, preVote) && commonOf(self, preVote) !== undefined

/** What the candidate lacks was compacted here. */
export const needsSnapshot = (self: Server, preVote: Received<PreVote>): boolean =>
  isOutOfDate(self, preVote) && commonOf(self, preVote) === undefined && self.snapshot !== undefined

export function catchUpReply(self: Server, preVote: Received<PreVote>) {
  const { log, config, currentTerm } = self
  const common = commonOf(self, preVote)
  invariant(common !== undefined, 'the logs have no entry in common')
  return replyTo(preVote.from, {
    type: 'CatchUp',
    term: currentTerm,
    prevLogIndex: common.index,
    prevLogTerm: common.term,
    entries: log.batch(common.index + 1, config.limits),
    lastLogIndex: log.last.index,
    lastLogTerm: log.last.term,
  })
}

const chunkTo = ({ snapshot, config, currentTerm }: Server, to: Address, offset: number) => {
  invariant(snapshot !== undefined, 'a log that was compacted has a snapshot')
  const { data, size } = chunkAt(snapshot, offset, config.limits.bytesMax)
  const { index: lastIncludedIndex, term: lastIncludedTerm } = snapshot.last
  const chunk = { lastIncludedIndex, lastIncludedTerm, offset, data, size, handedOn: true }
  return replyTo(to, { type: 'InstallSnapshot', term: currentTerm, ...chunk })
}

export const firstChunk = (self: Server, { from }: Received<PreVote>) => chunkTo(self, from, 0)
export const nextChunk = (self: Server, { from, offset }: Received<InstallSnapshotReply>) => chunkTo(self, from, offset)

/** It asks for more of the snapshot that this server has. Nothing is remembered of it here: its answers say how far it is. */
export const wantsMore = ({ snapshot, currentTerm }: Server, reply: InstallSnapshotReply): boolean =>
  reply.term === currentTerm &&
  !reply.installed &&
  snapshot !== undefined &&
  isSameLogId(snapshot.last, { index: reply.lastIncludedIndex, term: reply.lastIncludedTerm })

/** Entries that this log lacks, after one that it has, of a log that is more up-to-date. */
export const bringsMore = (self: Server, message: CatchUp): boolean =>
  message.lastLogTerm <= message.term &&
  isUpToDate(self, message) &&
  !self.log.has({ index: message.lastLogIndex, term: message.lastLogTerm }) &&
  !check.isMalformed(self, message) &&
  !check.isGap(self, message) &&
  check.newEntries(self, message).length > 0

export const bringsOtherEntries = (self: Server, message: CatchUp): boolean =>
  bringsMore(self, message) && check.hasConflict(self, message)
