import {
  type Entry,
  entriesAfter,
  instantOf,
  invariant,
  type LocalEvent,
  type NodeId,
  noopAt,
  type Received,
  type RequestId,
  sizeOf,
} from '@quorate/core'
import type { AppendEntriesReply, InstallSnapshotReply } from './generated/raft.js'
import { firstProgress, type Progress, withRetry } from './progress.js'
import * as replication from './replication.js'
import * as server from './server.js'
import type { Transfer } from './transfer.js'

/** What a leader knows, and what follows from it: what is committed, and whether it still leads. @module */

export interface Leader extends replication.Replication {
  /** Highest entry of its own log that is on its own disk: the leader's own acknowledgement. */
  readonly persistedIndex: number
  /** Bytes of the entries that are not committed. */
  readonly uncommittedBytes: number
  /** Where the log ended when quorum was last checked. */
  readonly lastIndexAtCheck: number
  /** While it gives its place to another. */
  readonly transfer: Transfer | undefined
  /** Reads for which no round has begun. */
  readonly readsWaiting: readonly RequestId[]
  /** Reads for which a round is under way, in the order of rounds. */
  readonly readsAsked: readonly { readonly request: RequestId; readonly at: number; readonly round: number }[]
}

/** Section 8: "a blank no-op entry into the log at the start of its term", to learn which entries are committed. */
export function begin(input: server.Server): Leader {
  const { config, currentTerm, log } = input
  const noop = noopAt({ index: log.last.index + 1, term: currentTerm })
  const ownLog = log.append([noop])
  return {
    ...input,
    log: ownLog,
    uncommittedBytes: bytesOf(ownLog.slice(input.commitIndex + 1, noop.index)),
    leaderId: config.id,
    progress: Object.fromEntries(config.peers.map((peer) => [peer, firstProgress(log.last.index)])),
    heartbeatsDue: [],
    round: 0,
    persistedIndex: 0,
    lastIndexAtCheck: 0,
    transfer: undefined,
    readsWaiting: [],
    readsAsked: [],
  }
}

const bytesOf = (entries: readonly Entry[]): number => entries.reduce((sum, entry) => sum + sizeOf(entry), 0)

const acknowledgements = (self: Leader, of: (node: NodeId) => number, own: number): Record<NodeId, number> => {
  const acks: Record<NodeId, number> = { [self.config.id]: own }
  for (const peer of self.config.peers) acks[peer] = of(peer)
  return acks
}

/**
 * "If there exists an N such that N > commitIndex, a majority of matchIndex[i] >= N, and log[N].term == currentTerm: set
 * commitIndex = N" (sections 5.3 and 5.4.2: never by counting replicas of an earlier term's entry).
 */
export function commitTarget(self: Leader): number {
  const matchOf = (node: NodeId) => replication.progressOf(self, node).matchIndex
  const held = self.config.quorum.committed(acknowledgements(self, matchOf, self.persistedIndex))
  return self.log.termAt(held) === self.currentTerm ? held : self.commitIndex
}

/** The latest round of heartbeats that a quorum answered: nobody else led when it began. */
export const confirmedRound = (self: Leader): number =>
  self.config.quorum.committed(acknowledgements(self, (node) => replication.progressOf(self, node).round, self.round))

/** ReadIndex, step 1: until an entry of this term is committed, the leader does not know what is. */
export const hasCommittedInTerm = (self: Leader): boolean => self.log.termAt(self.commitIndex) === self.currentTerm

/** Too much waits to be committed: whoever proposes more is to come back later. */
export const isOverloaded = ({ log, commitIndex, uncommittedBytes, config: { limits } }: Leader): boolean =>
  log.last.index - commitIndex >= limits.uncommittedEntriesMax || uncommittedBytes >= limits.uncommittedBytesMax

export const withCommands = (self: Leader, event: Extract<LocalEvent, { type: 'client.proposed' }>) => {
  const entries = entriesAfter(self.log.last.index, self.currentTerm, event.commands, instantOf(event))
  return { log: self.log.append(entries), uncommittedBytes: self.uncommittedBytes + bytesOf(entries) }
}

export const withCommitted = (self: Leader, commitIndex: number) => ({
  commitIndex,
  uncommittedBytes: self.uncommittedBytes - bytesOf(server.entriesToCommit(self, commitIndex)),
})

export const lastEntries = ({ log }: Leader, count: number): readonly Entry[] =>
  log.slice(log.last.index - count + 1, log.last.index)

export const isFollower = (self: Leader, message: Parameters<typeof server.senderOf>[0]): boolean =>
  Object.hasOwn(self.progress, server.senderOf(message))

/** An answer in this term, of a follower that has not forgotten since that it gave it. */
export const isOfThisLife = (self: Leader, reply: Received<AppendEntriesReply | InstallSnapshotReply>): boolean =>
  reply.term === self.currentTerm &&
  isFollower(self, reply) &&
  reply.doubt >= replication.progressOf(self, server.senderOf(reply)).doubt

export function someone(node: NodeId | undefined): NodeId {
  invariant(node !== undefined, 'a message is due to nobody')
  return node
}

/**
 * Section 6.2 of the dissertation: a leader that a quorum no longer answers steps down, or its clients would wait for
 * ever. So does one whose disk has written nothing since the last check: it would only slow its followers.
 */
export function isFit(self: Leader): boolean {
  const heard = self.config.peers.filter((peer) => replication.progressOf(self, peer).heard)
  const votes = Object.fromEntries([...heard, self.config.id].map((node) => [node, true]))
  return self.config.quorum.tally(votes) === 'won' && self.persistedIndex >= self.lastIndexAtCheck
}

export const withoutHeard = (self: Leader) => ({
  lastIndexAtCheck: self.log.last.index,
  progress: mapProgress(self, (progress) => ({ ...progress, heard: false })),
})

/** With each heartbeat an unanswered chunk of a snapshot is sent again. */
export const withChunksRetried = (self: Leader) => ({ progress: mapProgress(self, withRetry) })

/** Whether the log of a follower that denies something went back, its answer to a new round shows. */
export const withDenialsProven = (self: Leader) => {
  const isNewRoundDue = self.config.peers.some((peer) => replication.progressOf(self, peer).deniedIn === self.round)
  return isNewRoundDue ? { round: self.round + 1 } : {}
}

const mapProgress = (self: Leader, change: (progress: Progress) => Progress): Leader['progress'] =>
  Object.fromEntries(Object.entries(self.progress).map(([node, progress]) => [node, change(progress)]))

export const refusing =
  <const Reason extends 'notLeader' | 'noQuorum' | 'overloaded'>(reason: Reason) =>
  (_self: Leader, { request }: { readonly request: RequestId }) =>
    ({ type: 'refuse', request, reason }) as const
