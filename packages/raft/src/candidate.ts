import { type Effect, ignore, type NodeId, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import * as catchUp from './catchUp.js'
import * as check from './consistencyCheck.js'
import { inquiryReply, nextTerm } from './doubt.js'
import type { RaftMessage } from './generated/raft.js'
import * as preVote from './preVote.js'
import * as server from './server.js'

/**
 * Raft candidate. Ongaro and Ousterhout (2014), section 5.2 and Figure 2; the round of pre-votes before it: Ongaro,
 * "Consensus: Bridging Theory and Practice" (2014), section 9.6.
 * @module
 */

export interface Candidate extends server.Server {
  /** Who answered in this round, and how; its own vote among them. */
  readonly votes: Readonly<Record<NodeId, boolean>>
  /** Who voted for it and may have lost what it acknowledged: such votes count only where all others vote too. */
  readonly doubtfulVotes: Readonly<Record<NodeId, true>>
}

const on = rulesFor<Candidate, server.RaftEvent>()

const noVotes = { votes: {}, doubtfulVotes: {} }

type Vote = { readonly voteGranted: boolean; readonly doubtful: boolean }

const withVote = ({ votes, doubtfulVotes }: typeof noVotes, node: NodeId, { voteGranted, doubtful }: Vote) =>
  voteGranted && doubtful
    ? { votes, doubtfulVotes: { ...doubtfulVotes, [node]: true as const } }
    : { votes: { ...votes, [node]: voteGranted }, doubtfulVotes }

const ownVote = ({ config, doubtful }: server.Server) => withVote(noVotes, config.id, { voteGranted: true, doubtful })
const withReply = (self: Candidate, reply: Vote & Parameters<typeof server.senderOf>[0]) =>
  withVote(self, server.senderOf(reply), reply)

const behaviour = setup({
  types: {} as {
    context: Candidate
    events: server.RaftEvent
    input: server.Server
    output: server.Server
    emitted: Effect<RaftMessage, server.RaftRecord>
  },
  // Nominal; whoever runs the role provides a randomized one.
  delays: { electionTimeout: 1000 },
  guards: {
    isOlderLeader: on('AppendEntries', server.isOlderTerm),
    isNewerLeader: on('AppendEntries', server.isNewerTerm),
    isOlderSender: on('InstallSnapshot', server.isOlderTerm),
    isNewerSender: on('InstallSnapshot', server.isNewerTerm),
    isNewerCandidate: on('RequestVote', server.isNewerTerm),
    mayVote: on('RequestVote', server.mayVote),
    wouldVote: on('PreVote', preVote.wouldVote),
    givesWay: on('PreVote', preVote.givesWay),
    isBehind: on('PreVote', catchUp.isBehind),
    needsSnapshot: on('PreVote', catchUp.needsSnapshot),
    wantsMore: on('InstallSnapshotReply', catchUp.wantsMore),
    isNewerHelper: on('CatchUp', server.isNewerTerm),
    bringsOtherEntries: on('CatchUp', catchUp.bringsOtherEntries),
    bringsMore: on('CatchUp', catchUp.bringsMore),
    isNewerPreVoter: on('PreVoteReply', server.isNewerTerm),
    isNewerVoter: on('RequestVoteReply', server.isNewerTerm),
    isNewerFollower: on('AppendEntriesReply', server.isNewerTerm),
    isNewerInstaller: on('InstallSnapshotReply', server.isNewerTerm),
    isAboutNextTerm: on('PreVoteReply', (self, { askedTerm }) => askedTerm === nextTerm(self)),
    isAboutThisTerm: on('RequestVoteReply', (self, { term }) => term === self.currentTerm),
    isNewerSnapshot: on('snapshot.taken', server.isNewerSnapshot),
    isAppointed: ({ context: self }) => self.campaign === 'transfer',
    /** "If votes received from majority of servers." */
    hasMajority: ({ context: self }) => self.config.quorum.tally(self.votes) === 'won',
    /** No server is left that may hold what those in doubt may have lost. */
    hasEveryVote: ({ context: { config, votes, doubtfulVotes } }) =>
      [config.id, ...config.peers].every((node) => votes[node] || doubtfulVotes[node]),
  },
  actions: {
    countOwnPreVote: assign(({ context: self }) => ownVote(self)),
    broadcastPreVote: emit(({ context: self }) => preVote.broadcastPreVote(self)),
    countPreVote: assign(on('PreVoteReply', withReply)),
    /** "On conversion to candidate: increment currentTerm, vote for self." */
    beginTerm: assign(({ context: self }) => ({
      currentTerm: nextTerm(self),
      votedFor: self.config.id,
      ...ownVote(self),
    })),
    persist: emit(({ context: self }) => server.recordEffect(self)),
    broadcastRequestVote: emit(({ context: self }) => ({
      type: 'send',
      to: server.everyServer(self),
      message: {
        type: 'RequestVote',
        term: self.currentTerm,
        ...server.campaignOf(self),
        transfer: self.campaign === 'transfer',
      },
    })),
    countVote: assign(on('RequestVoteReply', withReply)),
    noteLoss: assign({ mayHaveLost: true }),
    replyInquiry: emit(on('Inquiry', inquiryReply)),
    adoptLeadersTerm: assign(on('AppendEntries', server.withTerm)),
    adoptSendersTerm: assign(on('InstallSnapshot', server.withTerm)),
    adoptCandidatesTerm: assign(on('RequestVote', server.withTerm)),
    adoptPreVotersTerm: assign(on('PreVoteReply', server.withTerm)),
    adoptVotersTerm: assign(on('RequestVoteReply', server.withTerm)),
    adoptFollowersTerm: assign(on('AppendEntriesReply', server.withTerm)),
    adoptInstallersTerm: assign(on('InstallSnapshotReply', server.withTerm)),
    rejectEntries: emit(on('AppendEntries', server.rejectEntries)),
    rejectSnapshot: emit(on('InstallSnapshot', server.rejectSnapshot)),
    refuseVote: emit(on('RequestVote', (self, request) => server.voteReply(self, request, false))),
    replyPreVote: emit(on('PreVote', (self, request) => preVote.preVoteReply(self, request, true))),
    replyCatchUp: emit(on('PreVote', catchUp.catchUpReply)),
    sendFirstChunk: emit(on('PreVote', catchUp.firstChunk)),
    sendNextChunk: emit(on('InstallSnapshotReply', catchUp.nextChunk)),
    adoptHelpersTerm: assign(on('CatchUp', server.withTerm)),
    persistTruncation: emit(
      on('CatchUp', (self, message) => ({ type: 'truncate' as const, after: check.lastBeforeConflict(self, message) })),
    ),
    persistEntries: emit(
      on('CatchUp', (self, message) => ({ type: 'append' as const, entries: check.newEntries(self, message) })),
    ),
    append: assign(on('CatchUp', check.withEntries)),
    refusePreVote: emit(on('PreVote', (self, request) => preVote.preVoteReply(self, request, false))),
    persistCompaction: emit(on('snapshot.taken', server.compactEffect)),
    compact: assign(on('snapshot.taken', server.withSnapshot)),
    refuseProposal: emit(on('client.proposed', server.refuse)),
    refuseRead: emit(on('client.read', server.refuse)),
    refuseTransfer: emit(on('leader.transfer', server.refuse)),
  },
})

/** To a pre-vote: it is no promise, so who campaigns gives it too. */
const answers = [
  { guard: 'wouldVote', actions: 'replyPreVote' },
  { guard: 'isBehind', actions: ['refusePreVote', 'replyCatchUp'] },
  { guard: 'needsSnapshot', actions: ['refusePreVote', 'sendFirstChunk'] },
  { actions: 'refusePreVote' },
] as const

export const candidate = behaviour.createMachine({
  id: 'candidate',
  context: ({ input }) => ({ ...input, leaderId: undefined, ...noVotes }),
  // It was asked to, or had a reason of its own, this once.
  output: (args) => ({ ...server.handOver(args), campaign: 'timeout' as const }),
  initial: 'standing',
  on: {
    /** "If AppendEntries RPC received from new leader: convert to follower." */
    AppendEntries: [
      { guard: 'isOlderLeader', actions: 'rejectEntries' },
      { guard: 'isNewerLeader', actions: ['adoptLeadersTerm', 'persist'], target: '.lost' },
      { target: '.lost' },
    ],
    InstallSnapshot: [
      { guard: 'isOlderSender', actions: 'rejectSnapshot' },
      { guard: 'isNewerSender', actions: ['adoptSendersTerm', 'persist'], target: '.lost' },
      { target: '.lost' },
    ],
    RequestVote: [
      { guard: 'isNewerCandidate', actions: ['adoptCandidatesTerm', 'persist'], target: '.lost' },
      { actions: 'refuseVote' },
    ],
    PreVote: answers,
    CatchUp: ignore('the election is under way already'),
    PreVoteReply: [
      { guard: 'isNewerPreVoter', actions: ['adoptPreVotersTerm', 'persist'], target: '.lost' },
      ignore('an answer to an earlier round'),
    ],
    RequestVoteReply: [
      { guard: 'isNewerVoter', actions: ['adoptVotersTerm', 'persist'], target: '.lost' },
      ignore('an answer to an earlier election'),
    ],
    AppendEntriesReply: [
      { guard: 'isNewerFollower', actions: ['adoptFollowersTerm', 'persist'], target: '.lost' },
      ignore('an answer to a leader that this server no longer is'),
    ],
    InstallSnapshotReply: [
      { guard: 'isNewerInstaller', actions: ['adoptInstallersTerm', 'persist'], target: '.lost' },
      { guard: 'wantsMore', actions: 'sendNextChunk' },
      ignore('an answer to a leader that this server no longer is'),
    ],
    'snapshot.taken': [
      { guard: 'isNewerSnapshot', actions: ['persistCompaction', 'compact'] },
      ignore('it came too late: a newer one is here, or the log was replaced'),
    ],
    'client.proposed': { actions: 'refuseProposal' },
    'client.read': { actions: 'refuseRead' },
    'leader.transfer': { actions: 'refuseTransfer' },
    TimeoutNow: ignore('it campaigns already'),
    'storage.persisted': ignore('a candidate counts no acknowledgements; its requests wait in the outbox'),
    Inquiry: { actions: 'replyInquiry' },
    InquiryReply: ignore('it is settled what this server may have forgotten'),
    'peer.lost': ignore('a candidate awaits nobody'),
    'peer.found': ignore('a candidate awaits nobody'),
  },
  states: {
    /** Whom the leader itself has asked asks nobody first. */
    standing: { always: [{ guard: 'isAppointed', target: 'voting' }, { target: 'preVoting' }] },
    /** Asks whether it could win, before it disturbs anyone with a new term. Nothing of this round is durable. */
    preVoting: {
      entry: ['countOwnPreVote', 'broadcastPreVote'],
      always: [
        { guard: 'hasMajority', target: 'voting' },
        { guard: 'hasEveryVote', target: 'voting' },
      ],
      after: { electionTimeout: 'timedOut' },
      on: {
        PreVote: [{ guard: 'givesWay', target: 'lost' }, ...answers],
        RequestVote: [
          { guard: 'isNewerCandidate', actions: ['adoptCandidatesTerm', 'persist'], target: 'lost' },
          { guard: 'mayVote', target: 'lost' },
          { actions: 'refuseVote' },
        ],
        PreVoteReply: [
          { guard: 'isNewerPreVoter', actions: ['adoptPreVotersTerm', 'persist'], target: 'lost' },
          { guard: 'isAboutNextTerm', actions: 'countPreVote' },
          ignore('an answer to an earlier round'),
        ],
        CatchUp: [
          { guard: 'isNewerHelper', actions: ['adoptHelpersTerm', 'persist'], target: 'lost' },
          {
            guard: 'bringsOtherEntries',
            actions: ['persistTruncation', 'persistEntries', 'append'],
            target: 'preVoting',
            reenter: true,
          },
          { guard: 'bringsMore', actions: ['persistEntries', 'append'], target: 'preVoting', reenter: true },
          ignore('this log has it, or cannot tell where it follows'),
        ],
      },
    },
    voting: {
      entry: ['beginTerm', 'persist', 'broadcastRequestVote'],
      always: [
        { guard: 'hasMajority', target: 'won' },
        { guard: 'hasEveryVote', actions: 'noteLoss', target: 'won' },
      ],
      after: { electionTimeout: 'timedOut' },
      on: {
        RequestVoteReply: [
          { guard: 'isNewerVoter', actions: ['adoptVotersTerm', 'persist'], target: 'lost' },
          { guard: 'isAboutThisTerm', actions: 'countVote' },
          ignore('an answer to an earlier election'),
        ],
      },
    },
    won: { type: 'final' },
    /** Another server leads, or may: a follower handles the same message. */
    lost: { type: 'final' },
    timedOut: { type: 'final' },
  },
})
