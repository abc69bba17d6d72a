import {
  completed as completedSnapshot,
  type IncomingSnapshot,
  invariant,
  isLastChunk as isLast,
  isNextChunk as isNext,
  type Received,
  receivedOf as received,
  type Snapshot,
  type SnapshotChunk,
  stageLastChunk,
  withChunk as withNext,
} from '@quorate/core'
import type { InstallSnapshot } from './generated/raft.js'
import { replyTo, type Server } from './server.js'

/** A snapshot that arrives in chunks: section 7 and Figure 13. @module */

interface Receiver extends Server {
  readonly incoming: IncomingSnapshot | undefined
}

const chunkOf = ({ lastIncludedIndex, lastIncludedTerm, offset, data, size }: InstallSnapshot): SnapshotChunk => ({
  last: { index: lastIncludedIndex, term: lastIncludedTerm },
  offset,
  data,
  size,
})

/** Bytes received so far of the snapshot that the chunk belongs to. */
const receivedOf = ({ incoming }: Receiver, chunk: InstallSnapshot): number => received(incoming, chunkOf(chunk).last)

/** The log holds the snapshot's last entry, or has committed past it: nothing to install (Figure 13, step 6). */
export const isHeld = ({ log, commitIndex }: Receiver, chunk: InstallSnapshot): boolean =>
  chunk.lastIncludedIndex <= commitIndex || log.has(chunkOf(chunk).last)

/** "Write data into snapshot file at given offset." */
export const isNextChunk = ({ incoming }: Receiver, chunk: InstallSnapshot): boolean => isNext(incoming, chunkOf(chunk))

export const isLastChunk = ({ incoming }: Receiver, chunk: InstallSnapshot): boolean => isLast(incoming, chunkOf(chunk))

export const withChunk = ({ incoming }: Receiver, chunk: InstallSnapshot) => ({
  incoming: withNext(incoming, chunkOf(chunk)),
})

function begun({ incoming }: Receiver): IncomingSnapshot {
  invariant(incoming !== undefined, 'no snapshot is arriving')
  return incoming
}

/** Each chunk is written down as it comes: a large snapshot in one write would hold up whatever is written after it. */
export const stageChunk = (self: Receiver) => stageLastChunk(begun(self))

/** The whole snapshot, once its last chunk is in. */
export const completed = (self: Receiver): Snapshot => completedSnapshot(begun(self))

export const snapshotReply = (self: Receiver, chunk: Received<InstallSnapshot>, installed: boolean) =>
  replyTo(chunk.from, {
    type: 'InstallSnapshotReply',
    term: self.currentTerm,
    lastIncludedIndex: chunk.lastIncludedIndex,
    lastIncludedTerm: chunk.lastIncludedTerm,
    offset: receivedOf(self, chunk),
    installed,
    doubt: self.doubt,
  })
