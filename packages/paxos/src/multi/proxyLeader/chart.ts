import { type Effect, ignore, nodeOf, rulesFor, send } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { isGreater, isNobodys, isSameBallot } from '../../ballot.js'
import type { MultiPaxosMessage } from '../../generated/multi_paxos.js'
import { everyRole } from '../shared/config.js'
import { chosenOf, withVote } from '../shared/polls.js'
import { type ProxyLeader, type ProxyLeaderEvent, theProposer, theWonPoll, withAccept, wonPoll } from './state.js'

const on = rulesFor<ProxyLeader, ProxyLeaderEvent>()

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
