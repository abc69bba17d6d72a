import { type Effect, ignore, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import type { RaftEvent, RaftMessage, RaftRecord, Server } from '@quorate/raft'

/**
 * Stands where Raft has a candidate: a server that hears no leader does not campaign yet, but waits for others to. It says
 * nothing that a server would not, and what it ignores might as well have been lost on the way.
 * @module
 */

const on = rulesFor<Server, RaftEvent>()

type WithTerm = { readonly term: number }
type Campaign = { readonly lastLogTerm: number; readonly lastLogIndex: number }

const isNewerTerm = (self: Server, { term }: WithTerm): boolean => term > self.currentTerm

/** Section 5.4.1: logs are compared by their last terms, and by their lengths only if those are equal. */
const isUpToDate = ({ log: { last } }: Server, { lastLogTerm, lastLogIndex }: Campaign): boolean =>
  lastLogTerm > last.term || (lastLogTerm === last.term && lastLogIndex >= last.index)

/** Section 5.1: "If one server's current term is smaller than the other's, then it updates its current term." */
const withTerm = (_self: Server, { term }: WithTerm) => ({ currentTerm: term, votedFor: undefined })

const refusal = (_self: Server, { request }: { readonly request: number }) =>
  ({ type: 'refuse', request, reason: 'notLeader' }) as const

export const deputy = setup({
  types: {} as {
    context: Server
    events: RaftEvent
    input: Server
    output: Server
    emitted: Effect<RaftMessage, RaftRecord>
  },
  // Long enough for the others to campaign a few times.
  delays: { patience: 3000 },
  guards: {
    isNewerLeader: on('AppendEntries', isNewerTerm),
    isNewerSender: on('InstallSnapshot', isNewerTerm),
    couldWin: on('PreVote', isUpToDate),
    couldLead: on('RequestVote', isUpToDate),
    couldLeadNewerTerm: on('RequestVote', (self, request) => isNewerTerm(self, request) && isUpToDate(self, request)),
  },
  actions: {
    adoptLeadersTerm: assign(on('AppendEntries', withTerm)),
    adoptSendersTerm: assign(on('InstallSnapshot', withTerm)),
    adoptCandidatesTerm: assign(on('RequestVote', withTerm)),
    persist: emit(({ context: { currentTerm, votedFor, doubtful, doubt, spentTerm } }) => ({
      type: 'persist',
      record: { currentTerm, votedFor, doubtful, doubt, spentTerm },
    })),
    refuseProposal: emit(on('client.proposed', refusal)),
    refuseRead: emit(on('client.read', refusal)),
    refuseTransfer: emit(on('leader.transfer', refusal)),
  },
}).createMachine({
  id: 'deputy',
  context: ({ input }) => ({ ...input, leaderId: undefined }),
  output: ({ context }) => context,
  initial: 'deferring',
  on: {
    AppendEntries: [
      { guard: 'isNewerLeader', actions: ['adoptLeadersTerm', 'persist'], target: '.stirred' },
      { target: '.stirred' },
    ],
    InstallSnapshot: [
      { guard: 'isNewerSender', actions: ['adoptSendersTerm', 'persist'], target: '.stirred' },
      { target: '.stirred' },
    ],
    PreVote: [
      { guard: 'couldWin', target: '.stirred' },
      ignore('it cannot win our vote; were it heard, it could keep us from leading for ever'),
    ],
    RequestVote: [
      { guard: 'couldLeadNewerTerm', actions: ['adoptCandidatesTerm', 'persist'], target: '.stirred' },
      { guard: 'couldLead', target: '.stirred' },
      ignore('it cannot win our vote; were it heard, it could keep us from leading for ever'),
    ],
    'snapshot.taken': { target: '.stirred' },
    'client.proposed': { actions: 'refuseProposal' },
    'client.read': { actions: 'refuseRead' },
    'leader.transfer': { actions: 'refuseTransfer' },
    TimeoutNow: ignore('it follows nobody'),
    'storage.persisted': ignore('only a leader counts what it wrote'),
    AppendEntriesReply: ignore('an answer to a leader that this server no longer is'),
    InstallSnapshotReply: ignore('an answer to a leader that this server no longer is'),
    PreVoteReply: ignore('an answer to a candidate that this server no longer is'),
    RequestVoteReply: ignore('an answer to a candidate that this server no longer is'),
    Inquiry: { target: '.stirred' },
    CatchUp: ignore('this server does not campaign'),
    InquiryReply: ignore('an answer to a question that this server no longer has'),
    'peer.lost': ignore('it follows nobody'),
    'peer.found': ignore('it follows nobody'),
  },
  states: {
    deferring: { after: { patience: 'resolved' } },
    /** There is a leader, or one that may become it: a follower handles the same message. */
    stirred: { type: 'final' },
    /** Nobody else can: campaign after all. */
    resolved: { type: 'final' },
  },
})
