import { type Effect, ignore, type LocalEvent, Log, noBytes, type Received, rulesFor, send } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { isGreater, isNobodys, isSameBallot } from '../../ballot.js'
import type { Accept, Learn, MultiPaxosMessage, Prepare, RejoinReply } from '../../generated/multi_paxos.js'
import { everyRole } from '../shared/config.js'
import * as accepted from './acceptedLog.js'
import * as doubts from './doubt.js'
import type { Acceptor, AcceptorRecord } from './state.js'
import * as promising from './state.js'

/**
 * Multi-Paxos acceptor: Lamport, "Paxos Made Simple" (2001), sections 2.2 and 3. One promise holds for all slots.
 * @module
 */

export type AcceptorEvent =
  | Received<Prepare | Accept | Learn | RejoinReply>
  | Extract<LocalEvent, { type: 'storage.persisted' }>

const on = rulesFor<Acceptor, AcceptorEvent>()

export const acceptor = setup({
  types: {} as {
    context: Acceptor
    events: AcceptorEvent
    input: Acceptor
    emitted: Effect<MultiPaxosMessage, AcceptorRecord>
  },
  delays: { minimumElectionTimeout: 1000, pieceTimeout: 300, rejoinAgain: 1000 },
  guards: {
    isDoubtful: ({ context: self }) => self.doubtful,
    isOfThisDoubt: on('RejoinReply', doubts.isOfThisDoubt),
    isBounded: ({ context: self }) => doubts.isBounded(self),
    isToGoWithout: ({ context: self }) => doubts.isToGoWithout(self),
    isFromLeader: on('RejoinReply', doubts.isFromLeader),
    isRestored: ({ context: self }) => doubts.isRestored(self),
    isQuestionToAsk: on('Accept', (self, message) => message.entries.length === 0 && doubts.isToAsk(self, message)),
    isNobodysPrepare: on('Prepare', (_self, { ballot }) => isNobodys(ballot)),
    isNobodysAccept: on('Accept', (_self, { ballot }) => isNobodys(ballot)),
    /** Phase 1(b): "a number n greater than that of any prepare request to which it has already responded". */
    exceedsPromised: on('Prepare', (self, { ballot }) => isGreater(ballot, self.promised)),
    /** Asked again, or for the next piece of what was accepted. */
    isPromised: on('Prepare', (self, { ballot }) => isSameBallot(ballot, self.promised)),
    /**
     * The next piece of what was accepted: phase 1 gets on, and takes longer than proposers are patient where there are many
     * pieces. Who cannot hear the answers does not ask for the next one.
     */
    isNextPiece: on(
      'Prepare',
      (self, { ballot, first }) => isSameBallot(ballot, self.promised) && first > self.askedFrom,
    ),
    /** The leader that was heard asks for a later ballot of its own. */
    isOfLeader: on(
      'Prepare',
      (self, { ballot }) => isGreater(ballot, self.promised) && ballot.node === self.promised.node,
    ),
    /** P1a: "An acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number greater than n." */
    breaksPromise: on('Accept', (self, { ballot }) => isGreater(self.promised, ballot)),
    isQuestion: on('Accept', (_self, { entries }) => entries.length === 0),
    isNewerQuestion: on(
      'Accept',
      (self, { entries, ballot }) => entries.length === 0 && isGreater(ballot, self.promised),
    ),
    isMalformed: on('Accept', ({ log }, message) => accepted.isMalformed(log, message)),
    isOutOfReach: on('Accept', ({ log, config }, message) =>
      accepted.isOutOfReach(log, message, config.limits.emptySlotsMax),
    ),
    isHeld: on('Accept', ({ log }, message) => accepted.isHeld(log, message)),
    isNewerBallot: on('Accept', (self, { ballot }) => isGreater(ballot, self.promised)),
    isNewerAndRewrites: on(
      'Accept',
      (self, message) => isGreater(message.ballot, self.promised) && accepted.rewrites(self.log, message),
    ),
    rewrites: on('Accept', ({ log }, message) => accepted.rewrites(log, message)),
    isForgotten: on('Learn', ({ log }, { first }) => first <= log.base.index),
    isProgressNotable: ({ context: self }) => promising.isProgressNotable(self),
    /** For many slots at once, since what is kept is copied. */
    mayForget: ({ context: self }) => promising.mayForget(self),
    mayForgetAll: ({ context: self }) => promising.mayForget(self) && self.forgetThrough >= self.log.last.index,
  },
  actions: {
    promise: assign(on('Prepare', (_self, { ballot, first }) => ({ promised: ballot, askedFrom: first }))),
    notePiece: assign(on('Prepare', (_self, { first }) => ({ askedFrom: first }))),
    /** An acceptance promises what a Prepare of its ballot would have. */
    adopt: assign(on('Accept', (_self, { ballot }) => ({ promised: ballot }))),
    persist: emit(({ context: self }) => ({ type: 'persist', record: promising.recordOf(self) })),
    askProposers: emit(({ context: self }) => ({
      type: 'send',
      to: everyRole(self, 'proposer'),
      message: doubts.rejoin(self),
    })),
    noteAsked: assign(({ context: { asks } }) => ({ asks: asks + 1 })),
    noteAnswer: assign(on('RejoinReply', doubts.withAnswer)),
    goWithout: assign(({ context: self }) => doubts.withoutOthers(self)),
    promiseBound: assign(({ context: self }) => doubts.bounded(self)),
    askLeader: emit(on('Accept', doubts.askLeader)),
    noteLeader: assign(on('RejoinReply', doubts.withLeader)),
    trust: assign(({ context: self }) => doubts.restored(self)),
    noteWritten: assign(({ context: { chosenThrough } }) => ({ notedThrough: chosenThrough, unnotedBytes: 0 })),
    replyPromise: emit(on('Prepare', (self, message) => send(message.from, promising.promise(self, message)))),
    refusePrepare: emit(on('Prepare', promising.nack)),
    persistCut: emit(
      on('Accept', ({ log }, message) => ({ type: 'truncate' as const, after: accepted.cutBefore(log, message) })),
    ),
    persistEntries: emit(
      on('Accept', ({ log }, message) => ({ type: 'append' as const, entries: accepted.written(log, message) })),
    ),
    accept: assign(on('Accept', ({ log }, message) => ({ log: accepted.withAccepted(log, message) }))),
    /** Too many to fill at once: the request is answered when it comes again, and they are filled. */
    persistHoles: emit(
      on('Accept', (self, message) => ({ type: 'append' as const, entries: promising.holesLeft(self, message) })),
    ),
    leaveHoles: assign(on('Accept', (self, message) => ({ log: self.log.append(promising.holesLeft(self, message)) }))),
    noteProgress: assign(on('Accept', promising.withProgress)),
    replyAccepted: emit(
      on('Accept', (_self, { from, ballot, number }) => send(from, { type: 'Accepted', ballot, number })),
    ),
    refuseAccept: emit(on('Accept', promising.nack)),
    replyReport: emit(on('Learn', (self, message) => send(message.from, promising.report(self, message)))),
    /** What learners hold in snapshots, acceptors need not remember; this log has no snapshot of its own. */
    persistForgetting: emit(({ context: self }) => {
      const through = promising.forgettingPoint(self)
      return { type: 'compact', snapshot: { last: through, bytes: noBytes }, through }
    }),
    persistForgettingAll: emit(({ context: self }) => ({
      type: 'install',
      snapshot: { last: promising.forgettingPoint(self), bytes: noBytes },
    })),
    forget: assign(({ context: self }) => {
      const through = promising.forgettingPoint(self)
      const isAll = self.log.last.index <= through.index
      return { log: isAll ? Log.empty(through) : self.log.compactThrough(through), forgettableBytes: 0 }
    }),
  },
}).createMachine({
  id: 'acceptor',
  context: ({ input }) => input,
  initial: 'starting',
  always: [
    { guard: 'isProgressNotable', actions: ['persist', 'noteWritten'] },
    { guard: 'mayForgetAll', actions: ['persistForgettingAll', 'forget'] },
    { guard: 'mayForget', actions: ['persistForgetting', 'forget'] },
  ],
  on: {
    Prepare: [
      { guard: 'isNobodysPrepare', ...ignore('no proposer issues such a ballot') },
      { guard: 'exceedsPromised', actions: ['promise', 'persist', 'replyPromise'] },
      { guard: 'isNextPiece', actions: ['notePiece', 'replyPromise'], target: '.serving.promised' },
      { guard: 'isPromised', actions: 'replyPromise' },
      { actions: 'refusePrepare' },
    ],
    Accept: [
      { guard: 'isNobodysAccept', ...ignore('no proposer issues such a ballot') },
      { guard: 'breaksPromise', actions: 'refuseAccept' },
      {
        guard: 'isNewerQuestion',
        actions: ['adopt', 'persist', 'noteProgress', 'replyAccepted'],
        target: '.serving.led',
      },
      {
        guard: 'isQuestionToAsk',
        actions: ['noteProgress', 'replyAccepted', 'askLeader'],
        target: '.serving.led',
      },
      { guard: 'isQuestion', actions: ['noteProgress', 'replyAccepted'], target: '.serving.led' },
      { guard: 'isMalformed', ...ignore('no proposer sends such entries') },
      { guard: 'isOutOfReach', actions: ['persistHoles', 'leaveHoles', 'noteProgress'], target: '.serving.led' },
      { guard: 'isHeld', actions: ['noteProgress', 'replyAccepted'], target: '.serving.led' },
      {
        guard: 'isNewerAndRewrites',
        actions: ['adopt', 'persist', 'persistCut', 'persistEntries', 'accept', 'noteProgress', 'replyAccepted'],
        target: '.serving.led',
      },
      {
        guard: 'isNewerBallot',
        actions: ['adopt', 'persist', 'persistEntries', 'accept', 'noteProgress', 'replyAccepted'],
        target: '.serving.led',
      },
      {
        guard: 'rewrites',
        actions: ['persistCut', 'persistEntries', 'accept', 'noteProgress', 'replyAccepted'],
        target: '.serving.led',
      },
      { actions: ['persistEntries', 'accept', 'noteProgress', 'replyAccepted'], target: '.serving.led' },
    ],
    Learn: [{ guard: 'isForgotten', ...ignore('learners hold it in snapshots') }, { actions: 'replyReport' }],
    RejoinReply: [{ guard: 'isFromLeader', actions: 'noteLeader' }, ignore('nothing is doubted that it could end')],
    'storage.persisted': ignore('answers wait in the outbox'),
  },
  states: {
    /** The disk is told of the doubt, or another restart would forget it. */
    starting: { always: [{ guard: 'isDoubtful', actions: 'persist', target: 'doubtful' }, { target: 'serving' }] },
    serving: {
      initial: 'free',
      always: { guard: 'isRestored', actions: ['trust', 'persist'] },
      states: {
        free: {},
        /**
         * Phase 1 gets on piece by piece: no other proposer is helped to begin another. Not for long after a piece, so that
         * one that is slow is overtaken.
         */
        promised: {
          after: { pieceTimeout: 'free' },
          on: {
            Prepare: [
              { guard: 'isNobodysPrepare', ...ignore('no proposer issues such a ballot') },
              { guard: 'isNextPiece', actions: ['notePiece', 'replyPromise'], target: 'promised', reenter: true },
              { guard: 'isPromised', actions: 'replyPromise' },
              { guard: 'isOfLeader', actions: ['promise', 'persist', 'replyPromise'] },
              { guard: 'exceedsPromised', ...ignore('another proposer is about to lead') },
              { actions: 'refusePrepare' },
            ],
          },
        },
        /** The distinguished proposer was heard: no other one is helped to depose it. */
        led: {
          after: { minimumElectionTimeout: 'free' },
          on: {
            Prepare: [
              { guard: 'isNobodysPrepare', ...ignore('no proposer issues such a ballot') },
              { guard: 'isPromised', actions: 'replyPromise' },
              {
                guard: 'isOfLeader',
                actions: ['promise', 'persist', 'replyPromise'],
              },
              { guard: 'exceedsPromised', ...ignore('the distinguished proposer is alive') },
              { actions: 'refusePrepare' },
            ],
          },
        },
      },
    },
    /** It may have forgotten a promise: it says nothing before it knows how high that may have been. */
    doubtful: {
      entry: ['askProposers', 'noteAsked'],
      always: { guard: 'isBounded', actions: ['promiseBound', 'persist'], target: 'serving' },
      after: {
        rejoinAgain: [
          { guard: 'isToGoWithout', actions: ['goWithout', 'persist'], target: 'serving' },
          { target: 'doubtful', reenter: true },
        ],
      },
      on: {
        Prepare: ignore('a promise may be forgotten: an older ballot may still count on it'),
        Accept: ignore('a promise may be forgotten: an older ballot may still count on it'),
        Learn: ignore('it answers when it takes part again'),
        RejoinReply: [
          { guard: 'isOfThisDoubt', actions: 'noteAnswer' },
          ignore('an answer to an earlier doubt: promises were made since'),
        ],
      },
    },
  },
})
