import { Piece, Pieces } from '../values/pieces.js'
import { isSameLogId, type LogId, type Snapshot } from './message.js'

/** A piece of a snapshot on its way from one node to another. */
export interface SnapshotChunk {
  /** Which snapshot: its last entry. */
  readonly last: LogId
  /** Where the piece stands in the snapshot, in bytes. */
  readonly offset: number
  readonly data: Uint8Array
  /** Bytes of the whole snapshot; the chunk that reaches it is the last. */
  readonly size: number
}

/** A snapshot that arrives in chunks, as far as it is here. A value. */
export interface IncomingSnapshot {
  readonly last: LogId
  readonly parts: readonly Piece[]
  readonly received: number
}

/** The piece of a snapshot at `offset`, of at most `bytesMax`. */
export const chunkAt = ({ last, bytes }: Snapshot, offset: number, bytesMax: number): SnapshotChunk => ({
  last,
  offset,
  data: bytes.subarray(offset, offset + bytesMax),
  size: bytes.length,
})

/** Bytes received so far of the snapshot that ends at `last`. */
export const receivedOf = (incoming: IncomingSnapshot | undefined, last: LogId): number =>
  incoming && isSameLogId(incoming.last, last) ? incoming.received : 0

/** True for the bytes that are wanted next, some at least where there are any, and never more than were announced. */
export const isNextChunk = (incoming: IncomingSnapshot | undefined, { last, offset, data, size }: SnapshotChunk) =>
  offset === receivedOf(incoming, last) && offset + data.length <= size && (data.length > 0 || size === 0)

/** True for the chunk that completes its snapshot. */
export const isLastChunk = (incoming: IncomingSnapshot | undefined, chunk: SnapshotChunk): boolean =>
  isNextChunk(incoming, chunk) && chunk.offset + chunk.data.length === chunk.size

/** With the next chunk; the first chunk of a snapshot begins it. */
export const withChunk = (
  incoming: IncomingSnapshot | undefined,
  { last, offset, data }: SnapshotChunk,
): IncomingSnapshot => ({
  last,
  parts: [...(offset === 0 ? [] : (incoming?.parts ?? [])), new Piece(data)],
  received: offset + data.length,
})

/** Has the chunk that came last written down, so that a large snapshot is on the disk by the time that it is complete. */
export function stageLastChunk({ parts }: IncomingSnapshot) {
  const number = parts.length - 1
  return { type: 'stage', origin: 'received', number, piece: parts[number] as Piece } as const
}

/** The whole snapshot, once its last chunk is in. */
export const completed = ({ last, parts }: IncomingSnapshot): Snapshot => ({ last, bytes: new Pieces(parts) })
