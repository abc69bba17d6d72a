import { invariant, type LeaderTransfer, type NodeId, type RequestId } from '@quorate/core'
import { isFollower, type Leader } from './leadership.js'
import { everyoneIsDue, progressOf } from './replication.js'
import { serverAt } from './server.js'

/**
 * A leader gives its place to another: Ongaro, "Consensus: Bridging Theory and Practice" (2014), section 3.10. "The prior leader
 * stops accepting new client requests", the follower's log is made to match its own, and it "sends a TimeoutNow request to the
 * target server". After an election timeout "the prior leader aborts the transfer and resumes accepting client requests".
 * @module
 */

export interface Transfer {
  readonly request: RequestId
  /** Undefined: to whichever is there and has all entries first. */
  readonly to: NodeId | undefined
  /** Who answers this round of heartbeats, or a later one, is there. */
  readonly round: number
  /** Who was told to campaign. */
  readonly sentTo: NodeId | undefined
}

export const mayTransfer = (self: Leader, { to }: LeaderTransfer): boolean =>
  to === undefined ? self.config.peers.length > 0 : isFollower(self, { from: serverAt(self, to) })

export const withTransfer = (self: Leader, { request, to }: LeaderTransfer) => ({
  transfer: { request, to, round: self.round + 1, sentTo: undefined },
  round: self.round + 1,
  ...everyoneIsDue(self),
})

/** It is there, and its log is as long as the leader's. */
function successorOf(self: Leader): NodeId | undefined {
  const { transfer, config, log } = self
  if (!transfer || transfer.sentTo !== undefined) return undefined
  return config.peers.find((node) => {
    const { round, matchIndex } = progressOf(self, node)
    return (transfer.to ?? node) === node && round >= transfer.round && matchIndex === log.last.index
  })
}

export const hasSuccessor = (self: Leader): boolean => successorOf(self) !== undefined

function transferOf({ transfer }: Leader): Transfer {
  invariant(transfer !== undefined, 'no transfer is under way')
  return transfer
}

function successor(self: Leader): NodeId {
  const node = successorOf(self)
  invariant(node !== undefined, 'nobody can take the place of the leader')
  return node
}

export const timeoutNowEffect = (self: Leader) =>
  ({
    type: 'send',
    to: serverAt(self, successor(self)),
    message: { type: 'TimeoutNow', term: self.currentTerm },
    passes: 'append',
  }) as const

export const afterTimeoutNow = (self: Leader) => ({ transfer: { ...transferOf(self), sentTo: successor(self) } })

export const givenUp = (self: Leader) =>
  ({ type: 'refuse', request: transferOf(self).request, reason: 'noQuorum' }) as const
