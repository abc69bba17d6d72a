import { chunkAt, type Entry, invariant, type NodeId } from '@quorate/core'
import type { AppendEntries, InstallSnapshot } from './generated/raft.js'
import {
  afterChunkSent,
  afterSending,
  beginInstalling,
  type InstallingProgress,
  isInstalling,
  mayReceive,
  type Progress,
} from './progress.js'
import { everyServer, type Server, serverAt } from './server.js'

/**
 * Who is sent what next: AppendEntries, heartbeats and chunks of a snapshot (Figures 2 and 13), each as a function of
 * the leader's state. The leader says them one after the other until nobody is due.
 * @module
 */

export interface Replication extends Server {
  readonly progress: Readonly<Record<NodeId, Progress>>
  /** Followers to whom a heartbeat is due. */
  readonly heartbeatsDue: readonly NodeId[]
  /** The latest round of heartbeats. Who answers one of it has heard this leader since the round began. */
  readonly round: number
}

export function progressOf(self: Replication, node: NodeId): Progress {
  const progress = self.progress[node]
  invariant(progress !== undefined, `${node} is no follower of ${self.config.id}`)
  return progress
}

export const withProgress = (self: Replication, node: NodeId, progress: Progress) => ({
  progress: { ...self.progress, [node]: progress },
})

const appendEntries = (self: Replication, nextIndex: number, entries: readonly Entry[]): AppendEntries => {
  const prevLogIndex = Math.max(nextIndex - 1, self.log.base.index)
  return {
    type: 'AppendEntries',
    term: self.currentTerm,
    prevLogIndex,
    prevLogTerm: self.log.termAt(prevLogIndex) ?? 0,
    entries,
    leaderCommit: self.commitIndex,
    round: self.round,
  }
}

/** The log begins after what this follower needs. */
const needsSnapshot = ({ log }: Server, { nextIndex }: Progress): boolean => nextIndex <= log.base.index

const isDue = (self: Replication, progress: Progress): boolean =>
  progress.nextIndex <= self.log.last.index &&
  !needsSnapshot(self, progress) &&
  mayReceive(progress, self.config.limits)

/**
 * One message for all, fanned out by the bus, while every follower replicates from the same nextIndex within its window.
 * Otherwise each is sent its own: a slow follower must not be sent more than its window, nor the others held up by it.
 */
export function mayMulticast(self: Replication): boolean {
  const [first, ...others] = Object.values(self.progress)
  return (
    first !== undefined &&
    others.length > 0 &&
    [first, ...others].every(
      (progress) => progress.mode === 'replicating' && progress.nextIndex === first.nextIndex && isDue(self, progress),
    )
  )
}

/** "If last log index >= nextIndex for a follower: send AppendEntries RPC with log entries starting at nextIndex." */
export const followerDue = (self: Replication): NodeId | undefined =>
  self.config.peers.find((node) => isDue(self, progressOf(self, node)))

const batchFor = (self: Replication, node: NodeId): readonly Entry[] =>
  self.log.batch(progressOf(self, node).nextIndex, self.config.limits)

/** Not behind the leader's own disk: it writes while the followers do (dissertation, section 10.2.1). */
const besideOwnWrite = { passes: 'append' } as const

export function entriesEffect(self: Replication, node: NodeId) {
  const message = appendEntries(self, progressOf(self, node).nextIndex, batchFor(self, node))
  return { type: 'send', to: serverAt(self, node), message, ...besideOwnWrite } as const
}

export const afterEntries = (self: Replication, node: NodeId) =>
  withProgress(self, node, afterSending(progressOf(self, node), batchFor(self, node)))

function firstOf(nodes: readonly NodeId[]): NodeId {
  const [first] = nodes
  invariant(first !== undefined, 'a message is due to nobody')
  return first
}

export function multicastEffect(self: Replication) {
  const node = firstOf(self.config.peers)
  const message = appendEntries(self, progressOf(self, node).nextIndex, batchFor(self, node))
  return { type: 'send', to: everyServer(self), message, ...besideOwnWrite } as const
}

export function afterMulticast(self: Replication) {
  const entries = batchFor(self, firstOf(self.config.peers))
  const sent = Object.entries(self.progress).map(([node, progress]) => [node, afterSending(progress, entries)])
  return { progress: Object.fromEntries(sent) as Replication['progress'] }
}

// Heartbeats, section 5.2: they also find a follower's gap, since they name the last entry sent to it.

export const everyoneIsDue = (self: Replication) => ({ heartbeatsDue: self.config.peers })

export function mayMulticastHeartbeat({ heartbeatsDue, config, progress }: Replication): boolean {
  const [first, ...others] = Object.values(progress)
  return (
    others.length > 0 &&
    heartbeatsDue.length === config.peers.length &&
    others.every(({ nextIndex }) => nextIndex === first?.nextIndex)
  )
}

export const heartbeatForAll = (self: Replication) =>
  ({
    type: 'send',
    to: everyServer(self),
    message: appendEntries(self, progressOf(self, firstOf(self.config.peers)).nextIndex, []),
    ...besideOwnWrite,
  }) as const

export function heartbeatEffect(self: Replication) {
  const node = firstOf(self.heartbeatsDue)
  const message = appendEntries(self, progressOf(self, node).nextIndex, [])
  return { type: 'send', to: serverAt(self, node), message, ...besideOwnWrite } as const
}

export const afterHeartbeat = ({ heartbeatsDue }: Replication) => ({ heartbeatsDue: heartbeatsDue.slice(1) })

// Snapshots, section 7.

/** The first follower that needs a snapshot and has no chunk on its way. */
export const installerDue = (self: Replication): NodeId | undefined =>
  self.config.peers.find((node) => {
    const progress = progressOf(self, node)
    return progress.installing ? !progress.installing.sent : needsSnapshot(self, progress)
  })

function installing(self: Replication, node: NodeId): InstallingProgress {
  const progress = progressOf(self, node)
  if (isInstalling(progress)) return progress
  invariant(self.snapshot !== undefined, 'a log that was compacted has a snapshot')
  return beginInstalling(progress, self.snapshot)
}

export function chunkEffect(self: Replication, node: NodeId) {
  const { snapshot, offset } = installing(self, node).installing
  const { data, size } = chunkAt(snapshot, offset, self.config.limits.bytesMax)
  const message: InstallSnapshot = {
    type: 'InstallSnapshot',
    term: self.currentTerm,
    lastIncludedIndex: snapshot.last.index,
    lastIncludedTerm: snapshot.last.term,
    offset,
    data,
    size,
    handedOn: false,
  }
  return { type: 'send', to: serverAt(self, node), message, ...besideOwnWrite } as const
}

export const afterChunkEffect = (self: Replication, node: NodeId) =>
  withProgress(self, node, afterChunkSent(installing(self, node)))
