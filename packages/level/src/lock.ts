import { statSync } from 'node:fs'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { StoreFailedError, StoreLockedError } from './errors.js'

/** Where all copies of this package in a process find the directories that are open in it. */
const registry: unique symbol = Symbol.for('@quorate/level: open directories')
const shared = globalThis as { [registry]?: Set<string> }

/**
 * Claims a directory, given by its real path, within this process; the answer releases it. LevelDB must not be asked when
 * the directory is open here already: to refuse, it closes the lock file once, and with that the lock which the first one
 * holds is gone (POSIX record locks).
 * @throws {StoreLockedError}
 */
export const claim = (directory: string): (() => void) => {
  shared[registry] ??= new Set()
  const claimed = shared[registry]
  if (claimed.has(directory)) throw new StoreLockedError(directory, 'this process')
  claimed.add(directory)
  return () => {
    claimed.delete(directory)
  }
}

/**
 * Asks LevelDB whether another process has the directory open, before anything in it is read: LevelDB takes its lock
 * first, and then declines, since it is told neither to make a database nor to open one that exists.
 * @throws {StoreLockedError}
 */
export const checkUnlocked = async (directory: string): Promise<void> => {
  const probe = new ClassicLevel(directory, { createIfMissing: false, errorIfExists: true })
  try {
    await probe.open()
    await probe.close()
  } catch (error) {
    if (isLocked(error)) throw new StoreLockedError(directory, 'another process')
    if (!isDeclined(error)) throw new StoreFailedError(`${directory} could not be opened`, causeOf(error))
  }
}

/**
 * Tells, each time it is asked, whether the lock file is still the one that this process has locked. Where somebody has
 * removed it, another process finds none, makes its own and opens the directory too.
 */
export const watchLock = (directory: string): (() => boolean) => {
  const path = join(directory, 'LOCK')
  const now = () => statSync(path, { throwIfNoEntry: false, bigint: true })
  const held = now()
  return () => {
    const found = now()
    return found !== undefined && found.ino === held?.ino && found.dev === held.dev
  }
}

export const isLocked = (error: unknown): boolean => (causeOf(error) as { code?: unknown }).code === 'LEVEL_LOCKED'

const isDeclined = (error: unknown): boolean => /error_if_exists|create_if_missing/.test(String(causeOf(error)))

/** What LevelDB said; abstract-level wraps it. */
export const causeOf = (error: unknown): unknown => (error instanceof Error && error.cause) || error
