import {
  type Effect,
  ignore,
  invariant,
  type LocalEvent,
  type Received,
  type RecoveredState,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from 'xstate'
import { type Ballot, isGreater, isNobodys, isSameBallot, noBallot } from '../ballot.js'
import type { Accept, AcceptorRecord, Learn, PaxosMessage, Prepare, Proposal } from '../generated/paxos.js'
import { say } from '../saying.js'
import { informedLearner, type PaxosConfig } from './config.js'

/** Paxos acceptor: Lamport, "Paxos Made Simple" (2001), section 2.2. @module */

/** "An acceptor must remember this information even if it fails and then restarts": what its record holds. */
export interface Acceptor {
  readonly config: PaxosConfig
  /** The highest ballot of a Prepare or an Accept that was answered. */
  readonly promised: Ballot
  /** The highest-numbered proposal that was accepted. */
  readonly accepted: Proposal | undefined
  /** The disk lost a write once, so that a promise may be forgotten. */
  readonly doubtful: boolean
}

export type AcceptorEvent = Received<Prepare | Accept | Learn> | Extract<LocalEvent, { type: 'storage.persisted' }>

/** An acceptor as it was when it stopped. */
export const recoverAcceptor = (config: PaxosConfig, { record, torn }: RecoveredState<AcceptorRecord>): Acceptor => ({
  config,
  promised: record?.promised ?? noBallot,
  accepted: record?.accepted,
  doubtful: torn || (record?.doubtful ?? false),
})

const on = rulesFor<Acceptor, AcceptorEvent>()

const nack = ({ promised }: Acceptor, ballot: Ballot) => ({ type: 'Nack', ballot, promised }) as const

export const acceptor = setup({
  types: {} as {
    context: Acceptor
    events: AcceptorEvent
    input: Acceptor
    emitted: Effect<PaxosMessage, AcceptorRecord>
  },
  guards: {
    isDoubtful: ({ context: self }) => self.doubtful,
    isNobodysPrepare: on('Prepare', (_self, { ballot }) => isNobodys(ballot)),
    isNobodysAccept: on('Accept', (_self, { proposal }) => isNobodys(proposal.ballot)),
    /** Phase 1(b): "a prepare request with number n greater than that of any prepare request to which it has already responded". */
    exceedsPromised: on('Prepare', (self, { ballot }) => isGreater(ballot, self.promised)),
    /** "We also have it ignore a prepare request for a proposal it has already accepted" (section 2.2). */
    isAccepted: on(
      'Prepare',
      ({ accepted }, { ballot }) => accepted !== undefined && isSameBallot(ballot, accepted.ballot),
    ),
    /** A repeated request gets the same answer: nothing was promised to a greater ballot since. */
    isPromised: on('Prepare', (self, { ballot }) => isSameBallot(ballot, self.promised)),
    /** P1a: "An acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number greater than n." */
    honoursPromise: on('Accept', (self, { proposal }) => !isGreater(self.promised, proposal.ballot)),
    /** A repeated request gets the same answer: it was accepted, and nothing was promised to a greater ballot since. */
    isAcceptedAgain: on(
      'Accept',
      ({ promised, accepted }, { proposal: { ballot } }) =>
        accepted !== undefined && isSameBallot(ballot, accepted.ballot) && isSameBallot(ballot, promised),
    ),
    hasAccepted: ({ context: self }) => self.accepted !== undefined,
  },
  actions: {
    promise: assign(on('Prepare', (_self, { ballot }) => ({ promised: ballot }))),
    /** An acceptance promises what a Prepare of its ballot would have. */
    accept: assign(on('Accept', (_self, { proposal }) => ({ promised: proposal.ballot, accepted: proposal }))),
    persist: emit(({ context: { promised, accepted, doubtful } }) => ({
      type: 'persist',
      record: { promised, ...(accepted && { accepted }), doubtful },
    })),
    replyPromise: emit(
      on('Prepare', ({ accepted }, { from, ballot }) =>
        send(from, { type: 'Promise', ballot, ...(accepted && { accepted }) }),
      ),
    ),
    replyAccepted: emit(on('Accept', (_self, { from, proposal }) => send(from, { type: 'Accepted', proposal }))),
    informLearners: emit(
      on('Accept', (self, { proposal }) => say(informedLearner(self), { type: 'Accepted', proposal })),
    ),
    refusePrepare: emit(on('Prepare', (self, { from, ballot }) => send(from, nack(self, ballot)))),
    refuseAccept: emit(on('Accept', (self, { from, proposal }) => send(from, nack(self, proposal.ballot)))),
    replyLearn: emit(
      on('Learn', ({ accepted }, { from }) => {
        invariant(accepted !== undefined, 'nothing was accepted here')
        return send(from, { type: 'Accepted', proposal: accepted })
      }),
    ),
  },
}).createMachine({
  id: 'acceptor',
  context: ({ input }) => input,
  initial: 'starting',
  on: {
    Prepare: [
      { guard: 'isNobodysPrepare', ...ignore('no proposer issues such a ballot') },
      { guard: 'isAccepted', ...ignore('its proposal was accepted already') },
      { guard: 'exceedsPromised', actions: ['promise', 'persist', 'replyPromise'] },
      { guard: 'isPromised', actions: 'replyPromise' },
      { actions: 'refusePrepare' },
    ],
    Accept: [
      { guard: 'isNobodysAccept', ...ignore('no proposer issues such a ballot') },
      { guard: 'isAcceptedAgain', actions: ['replyAccepted', 'informLearners'] },
      { guard: 'honoursPromise', actions: ['accept', 'persist', 'replyAccepted', 'informLearners'] },
      { actions: 'refuseAccept' },
    ],
    Learn: [{ guard: 'hasAccepted', actions: 'replyLearn' }, ignore('nothing was accepted here')],
    'storage.persisted': ignore('answers wait in the outbox'),
  },
  states: {
    /** The disk is told of the doubt, or another restart would forget it. */
    starting: { always: [{ guard: 'isDoubtful', actions: 'persist', target: 'doubtful' }, { target: 'serving' }] },
    serving: {},
    /** An acceptor that may have forgotten a promise is as good as one that has failed: it takes no part, for good. */
    doubtful: {
      on: {
        Prepare: ignore('a promise may be forgotten: an older ballot may still count on it'),
        Accept: ignore('a promise may be forgotten: an older ballot may still count on it'),
      },
    },
  },
})
