import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenStore } from '@quorate/core'
import { ClassicLevel } from 'classic-level'
import { describe, expect, test } from 'vitest'
import { digestOf, entry, log, onlyFileOf, owner, temporary, write } from './damage.test.helper.js'
import { openStore } from './openStore.js'
import { scanLog } from './scanLog.js'
import { takeBack } from './takeBack.js'

/** What the next write meets: it is done and the sync fails; the disk takes none of it. */
type Failure = 'sync' | 'everything' | undefined

const opened = async () => {
  const directory = join(await temporary(), 'data')
  let failure: Failure
  const database = new ClassicLevel(directory, { compression: false })
  const batch = database.batch.bind(database) as (...args: unknown[]) => Promise<void>
  const failing = async (...args: unknown[]) => {
    if (failure !== 'everything') await batch(...args)
    if (failure) throw new Error('EIO: i/o error')
  }
  Object.assign(database, { batch: failing })
  const open = async (): Promise<OpenStore> => {
    await database.open()
    return openStore(database, owner, {
      where: directory,
      isHeld: () => true,
      takeBack: (seal) => takeBack(directory, seal),
    })
  }
  const path = () => onlyFileOf(directory, /\.log$/)
  const failNext = (next: Failure) => {
    failure = next
  }
  return { open, path, failNext }
}

describe('a write that failed', () => {
  // The second one goes on in several blocks.
  test.each([50, 90_000])('is cut from the log, all of its %s bytes, when the store is closed', async (length) => {
    const { open, path, failNext } = await opened()
    const store = await open()
    await write(store, { type: 'append', entries: [entry(1)] })
    const { size } = await stat(await path())
    const before = digestOf(await store.recover(log))
    failNext('sync')
    await expect(write(store, { type: 'append', entries: [entry(2, length)] })).rejects.toThrow('i/o error')
    const log1 = await path()
    expect((await stat(log1)).size).toBeGreaterThan(size + length)
    await store.close()
    expect((await stat(log1)).size).toBe(size)
    expect(await scanLog(log1)).toEqual({ type: 'clean' })
    failNext(undefined)
    const again = await open()
    expect(digestOf(await again.recover(log))).toBe(before)
    await again.close()
  })

  test('that reached nothing takes no acknowledged one with it', async () => {
    const { open, path, failNext } = await opened()
    const store = await open()
    await write(store, { type: 'append', entries: [entry(1)] })
    const { size } = await stat(await path())
    failNext('everything')
    await expect(write(store, { type: 'append', entries: [entry(2)] })).rejects.toThrow('i/o error')
    const log1 = await path()
    await store.close()
    expect((await stat(log1)).size).toBe(size)
  })
})
