import {
  type Effect,
  ignore,
  invariant,
  type LocalEvent,
  type NodeId,
  nodeOf,
  type Received,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { isNobodys, termOf } from '../ballot.js'
import type { Accepted, Chosen, Learn, PaxosMessage } from '../generated/paxos.js'
import { everyAcceptor, everyLearner, type PaxosConfig } from './config.js'

/** Paxos learner: Lamport, "Paxos Made Simple" (2001), section 2.3. @module */

/** Who accepted the proposal of one ballot. */
interface Votes {
  readonly value: Uint8Array
  readonly by: Readonly<Record<NodeId, true>>
}

export interface Learner {
  readonly config: PaxosConfig
  /** By ballot: acceptances of different ballots never count together, even where their values are equal. */
  readonly votes: ReadonlyMap<number, Votes>
  /** The value that was chosen. */
  readonly chosen: Uint8Array | undefined
}

export type LearnerEvent = Received<Accepted | Chosen | Learn> | Extract<LocalEvent, { type: 'storage.persisted' }>

/** A learner keeps nothing on the disk: what was chosen can be learned again. */
export const newLearner = (config: PaxosConfig): Learner => ({ config, votes: new Map(), chosen: undefined })

const on = rulesFor<Learner, LearnerEvent>()

/** Ballots whose votes are kept; beyond, the lowest is forgotten, since acceptors tell of their highest when they are asked. */
const ballotsMax = 64

function withVote({ votes }: Learner, { from, proposal: { ballot, value } }: Received<Accepted>) {
  const counted = new Map(votes)
  const term = termOf(ballot)
  const before = votes.get(term)
  counted.set(term, { value, by: { ...before?.by, [nodeOf(from)]: true } })
  if (counted.size > ballotsMax) counted.delete(Math.min(...counted.keys()))
  return { votes: counted }
}

/** "A value is chosen when a single proposal with that value has been accepted by a majority of the acceptors." */
const chosenValue = ({ votes, config }: Learner): Uint8Array | undefined =>
  [...votes.values()].find(({ by }) => config.quorums.phase2.tally(by) === 'won')?.value

export const learner = setup({
  types: {} as {
    context: Learner
    events: LearnerEvent
    input: Learner
    emitted: Effect<PaxosMessage>
  },
  delays: { askAgain: 1000 },
  guards: {
    isNobodysProposal: on('Accepted', (_self, { proposal }) => isNobodys(proposal.ballot)),
    isChosen: ({ context: self }) => chosenValue(self) !== undefined,
    isChosenAndDistinguished: ({ context: self }) =>
      chosenValue(self) !== undefined && self.config.distinguishedLearner === self.config.id,
  },
  actions: {
    count: assign(on('Accepted', withVote)),
    learn: assign(({ context: self }) => ({ chosen: chosenValue(self), votes: new Map() })),
    believe: assign(on('Chosen', (_self, { value }) => ({ chosen: value, votes: new Map() }))),
    informLearners: emit(({ context: self }) => send(everyLearner(self), { type: 'Chosen', value: chosen(self) })),
    askAcceptors: emit(({ context: self }) => send(everyAcceptor(self), { type: 'Learn' })),
    askLearners: emit(({ context: self }) => send(everyLearner(self), { type: 'Learn' })),
    replyChosen: emit(on('Learn', (self, { from }) => send(from, { type: 'Chosen', value: chosen(self) }))),
  },
}).createMachine({
  id: 'learner',
  context: ({ input }) => input,
  initial: 'listening',
  on: { 'storage.persisted': ignore('a learner writes nothing') },
  states: {
    /**
     * "A learner could ask the acceptors what proposals they have accepted": it may have missed the acceptances, or begun
     * after them. It asks until it knows. Where an acceptor that counts has failed, or has accepted a later ballot since,
     * "learners will find out what value is chosen only when a new proposal is chosen": once a client asks a proposer.
     */
    listening: {
      entry: ['askAcceptors', 'askLearners'],
      always: [
        { guard: 'isChosenAndDistinguished', actions: ['learn', 'informLearners'], target: 'learned' },
        { guard: 'isChosen', actions: 'learn', target: 'learned' },
      ],
      after: { askAgain: { target: 'listening', reenter: true } },
      on: {
        Accepted: [{ guard: 'isNobodysProposal', ...ignore('no proposer issues such a ballot') }, { actions: 'count' }],
        Chosen: { actions: 'believe', target: 'learned' },
        Learn: ignore('nothing is learned here yet'),
      },
    },
    learned: {
      on: {
        Accepted: ignore('the value is known'),
        Chosen: ignore('the value is known'),
        Learn: { actions: 'replyChosen' },
      },
    },
  },
})

function chosen({ chosen: value }: Learner): Uint8Array {
  invariant(value !== undefined, 'nothing is learned here yet')
  return value
}
