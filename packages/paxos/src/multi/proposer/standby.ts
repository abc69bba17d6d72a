import { ignore, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import * as rejoining from './rejoining.js'
import * as proposer from './state.js'

/**
 * A proposer that does not lead: it listens for the distinguished proposer, and stands for it when that one falls silent.
 * @module
 */

const on = rulesFor<proposer.Proposer, proposer.ProposerEvent>()

export const standby = setup({
  types: {} as {
    context: proposer.Proposer
    events: proposer.ProposerEvent
    input: proposer.Proposer
    output: proposer.Proposer
    emitted: proposer.ProposerEffect
  },
  // Nominal; whoever runs the role provides a randomized one, so that seldom two stand at once.
  delays: { electionTimeout: 1000 },
  guards: { isLeader: on('Heartbeat', proposer.isLeader), hasLostWrite: ({ context: self }) => self.lostWrite },
  actions: {
    persist: emit(({ context: { round } }) => ({ type: 'persist', record: { round } })),
    trust: assign({ lostWrite: false }),
    recognizeLeader: assign(on('Heartbeat', proposer.withLeader)),
    forgetLeader: assign({ leader: undefined }),
    replyRejoin: emit(on('Rejoin', rejoining.reply)),
    refuseProposal: emit(on('client.proposed', proposer.refuse)),
    refuseRead: emit(on('client.read', proposer.refuse)),
    refuseBatch: emit(on('Batch', proposer.refuseBatch)),
    refuseReadIndex: emit(on('ReadIndex', proposer.refuseReadIndex)),
  },
}).createMachine({
  id: 'standby',
  context: ({ input }) => proposer.handOver({ context: input }),
  output: proposer.handOver,
  initial: 'starting',
  on: {
    'client.proposed': { actions: 'refuseProposal' },
    'client.read': { actions: 'refuseRead' },
    Batch: { actions: 'refuseBatch' },
    ReadIndex: { actions: 'refuseReadIndex' },
    Rejoin: { actions: 'replyRejoin' },
    Promise: ignore('an answer to an earlier ballot'),
    Accepted: ignore('an answer to an earlier ballot'),
    Nack: ignore('an answer to an earlier ballot'),
    Relayed: ignore('an answer to an earlier ballot'),
    HeartbeatReply: ignore('an answer to an earlier ballot'),
    'storage.persisted': ignore('nothing waits for it'),
  },
  states: {
    /** The rounds that are skipped are written down first, or a second damage could make one of them be used twice. */
    starting: {
      always: [{ guard: 'hasLostWrite', actions: ['persist', 'trust'], target: 'listening' }, { target: 'listening' }],
    },
    listening: {
      on: {
        Heartbeat: [
          { guard: 'isLeader', actions: 'recognizeLeader', target: 'listening', reenter: true },
          ignore('another one has taken its place'),
        ],
      },
      after: { electionTimeout: { actions: 'forgetLeader', target: 'timedOut' } },
    },
    timedOut: { type: 'final' },
  },
})
