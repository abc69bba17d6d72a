import { type Effect, ignore, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import * as answers from './answers.js'
import * as doubt from './doubt.js'
import type { RaftMessage } from './generated/raft.js'
import * as leading from './leadership.js'
import * as preVote from './preVote.js'
import * as reads from './reads.js'
import * as replication from './replication.js'
import * as server from './server.js'
import * as transfer from './transfer.js'

/**
 * Raft leader. Ongaro and Ousterhout (2014), Figure 2 and sections 5.3, 5.4.2, 7 and 8. ReadIndex and the check of
 * quorum: Ongaro, "Consensus: Bridging Theory and Practice" (2014), sections 6.4 and 6.2.
 * @module
 */

const on = rulesFor<leading.Leader, server.RaftEvent>()

const behaviour = setup({
  types: {} as {
    context: leading.Leader
    events: server.RaftEvent
    input: server.Server
    output: server.Server
    emitted: Effect<RaftMessage, server.RaftRecord>
  },
  delays: { heartbeat: 100, quorumCheck: 1000, transferTimeout: 1000 },
  guards: {
    isNewerLeader: on('AppendEntries', server.isNewerTerm),
    isOlderLeader: on('AppendEntries', server.isOlderTerm),
    isNewerSender: on('InstallSnapshot', server.isNewerTerm),
    isOlderSender: on('InstallSnapshot', server.isOlderTerm),
    isNewerCandidate: on('RequestVote', server.isNewerTerm),
    isNewerPreVoter: on('PreVoteReply', server.isNewerTerm),
    isNewerVoter: on('RequestVoteReply', server.isNewerTerm),
    isNewerFollower: on('AppendEntriesReply', server.isNewerTerm),
    isNewerInstaller: on('InstallSnapshotReply', server.isNewerTerm),
    isAnswer: on('AppendEntriesReply', answers.isAnswer),
    saysWhatIsKnown: on('AppendEntriesReply', answers.saysWhatIsKnown),
    isChunkAnswer: on('InstallSnapshotReply', leading.isOfThisLife),
    isInquirer: on('Inquiry', leading.isFollower),
    isSuspected: on('PreVote', (self, request) => request.suspects && leading.isFollower(self, request)),
    /** An index alone is not enough: the entry may have been replaced since the write began. */
    isInLog: on('storage.persisted', (self, { last }) => self.log.has(last)),
    isNewerSnapshot: on('snapshot.taken', server.isNewerSnapshot),
    isOverloaded: on('client.proposed', leading.isOverloaded),
    hasMoreToCommit: ({ context: self }) => leading.commitTarget(self) > self.commitIndex,
    isProven: ({ context: self }) => self.doubtful && leading.hasCommittedInTerm(self),
    mayMulticast: ({ context: self }) => replication.mayMulticast(self),
    isEntryDue: ({ context: self }) => replication.followerDue(self) !== undefined,
    isChunkDue: ({ context: self }) => replication.installerDue(self) !== undefined,
    mayMulticastHeartbeat: ({ context: self }) => replication.mayMulticastHeartbeat(self),
    isHeartbeatDue: ({ context: self }) => self.heartbeatsDue.length > 0,
    isReadConfirmed: ({ context: self }) => reads.isConfirmed(self),
    isRoundDue: ({ context: self }) => reads.isRoundDue(self),
    isReadOpen: ({ context: self }) => reads.isOpen(self),
    isFit: ({ context: self }) => leading.isFit(self),
    isSuccessor: on('RequestVote', server.isSuccessor),
    isLeaving: ({ context: self }) => self.transfer !== undefined,
    mayTransfer: on('leader.transfer', transfer.mayTransfer),
    hasSuccessor: ({ context: self }) => transfer.hasSuccessor(self),
  },
  actions: {
    persistNoop: emit(({ context: self }) => ({ type: 'append', entries: leading.lastEntries(self, 1) })),
    commit: emit(({ context: self }) => ({
      type: 'commit',
      entries: server.entriesToCommit(self, leading.commitTarget(self)),
      passes: 'append',
    })),
    advanceCommitIndex: assign(({ context: self }) => leading.withCommitted(self, leading.commitTarget(self))),

    append: assign(on('client.proposed', leading.withCommands)),
    persistEntries: emit(
      on('client.proposed', (self, { commands }) => ({
        type: 'append' as const,
        entries: leading.lastEntries(self, commands.length),
      })),
    ),
    refuseOverloaded: emit(on('client.proposed', leading.refusing('overloaded'))),
    notePersisted: assign(
      on('storage.persisted', (self, { last }) => ({ persistedIndex: Math.max(self.persistedIndex, last.index) })),
    ),

    noteAnswer: assign(on('AppendEntriesReply', answers.withAnswer)),
    noteChunkAnswer: assign(on('InstallSnapshotReply', answers.withChunkAnswer)),
    voidAcknowledgements: assign(on('Inquiry', answers.withoutAcknowledgements)),
    replyInquiry: emit(on('Inquiry', doubt.inquiryReply)),
    trustAgain: assign(({ context: self }) => doubt.trustAgain(self)),
    multicastEntries: emit(({ context: self }) => replication.multicastEffect(self)),
    noteMulticast: assign(({ context: self }) => replication.afterMulticast(self)),
    sendEntries: emit(({ context: self }) =>
      replication.entriesEffect(self, leading.someone(replication.followerDue(self))),
    ),
    noteSent: assign(({ context: self }) =>
      replication.afterEntries(self, leading.someone(replication.followerDue(self))),
    ),
    sendChunk: emit(({ context: self }) =>
      replication.chunkEffect(self, leading.someone(replication.installerDue(self))),
    ),
    noteChunkSent: assign(({ context: self }) =>
      replication.afterChunkEffect(self, leading.someone(replication.installerDue(self))),
    ),
    beginHeartbeats: assign(({ context: self }) => replication.everyoneIsDue(self)),
    retryChunks: assign(({ context: self }) => leading.withChunksRetried(self)),
    multicastHeartbeat: emit(({ context: self }) => replication.heartbeatForAll(self)),
    noHeartbeatDue: assign({ heartbeatsDue: [] }),
    sendHeartbeat: emit(({ context: self }) => replication.heartbeatEffect(self)),
    noteHeartbeat: assign(({ context: self }) => replication.afterHeartbeat(self)),
    forgetWhoWasHeard: assign(({ context: self }) => leading.withoutHeard(self)),

    queueRead: assign(on('client.read', reads.withRead)),
    beginRound: assign(({ context: self }) => reads.withRound(self)),
    proveDenials: assign(({ context: self }) => leading.withDenialsProven(self)),
    answerRead: emit(({ context: self }) => reads.readableEffect(self)),
    forgetRead: assign(({ context: self }) => ({ readsAsked: self.readsAsked.slice(1) })),
    /** Reads that were not confirmed are somebody else's to answer. */
    refuseRead: emit(({ context: self }) => reads.refusalEffect(self)),
    forgetOpenRead: assign(({ context: self }) => reads.withoutFirst(self)),
    beginTransfer: assign(on('leader.transfer', transfer.withTransfer)),
    sendTimeoutNow: emit(({ context: self }) => transfer.timeoutNowEffect(self)),
    noteTimeoutNow: assign(({ context: self }) => transfer.afterTimeoutNow(self)),
    giveTransferUp: emit(({ context: self }) => transfer.givenUp(self)),
    forgetTransfer: assign({ transfer: undefined }),
    refuseTransfer: emit(on('leader.transfer', leading.refusing('noQuorum'))),
    refuseOtherTransfer: emit(on('leader.transfer', leading.refusing('overloaded'))),
    refuseProposal: emit(on('client.proposed', leading.refusing('notLeader'))),
    noLongerLead: assign({ leaderId: undefined }),

    adoptSuccessorsTerm: assign(on('RequestVote', server.withTerm)),
    adoptLeadersTerm: assign(on('AppendEntries', server.withTerm)),
    adoptSendersTerm: assign(on('InstallSnapshot', server.withTerm)),
    adoptPreVotersTerm: assign(on('PreVoteReply', server.withTerm)),
    adoptVotersTerm: assign(on('RequestVoteReply', server.withTerm)),
    adoptFollowersTerm: assign(on('AppendEntriesReply', server.withTerm)),
    adoptInstallersTerm: assign(on('InstallSnapshotReply', server.withTerm)),
    persist: emit(({ context: self }) => server.recordEffect(self)),
    rejectEntries: emit(on('AppendEntries', server.rejectEntries)),
    rejectSnapshot: emit(on('InstallSnapshot', server.rejectSnapshot)),
    refuseVote: emit(on('RequestVote', (self, request) => server.voteReply(self, request, false))),
    refusePreVote: emit(on('PreVote', (self, request) => preVote.preVoteReply(self, request, false))),
    /** To who suspects it, at once. */
    oweHeartbeat: assign(on('PreVote', (_self, request) => ({ heartbeatsDue: [server.senderOf(request)] }))),
    persistCompaction: emit(on('snapshot.taken', server.compactEffect)),
    compact: assign(on('snapshot.taken', server.withSnapshot)),
  },
})

export const leader = behaviour.createMachine({
  id: 'leader',
  context: ({ input }) => leading.begin(input),
  output: server.handOver,
  initial: 'leading',
  on: {
    AppendEntries: [
      { guard: 'isOlderLeader', actions: 'rejectEntries' },
      { guard: 'isNewerLeader', actions: ['adoptLeadersTerm', 'persist'], target: '.resigning' },
      ignore('Election Safety, section 5.2: this term has no other leader'),
    ],
    InstallSnapshot: [
      { guard: 'isOlderSender', actions: 'rejectSnapshot' },
      { guard: 'isNewerSender', actions: ['adoptSendersTerm', 'persist'], target: '.resigning' },
      ignore('Election Safety, section 5.2: this term has no other leader'),
    ],
    AppendEntriesReply: [
      { guard: 'isNewerFollower', actions: ['adoptFollowersTerm', 'persist'], target: '.resigning' },
      { guard: 'saysWhatIsKnown', ...ignore('nothing follows from it that did not follow before') },
      { guard: 'isAnswer', actions: 'noteAnswer' },
      ignore('of an older term, of no follower, or about entries that were never sent'),
    ],
    InstallSnapshotReply: [
      { guard: 'isNewerInstaller', actions: ['adoptInstallersTerm', 'persist'], target: '.resigning' },
      { guard: 'isChunkAnswer', actions: 'noteChunkAnswer' },
      ignore('of an older term, or of no follower'),
    ],
    RequestVote: [
      { guard: 'isSuccessor', actions: ['adoptSuccessorsTerm', 'persist'], target: '.resigning' },
      {
        guard: 'isNewerCandidate',
        ...ignore('this leader is alive; who answers its entries in a newer term deposes it'),
      },
      { actions: 'refuseVote' },
    ],
    PreVote: [{ guard: 'isSuspected', actions: ['refusePreVote', 'oweHeartbeat'] }, { actions: 'refusePreVote' }],
    RequestVoteReply: [
      { guard: 'isNewerVoter', actions: ['adoptVotersTerm', 'persist'], target: '.resigning' },
      ignore('the election is won already'),
    ],
    PreVoteReply: [
      { guard: 'isNewerPreVoter', actions: ['adoptPreVotersTerm', 'persist'], target: '.resigning' },
      ignore('the election is won already'),
    ],
    Inquiry: [{ guard: 'isInquirer', actions: ['voidAcknowledgements', 'replyInquiry'] }, ignore('of no follower')],
    CatchUp: ignore('the election is won already'),
    TimeoutNow: ignore('the election is won already'),
    InquiryReply: ignore('it is settled what this server may have forgotten'),
    'peer.lost': ignore('a leader that a quorum does not answer steps down'),
    'peer.found': ignore('a leader that a quorum does not answer steps down'),
    'client.proposed': [
      { guard: 'isLeaving', actions: 'refuseProposal' },
      { guard: 'isOverloaded', actions: 'refuseOverloaded' },
      { actions: ['append', 'persistEntries'] },
    ],
    'client.read': { actions: 'queueRead' },
    'leader.transfer': [
      { guard: 'isLeaving', actions: 'refuseOtherTransfer' },
      { guard: 'mayTransfer', actions: 'beginTransfer' },
      { actions: 'refuseTransfer' },
    ],
    'storage.persisted': [
      { guard: 'isInLog', actions: 'notePersisted' },
      ignore('the entry was replaced since its write began'),
    ],
    'snapshot.taken': [
      { guard: 'isNewerSnapshot', actions: ['persistCompaction', 'compact'] },
      ignore('it came too late: a newer one is here, or the log was replaced'),
    ],
  },
  states: {
    leading: {
      type: 'parallel',
      // The no-op is the first heartbeat: it is sent to every follower at once.
      entry: 'persistNoop',
      // One message at a time, until nobody is due.
      always: [
        { guard: 'hasMoreToCommit', actions: ['commit', 'advanceCommitIndex'] },
        { guard: 'isProven', actions: ['trustAgain', 'persist'] },
        { guard: 'mayMulticast', actions: ['multicastEntries', 'noteMulticast'] },
        { guard: 'isEntryDue', actions: ['sendEntries', 'noteSent'] },
        { guard: 'isChunkDue', actions: ['sendChunk', 'noteChunkSent'] },
        { guard: 'hasSuccessor', actions: ['sendTimeoutNow', 'noteTimeoutNow'] },
        { guard: 'isReadConfirmed', actions: ['answerRead', 'forgetRead'] },
        { guard: 'isRoundDue', actions: ['beginRound', 'beginHeartbeats'] },
        { guard: 'mayMulticastHeartbeat', actions: ['multicastHeartbeat', 'noHeartbeatDue'] },
        { guard: 'isHeartbeatDue', actions: ['sendHeartbeat', 'noteHeartbeat'] },
      ],
      states: {
        heart: {
          initial: 'resting',
          states: {
            /** "Repeat during idle periods to prevent election timeouts." */
            resting: {
              after: {
                heartbeat: {
                  target: 'resting',
                  reenter: true,
                  actions: ['retryChunks', 'proveDenials', 'beginHeartbeats'],
                },
              },
            },
          },
        },
        office: {
          initial: 'held',
          states: {
            held: { always: { guard: 'isLeaving', target: 'handedOver' } },
            /** "The prior leader aborts the transfer and resumes accepting client requests." */
            handedOver: {
              after: { transferTimeout: { actions: ['giveTransferUp', 'forgetTransfer'], target: 'held' } },
            },
          },
        },
        quorum: {
          initial: 'listening',
          states: {
            listening: {
              after: {
                quorumCheck: [
                  { guard: 'isFit', target: 'listening', reenter: true, actions: 'forgetWhoWasHeard' },
                  { target: '#leader.resigning' },
                ],
              },
            },
          },
        },
      },
    },
    resigning: {
      entry: 'noLongerLead',
      always: [{ guard: 'isReadOpen', actions: ['refuseRead', 'forgetOpenRead'] }, { target: 'deposed' }],
    },
    deposed: { type: 'final' },
  },
})
