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
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { type Answered, isKnown, isSure } from '../answered.js'
import { type Ballot, isGreater, isNobodys, isSameBallot, noBallot, roundsSkippedInDoubt } from '../ballot.js'
import type {
  Accepted,
  Chosen,
  Nack,
  PaxosMessage,
  Promise as PromiseReply,
  Proposal,
  Rejoin,
} from '../generated/paxos.js'
import { everyAcceptor, everyLearner, everyProposer, type PaxosConfig } from './config.js'

/** Paxos proposer: Lamport, "Paxos Made Simple" (2001), section 2.2. @module */

/** "Each proposer remembers (in stable storage) the highest-numbered proposal it has tried to issue" (section 2.5). */
export interface ProposerRecord {
  readonly round: number
}

export interface Proposer extends ProposerRecord {
  readonly config: PaxosConfig
  /** What this proposer would have chosen, if it is free to. */
  readonly wanted: Uint8Array | undefined
  /** Who asked, and waits for what is chosen. */
  readonly requests: readonly RequestId[]
  /** Who promised, and what each had accepted. */
  readonly promises: Readonly<Record<NodeId, true>>
  /** Those of them that lost a write: they may have forgotten a proposal. */
  readonly doubtful: Readonly<Record<NodeId, true>>
  readonly highest: Proposal | undefined
  /** Who accepted. */
  readonly votes: Readonly<Record<NodeId, true>>
  /** Ballots that were refused: the more, the longer the back-off. */
  readonly failures: number
  readonly chosen: Uint8Array | undefined
  /** The ballot of its own in which that was chosen, if it was. */
  readonly chosenIn: Ballot | undefined
  /** The disk lost its last write: that rounds are skipped must be on it before one of them is used. */
  readonly lostWrite: boolean
}

export type ProposerEvent =
  | Received<PromiseReply | Accepted | Nack | Chosen | Rejoin>
  | Extract<LocalEvent, { type: 'storage.persisted' }>
  | ClientAsked<Uint8Array>

/** A disk that lost a write; records of earlier versions say so for good. */
const hasLostWrite = (
  record: (ProposerRecord & { readonly doubtful?: boolean }) | undefined,
  doubtful: boolean,
): boolean => doubtful || record?.doubtful === true

/** A proposer as it was when it stopped: it never issues a ballot again. */
export const recoverProposer = (
  config: PaxosConfig,
  { record, doubtful }: RecoveredState<ProposerRecord>,
): Proposer => ({
  config,
  round: (record?.round ?? 0) + (hasLostWrite(record, doubtful) ? roundsSkippedInDoubt : 0),
  lostWrite: hasLostWrite(record, doubtful),
  wanted: undefined,
  requests: [],
  promises: {},
  doubtful: {},
  highest: undefined,
  votes: {},
  failures: 0,
  chosen: undefined,
  chosenIn: undefined,
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

const answered = ({ promises, doubtful }: Proposer): Answered =>
  Object.fromEntries(Object.keys(promises).map((node) => [node, doubtful[node] === true]))

/** True of a proposal that too many acceptors in doubt prepared: what was chosen before it may be lost. */
export const isPreparedInDoubt = (self: Proposer): boolean => !isSure(self.config.quorums, answered(self))

/** Who heard what was chosen does not know in which ballot, and says nothing of it. */
const rejoinReply = (self: Proposer, { from, doubt }: Received<Rejoin>) => {
  const ballot = self.round === 0 ? noBallot : ballotOf(self)
  const { chosen: value, chosenIn } = self
  const chosen = value && chosenIn && { ballot: chosenIn, value }
  return send(from, { type: 'RejoinReply', doubt, ballot, ...(chosen && { chosen }) })
}

export const proposer = setup({
  types: {} as {
    context: Proposer
    events: ProposerEvent
    input: Proposer
    emitted: Effect<PaxosMessage, ProposerRecord, Uint8Array>
  },
  // Nominal; whoever runs the role provides a randomized back-off.
  delays: { phaseTimeout: 500, backOff: 200 },
  guards: {
    hasLostWrite: ({ context: self }) => self.lostWrite,
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
    isPrepared: ({ context: self }) => isKnown(self.config.quorums, self.config.acceptors, answered(self)),
    isChosen: ({ context: self }) => self.config.quorums.phase2.tally(self.votes) === 'won',
  },
  actions: {
    want: assign(
      on('client.asked', (self, { request, body }) => ({
        requests: [...self.requests, request],
        wanted: self.wanted ?? body,
      })),
    ),
    refuseOverloaded: emit(
      on('client.asked', (_self, { request }) => ({
        type: 'refuse' as const,
        request,
        reason: 'overloaded' as const,
      })),
    ),
    nextBallot: assign(({ context: self }) => ({
      round: self.round + 1,
      promises: {},
      doubtful: {},
      highest: undefined,
      votes: {},
    })),
    persist: emit(({ context: { round } }) => ({ type: 'persist', record: { round } })),
    trust: assign({ lostWrite: false }),
    replyRejoin: emit(on('Rejoin', rejoinReply)),
    broadcastPrepare: emit(({ context: self }) =>
      send(everyAcceptor(self), { type: 'Prepare', ballot: ballotOf(self) }),
    ),
    countPromise: assign(
      on('Promise', (self, { from, accepted, doubtful }) => ({
        promises: { ...self.promises, [nodeOf(from)]: true as const },
        ...(doubtful && { doubtful: { ...self.doubtful, [nodeOf(from)]: true as const } }),
        highest: higher(self.highest, accepted),
      })),
    ),
    broadcastAccept: emit(({ context: self }) =>
      send(everyAcceptor(self), { type: 'Accept', proposal: theProposal(self) }),
    ),
    countAccepted: assign(
      on('Accepted', (self, { from }) => ({ votes: { ...self.votes, [nodeOf(from)]: true as const } })),
    ),
    /** The next ballot is to be greater than the one that stood in the way. */
    skipRounds: assign(on('Nack', (self, { promised }) => ({ round: Math.max(self.round, promised.round) }))),
    noteFailure: assign(({ context: { failures } }) => ({ failures: failures + 1 })),
    noteChosen: assign(({ context: self }) => ({ chosen: theProposal(self).value, chosenIn: ballotOf(self) })),
    informLearners: emit(({ context: self }) =>
      send(everyLearner(self), { type: 'Chosen', value: theProposal(self).value }),
    ),
    /** A duel is over when one knows: the other would go on until it had a ballot of its own accepted. */
    informProposers: emit(({ context: self }) =>
      send(everyProposer(self), { type: 'Chosen', value: theProposal(self).value }),
    ),
    believe: assign(on('Chosen', (_self, { value }) => ({ chosen: value }))),
    answer: emit(({ context: { requests, chosen } }) => {
      const [request] = requests
      invariant(request !== undefined && chosen !== undefined, 'nobody waits, or nothing is chosen')
      return { type: 'answer', request, body: chosen }
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
    Rejoin: { actions: 'replyRejoin' },
    Promise: ignore('an answer to a phase that is over'),
    Accepted: ignore('an answer to a phase that is over'),
    Nack: ignore('an answer to a phase that is over'),
    'storage.persisted': ignore('the Prepare waits in the outbox'),
  },
  states: {
    /** The rounds that are skipped are written down first, or a second damage could make one of them be used twice. */
    starting: {
      always: [{ guard: 'hasLostWrite', actions: ['persist', 'trust'], target: 'idle' }, { target: 'idle' }],
    },
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
    done: {
      always: { guard: 'isAsked', actions: ['answer', 'forgetRequest'] },
      on: { Chosen: ignore('the value is known') },
    },
  },
})
