import { invariant } from '../errors/errors.js'
import type { PersistentMap } from './persistentMap.js'

/** A row of the table that an actor keeps beside its record and its log. */
export interface Row {
  /** Well-formed text of 1 to {@link rowKeyBytesMax} bytes in UTF-8. */
  readonly key: string
  /** At most {@link rowBytesMax}. Must not be changed. */
  readonly bytes: Uint8Array
}

/** The longest key of a row, in bytes of UTF-8. */
export const rowKeyBytesMax = 512

/** The largest row without its key, in bytes: a write is in memory as a whole. */
export const rowBytesMax = 1024 * 1024

/** Bookkeeping bytes of a row, an upper bound. */
const rowOverheadBytes = 64

/** What a row counts against a limit in bytes. */
export const sizeOfRow = ({ key, bytes }: Row): number => utf8.encode(key).length + bytes.length + rowOverheadBytes

/** Half of a pair that makes one character: in UTF-8 all of them would be one key. */
const loneSurrogate = /\p{Surrogate}/u
const utf8 = new TextEncoder()

/** True for a text that may be the key of a row. */
export function isRowKey(key: string): boolean {
  if (key.length === 0 || key.length > rowKeyBytesMax || loneSurrogate.test(key)) return false
  return key.length * 3 <= rowKeyBytesMax || utf8.encode(key).length <= rowKeyBytesMax
}

/**
 * Checks what is to be put into a table. Whoever lets others choose keys or values must have refused these before.
 * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT`
 */
export function checkRow({ key, bytes }: Row): void {
  invariant(
    isRowKey(key),
    () => `${JSON.stringify(key)} is no key of a row: expected a text of 1 to ${rowKeyBytesMax} bytes in UTF-8`,
  )
  invariant(
    bytes.length <= rowBytesMax,
    () => `the row ${JSON.stringify(key)} has ${bytes.length} bytes, and may have ${rowBytesMax}`,
  )
}

/** The order of rows: that of their keys as bytes of UTF-8, which is that of their characters' numbers. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)]
    if (one !== other) return rankOf(one) - rankOf(other)
  }
  return a.length - b.length
}

/** JavaScript's texts are made of units of 16 bits: the halves of pairs, which stand for the highest numbers, come last. */
const rankOf = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit)

/** All rows of a table in memory, in the order of their keys. */
export const rowsOf = (table: PersistentMap<string, Uint8Array>): readonly Row[] =>
  Array.from(table, ([key, bytes]) => ({ key, bytes })).sort((a, b) => compareKeys(a.key, b.key))
