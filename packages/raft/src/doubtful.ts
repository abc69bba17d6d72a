import { type Effect, ignore, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import * as doubt from './doubt.js'
import type { RaftMessage } from './generated/raft.js'
import * as server from './server.js'

/**
 * A Raft server that does not know what it promised, since its disk lost its last write. It is no role of the paper: it
 * asks all others, says nothing else, and goes on as a follower when all have answered. Why that is safe: `doubt.ts`.
 * @module
 */

const on = rulesFor<doubt.Doubtful, server.RaftEvent>()

export const doubtful = setup({
  types: {} as {
    context: doubt.Doubtful
    events: server.RaftEvent
    input: server.Server
    output: server.Server
    emitted: Effect<RaftMessage, server.RaftRecord>
  },
  delays: { inquiry: 100, patience: 1000 },
  guards: {
    /** Answers hold for as long as the doubt lasts, however late they come. */
    isAboutThisDoubt: on('InquiryReply', (self, reply) => reply.doubt === self.doubt),
    hasAllAnswers: ({ context: self }) => doubt.hasAllAnswers(self),
    mayGoWithout: ({ context: self }) => doubt.mayGoWithout(self),
  },
  actions: {
    persist: emit(({ context: self }) => server.recordEffect(self)),
    broadcastInquiry: emit(({ context: self }) => ({
      type: 'send',
      to: server.everyServer(self),
      message: { type: 'Inquiry', doubt: self.doubt },
    })),
    noteAnswer: assign(on('InquiryReply', doubt.withAnswer)),
    settle: assign(({ context: self }) => doubt.settled(self)),
    goWithout: assign(({ context: self }) => doubt.withoutOthers(self)),
    replyInquiry: emit(on('Inquiry', doubt.inquiryReply)),
    refuseProposal: emit(on('client.proposed', server.refuse)),
    refuseRead: emit(on('client.read', server.refuse)),
    refuseTransfer: emit(on('leader.transfer', server.refuse)),
  },
}).createMachine({
  id: 'doubtful',
  context: ({ input }) => ({ ...input, answers: {} }),
  output: server.handOver,
  initial: 'asking',
  on: {
    InquiryReply: [
      { guard: 'isAboutThisDoubt', actions: 'noteAnswer' },
      ignore('an answer to an earlier inquiry: promises were made since'),
    ],
    Inquiry: { actions: 'replyInquiry' },
    'peer.lost': ignore('it follows nobody'),
    'peer.found': ignore('it follows nobody'),
    CatchUp: ignore('this server does not campaign'),
    AppendEntries: ignore('it may have promised another leader not to listen'),
    InstallSnapshot: ignore('it may have promised another leader not to listen'),
    RequestVote: ignore('it may have given its vote'),
    PreVote: ignore('it may have given its vote'),
    'client.proposed': { actions: 'refuseProposal' },
    'client.read': { actions: 'refuseRead' },
    'leader.transfer': { actions: 'refuseTransfer' },
    TimeoutNow: ignore('it may have given its vote'),
    'snapshot.taken': ignore('nothing was committed since it started'),
    'storage.persisted': ignore('it appends nothing'),
    AppendEntriesReply: ignore('an answer to a leader that this server no longer is'),
    InstallSnapshotReply: ignore('an answer to a leader that this server no longer is'),
    PreVoteReply: ignore('an answer to a candidate that this server no longer is'),
    RequestVoteReply: ignore('an answer to a candidate that this server no longer is'),
  },
  states: {
    asking: {
      type: 'parallel',
      entry: 'persist',
      always: { guard: 'hasAllAnswers', actions: ['settle', 'persist'], target: 'settled' },
      states: {
        question: {
          initial: 'asked',
          states: { asked: { entry: 'broadcastInquiry', after: { inquiry: { target: 'asked', reenter: true } } } },
        },
        patience: {
          initial: 'waiting',
          states: {
            waiting: { after: { patience: 'spent' } },
            /** All had the time to answer. */
            spent: {
              always: { guard: 'mayGoWithout', actions: ['goWithout', 'persist'], target: '#doubtful.settled' },
            },
          },
        },
      },
    },
    settled: { type: 'final' },
  },
})
