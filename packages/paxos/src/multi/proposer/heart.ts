import type { NodeId, Received } from '@quorate/core'
import { isSameBallot } from '../../ballot.js'
import type { HeartbeatReply } from '../../generated/multi_paxos.js'
import { everyRole, type RoleName, roleAt } from '../shared/config.js'
import type { Poll } from '../shared/polls.js'
import { accept, heard, type Leading, question } from './leadership.js'
import { present } from './presence.js'
import { withLate } from './relays.js'
import { ballotOf, type Outgoing, senderOf } from './state.js'

/** The heartbeats of a distinguished proposer: what it says again with them, and who is heard to be there. @module */

/**
 * An unanswered Accept is sent again after so many heartbeats, and after twice as many each time, up to eight times as many:
 * on a slow link the answer takes longer. Only the first few, which the others wait for.
 */
const repeatAfterBeats = 4
const doublingsMax = 3
const repeatsMax = 4

const isLate = (self: Leading, { isChosen, sentAt, repeats }: Poll): boolean =>
  !isChosen && self.beat - sentAt >= repeatAfterBeats * 2 ** Math.min(repeats, doublingsMax)

/** To the acceptors themselves, whoever was to say it: so that no third can be in the way. */
function repeatsOf(self: Leading, poll: Poll): readonly Outgoing[] {
  const message = accept(self, poll)
  const missing = present(self, 'acceptor').filter((node) => !poll.votes[node])
  return missing.map((node) => ({ to: roleAt(self, 'acceptor', node), message }))
}

export function withHeartbeat(before: Leading) {
  const self = { ...before, beat: before.beat + 1 }
  const { nodes } = self.config
  const message = { type: 'Heartbeat', ballot: ballotOf(self), chosenThrough: self.chosenThrough } as const
  const listeners = (['proposer', 'learner', 'batcher', 'proxyLeader'] as const).filter(
    (role) => nodes[role].length > 0,
  )
  const late = self.polls.filter((poll) => isLate(self, poll)).slice(0, repeatsMax)
  const number = self.lastNumber + 1
  return {
    beat: self.beat,
    lastNumber: number,
    provenBytes: 0,
    ...withLate(self, late),
    polls: self.polls.map((poll) =>
      late.includes(poll) ? { ...poll, sentAt: self.beat, repeats: poll.repeats + 1 } : poll,
    ),
    outgoing: [
      ...self.outgoing,
      ...listeners.map((role) => ({ to: everyRole(self, role), message })),
      { to: everyRole(self, 'acceptor'), message: question(self, number) },
      ...late.flatMap((poll) => repeatsOf(self, poll)),
    ],
  }
}

export function withHeartbeatReply(self: Leading, message: Received<HeartbeatReply>) {
  const node = senderOf(message)
  const isLearner = message.from === roleAt(self, 'learner', node)
  const through = Math.max(self.snapshots[node] ?? 0, message.snapshotThrough)
  return { ...heard(self, message.from), ...(isLearner && { snapshots: { ...self.snapshots, [node]: through } }) }
}

export const isOwnReply = (self: Leading, { ballot }: HeartbeatReply): boolean => isSameBallot(ballot, ballotOf(self))

/** The first check waits so many times as long: a quorum has just promised, and its first answers may be on a slow link. */
export const patienceOf = ({ checkedAt }: Leading): number => (checkedAt === 0 ? 3 : 1)

/**
 * Without a quorum of acceptors nothing is chosen any more, and without a learner nothing is executed: clients should know
 * that nobody leads, and another proposer may reach those that this one does not.
 */
export function isFit(self: Leading): boolean {
  const { config, heardAt, checkedAt } = self
  const heardSince = (role: RoleName): readonly NodeId[] =>
    config.nodes[role].filter((node) => (heardAt[roleAt(self, role, node)] ?? 0) > checkedAt)
  const votes = Object.fromEntries(heardSince('acceptor').map((node) => [node, true]))
  return config.quorums.phase2.tally(votes) === 'won' && heardSince('learner').length > 0
}
