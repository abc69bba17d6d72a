import { ignore, rulesFor, send } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import * as phase from './phaseOne.js'
import * as rejoining from './rejoining.js'
import * as proposer from './state.js'

/** A proposer that would lead: phase 1. Lamport, "Paxos Made Simple" (2001), sections 2.2 and 3. @module */

export interface Preparing extends phase.Preparing {
  /** Requests that are due, one said after the other. */
  readonly outgoing: readonly proposer.Outgoing[]
}

const on = rulesFor<Preparing, proposer.ProposerEvent>()

export const preparing = setup({
  types: {} as {
    context: Preparing
    events: proposer.ProposerEvent
    input: proposer.Proposer
    output: phase.Preparing
    emitted: proposer.ProposerEffect
  },
  // Nominal; it doubles while nobody answers.
  delays: { prepareAgain: 100 },
  guards: {
    isLeader: on('Heartbeat', proposer.isLeader),
    isPromise: on('Promise', phase.isPromise),
    isPartialPromise: on(
      'Promise',
      (self, message) => phase.isPromise(self, message) && phase.isPartial(self, message),
    ),
    isRefusal: on('Nack', proposer.isRefusal),
    isPrepared: ({ context: self }) => phase.isPrepared(self),
    isSomethingDue: ({ context: self }) => self.outgoing.length > 0,
  },
  actions: {
    persist: emit(({ context: { round } }) => ({ type: 'persist', record: { round } })),
    prepare: assign(({ context: self }) => ({ outgoing: phase.preparesDue(self) })),
    noteSilence: assign(({ context: self }) => phase.afterSilence(self)),
    sayFirst: emit(({ context: self }) => proposer.firstOf(self)),
    noteSaid: assign(({ context: { outgoing } }) => ({ outgoing: outgoing.slice(1) })),
    notePromise: assign(on('Promise', phase.withPromise)),
    askForMore: emit(
      on('Promise', (self, message) => {
        const next = phase.nextPiece(self, message)
        return send(next.to, next.message)
      }),
    ),
    recognizeLeader: assign(on('Heartbeat', proposer.withLeader)),
    skipRounds: assign(on('Nack', proposer.withRefusal)),
    replyRejoin: emit(on('Rejoin', rejoining.reply)),
    refuseProposal: emit(on('client.proposed', proposer.refuse)),
    refuseRead: emit(on('client.read', proposer.refuse)),
    refuseBatch: emit(on('Batch', proposer.refuseBatch)),
    refuseReadIndex: emit(on('ReadIndex', proposer.refuseReadIndex)),
  },
}).createMachine({
  id: 'preparing',
  context: ({ input }) => ({ ...phase.begin(input), outgoing: [] }),
  output: ({ context: { outgoing: _outgoing, ...self } }) => phase.prepared(self),
  initial: 'beginning',
  on: {
    'client.proposed': { actions: 'refuseProposal' },
    'client.read': { actions: 'refuseRead' },
    Batch: { actions: 'refuseBatch' },
    ReadIndex: { actions: 'refuseReadIndex' },
    Rejoin: { actions: 'replyRejoin' },
    Accepted: ignore('an answer to an earlier ballot'),
    Relayed: ignore('an answer to an earlier ballot'),
    HeartbeatReply: ignore('an answer to an earlier ballot'),
    'storage.persisted': ignore('the Prepare waits in the outbox'),
  },
  states: {
    beginning: { always: { actions: 'persist', target: 'asking' } },
    /**
     * What is lost is asked again, under the same ballot, for as long as it takes: answers that came still count, however
     * slow the links, and a proposer that reaches no quorum does not stand in the way of others with one ballot after the
     * other. It ends when another one leads, or is refused because of a later ballot.
     */
    asking: {
      entry: 'prepare',
      always: [
        { guard: 'isSomethingDue', actions: ['sayFirst', 'noteSaid'] },
        { guard: 'isPrepared', target: 'prepared' },
      ],
      on: {
        Promise: [
          { guard: 'isPartialPromise', actions: ['notePromise', 'askForMore'] },
          { guard: 'isPromise', actions: 'notePromise' },
          ignore('an answer to an earlier ballot, or one that came before'),
        ],
        Nack: [
          { guard: 'isRefusal', actions: 'skipRounds', target: 'refused' },
          ignore('an answer to an earlier ballot'),
        ],
        Heartbeat: [
          { guard: 'isLeader', actions: 'recognizeLeader', target: 'refused' },
          ignore('another one has taken its place'),
        ],
      },
      after: { prepareAgain: { target: 'asking', reenter: true, actions: 'noteSilence' } },
    },
    prepared: { type: 'final' },
    /** Another proposer leads, or may: standby's time-out is the back-off. */
    refused: { type: 'final' },
  },
})
