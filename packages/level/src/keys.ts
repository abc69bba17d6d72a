/**
 * The key space, in its order: identity, the heads of all logs, what the logs hold, the seal. The seal lies as far from
 * the heads as it can, so that one damaged place does not take both.
 */

const kinds = { record: 1, snapshot: 2, chunk: 3, row: 4 } as const

export const identityKey = Buffer.of(1)
export const sealKey = Buffer.of(255)

/** Before the heads of all logs, and after. */
export const headRange = { gte: Buffer.of(2), lt: Buffer.of(3) } as const

const headKey = (log: string): Buffer => Buffer.concat([headRange.gte, Buffer.from(log)])

export const logOfHeadKey = (key: Uint8Array): string => Buffer.from(key.subarray(1)).toString()

const numbered = (prefix: Buffer, ...numbers: readonly number[]): Buffer => {
  const key = Buffer.allocUnsafe(prefix.length + 8 * numbers.length)
  key.set(prefix)
  let at = prefix.length
  for (const number of numbers) {
    at = key.writeUInt32BE(Math.floor(number / 0x100000000), at)
    at = key.writeUInt32BE(number >>> 0, at)
  }
  return key
}

/** The keys of what one log holds. */
export interface LogKeys {
  readonly head: Buffer
  readonly record: Buffer
  /** Everything but the head. */
  readonly range: { readonly gte: Buffer; readonly lt: Buffer }
  part(generation: number, part: number): Buffer
  chunk(first: number): Buffer
  /** In the order of the rows' keys as bytes of UTF-8. */
  row(key: string): Buffer
  /** Which of them a key of the range is. */
  kindOf(key: Uint8Array): keyof typeof kinds | undefined
  /** The numbers of a key of a part or a chunk. */
  numberOf(key: Uint8Array, position: number): number
  /** What {@link row} made this key of. */
  rowOf(key: Uint8Array): string
}

export const keysOf = (log: string): LogKeys => {
  const name = Buffer.from(log)
  const prefix = Buffer.concat([Buffer.of(3, name.length >>> 8, name.length & 255), name])
  const ofKind = (kind: number): Buffer => Buffer.concat([prefix, Buffer.of(kind)])
  const [parts, chunks, rows] = [ofKind(kinds.snapshot), ofKind(kinds.chunk), ofKind(kinds.row)]
  return {
    head: headKey(log),
    record: ofKind(kinds.record),
    range: { gte: ofKind(0), lt: ofKind(255) },
    part: (generation, part) => numbered(parts, generation, part),
    chunk: (first) => numbered(chunks, first),
    row: (key) => Buffer.concat([rows, Buffer.from(key)]),
    kindOf: (key) => {
      const [kind, length] = [key[prefix.length], key.length - prefix.length - 1]
      if (kind === kinds.record && length === 0) return 'record'
      if (kind === kinds.snapshot && length === 16) return 'snapshot'
      if (kind === kinds.row && length > 0) return 'row'
      return kind === kinds.chunk && length === 8 ? 'chunk' : undefined
    },
    numberOf: (key, position) => {
      const view = new DataView(key.buffer, key.byteOffset + prefix.length + 1 + 8 * position)
      return view.getUint32(0) * 0x100000000 + view.getUint32(4)
    },
    rowOf: (key) => Buffer.from(key.subarray(rows.length)).toString(),
  }
}
