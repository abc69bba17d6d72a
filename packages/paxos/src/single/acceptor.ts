import {
  type Effect,
  ignore,
  invariant,
  type LocalEvent,
  type NodeId,
  nodeOf,
  type Received,
  type RecoveredState,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { isAlone, mayGoWithout } from '../answered.js'
import { type Ballot, beyond, higherOf, isGreater, isNobodys, isSameBallot, noBallot } from '../ballot.js'
import type { Accept, AcceptorRecord, Learn, PaxosMessage, Prepare, Proposal, RejoinReply } from '../generated/paxos.js'
import { everyProposer, informedLearner, type PaxosConfig } from './config.js'

/** Paxos acceptor: Lamport, "Paxos Made Simple" (2001), section 2.2. @module */

/** "An acceptor must remember this information even if it fails and then restarts": what its record holds. */
export interface Acceptor {
  readonly config: PaxosConfig
  /** The highest ballot of a Prepare or an Accept that was answered. */
  readonly promised: Ballot
  /** The highest-numbered proposal that was accepted. */
  readonly accepted: Proposal | undefined
  /** The disk lost a write, and what it was may still matter. */
  readonly doubtful: boolean
  /** How often the disk was in doubt: answers to what was asked in an earlier doubt are too old. */
  readonly doubt: number
  /** Of proposers that have answered, the highest ballot that each has issued. */
  readonly issued: Readonly<Record<NodeId, Ballot>>
  /** What was chosen, as the proposer says in whose ballot it was. */
  readonly told: Proposal | undefined
  /** How often all proposers were asked. */
  readonly asks: number
  /** It went on without some of them, as the operator accepts. */
  readonly mayHaveLost: boolean
}

export type AcceptorEvent =
  | Received<Prepare | Accept | Learn | RejoinReply>
  | Extract<LocalEvent, { type: 'storage.persisted' }>

/** An acceptor as it was when it stopped. */
export const recoverAcceptor = (
  config: PaxosConfig,
  { record, doubtful }: RecoveredState<AcceptorRecord>,
): Acceptor => ({
  config,
  promised: record?.promised ?? noBallot,
  accepted: record?.accepted,
  doubtful: doubtful || (record?.doubtful ?? false),
  // Records of earlier versions count no doubts.
  doubt: doubtful ? (record?.doubt ?? 0) + 1 : Math.max(record?.doubt ?? 0, record?.doubtful ? 1 : 0),
  issued: {},
  told: undefined,
  asks: 0,
  mayHaveLost: false,
})

const on = rulesFor<Acceptor, AcceptorEvent>()

const nack = ({ promised }: Acceptor, ballot: Ballot) => ({ type: 'Nack', ballot, promised }) as const

/**
 * The end of a doubt. The acceptor can have promised and accepted only in ballots that were issued before it asked; it
 * promises the highest of them. From there on it forgets nothing, so it accepts as any other; its promises say that it may
 * have forgotten a proposal, and count only where a phase-1 quorum promises without it, or every acceptor does. Once it has
 * accepted in that ballot or a later one, nothing that it forgot matters: that proposal has a higher ballot, and by P2c the
 * value of all that may have been chosen before. Nor does it once it holds a proposal that was chosen: by P2c all of later
 * ballots have its value. The argument at length stands beside the acceptor of Multi-Paxos, in `multi/doubt.ts`.
 */
const isBounded = ({ config, issued }: Acceptor): boolean =>
  (config.lossAccepted === true || !isAlone(config.quorums, config.id)) &&
  config.proposers.every((node) => issued[node] !== undefined)

const withoutOthers = ({ issued, promised }: Acceptor) => ({
  promised: beyond(Object.values(issued).reduce(higherOf, promised)),
  doubtful: false,
  mayHaveLost: true,
})

function bounded({ promised: before, accepted: held, issued, told }: Acceptor) {
  const promised = Object.values(issued).reduce(higherOf, before)
  const accepted = told && !(held && isGreater(held.ballot, told.ballot)) ? told : held
  const doubtful = told === undefined && !(accepted && isSameBallot(accepted.ballot, promised))
  return { promised, accepted, doubtful, issued: {}, told: undefined }
}

export const acceptor = setup({
  types: {} as {
    context: Acceptor
    events: AcceptorEvent
    input: Acceptor
    emitted: Effect<PaxosMessage, AcceptorRecord>
  },
  delays: { rejoinAgain: 1000 },
  guards: {
    isOfThisDoubt: on('RejoinReply', (self, { doubt }) => doubt === self.doubt),
    isBounded: ({ context: self }) => isBounded(self),
    isToGoWithout: ({ context: { config, asks } }) => mayGoWithout(config, asks),
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
    accept: assign(
      on('Accept', (_self, { proposal }) => ({ promised: proposal.ballot, accepted: proposal, doubtful: false })),
    ),
    persist: emit(({ context: { promised, accepted, doubtful, doubt } }) => ({
      type: 'persist',
      record: { promised, ...(accepted && { accepted }), doubtful, doubt },
    })),
    askProposers: emit(({ context: self }) => send(everyProposer(self), { type: 'Rejoin', doubt: self.doubt })),
    noteAnswer: assign(
      on('RejoinReply', (self, { from, ballot, chosen }) => ({
        issued: { ...self.issued, [nodeOf(from)]: ballot },
        told: self.told ?? chosen,
      })),
    ),
    noteAsked: assign(({ context: { asks } }) => ({ asks: asks + 1 })),
    goWithout: assign(({ context: self }) => withoutOthers(self)),
    promiseBound: assign(({ context: self }) => bounded(self)),
    replyPromise: emit(
      on('Prepare', ({ accepted, doubtful }, { from, ballot }) =>
        send(from, { type: 'Promise', ballot, ...(accepted && { accepted }), doubtful }),
      ),
    ),
    replyAccepted: emit(on('Accept', (_self, { from, proposal }) => send(from, { type: 'Accepted', proposal }))),
    informLearners: emit(
      on('Accept', (self, { proposal }) => send(informedLearner(self), { type: 'Accepted', proposal })),
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
    RejoinReply: ignore('nothing is doubted that it could end'),
    'storage.persisted': ignore('answers wait in the outbox'),
  },
  states: {
    /** The disk is told of the doubt, or another restart would forget it. */
    starting: { always: [{ guard: 'isDoubtful', actions: 'persist', target: 'doubtful' }, { target: 'serving' }] },
    serving: {},
    /** It may have forgotten a promise: it promises nothing before it knows how high that may have been. */
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
        RejoinReply: [
          { guard: 'isOfThisDoubt', actions: 'noteAnswer' },
          ignore('an answer to an earlier doubt: promises were made since'),
        ],
      },
    },
  },
})
