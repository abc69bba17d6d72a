import type { NodeId, Received } from '@quorate/core'
import type { Inquiry, InquiryReply } from './generated/raft.js'
import { replyTo, type Server, senderOf } from './server.js'

/**
 * What a server may do whose disk lost its last write: the record of a term and a vote, entries that it acknowledged, or
 * both. Before it says anything it asks all other servers, and all must answer.
 *
 * Terms. Whoever asked it for a vote that it forgot has that term on its own disk, or lost it too, and then leads no more.
 * A candidate asks for votes in the term after one that was on its disk by an earlier write (in between its pre-votes were
 * answered, or the leader that gives its place to it had an answer from it in that term), so who is in doubt has asked in no
 * term beyond the next one. Above the terms of all others, and above each next term of those in doubt, no vote is forgotten:
 * there it votes. In the terms of all others it acknowledges entries.
 *
 * Entries. A leader that answers counts nothing that the server acknowledged before: an acknowledgement of then may still be
 * on its way. So the log is as good as the leader's once it holds what any server knew to be committed when it answered,
 * and an entry that the leader committed in its own term. Until then its vote counts only where every server votes: then the
 * winner's log is at least as up-to-date as all there are, and what is lost, no disk holds any more.
 * @module
 */

/** The next term in which this server may ask for votes. */
export const nextTerm = ({ currentTerm, spentTerm }: Server): number => Math.max(currentTerm, spentTerm) + 1

/** No server was asked for a vote by this one in a later term. */
const lastTermAsked = (self: Server): number => (self.doubtful ? nextTerm(self) : nextTerm(self) - 1)

export const inquiryReply = (self: Server, { from, doubt }: Received<Inquiry>) =>
  replyTo(from, {
    type: 'InquiryReply',
    doubt,
    term: self.currentTerm,
    spentTerm: lastTermAsked(self),
    commitIndex: self.commitIndex,
  })

/** A server that asks what it may have forgotten, and who has answered. */
export interface Doubtful extends Server {
  readonly answers: Readonly<Record<NodeId, Pick<InquiryReply, 'term' | 'spentTerm' | 'commitIndex'>>>
}

export const withAnswer = (self: Doubtful, reply: Received<InquiryReply>) => {
  const { term, spentTerm, commitIndex } = reply
  return { answers: { ...self.answers, [senderOf(reply)]: { term, spentTerm, commitIndex } } }
}

/** All others, of whatever part of the quorum system: any of them may have asked for the vote that was forgotten. */
export const hasAllAnswers = ({ config, answers }: Doubtful): boolean =>
  config.peers.length > 0 && config.peers.every((peer) => answers[peer] !== undefined)

/** What this server may have forgotten lies in no later term, and it holds back until it has what others had. */
export function settled(self: Doubtful) {
  const answers = Object.values(self.answers)
  const currentTerm = Math.max(self.currentTerm, ...answers.map(({ term }) => term))
  return {
    currentTerm,
    votedFor: currentTerm === self.currentTerm ? self.votedFor : undefined,
    spentTerm: Math.max(lastTermAsked(self), ...answers.map(({ spentTerm }) => spentTerm)),
    committedElsewhere: Math.max(0, ...answers.map(({ commitIndex }) => commitIndex)),
    isSettled: true,
  }
}

/** So far beyond all terms that are known goes a server on without those that are gone: one of them may have had its vote. */
const termsLeftOut = 1000

/** The operator says that those that do not answer are gone for good, and a quorum is here. */
export const mayGoWithout = ({ config, answers }: Doubtful): boolean => {
  const here = [config.id, ...Object.keys(answers)]
  return (
    config.lossAccepted === true && config.quorum.tally(Object.fromEntries(here.map((node) => [node, true]))) === 'won'
  )
}

export function withoutOthers(self: Doubtful) {
  const { spentTerm } = settled(self)
  const currentTerm = spentTerm + termsLeftOut
  return {
    currentTerm,
    votedFor: undefined,
    spentTerm: currentTerm,
    isSettled: true,
    doubtful: false,
    mayHaveLost: true,
  }
}

interface Led extends Server {
  readonly leaderCommit: number
}

/** What a leader committed in its own term, and what anybody had, is here: the log is as good as the leader's. */
export const isUpToDateAgain = (self: Led): boolean =>
  self.doubtful &&
  self.leaderId !== undefined &&
  self.commitIndex >= Math.max(self.leaderCommit, self.committedElsewhere) &&
  self.log.termAt(self.commitIndex) === self.currentTerm

/** The leader of this term is the only one this server can have voted for without harm, whatever it forgot. */
export const trustAgain = ({ leaderId }: Server) => ({ doubtful: false, votedFor: leaderId })
