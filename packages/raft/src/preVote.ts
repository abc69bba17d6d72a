import { invariant, type Received } from '@quorate/core'
import { nextTerm } from './doubt.js'
import type { PreVote } from './generated/raft.js'
import { campaignOf, everyServer, isUpToDate, mayStandIn, replyTo, type Server, senderOf, serverAt } from './server.js'

/**
 * PreVote (Ongaro, dissertation, section 9.6): a server asks whether it could win an election before it begins one.
 *
 * A follower asks when it heard no leader for an election timeout, and also soon after the bus has said that nobody hears the
 * leader. That is a suspicion, and a leader that lives must not pay for it. So the follower first asks the leader itself, which
 * answers with a heartbeat, and waits a little. Then it asks all others, and those refuse that follow a leader which they do not
 * suspect themselves. So a leader is deposed only where a quorum suspects it, or has not heard it for an election timeout,
 * and it did not answer.
 * @module
 */

const preVoteOf = (self: Server, suspects: boolean) =>
  ({ type: 'PreVote', term: nextTerm(self), ...campaignOf(self), commitIndex: self.commitIndex, suspects }) as const

export const broadcastPreVote = (self: Server) =>
  ({ type: 'send', to: everyServer(self), message: preVoteOf(self, self.campaign === 'suspicion') }) as const

/** Is it still there? */
export function askLeader(self: Server) {
  const { leaderId } = self
  invariant(leaderId !== undefined, 'there is no leader to suspect')
  return { type: 'send', to: serverAt(self, leaderId), message: preVoteOf(self, true) } as const
}

/** Would this server vote in the term asked about? A pre-vote is no promise: it changes neither term nor votedFor. */
export const wouldVote = (self: Server, { term, ...campaign }: Received<PreVote>): boolean =>
  mayStandIn(self, term) && isUpToDate(self, campaign)

/**
 * Two that suspect one leader and ask at once would each vote for itself. So the one with the lower name gives way, if it
 * would vote for the other.
 */
export const givesWay = (self: Server, request: Received<PreVote>): boolean =>
  request.suspects && wouldVote(self, request) && senderOf(request) > self.config.id

/** A pre-vote in a term that is spent here is asked for again above it. */
export function preVoteReply(self: Server, { from, term }: Received<PreVote>, voteGranted: boolean) {
  const ownTerm = term > self.currentTerm && term <= self.spentTerm ? self.spentTerm : self.currentTerm
  const { doubtful } = self
  return replyTo(from, { type: 'PreVoteReply', term: ownTerm, voteGranted, askedTerm: term, doubtful })
}
