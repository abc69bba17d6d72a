import { ignore, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import * as heart from './heart.js'
import * as lead from './leadership.js'
import type { Preparing } from './phaseOne.js'
import * as reads from './readIndex.js'
import * as rejoining from './rejoining.js'
import * as proposer from './state.js'

/**
 * The distinguished proposer of Multi-Paxos: phase 2 for one slot after the other, with no phase 1 between them.
 * Lamport, "Paxos Made Simple" (2001), section 3.
 * @module
 */

const on = rulesFor<reads.Reading, proposer.ProposerEvent>()

export const leading = setup({
  types: {} as {
    context: reads.Reading
    events: proposer.ProposerEvent
    input: Preparing
    output: proposer.Proposer
    emitted: proposer.ProposerEffect
  },
  delays: { heartbeat: 100, quorumCheck: 1000 },
  guards: {
    isAcceptance: on('Accepted', lead.isAcceptance),
    isRelayed: on('Relayed', lead.isRelayed),
    isOwnReply: on('HeartbeatReply', heart.isOwnReply),
    isRefusal: on('Nack', proposer.isRefusal),
    isNewerLeader: on(
      'Heartbeat',
      (self, message) => proposer.isLeader(self, message) && message.ballot.node !== self.config.id,
    ),
    isOverloaded: ({ context: self }) => lead.isOverloaded(self),
    isFit: ({ context: self }) => heart.isFit(self),
    isSomethingDue: ({ context: self }) => self.outgoing.length > 0,
    hasWonPoll: ({ context: self }) => lead.hasWonPoll(self),
    isFirstChosen: ({ context: self }) => lead.isFirstChosen(self),
    mayOpenPoll: ({ context: self }) => lead.mayOpenPoll(self),
    isReadConfirmed: ({ context: self }) => reads.isReadConfirmed(self),
    isQuestionDue: ({ context: self }) => reads.isQuestionDue(self),
    isReadOpen: ({ context: self }) => reads.isReadOpen(self),
  },
  actions: {
    sayFirst: emit(({ context: self }) => proposer.firstOf(self)),
    noteSaid: assign(({ context: { outgoing } }) => ({ outgoing: outgoing.slice(1) })),
    openPoll: assign(({ context: self }) => lead.withNextPoll(self)),
    countAccepted: assign(on('Accepted', lead.withAcceptance)),
    noteRelayed: assign(on('Relayed', lead.withRelayed)),
    informLearners: assign(({ context: self }) => lead.withWonPoll(self)),
    advance: assign(({ context: self }) => lead.withoutFirstPoll(self)),
    beat: assign(({ context: self }) => heart.withHeartbeat(self)),
    noteHeartbeatReply: assign(on('HeartbeatReply', heart.withHeartbeatReply)),
    noteChecked: assign(({ context: { beat } }) => ({ checkedAt: beat })),

    propose: assign(on('client.proposed', lead.withCommands)),
    proposeBatch: assign(on('Batch', lead.withCommands)),
    takeBatch: emit(on('Batch', lead.takeBatch)),
    refuseBatch: emit(on('Batch', proposer.refuseBatch)),
    refuseOverloaded: emit(
      on('client.proposed', (_self, { request }) => ({
        type: 'refuse' as const,
        request,
        reason: 'overloaded' as const,
      })),
    ),
    queueRead: assign(on('client.read', (self, { request }) => reads.withRead(self, request))),
    queueReadIndex: assign(on('ReadIndex', (self, { request, from }) => reads.withRead(self, request, from))),
    ask: assign(({ context: self }) => reads.withQuestion(self)),
    answerRead: emit(({ context: self }) => reads.readAnswer(self)),
    refuseRead: emit(({ context: self }) => reads.readRefusal(self)),
    forgetRead: assign(({ context: self }) => reads.withoutFirstRead(self)),

    replyRejoin: emit(on('Rejoin', rejoining.leadersReply)),
    skipRounds: assign(on('Nack', proposer.withRefusal)),
    noLongerLead: assign({ leader: undefined }),
  },
}).createMachine({
  id: 'leading',
  context: ({ input }) => ({ ...lead.begin(input), readsWaiting: [], readsAsked: [] }),
  output: proposer.handOver,
  initial: 'distinguished',
  on: {
    Accepted: [
      { guard: 'isAcceptance', actions: 'countAccepted' },
      ignore('of another ballot, of no acceptor, or about nothing that was sent'),
    ],
    Relayed: [{ guard: 'isRelayed', actions: 'noteRelayed' }, ignore('of another ballot, or of no proxy leader')],
    HeartbeatReply: [{ guard: 'isOwnReply', actions: 'noteHeartbeatReply' }, ignore('an answer to an earlier ballot')],
    Nack: [
      { guard: 'isRefusal', actions: 'skipRounds', target: '.resigning' },
      ignore('an answer to an earlier ballot'),
    ],
    Heartbeat: [
      { guard: 'isNewerLeader', target: '.resigning' },
      ignore('an earlier proposer, which acceptors will refuse'),
    ],
    Promise: ignore('a quorum has promised already'),
    'client.proposed': [{ guard: 'isOverloaded', actions: 'refuseOverloaded' }, { actions: 'propose' }],
    'client.read': { actions: 'queueRead' },
    Batch: [{ guard: 'isOverloaded', actions: 'refuseBatch' }, { actions: ['proposeBatch', 'takeBatch'] }],
    ReadIndex: { actions: 'queueReadIndex' },
    Rejoin: { actions: 'replyRejoin' },
    'storage.persisted': ignore('a distinguished proposer writes nothing'),
  },
  states: {
    distinguished: {
      type: 'parallel',
      entry: 'beat',
      // One thing at a time, until nothing is due.
      always: [
        { guard: 'isSomethingDue', actions: ['sayFirst', 'noteSaid'] },
        { guard: 'hasWonPoll', actions: 'informLearners' },
        { guard: 'isFirstChosen', actions: 'advance' },
        { guard: 'mayOpenPoll', actions: 'openPoll' },
        { guard: 'isReadConfirmed', actions: ['answerRead', 'forgetRead'] },
        { guard: 'isQuestionDue', actions: 'ask' },
      ],
      states: {
        heart: {
          initial: 'resting',
          states: {
            resting: { after: { heartbeat: { target: 'resting', reenter: true, actions: 'beat' } } },
          },
        },
        quorum: {
          initial: 'listening',
          states: {
            listening: {
              after: {
                quorumCheck: [
                  { guard: 'isFit', target: 'listening', reenter: true, actions: 'noteChecked' },
                  { target: '#leading.resigning' },
                ],
              },
            },
          },
        },
      },
    },
    resigning: {
      entry: 'noLongerLead',
      always: [{ guard: 'isReadOpen', actions: ['refuseRead', 'forgetRead'] }, { target: 'deposed' }],
    },
    deposed: { type: 'final' },
  },
})
