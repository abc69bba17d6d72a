import { crc32 } from 'node:zlib'
import { Reader, Writer } from './bytes.js'
import { StoreDamagedError, StoreNewerFormatError } from './errors.js'

/** The newest format of values that this program reads. */
const formatVersion = 3

/**
 * The format that it writes wherever older programs can read it too. 2 is written for the head of a log that has a table, of
 * which they know nothing, and 3 for entries that say when they were ordered.
 */
const firstFormat = 1

/** Format version before, checksum after. */
const frameBytes = 5

/** A value, and the checksum over its key and itself that ends it. */
export interface Sealed {
  readonly value: Uint8Array
  readonly digest: number
}

/** Begins a value of at most `bytesMax` bytes. */
export const beginValue = (bytesMax: number, format = firstFormat): Writer => {
  const writer = new Writer(bytesMax + frameBytes)
  writer.byte(format)
  return writer
}

/** Ends a value: the checksum covers the key too, so that no value can pass for another. */
export const sealValue = (key: Uint8Array, writer: Writer): Sealed => {
  const digest = crc32(writer.bytes.subarray(0, writer.at), crc32(key))
  writer.uint32(digest)
  return { value: writer.bytes.subarray(0, writer.at), digest }
}

/** A value that is nothing but bytes. */
export const sealBytes = (key: Uint8Array, bytes: Uint8Array): Sealed => {
  const writer = beginValue(bytes.length)
  writer.raw(bytes)
  return sealValue(key, writer)
}

/**
 * Checks a value and gives its content.
 * @throws {StoreDamagedError} when it is not what was written under this key.
 * @throws {StoreNewerFormatError} when a newer program wrote it.
 */
export const unsealValue = (where: string, key: Uint8Array, value: Uint8Array): { reader: Reader; digest: number } => {
  const end = value.length - 4
  if (end < 1) throw new StoreDamagedError(where, `a value of ${value.length} bytes is too short to be one`)
  const digest = new Reader(value, end).uint32()
  const computed = crc32(value.subarray(0, end), crc32(key))
  if (digest !== computed) throw new StoreDamagedError(where, 'the checksum of a value does not match its bytes')
  const format = value[0] as number
  if (format > formatVersion) throw new StoreNewerFormatError(where, format, formatVersion)
  return { reader: new Reader(value, 1, end), digest }
}
