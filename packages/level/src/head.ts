import { type LogId, origin } from '@quorate/core'
import type { Reader, Writer } from './bytes.js'
import { beginValue, type Sealed, sealValue } from './value.js'

/**
 * What a log must hold, rewritten with every write to it: whatever LevelDB fails to find, or finds in an older version,
 * contradicts the head.
 */
export interface Head {
  /** Checksum of the record; `undefined` before the first. */
  readonly record: number | undefined
  readonly snapshot: { readonly last: LogId; readonly length: number } | undefined
  /** Counts the snapshots, and stands in the keys of their parts, so that those of two never mix. */
  readonly generation: number
  /** The log begins after it. */
  readonly base: LogId
  /** Index of the last entry; that of `base` in an empty log. */
  readonly last: number
  /** How many chunks there are. The first may begin before `base`, and each may reach beyond where the next begins. */
  readonly chunks: number
  /** Checksum of the last chunk, 0 without one. */
  readonly chain: number
  /** How many rows the table has. */
  readonly rows: number
  /** Sum of the checksums of all rows, modulo 2^32. */
  readonly rowsSum: number
}

export const emptyHead: Head = {
  record: undefined,
  snapshot: undefined,
  generation: 0,
  base: origin,
  last: 0,
  chunks: 0,
  chain: 0,
  rows: 0,
  rowsSum: 0,
}

/** What a log has, in the first byte of its head. */
const has = { record: 1, snapshot: 2, table: 4 } as const
/** An older program must not take a log with a table for one without. */
const formatWithTable = 2

const headBytesMax = 128

const writeLogId = (writer: Writer, { index, term }: LogId): void => {
  writer.varint(index)
  writer.varint(term)
}

const readLogId = (reader: Reader): LogId => ({ index: reader.varint(), term: reader.varint() })

export const encodeHead = (key: Uint8Array, head: Head): Sealed => {
  const writer = head.rows === 0 ? beginValue(headBytesMax) : beginValue(headBytesMax, formatWithTable)
  writer.byte(
    (head.record === undefined ? 0 : has.record) |
      (head.snapshot === undefined ? 0 : has.snapshot) |
      (head.rows === 0 ? 0 : has.table),
  )
  if (head.record !== undefined) writer.uint32(head.record)
  if (head.snapshot !== undefined) {
    writeLogId(writer, head.snapshot.last)
    writer.varint(head.snapshot.length)
  }
  writer.varint(head.generation)
  writeLogId(writer, head.base)
  writer.varint(head.last)
  writer.varint(head.chunks)
  writer.uint32(head.chain)
  if (head.rows > 0) {
    writer.varint(head.rows)
    writer.uint32(head.rowsSum)
  }
  return sealValue(key, writer)
}

export const decodeHead = (reader: Reader): Head => {
  const found = reader.byte()
  return {
    record: (found & has.record) === 0 ? undefined : reader.uint32(),
    snapshot: (found & has.snapshot) === 0 ? undefined : { last: readLogId(reader), length: reader.varint() },
    generation: reader.varint(),
    base: readLogId(reader),
    last: reader.varint(),
    chunks: reader.varint(),
    chain: reader.uint32(),
    rows: (found & has.table) === 0 ? 0 : reader.varint(),
    rowsSum: (found & has.table) === 0 ? 0 : reader.uint32(),
  }
}
