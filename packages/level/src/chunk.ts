import type { Entry, EntryKind } from '@quorate/core'
import { sizeOf } from '@quorate/core'
import type { Reader } from './bytes.js'
import { beginValue, type Sealed, sealValue } from './value.js'

/** Stand in the first bits of an entry: never reorder, only add. */
const kinds: readonly EntryKind[] = ['command', 'noop', 'openSession', 'configuration']
const numberOfKind: { readonly [K in EntryKind]: number } = { command: 0, noop: 1, openSession: 2, configuration: 3 }

/** The term is that of the entry before, the usual case. */
const sameTerm = 0x10
/** Neither session nor sequence, so nothing is written of them. */
const noSession = 0x20

const headerBytesMax = 32

/**
 * A run of contiguous entries, as one value. It names the checksum of the chunk before it (0 without one): chunks form a
 * chain, and one that has been replaced since cannot come back unseen.
 */
export const encodeChunk = (key: Uint8Array, before: number, entries: readonly Entry[]): Sealed => {
  let bytesMax = headerBytesMax
  for (const entry of entries) bytesMax += sizeOf(entry)
  const writer = beginValue(bytesMax)
  writer.uint32(before)
  writer.varint(entries.length)
  let term = 0
  for (const entry of entries) {
    const { session, sequence, answeredBelow, bytes } = entry
    const sessionless = session === 0 && sequence === 0 && answeredBelow === 0
    const flags = (entry.term === term ? sameTerm : 0) | (sessionless ? noSession : 0)
    writer.byte(numberOfKind[entry.kind] | flags)
    if (entry.term !== term) writer.varint(entry.term)
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
  for (let index = first; index < first + count; index++) {
    const head = reader.byte()
    const kind = kinds[head & 0x0f]
    if (kind === undefined || head > 0x3f) throw new RangeError(`an entry begins with ${head}`)
    if ((head & sameTerm) === 0) term = reader.varint()
    const sessionless = (head & noSession) !== 0
    const session = sessionless ? 0 : reader.varint()
    const sequence = sessionless ? 0 : reader.varint()
    const answeredBelow = sessionless ? 0 : reader.varint()
    const bytes = reader.raw(reader.varint())
    if (index >= from && index <= to) entries.push({ index, term, kind, session, sequence, answeredBelow, bytes })
  }
  if (reader.left !== 0) throw new RangeError(`${reader.left} bytes follow the last entry`)
}
