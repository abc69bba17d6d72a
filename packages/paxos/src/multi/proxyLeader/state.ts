import { type Address, invariant, type LocalEvent, type Received } from '@quorate/core'
import { type Ballot, isSameBallot, noBallot } from '../../ballot.js'
import type { Accept, Accepted, Heartbeat, Nack } from '../../generated/multi_paxos.js'
import type { Configured, MultiPaxosConfig } from '../shared/config.js'
import { isWon, type Poll } from '../shared/polls.js'

/**
 * Proxy leader: says phase 2 to the acceptors, counts their answers and tells the learners, in place of the distinguished
 * proposer, which says each value once. Whittaker et al., "Scaling Replicated State Machines with Compartmentalization"
 * (2021), section 3.1.
 * @module
 */

export interface ProxyLeader extends Configured {
  /** The ballot that it works for. */
  readonly ballot: Ballot
  readonly proposer: Address | undefined
  /** The Accepts that were relayed and are not chosen yet, the newest last. */
  readonly polls: readonly Poll[]
}

export type ProxyLeaderEvent =
  | Received<Accept | Accepted | Nack | Heartbeat>
  | Extract<LocalEvent, { type: 'storage.persisted' }>

/** A proxy leader remembers nothing: what it forgets is sent again. */
export const newProxyLeader = (config: MultiPaxosConfig): ProxyLeader => ({
  config,
  ballot: noBallot,
  proposer: undefined,
  polls: [],
})

/** What is relayed at once; the oldest goes first, since it was sent elsewhere by now. */
const pollsMax = 256

export function withAccept({ polls, ballot }: ProxyLeader, message: Received<Accept>) {
  const { number, entries, answeredBy } = message
  const isSame = isSameBallot(message.ballot, ballot)
  const others = isSame ? polls.filter((poll) => poll.number !== number) : []
  const known = isSame ? polls.find((poll) => poll.number === number) : undefined
  const poll = known ?? {
    number,
    entries,
    votes: {},
    isChosen: false,
    answeredBy,
    relay: undefined,
    sentAt: 0,
    repeats: 0,
  }
  return { ballot: message.ballot, proposer: message.from, polls: [...others, poll].slice(-pollsMax) }
}

export const wonPoll = ({ polls, config }: ProxyLeader): Poll | undefined =>
  polls.find((poll) => isWon(poll, config.quorums.phase2))

export function theWonPoll(self: ProxyLeader): Poll {
  const poll = wonPoll(self)
  invariant(poll !== undefined, 'no poll is won')
  return poll
}

export function theProposer({ proposer }: ProxyLeader): Address {
  invariant(proposer !== undefined, 'nothing was relayed')
  return proposer
}
