import { QuorateError } from '@quorate/core'
import type { AbstractLevel } from 'abstract-level'
import { StoreDamagedError, StoreFailedError } from './errors.js'

/** Any abstract-level: whatever its own types of keys and values are, those given here are bytes. */
// biome-ignore lint/suspicious/noExplicitAny: the types that a database has by default stand in its methods both ways
export type Database = AbstractLevel<any, any, any>

/** Keys and values as they are. */
export const asBytes = { keyEncoding: 'view', valueEncoding: 'view' } as const

/** How many bytes LevelDB hands over at a time. */
const highWaterMarkBytes = 4 * 1024 * 1024

/** Reads a range as of the call, in the order of its keys, and says what failed in our own words. */
export const readRange = async (
  database: Database,
  where: string,
  range: { readonly gte: Uint8Array; readonly lt: Uint8Array },
  visit: (key: Uint8Array, value: Uint8Array) => void,
): Promise<void> => {
  const options = { ...range, ...asBytes, highWaterMarkBytes }
  try {
    for await (const [key, value] of database.iterator<Uint8Array, Uint8Array>(options)) visit(key, plain(value))
  } catch (cause) {
    throw readError(where, cause)
  }
}

/** The keys of a range, as of the call. */
export const readKeys = async (
  database: Database,
  where: string,
  range: { readonly gte: Uint8Array; readonly lt: Uint8Array },
): Promise<readonly Uint8Array[]> => {
  try {
    return await database.keys<Uint8Array>({ ...range, keyEncoding: 'view' }).all()
  } catch (cause) {
    throw readError(where, cause)
  }
}

/** Reads one value. */
export const readValue = async (
  database: Database,
  where: string,
  key: Uint8Array,
): Promise<Uint8Array | undefined> => {
  try {
    const value = await database.get<Uint8Array, Uint8Array>(key, asBytes)
    return value && plain(value)
  } catch (cause) {
    throw readError(where, cause)
  }
}

/** True if the database gives values without a promise. */
export const readsAtOnce = (database: Database): boolean =>
  (database.supports as { readonly getSync?: boolean }).getSync === true

/** Reads one value within the call. */
export const readAtOnce = (database: Database, where: string, key: Uint8Array): Uint8Array | undefined => {
  try {
    const value = database.getSync<Uint8Array, Uint8Array>(key, asBytes)
    return value && plain(value)
  } catch (cause) {
    throw readError(where, cause)
  }
}

/** What could not be read is damage when LevelDB or our own decoding says so, else a failed disk. */
const readError = (where: string, cause: unknown): QuorateError => {
  if (cause instanceof QuorateError) return cause
  const corrupted = (cause as { code?: unknown } | undefined)?.code === 'LEVEL_CORRUPTION'
  if (!corrupted && !(cause instanceof RangeError)) return new StoreFailedError(`${where} could not be read`, cause)
  return new StoreDamagedError(where, (cause as Error).message, { cause })
}

/** Not a Buffer: what is cut from it goes to people who compare it with what they wrote. */
const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
