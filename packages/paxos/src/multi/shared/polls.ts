import type { Entry, NodeId, QuorumSystem } from '@quorate/core'
import type { Chosen } from '../../generated/multi_paxos.js'

/**
 * Phase 2 of consecutive slots that travel in one Accept: who has accepted them in this ballot. Slots are independent, so
 * polls may be won in any order.
 * @module
 */

export interface Poll {
  /** Of its Accept. */
  readonly number: number
  readonly entries: readonly Entry[]
  /** The acceptors that accepted. */
  readonly votes: Readonly<Record<NodeId, true>>
  readonly isChosen: boolean
  /** The learner that answers the clients. */
  readonly answeredBy: NodeId
  /** The proxy leader that was to say it; nobody, if the proposer says it itself. */
  readonly relay: NodeId | undefined
  /** Counted in heartbeats. */
  readonly sentAt: number
  /** How often it was sent again. */
  readonly repeats: number
}

export const lastSlotOf = ({ entries }: Poll): number => entries.at(-1)?.index ?? 0

/** "A value is chosen when a single proposal with that value has been accepted by a majority of the acceptors." */
export const isWon = ({ votes }: Poll, quorum: QuorumSystem): boolean => quorum.tally(votes) === 'won'

export const changed = (polls: readonly Poll[], number: number, change: (poll: Poll) => Poll): readonly Poll[] =>
  polls.map((poll) => (poll.number === number ? change(poll) : poll))

/** With the acceptance of one acceptor; of a poll that is not, or no longer, under way nothing changes. */
export const withVote = (polls: readonly Poll[], number: number, node: NodeId): readonly Poll[] =>
  changed(polls, number, (poll) => ({ ...poll, votes: { ...poll.votes, [node]: true } }))

/** What learners are told of a poll that was won. */
export const chosenOf = ({ entries, answeredBy }: Poll): Chosen => ({ type: 'Chosen', entries, answeredBy })
