import type { Entry, EntryKind, Stamp } from '@quorate/core'
import { isSameStamp, sizeOf } from '@quorate/core'
import type { Reader } from './bytes.js'
import { beginValue, type Sealed, sealValue } from './value.js'

/** Stand in the first bits of an entry: never reorder, only add. */
const kinds: readonly EntryKind[] = ['command', 'noop', 'openSession', 'configuration', 'tick']
const numberOfKind: { readonly [K in EntryKind]: number } = {
  command: 0,
  noop: 1,
  openSession: 2,
  configuration: 3,
  tick: 4,
}

/** The term is that of the entry before, the usual case. */
const sameTerm = 0x10
/** Neither session nor sequence, so nothing is written of them. */
const noSession = 0x20
/** It says when it was ordered. */
const stamped = 0x40
/** It was ordered when the entry before was, as those that came together are. */
const sameStamp = 0x80

const headerBytesMax = 32
/** The format of values in which entries have stamps, or are ticks. */
const stampedFormat = 3

/**
 * A run of contiguous entries, as one value. It names the checksum of the chunk before it (0 without one): chunks form a
 * chain, and one that has been replaced since cannot come back unseen.
 */
export const encodeChunk = (key: Uint8Array, chunkBefore: number, entries: readonly Entry[]): Sealed => {
  let bytesMax = headerBytesMax
  for (const entry of entries) bytesMax += sizeOf(entry)
  const isLater = entries.some(({ kind, stamp }) => stamp !== undefined || kind === 'tick')
  const writer = isLater ? beginValue(bytesMax, stampedFormat) : beginValue(bytesMax)
  writer.uint32(chunkBefore)
  writer.varint(entries.length)
  let term = 0
  let before: Stamp | undefined
  for (const entry of entries) {
    const { session, sequence, answeredBelow, bytes, stamp } = entry
    const sessionless = session === 0 && sequence === 0 && answeredBelow === 0
    const flags = (entry.term === term ? sameTerm : 0) | (sessionless ? noSession : 0) | stampFlag(before, stamp)
    writer.byte(numberOfKind[entry.kind] | flags)
    if (entry.term !== term) writer.varint(entry.term)
    if (stamp && (flags & stamped) !== 0) {
      writer.varint(stamp.by)
      writer.varint(stamp.nowMs)
      writer.varint(stamp.wallMs)
    }
    before = stamp
    if (!sessionless) {
      writer.varint(session)
      writer.varint(sequence)
      writer.varint(answeredBelow)
    }
    writer.varint(bytes.length)
    writer.raw(bytes)
    term = entry.term
  }
  return sealValue(key, writer)
}

function stampFlag(before: Stamp | undefined, stamp: Stamp | undefined): number {
  if (!stamp) return 0
  return isSameStamp(before, stamp) ? sameStamp : stamped
}

/** The checksum of the chunk before, which stands first, and the number of entries. */
export const decodeChunkHeader = (reader: Reader): { before: number; count: number } => ({
  before: reader.uint32(),
  count: reader.varint(),
})

/** Those of `count` entries whose index is in `from` to `to`; their bytes are views. */
export const decodeEntries = (
  reader: Reader,
  first: number,
  count: number,
  { from, to }: { readonly from: number; readonly to: number },
  entries: Entry[],
): void => {
  let term = 0
  let stamp: Stamp | undefined
  for (let index = first; index < first + count; index++) {
    const head = reader.byte()
    const kind = kinds[head & 0x0f]
    if (kind === undefined) throw new RangeError(`an entry begins with ${head}`)
    if ((head & sameTerm) === 0) term = reader.varint()
    stamp = (head & sameStamp) === 0 ? readStamp(reader, head) : stamp
    const sessionless = (head & noSession) !== 0
    const session = sessionless ? 0 : reader.varint()
    const sequence = sessionless ? 0 : reader.varint()
    const answeredBelow = sessionless ? 0 : reader.varint()
    const bytes = reader.raw(reader.varint())
    if (index < from || index > to) continue
    const entry = { index, term, kind, session, sequence, answeredBelow, bytes }
    entries.push(stamp ? { ...entry, stamp } : entry)
  }
  if (reader.left !== 0) throw new RangeError(`${reader.left} bytes follow the last entry`)
}

const readStamp = (reader: Reader, head: number): Stamp | undefined =>
  (head & stamped) === 0 ? undefined : { by: reader.varint(), nowMs: reader.varint(), wallMs: reader.varint() }
