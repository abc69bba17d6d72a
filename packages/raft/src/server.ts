import {
  type Address,
  addressOf,
  type Entry,
  everyNode,
  type LeaderTransfer,
  type LocalEvent,
  Log,
  type LogId,
  type NodeId,
  nodeOf,
  origin,
  type PeerFound,
  type PeerLost,
  type QuorumSystem,
  type Received,
  type RecoveredState,
  type Snapshot,
} from '@quorate/core'
import type { AppendEntries, InstallSnapshot, RaftMessage, RequestVote, TimeoutNow } from './generated/raft.js'

/**
 * What Follower, Candidate and Leader have in common: Figure 2's state of all servers, and rules that speak of it.
 * Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)" (2014).
 * @module
 */

/** The role's name in addresses. */
export const serverRole = 'server'

export interface RaftLimits {
  /** Entries in one AppendEntries. @default 1024 */
  readonly entriesMax: number
  /** Bytes of entries in one AppendEntries, and of data in one InstallSnapshot. @default 262144 */
  readonly bytesMax: number
  /** AppendEntries on their way to one follower. @default 16 */
  readonly inflightMessagesMax: number
  /** Bytes of entries on their way to one follower. @default 4194304 */
  readonly inflightBytesMax: number
  /** Entries of the leader that are not committed yet; beyond, proposals are refused as overloaded. @default 65536 */
  readonly uncommittedEntriesMax: number
  /** Bytes of them; the proposal that reaches it is still taken. @default 33554432 */
  readonly uncommittedBytesMax: number
  /** Entries kept before a snapshot, so that a follower that is a little behind needs no snapshot. @default 10000 */
  readonly entriesKept: number
  /** Bytes of entries kept before a snapshot; whichever of the two limits is reached first. @default 33554432 */
  readonly bytesKept: number
}

/** Who this server is, and with whom. Never changes. */
export interface RaftConfig {
  readonly group: string
  readonly id: NodeId
  /** All others. */
  readonly peers: readonly NodeId[]
  readonly quorum: QuorumSystem
  readonly limits: RaftLimits
  /** The operator lets this server go on without what it may have lost, where others cannot tell. @default false */
  readonly lossAccepted?: boolean
}

/** Persistent state on all servers (Figure 2), but the log, which has effects of its own. */
export interface RaftRecord {
  readonly currentTerm: number
  readonly votedFor: NodeId | undefined
  /** The disk lost its last write, which may have been acknowledged, and no leader has brought this server up to date since. */
  readonly doubtful: boolean
  /** How often its disk was in doubt. */
  readonly doubt: number
  /** It may have asked for votes in this term, or voted, and forgotten it: it does so only above. */
  readonly spentTerm: number
}

/** What every role knows, and what a role hands to its successor. */
export interface Server extends RaftRecord {
  readonly config: RaftConfig
  readonly log: Log
  readonly snapshot: Snapshot | undefined
  /** Highest entry known to be committed, and given to the state machine. */
  readonly commitIndex: number
  readonly leaderId: NodeId | undefined
  /** It need not ask what it may have forgotten: its disk is in no doubt, or all others have answered. */
  readonly isSettled: boolean
  /** What others said to be committed when they were asked. */
  readonly committedElsewhere: number
  /** This server, or those that elected it, went on although what they acknowledged last may be lost. */
  readonly mayHaveLost: boolean
  /** Why it campaigns, when it does. */
  readonly campaign: 'timeout' | 'suspicion' | 'transfer'
}

export type RaftEvent = Received<RaftMessage> | LocalEvent | PeerLost | PeerFound | LeaderTransfer

/** A server as it was when it stopped; only what was durable comes back. */
export function recover(config: RaftConfig, recovered: RecoveredState<RaftRecord>): Server {
  const { record, snapshot, base, entries, doubtful } = recovered
  const isDoubtful = doubtful || (record?.doubtful ?? false)
  // Nobody else can say what was lost, and nobody else was told of a term.
  const isForgiven = isDoubtful && config.lossAccepted === true && config.peers.length === 0
  // Records of earlier versions know of no doubt but the last.
  const { currentTerm = 0, doubt = 0, spentTerm = 0 }: Partial<RaftRecord> = record ?? {}
  return {
    config,
    currentTerm,
    votedFor: record?.votedFor,
    doubtful: isDoubtful && !isForgiven,
    doubt: doubtful ? doubt + 1 : Math.max(doubt, isDoubtful ? 1 : 0),
    spentTerm: isForgiven ? Math.max(currentTerm, spentTerm) + 1 : spentTerm,
    log: Log.of(entries, base),
    snapshot,
    commitIndex: snapshot?.last.index ?? 0,
    leaderId: undefined,
    isSettled: !isDoubtful || isForgiven,
    committedElsewhere: 0,
    mayHaveLost: isForgiven,
    campaign: 'timeout',
  }
}

/** The common part of a role's context: what the next role gets. */
export const handOver = ({ context }: { context: Server }): Server => {
  const { config, currentTerm, votedFor, doubtful, doubt, spentTerm } = context
  const { log, snapshot, commitIndex, leaderId, isSettled, committedElsewhere, mayHaveLost, campaign } = context
  const record = { currentTerm, votedFor, doubtful, doubt, spentTerm }
  const found = { isSettled, committedElsewhere, mayHaveLost }
  return { config, ...record, log, snapshot, commitIndex, leaderId, ...found, campaign }
}

export const serverAt = (self: Server, node: NodeId): Address => addressOf(self.config.group, serverRole, node)
export const everyServer = (self: Server): Address => serverAt(self, everyNode)

/** The node of the server that sent a message. */
export const senderOf = ({ from }: { readonly from: Address }): NodeId => nodeOf(from)

// Rules for All Servers, section 5.1.

type WithTerm = { readonly term: number }

/** "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower." */
export const isNewerTerm = (self: Server, { term }: WithTerm): boolean => term > self.currentTerm

/** "Reply false if term < currentTerm." */
export const isOlderTerm = (self: Server, { term }: WithTerm): boolean => term < self.currentTerm

export const withTerm = (_self: Server, { term }: WithTerm) => ({
  currentTerm: term,
  votedFor: undefined,
  leaderId: undefined,
})

/** The record, as it goes to the disk before anything else is said. */
export const recordEffect = ({ currentTerm, votedFor, doubtful, doubt, spentTerm }: Server) =>
  ({ type: 'persist', record: { currentTerm, votedFor, doubtful, doubt, spentTerm } }) as const

// Voting, sections 5.2 and 5.4.1.

type Campaign = Pick<RequestVote, 'lastLogIndex' | 'lastLogTerm'>

export const campaignOf = ({ log: { last } }: Server): Campaign => ({
  lastLogIndex: last.index,
  lastLogTerm: last.term,
})

/** Section 5.4.1: the log with the later last term, or with the same last term and more entries, is more up-to-date. */
export function isUpToDate(self: Server, candidate: Campaign): boolean {
  const { term, index } = self.log.last
  return candidate.lastLogTerm > term || (candidate.lastLogTerm === term && candidate.lastLogIndex >= index)
}

/** "If votedFor is null or candidateId, and candidate's log is at least as up-to-date as receiver's log, grant vote." */
export const mayVote = (self: Server, request: Received<RequestVote>): boolean =>
  request.term === self.currentTerm &&
  request.term > self.spentTerm &&
  (self.votedFor === undefined || self.votedFor === senderOf(request)) &&
  isUpToDate(self, request)

/** No vote was given in that term, nor forgotten. */
export const mayStandIn = ({ currentTerm, spentTerm }: Server, term: number): boolean =>
  term > Math.max(currentTerm, spentTerm)

/** A reply of ours always carries our term, so that a rejection teaches it. */
export const replyTo = <const M extends RaftMessage>(from: Address, message: M) =>
  ({ type: 'send', to: from, message }) as const

export const voteReply = (self: Server, { from }: Received<RequestVote>, voteGranted: boolean) =>
  replyTo(from, { type: 'RequestVoteReply', term: self.currentTerm, voteGranted, doubtful: self.doubtful })

/** "Reply false if term < currentTerm." */
export const rejectEntries = (self: Server, { from, round, prevLogIndex }: Received<AppendEntries>) =>
  replyTo(from, {
    type: 'AppendEntriesReply',
    term: self.currentTerm,
    success: false,
    matchIndex: 0,
    conflictTerm: 0,
    conflictIndex: 0,
    round,
    prevLogIndex,
    doubt: self.doubt,
  })

export const rejectSnapshot = (self: Server, chunk: Received<InstallSnapshot>) =>
  replyTo(chunk.from, {
    type: 'InstallSnapshotReply',
    term: self.currentTerm,
    lastIncludedIndex: chunk.lastIncludedIndex,
    lastIncludedTerm: chunk.lastIncludedTerm,
    offset: 0,
    installed: false,
    doubt: self.doubt,
  })

// The log, sections 5.3 and 7.

/** The entries that become committed when the commit index rises to `through`. */
export const entriesToCommit = (self: Server, through: number): readonly Entry[] =>
  self.log.slice(self.commitIndex + 1, through)

/** Section 7: the log before a snapshot may go; some of it is kept for followers that are a little behind. */
const compactionPoint = (self: Server, { last }: Snapshot): LogId => self.log.keeping(last.index, self.config.limits)

type Taken = { readonly snapshot: Snapshot }

/** A snapshot of what this server has committed, newer than the one it holds. Another one came too late. */
export const isNewerSnapshot = (self: Server, { snapshot: { last } }: Taken): boolean =>
  last.index > (self.snapshot?.last ?? origin).index && last.index <= self.commitIndex && self.log.has(last)

export const withSnapshot = (self: Server, { snapshot }: Taken) => ({
  snapshot,
  log: self.log.compactThrough(compactionPoint(self, snapshot)),
})

export const compactEffect = (self: Server, { snapshot }: Taken) =>
  ({ type: 'compact', snapshot, through: compactionPoint(self, snapshot) }) as const

// Transfer of leadership: Ongaro, dissertation, section 3.10.

/**
 * The leader of this term says it, whom this server follows. Where its log may lack what it acknowledged, it asks for pre-votes
 * first, as always: only they tell it whether it may be elected.
 */
export const maySucceed = (self: Server, message: Received<TimeoutNow>): boolean =>
  !self.doubtful && message.term === self.currentTerm && senderOf(message) === self.leaderId

/** "I have permission to disrupt the leader: it told me to!" (section 4.2.3). */
export const isSuccessor = (self: Server, request: RequestVote): boolean =>
  request.transfer && isNewerTerm(self, request)

// Clients, section 8.

export const refuse = (self: Server, { request }: { readonly request: number }) => {
  const reason = { type: 'refuse', request, reason: 'notLeader' } as const
  return self.leaderId === undefined ? reason : { ...reason, leader: self.leaderId }
}
