import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { type OpenStore, QuorateError, type Store } from '@quorate/core'
import { ClassicLevel } from 'classic-level'
import { StoreDamagedError, StoreFailedError, StoreLockedError } from './errors.js'
import { cutDurably, makeDirectory, readText, removeDurably, writeDurably } from './files.js'
import { checkOwner, type Owner } from './identity.js'
import { type Inspection, inspect, type Tail } from './inspect.js'
import { causeOf, checkUnlocked, claim, isLocked, watchLock } from './lock.js'
import { openStore, type StorePlace } from './openStore.js'
import { establishOutside, readOutside, writeOutside } from './outside.js'
import { takeBack } from './takeBack.js'

/** Outlives the torn tail, which is cut before LevelDB opens. */
const tornName = 'quorate.torn'

/**
 * LevelDB turns its log into a table, and merges tables, in units of this size. With the default, 4 MiB, appends waited
 * for merges and ran at a third of the speed.
 */
const writeBufferSize = 32 * 1024 * 1024

/**
 * A store in a directory of its own, made if it is missing, in LevelDB (classic-level), each write synced. Before LevelDB
 * opens the directory all its files are checked.
 *
 * Its `open` throws {@link StoreIdentityError} (`QUORATE_STORE_IDENTITY`), {@link StoreNewerFormatError}
 * (`QUORATE_STORE_NEWER_FORMAT`), {@link StoreLockedError} (`QUORATE_STORE_LOCKED`), {@link StoreDamagedError}
 * (`QUORATE_STORE_DAMAGED`) and {@link StoreFailedError} (`QUORATE_STORE_FAILED`).
 */
export const level = (directory: string): Store => ({
  open: async (owner) => {
    const path = await failing(`${directory} could not be used`, async () => {
      await makeDirectory(directory)
      return realpath(directory)
    })
    const release = claim(path)
    try {
      await checkUnlocked(path)
      return await failing(`${path} could not be opened`, () => openDirectory(path, owner, release))
    } catch (error) {
      const explanation = await explained(path, error)
      release()
      throw explanation
    }
  },
})

/** What looks like damage may be another process, which has taken the directory meanwhile. */
const explained = async (path: string, error: unknown): Promise<unknown> => {
  if (error instanceof StoreLockedError) return error
  return checkUnlocked(path).then(
    () => error,
    (other: unknown) => (other instanceof StoreLockedError ? other : error),
  )
}

/** What is no error of ours yet becomes one. */
const failing = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    throw error instanceof QuorateError ? error : new StoreFailedError(what, error)
  }
}

const openDatabase = async (path: string, createIfMissing: boolean): Promise<ClassicLevel> => {
  const database = new ClassicLevel(path, { createIfMissing, compression: false, writeBufferSize })
  try {
    await database.open()
    return database
  } catch (error) {
    const cause = causeOf(error)
    if (isLocked(error)) throw new StoreLockedError(path, 'another process')
    const corrupted = (cause as { code?: unknown }).code === 'LEVEL_CORRUPTION'
    throw corrupted ? new StoreDamagedError(path, (cause as Error).message, { cause }) : cause
  }
}

const remarkOf = ({ path, at, isDoubtful }: Tail): string =>
  isDoubtful
    ? `${path}: the last write, from byte ${at} on, is damaged and was dropped; it may be one that was acknowledged`
    : `${path}: the last write, from byte ${at} on, was not finished and was dropped; nobody was told that it is done`

/**
 * A first opening that was interrupted has promised nothing. LevelDB does not sync the first manifest that it writes, so
 * after a power cut it can be empty: then the database is made anew.
 */
const inspectUnfinished = (path: string): Promise<Inspection> =>
  inspect(path).catch(async (error: unknown) => {
    if (!(error instanceof StoreDamagedError)) throw error
    // Under LevelDB's lock.
    await ClassicLevel.destroy(path)
    return inspect(path)
  })

const openDirectory = async (path: string, owner: Owner, release: () => void): Promise<OpenStore> => {
  const found = await readOutside(path)
  if (found) checkOwner(path, found.identity, owner)
  const { empty, tails } = await (found?.established === false ? inspectUnfinished(path) : inspect(path))
  if (!empty && !found)
    throw new StoreDamagedError(
      path,
      'it holds a database, but not the identity of a store: it belongs to something else',
    )
  if (empty && found?.established) throw new StoreDamagedError(path, 'it was in use, and its database is gone')
  const outside = found ?? (await writeOutside(path, owner))
  const tornPath = join(path, tornName)
  for (const { isDoubtful, ...tail } of tails) {
    // Of a store that is not established nothing but its identity can be torn, and that is written anew.
    if (isDoubtful && outside.established) await writeDurably(tornPath, `${tail.path} at byte ${tail.at}\n`)
    await cutDurably(tail.path, tail.at)
  }
  const isInDoubt = (await readText(tornPath)) !== undefined
  const database = await openDatabase(path, empty)
  const place: StorePlace = {
    where: path,
    outside,
    remarks: tails.map(remarkOf),
    isHeld: watchLock(path),
    takeBack: (seal) => takeBack(path, seal),
    leave: release,
    ...(isInDoubt && { doubt: { clear: () => removeDurably(tornPath) } }),
  }
  try {
    const store = await openStore(database, owner, place)
    if (!outside.established) await establishOutside(path)
    return store
  } catch (error) {
    await database.close()
    throw error
  }
}
