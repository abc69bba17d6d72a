import {
  type ClientAsked,
  type Effect,
  ignore,
  invariant,
  type LocalEvent,
  type NodeId,
  nodeOf,
  type Received,
  type RecoveredState,
  type RequestId,
  rulesFor,
} from '@quorate/core'
import { assign, emit, setup } from 'xstate'
import { type Ballot, isGreater, isNobodys, isSameBallot } from '../ballot.js'
import type { Accepted, Chosen, Nack, PaxosMessage, Promise as PromiseReply, Proposal } from '../generated/paxos.js'
import { say } from '../saying.js'
import { everyAcceptor, everyLearner, everyProposer, type PaxosConfig } from './config.js'

/** Paxos proposer: Lamport, "Paxos Made Simple" (2001), section 2.2. @module */

/** "Each proposer remembers (in stable storage) the highest-numbered proposal it has tried to issue" (section 2.5). */
export interface ProposerRecord {
  readonly round: number
  /** The disk lost a write once, so that a ballot which was issued may be forgotten. */
  readonly doubtful: boolean
}

export interface Proposer extends ProposerRecord {
  readonly config: PaxosConfig
  /** What this proposer would have chosen, if it is free to. */
  readonly wanted: Uint8Array | undefined
  /** Who asked, and waits for what is chosen. */
  readonly requests: readonly RequestId[]
  /** Who promised, and what each had accepted. */
  readonly promises: Readonly<Record<NodeId, true>>
  readonly highest: Proposal | undefined
  /** Who accepted. */
  readonly votes: Readonly<Record<NodeId, true>>
  /** Ballots that were refused: the more, the longer the back-off. */
  readonly failures: number
  readonly chosen: Uint8Array | undefined
}

export type ProposerEvent =
  | Received<PromiseReply | Accepted | Nack | Chosen>
  | Extract<LocalEvent, { type: 'storage.persisted' }>
  | ClientAsked

/** A proposer as it was when it stopped: it never issues a ballot again. */
export const recoverProposer = (config: PaxosConfig, { record, torn }: RecoveredState<ProposerRecord>): Proposer => ({
  config,
  round: record?.round ?? 0,
  doubtful: torn || (record?.doubtful ?? false),
  wanted: undefined,
  requests: [],
  promises: {},
  highest: undefined,
  votes: {},
  failures: 0,
  chosen: undefined,
})

const on = rulesFor<Proposer, ProposerEvent>()

const ballotOf = ({ round, config }: Proposer): Ballot => ({ round, node: config.id })

/** Questions that may wait for an answer. */
const requestsMax = 4096

function theProposal(self: Proposer): Proposal {
  // P2c: "v is the value of the highest-numbered proposal among the responses, or is any value selected by the proposer
  // if the responses reported no proposals".
  const value = self.highest?.value ?? self.wanted
  invariant(value !== undefined, 'a proposer that wants nothing proposes nothing')
  return { ballot: ballotOf(self), value }
}

const higher = (a: Proposal | undefined, b: Proposal | undefined): Proposal | undefined =>
  a && b ? (isGreater(b.ballot, a.ballot) ? b : a) : (a ?? b)

export const proposer = setup({
  types: {} as {
    context: Proposer
    events: ProposerEvent
    input: Proposer
    emitted: Effect<PaxosMessage, ProposerRecord>
  },
  // Nominal; whoever runs the role provides a randomized back-off.
  delays: { phaseTimeout: 500, backOff: 200 },
  guards: {
    isDoubtful: ({ context: self }) => self.doubtful,
    isAsked: ({ context: self }) => self.requests.length > 0,
    isOverloaded: on('client.asked', (self) => self.requests.length >= requestsMax),
    isPromised: on('Promise', (self, { ballot }) => isSameBallot(ballot, ballotOf(self))),
    isAccepted: on('Accepted', (self, { proposal }) => isSameBallot(proposal.ballot, ballotOf(self))),
    isRefused: on(
      'Nack',
      (self, { ballot, promised }) =>
        isSameBallot(ballot, ballotOf(self)) && isGreater(promised, ballot) && !isNobodys(promised),
    ),
    /** Phase 2(a): "if the proposer receives a response to its prepare requests from a majority of acceptors". */
    isPrepared: ({ context: self }) => self.config.quorums.phase1.tally(self.promises) === 'won',
    isChosen: ({ context: self }) => self.config.quorums.phase2.tally(self.votes) === 'won',
  },
  actions: {
    want: assign(
      on('client.asked', (self, { request, bytes }) => ({
        requests: [...self.requests, request],
        wanted: self.wanted ?? bytes,
      })),
    ),
    refuseOverloaded: emit(
      on('client.asked', (_self, { request }) => ({
        type: 'refuse' as const,
        request,
        reason: 'overloaded' as const,
      })),
    ),
    refuseDoubtful: emit(
      on('client.asked', (_self, { request }) => ({ type: 'refuse' as const, request, reason: 'notLeader' as const })),
    ),
    nextBallot: assign(({ context: self }) => ({
      round: self.round + 1,
      promises: {},
      highest: undefined,
      votes: {},
    })),
    persist: emit(({ context: { round, doubtful } }) => ({ type: 'persist', record: { round, doubtful } })),
    broadcastPrepare: emit(({ context: self }) =>
      say(everyAcceptor(self), { type: 'Prepare', ballot: ballotOf(self) }),
    ),
    countPromise: assign(
      on('Promise', (self, { from, accepted }) => ({
        promises: { ...self.promises, [nodeOf(from)]: true as const },
        highest: higher(self.highest, accepted),
      })),
    ),
    broadcastAccept: emit(({ context: self }) =>
      say(everyAcceptor(self), { type: 'Accept', proposal: theProposal(self) }),
    ),
    countAccepted: assign(
      on('Accepted', (self, { from }) => ({ votes: { ...self.votes, [nodeOf(from)]: true as const } })),
    ),
    /** The next ballot is to be greater than the one that stood in the way. */
    skipRounds: assign(on('Nack', (self, { promised }) => ({ round: Math.max(self.round, promised.round) }))),
    noteFailure: assign(({ context: { failures } }) => ({ failures: failures + 1 })),
    noteChosen: assign(({ context: self }) => ({ chosen: theProposal(self).value })),
    informLearners: emit(({ context: self }) =>
      say(everyLearner(self), { type: 'Chosen', value: theProposal(self).value }),
    ),
    /** A duel is over when one knows: the other would go on until it had a ballot of its own accepted. */
    informProposers: emit(({ context: self }) =>
      say(everyProposer(self), { type: 'Chosen', value: theProposal(self).value }),
    ),
    believe: assign(on('Chosen', (_self, { value }) => ({ chosen: value }))),
    answer: emit(({ context: { requests, chosen } }) => {
      const [request] = requests
      invariant(request !== undefined && chosen !== undefined, 'nobody waits, or nothing is chosen')
      return { type: 'answer', request, bytes: chosen }
    }),
    forgetRequest: assign(({ context: { requests } }) => ({ requests: requests.slice(1) })),
  },
}).createMachine({
  id: 'proposer',
  context: ({ input }) => input,
  initial: 'starting',
  on: {
    'client.asked': [{ guard: 'isOverloaded', actions: 'refuseOverloaded' }, { actions: 'want' }],
    Chosen: { actions: 'believe', target: '.done' },
    Promise: ignore('an answer to a phase that is over'),
    Accepted: ignore('an answer to a phase that is over'),
    Nack: ignore('an answer to a phase that is over'),
    'storage.persisted': ignore('the Prepare waits in the outbox'),
  },
  states: {
    /** The disk is told of the doubt, or another restart would forget it. */
    starting: { always: [{ guard: 'isDoubtful', actions: 'persist', target: 'doubtful' }, { target: 'idle' }] },
    idle: { always: { guard: 'isAsked', actions: ['nextBallot', 'persist'], target: 'preparing' } },
    /** Phase 1. What is lost is asked again, under the same ballot: answers that came still count. */
    preparing: {
      entry: 'broadcastPrepare',
      always: { guard: 'isPrepared', target: 'accepting' },
      after: { phaseTimeout: { target: 'preparing', reenter: true } },
      on: {
        Promise: [{ guard: 'isPromised', actions: 'countPromise' }, ignore('an answer to an earlier ballot')],
        Nack: [
          { guard: 'isRefused', actions: 'skipRounds', target: 'backingOff' },
          ignore('an answer to an earlier ballot'),
        ],
      },
    },
    /** Phase 2. */
    accepting: {
      entry: 'broadcastAccept',
      always: { guard: 'isChosen', actions: ['noteChosen', 'informLearners', 'informProposers'], target: 'done' },
      after: { phaseTimeout: { target: 'accepting', reenter: true } },
      on: {
        Accepted: [{ guard: 'isAccepted', actions: 'countAccepted' }, ignore('an answer to an earlier ballot')],
        Nack: [
          { guard: 'isRefused', actions: 'skipRounds', target: 'backingOff' },
          ignore('an answer to an earlier ballot'),
        ],
      },
    },
    /** "Two proposers each keep issuing a sequence of proposals with increasing numbers" (section 2.4): one must wait. */
    backingOff: {
      entry: 'noteFailure',
      after: { backOff: { actions: ['nextBallot', 'persist'], target: 'preparing' } },
    },
    /**
     * A proposer that may have forgotten a ballot could issue it again, with another value: it issues no more, for good.
     * What was chosen it tells as soon as it hears of it.
     */
    doubtful: {
      on: { 'client.asked': { actions: 'refuseDoubtful' } },
    },
    done: {
      always: { guard: 'isAsked', actions: ['answer', 'forgetRequest'] },
      on: { Chosen: ignore('the value is known') },
    },
  },
})
