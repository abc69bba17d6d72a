import type { Received } from '@quorate/core'
import type { AppendEntriesReply, Inquiry, InstallSnapshotReply } from './generated/raft.js'
import { isOfThisLife, type Leader } from './leadership.js'
import { afterChunk, afterConflict, afterSuccess, isKnown, withDoubt } from './progress.js'
import { progressOf, withProgress } from './replication.js'
import { senderOf } from './server.js'

/** What a leader learns from what its followers say. @module */

/** An answer in this term, of a follower, that speaks of entries which were sent. */
export const isAnswer = (self: Leader, reply: Received<AppendEntriesReply>): boolean =>
  isOfThisLife(self, reply) && reply.matchIndex <= self.log.last.index

/** As most answers to heartbeats of an idle group do. */
export const saysWhatIsKnown = (self: Leader, reply: Received<AppendEntriesReply>): boolean =>
  isOfThisLife(self, reply) && isKnown(progressOf(self, senderOf(reply)), reply)

export function withAnswer(self: Leader, reply: Received<AppendEntriesReply>) {
  const node = senderOf(reply)
  const progress = withDoubt(progressOf(self, node), reply.doubt, self.log.last.index)
  const next = reply.success ? afterSuccess(progress, reply) : afterConflict(progress, reply, self.log, self.round)
  const round = Math.min(self.round, Math.max(next.round, reply.round))
  return withProgress(self, node, { ...next, heard: true, round })
}

export function withChunkAnswer(self: Leader, reply: Received<InstallSnapshotReply>) {
  const node = senderOf(reply)
  return withProgress(self, node, { ...afterChunk(progressOf(self, node), reply), heard: true })
}

/** What it acknowledged before its disk was in doubt counts no more. */
export function withoutAcknowledgements(self: Leader, inquiry: Received<Inquiry>) {
  const node = senderOf(inquiry)
  return withProgress(self, node, withDoubt(progressOf(self, node), inquiry.doubt, self.log.last.index))
}
