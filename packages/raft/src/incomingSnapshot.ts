import { isSameMark, type Mark, type Snapshot } from '@quorate/core'
import type { InstallSnapshot } from './generated/raft.js'
import type { Server } from './server.js'

/** A snapshot that arrives in chunks: section 7 and Figure 13. */
export interface Incoming {
  readonly last: Mark
  readonly parts: readonly Uint8Array[]
  readonly received: number
}

interface Receiver extends Server {
  readonly incoming: Incoming | undefined
}

const lastOf = (chunk: InstallSnapshot): Mark => ({ index: chunk.lastIncludedIndex, term: chunk.lastIncludedTerm })

/** Bytes received so far of the snapshot that the chunk belongs to. */
export const receivedOf = ({ incoming }: Receiver, chunk: InstallSnapshot): number =>
  incoming && isSameMark(incoming.last, lastOf(chunk)) ? incoming.received : 0

/** The log holds the snapshot's last entry, or has committed past it: nothing to install (Figure 13, step 6). */
export const isHeld = ({ log, commitIndex }: Receiver, chunk: InstallSnapshot): boolean =>
  chunk.lastIncludedIndex <= commitIndex || log.has(lastOf(chunk))

/** "Write data into snapshot file at given offset": only the next bytes, and never more than were announced. */
export const isNextChunk = (self: Receiver, chunk: InstallSnapshot): boolean =>
  chunk.offset === receivedOf(self, chunk) && chunk.offset + chunk.data.length <= chunk.size

export const isLastChunk = (self: Receiver, chunk: InstallSnapshot): boolean =>
  isNextChunk(self, chunk) && chunk.offset + chunk.data.length === chunk.size

export const withChunk = (self: Receiver, chunk: InstallSnapshot): { readonly incoming: Incoming } => ({
  incoming: {
    last: lastOf(chunk),
    parts: [...(chunk.offset === 0 ? [] : (self.incoming?.parts ?? [])), chunk.data],
    received: chunk.offset + chunk.data.length,
  },
})

/** The whole snapshot, with its last chunk. */
export function completed(self: Receiver, chunk: InstallSnapshot): Snapshot {
  const { last, parts, received } = withChunk(self, chunk).incoming
  const bytes = new Uint8Array(received)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return { last, bytes }
}
