import { type Effect, type IncomingSnapshot, ignore, Log, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import * as catchUp from './catchUp.js'
import * as check from './consistencyCheck.js'
import * as doubt from './doubt.js'
import type { RaftMessage } from './generated/raft.js'
import * as chunks from './incomingSnapshot.js'
import * as preVote from './preVote.js'
import * as server from './server.js'

/**
 * Raft follower. Ongaro and Ousterhout (2014), Figures 2 and 13, sections 5.2, 5.3 and 7. Pre-vote and leader
 * stickiness: Ongaro, "Consensus: Bridging Theory and Practice" (2014), sections 9.6 and 4.2.3.
 * @module
 */

export interface Follower extends server.Server {
  /** The leader's commit index, as far as it told. */
  readonly leaderCommit: number
  /** Up to here the log is known to equal the log of this term's leader. */
  readonly matchIndex: number
  readonly incoming: IncomingSnapshot | undefined
}

const on = rulesFor<Follower, server.RaftEvent>()

/** "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)." */
const commitTarget = (self: Follower): number => Math.min(self.leaderCommit, self.matchIndex)

const behaviour = setup({
  types: {} as {
    context: Follower
    events: server.RaftEvent
    input: server.Server
    output: server.Server
    emitted: Effect<RaftMessage, server.RaftRecord>
  },
  // Nominal; whoever runs the role provides randomized ones.
  delays: { electionTimeout: 1000, minimumElectionTimeout: 1000, suspicion: 20 },
  guards: {
    isOlderLeader: on('AppendEntries', server.isOlderTerm),
    isNewerLeader: on('AppendEntries', server.isNewerTerm),
    isMalformed: on('AppendEntries', check.isMalformed),
    isGap: on('AppendEntries', check.isGap),
    hasConflict: on('AppendEntries', check.hasConflict),
    bringsEntries: on('AppendEntries', (self, message) => check.newEntries(self, message).length > 0),
    isOlderSender: on('InstallSnapshot', server.isOlderTerm),
    isNewerSender: on('InstallSnapshot', server.isNewerTerm),
    holdsSnapshot: on('InstallSnapshot', chunks.isHeld),
    isLastChunk: on('InstallSnapshot', chunks.isLastChunk),
    isNextChunk: on('InstallSnapshot', chunks.isNextChunk),
    isHandedOn: on('InstallSnapshot', (_self, { handedOn }) => handedOn),
    isNewerCandidate: on('RequestVote', server.isNewerTerm),
    isSuccessor: on('RequestVote', server.isSuccessor),
    maySucceed: on('TimeoutNow', server.maySucceed),
    mayVote: on('RequestVote', server.mayVote),
    wouldVote: on('PreVote', preVote.wouldVote),
    isBehind: on('PreVote', catchUp.isBehind),
    needsSnapshot: on('PreVote', catchUp.needsSnapshot),
    wantsMore: on('InstallSnapshotReply', catchUp.wantsMore),
    isNewerSnapshot: on('snapshot.taken', server.isNewerSnapshot),
    hasMoreToCommit: ({ context: self }) => commitTarget(self) > self.commitIndex,
    isUnsettled: ({ context: self }) => !self.isSettled,
    isUpToDateAgain: ({ context: self }) => doubt.isUpToDateAgain(self),
  },
  actions: {
    adoptLeadersTerm: assign(on('AppendEntries', server.withTerm)),
    adoptSendersTerm: assign(on('InstallSnapshot', server.withTerm)),
    adoptCandidatesTerm: assign(on('RequestVote', server.withTerm)),
    persist: emit(({ context: self }) => server.recordEffect(self)),
    recognizeLeader: assign(
      on('AppendEntries', (self, message) => ({
        leaderId: server.senderOf(message),
        leaderCommit: Math.max(self.leaderCommit, message.leaderCommit),
      })),
    ),
    noteMatch: assign(
      on('AppendEntries', (self, message) => ({ matchIndex: Math.max(self.matchIndex, check.lastNamed(message)) })),
    ),
    persistTruncation: emit(
      on('AppendEntries', (self, message) => ({
        type: 'truncate' as const,
        after: check.lastBeforeConflict(self, message),
      })),
    ),
    persistEntries: emit(
      on('AppendEntries', (self, message) => ({ type: 'append' as const, entries: check.newEntries(self, message) })),
    ),
    append: assign(on('AppendEntries', check.withEntries)),
    rejectEntries: emit(on('AppendEntries', server.rejectEntries)),
    replySuccess: emit(on('AppendEntries', (self, message) => check.appendReply(self, message, true))),
    replyConflict: emit(on('AppendEntries', (self, message) => check.appendReply(self, message, false))),
    commit: emit(({ context: self }) => ({
      type: 'commit',
      entries: server.entriesToCommit(self, commitTarget(self)),
    })),
    advanceCommitIndex: assign(({ context: self }) => ({ commitIndex: commitTarget(self) })),

    recognizeSender: assign(
      on('InstallSnapshot', (self, chunk) => ({ leaderId: chunk.handedOn ? self.leaderId : server.senderOf(chunk) })),
    ),
    /** A snapshot holds what is committed, so the entries that it stands for are. */
    noteCommitted: assign(
      on('InstallSnapshot', (self, { lastIncludedIndex }) => ({
        leaderCommit: Math.max(self.leaderCommit, lastIncludedIndex),
        matchIndex: Math.max(self.matchIndex, lastIncludedIndex),
        incoming: undefined,
      })),
    ),
    acceptChunk: assign(on('InstallSnapshot', chunks.withChunk)),
    stageChunk: emit(({ context: self }) => chunks.stageChunk(self)),
    persistSnapshot: emit(({ context: self }) => ({ type: 'install', snapshot: chunks.completed(self) })),
    restore: emit(({ context: self }) => ({ type: 'restore', snapshot: chunks.completed(self) })),
    /** Figure 13, steps 7 and 8: "Discard the entire log. Reset state machine using snapshot contents." */
    install: assign(({ context: self }) => {
      const snapshot = chunks.completed(self)
      return { snapshot, log: Log.empty(snapshot.last), commitIndex: snapshot.last.index }
    }),
    rejectSnapshot: emit(on('InstallSnapshot', server.rejectSnapshot)),
    replyProgress: emit(on('InstallSnapshot', (self, chunk) => chunks.snapshotReply(self, chunk, false))),
    replyInstalled: emit(on('InstallSnapshot', (self, chunk) => chunks.snapshotReply(self, chunk, true))),

    vote: assign(on('RequestVote', (_self, request) => ({ votedFor: server.senderOf(request) }))),
    replyVote: emit(on('RequestVote', (self, request) => server.voteReply(self, request, true))),
    refuseVote: emit(on('RequestVote', (self, request) => server.voteReply(self, request, false))),
    replyPreVote: emit(on('PreVote', (self, request) => preVote.preVoteReply(self, request, true))),
    replyCatchUp: emit(on('PreVote', catchUp.catchUpReply)),
    sendFirstChunk: emit(on('PreVote', catchUp.firstChunk)),
    sendNextChunk: emit(on('InstallSnapshotReply', catchUp.nextChunk)),
    refusePreVote: emit(on('PreVote', (self, request) => preVote.preVoteReply(self, request, false))),

    askLeader: emit(({ context: self }) => preVote.askLeader(self)),
    suspectLeader: assign({ campaign: 'suspicion' }),
    succeedLeader: assign({ campaign: 'transfer' }),

    persistCompaction: emit(on('snapshot.taken', server.compactEffect)),
    compact: assign(on('snapshot.taken', server.withSnapshot)),
    refuseProposal: emit(on('client.proposed', server.refuse)),
    refuseRead: emit(on('client.read', server.refuse)),
    refuseTransfer: emit(on('leader.transfer', server.refuse)),

    replyInquiry: emit(on('Inquiry', doubt.inquiryReply)),
    trustAgain: assign(({ context: self }) => doubt.trustAgain(self)),
  },
})

/** Of a pre-vote. */
const refusals = [
  { guard: 'isBehind', actions: ['refusePreVote', 'replyCatchUp'] },
  { guard: 'needsSnapshot', actions: ['refusePreVote', 'sendFirstChunk'] },
  { actions: 'refusePreVote' },
] as const

export const follower = behaviour.createMachine({
  id: 'follower',
  context: ({ input }) => ({
    ...input,
    leaderCommit: 0,
    matchIndex: input.commitIndex,
    incoming: undefined,
  }),
  output: server.handOver,
  initial: 'starting',
  always: [
    { guard: 'hasMoreToCommit', actions: ['commit', 'advanceCommitIndex'] },
    { guard: 'isUpToDateAgain', actions: ['trustAgain', 'persist'] },
  ],
  on: {
    AppendEntries: [
      { guard: 'isOlderLeader', actions: 'rejectEntries' },
      { guard: 'isNewerLeader', actions: ['adoptLeadersTerm', 'persist'], target: '.outdated' },
      { guard: 'isMalformed', ...ignore('no server sends such entries') },
      { guard: 'isGap', actions: ['recognizeLeader', 'replyConflict'], target: '.following.led' },
      {
        guard: 'hasConflict',
        actions: ['recognizeLeader', 'persistTruncation', 'persistEntries', 'append', 'noteMatch', 'replySuccess'],
        target: '.following.led',
      },
      {
        guard: 'bringsEntries',
        actions: ['recognizeLeader', 'persistEntries', 'append', 'noteMatch', 'replySuccess'],
        target: '.following.led',
      },
      { actions: ['recognizeLeader', 'noteMatch', 'replySuccess'], target: '.following.led' },
    ],
    InstallSnapshot: [
      { guard: 'isOlderSender', actions: 'rejectSnapshot' },
      { guard: 'isNewerSender', actions: ['adoptSendersTerm', 'persist'], target: '.outdated' },
      {
        guard: 'holdsSnapshot',
        actions: ['recognizeSender', 'noteCommitted', 'replyInstalled'],
        target: '.following.led',
      },
      {
        guard: 'isLastChunk',
        actions: [
          'recognizeSender',
          'acceptChunk',
          'stageChunk',
          'persistSnapshot',
          'restore',
          'install',
          'noteCommitted',
          'replyInstalled',
        ],
        target: '.following.led',
      },
      {
        guard: 'isNextChunk',
        actions: ['recognizeSender', 'acceptChunk', 'stageChunk', 'replyProgress'],
        target: '.following.led',
      },
      { guard: 'isHandedOn', ...ignore('another server hands on what this one has by now') },
      { actions: ['recognizeSender', 'replyProgress'], target: '.following.led' },
    ],
    RequestVote: [
      { guard: 'isNewerCandidate', actions: ['adoptCandidatesTerm', 'persist'], target: '.outdated' },
      { guard: 'mayVote', actions: ['vote', 'persist', 'replyVote'], target: '.following' },
      { actions: 'refuseVote' },
    ],
    PreVote: [{ guard: 'wouldVote', actions: 'replyPreVote' }, ...refusals],
    CatchUp: ignore('this server does not campaign'),
    TimeoutNow: [
      { guard: 'maySucceed', actions: 'succeedLeader', target: '.timedOut' },
      ignore('only the leader of this term gives its place away, and to nobody in doubt'),
    ],
    'snapshot.taken': [
      { guard: 'isNewerSnapshot', actions: ['persistCompaction', 'compact'] },
      ignore('it came too late: a newer one is here, or the log was replaced'),
    ],
    'client.proposed': { actions: 'refuseProposal' },
    'client.read': { actions: 'refuseRead' },
    'leader.transfer': { actions: 'refuseTransfer' },
    'storage.persisted': ignore('a follower counts no acknowledgements; its replies wait in the outbox'),
    AppendEntriesReply: ignore('an answer to a leader that this server no longer is'),
    InstallSnapshotReply: [
      { guard: 'wantsMore', actions: 'sendNextChunk' },
      ignore('an answer to a leader that this server no longer is'),
    ],
    PreVoteReply: ignore('an answer to a candidate that this server no longer is'),
    RequestVoteReply: ignore('an answer to a candidate that this server no longer is'),
    Inquiry: { actions: 'replyInquiry' },
    InquiryReply: ignore('it is settled what this server may have forgotten'),
  },
  states: {
    starting: {
      always: [{ guard: 'isUnsettled', target: 'unsettled' }, { target: 'following' }],
    },
    following: {
      initial: 'free',
      after: { electionTimeout: 'timedOut' },
      on: {
        'peer.lost': '.suspecting',
        /** It was suspected wrongly, or is back. */
        'peer.found': '.led',
      },
      states: {
        /** No leader was heard for the minimum election timeout: votes are free. */
        free: {},
        /**
         * "If a server receives a RequestVote request within the minimum election timeout of hearing from a current
         * leader, it does not update its term or grant its vote" (dissertation, section 4.2.3).
         */
        led: {
          after: { minimumElectionTimeout: 'free' },
          on: {
            RequestVote: [
              { guard: 'isSuccessor', actions: ['adoptCandidatesTerm', 'persist'], target: '#follower.outdated' },
              { guard: 'isNewerCandidate', ...ignore('the leader is alive; a disruptive server must not depose it') },
              { actions: 'refuseVote' },
            ],
            PreVote: { actions: 'refusePreVote' },
          },
        },
        /** The bus says that nobody hears the leader: votes are free, and unless it is heard soon, this server campaigns. */
        suspecting: {
          entry: 'askLeader',
          after: { suspicion: { actions: 'suspectLeader', target: '#follower.timedOut' } },
          on: {
            PreVote: [
              // The other was faster: to campaign as well would split the votes.
              { guard: 'wouldVote', actions: 'replyPreVote', target: 'free' },
              ...refusals,
            ],
          },
        },
      },
    },
    timedOut: { type: 'final' },
    /** A newer term began: the same message is handled again in it. */
    outdated: { type: 'final' },
    /** Its disk lost its last write, and it does not know what it promised. */
    unsettled: { type: 'final' },
  },
})
