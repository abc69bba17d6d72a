import {
  type Address,
  type Effect,
  ignore,
  invariant,
  type LocalEvent,
  nodeOf,
  type Received,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from 'xstate'
import { type Ballot, isGreater, isNobodys, isSameBallot, noBallot } from '../ballot.js'
import type { Accept, Accepted, Heartbeat, MultiPaxosMessage, Nack } from '../generated/multi_paxos.js'
import { type Configured, everyRole, type MultiPaxosConfig } from './config.js'
import { chosenOf, isWon, type Poll, withVote } from './polls.js'

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

const on = rulesFor<ProxyLeader, ProxyLeaderEvent>()

/** What is relayed at once; the oldest goes first, since it was sent elsewhere by now. */
const pollsMax = 256

function withAccept({ polls, ballot }: ProxyLeader, message: Received<Accept>) {
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

const wonPoll = ({ polls, config }: ProxyLeader): Poll | undefined =>
  polls.find((poll) => isWon(poll, config.quorums.phase2))

function theWonPoll(self: ProxyLeader): Poll {
  const poll = wonPoll(self)
  invariant(poll !== undefined, 'no poll is won')
  return poll
}

function theProposer({ proposer }: ProxyLeader): Address {
  invariant(proposer !== undefined, 'nothing was relayed')
  return proposer
}

export const proxyLeader = setup({
  types: {} as {
    context: ProxyLeader
    events: ProxyLeaderEvent
    input: ProxyLeader
    emitted: Effect<MultiPaxosMessage>
  },
  guards: {
    isNobodys: on('Accept', (_self, { ballot }) => isNobodys(ballot)),
    isEarlier: on('Accept', (self, { ballot }) => isGreater(self.ballot, ballot)),
    isCurrent: on('Accepted', (self, { ballot }) => isSameBallot(self.ballot, ballot)),
    isRefusal: on('Nack', (self, { ballot }) => self.proposer !== undefined && isSameBallot(self.ballot, ballot)),
    hasWonPoll: ({ context: self }) => wonPoll(self) !== undefined,
  },
  actions: {
    note: assign(on('Accept', withAccept)),
    relay: emit(on('Accept', (self, { from: _from, ...message }) => send(everyRole(self, 'acceptor'), message))),
    count: assign(on('Accepted', (self, { from, number }) => ({ polls: withVote(self.polls, number, nodeOf(from)) }))),
    informLearners: emit(({ context: self }) => send(everyRole(self, 'learner'), chosenOf(theWonPoll(self)))),
    informProposer: emit(({ context: self }) =>
      send(theProposer(self), { type: 'Relayed', ballot: self.ballot, number: theWonPoll(self).number }),
    ),
    forget: assign(({ context: self }) => ({ polls: self.polls.filter((poll) => poll !== wonPoll(self)) })),
    passOn: emit(on('Nack', (self, { from: _from, ...message }) => send(theProposer(self), message))),
    replyHeartbeat: emit(
      on('Heartbeat', (_self, { from, ballot }) => send(from, { type: 'HeartbeatReply', ballot, snapshotThrough: 0 })),
    ),
  },
}).createMachine({
  id: 'proxyLeader',
  context: ({ input }) => input,
  initial: 'relaying',
  on: {
    Accept: [
      { guard: 'isNobodys', ...ignore('no proposer issues such a ballot') },
      { guard: 'isEarlier', ...ignore('of a proposer that another has replaced') },
      { actions: ['note', 'relay'] },
    ],
    Accepted: [{ guard: 'isCurrent', actions: 'count' }, ignore('of an earlier ballot')],
    Nack: [{ guard: 'isRefusal', actions: 'passOn' }, ignore('of an earlier ballot')],
    Heartbeat: { actions: 'replyHeartbeat' },
    'storage.persisted': ignore('a proxy leader writes nothing'),
  },
  states: {
    relaying: { always: { guard: 'hasWonPoll', actions: ['informLearners', 'informProposer', 'forget'] } },
  },
})
