import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { unlinkSync } from 'node:fs'
import { symlink, unlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { digestOf, edit, entry, fingerprint, log, outcomeOf, owner, temporary, write } from './damage.test.helper.js'
import { level } from './level.js'

const used = async (): Promise<string> => {
  const directory = join(await temporary(), 'data')
  const store = await level(directory).open(owner)
  await write(store, { type: 'persist', record: Buffer.from('a vote') })
  await store.close()
  return directory
}

describe('a directory that is open', () => {
  test('is locked within the process, however it is spelled, until it is closed', async () => {
    const directory = await used()
    const link = `${directory}-link`
    await symlink(directory, link)
    const store = await level(directory).open(owner)
    for (const spelling of [directory, `${directory}/../data/`, relative(process.cwd(), directory), link])
      await expect(level(spelling).open(owner)).rejects.toMatchObject({
        code: 'QUORATE_STORE_LOCKED',
        message: expect.stringContaining('in this process: a store serves one node at a time; end the other one'),
      })
    await write(store, { type: 'append', entries: [entry(1)] })
    await store.close()
    expect((await outcomeOf(link)).code).toBe('clean')
  })

  test('is locked by another process, while that one lives and writes', async () => {
    const directory = await used()
    const child = await holder(directory)
    // Its files change under our eyes, and all that we may say is that it is locked.
    for (let attempt = 0; attempt < 20; attempt++)
      await expect(level(directory).open(owner)).rejects.toMatchObject({
        code: 'QUORATE_STORE_LOCKED',
        message: expect.stringContaining('in another process'),
      })
    child.kill('SIGKILL')
    await once(child, 'exit')
    // A process that is killed leaves a beginning of what it wrote, and that is no doubt.
    expect((await outcomeOf(directory)).code).toBe('clean')
  })

  test('whose lock file is gone takes no further write, and acknowledges none that another process may not have read', async () => {
    const directory = await used()
    const lock = join(directory, 'LOCK')
    for (const remove of [
      () => unlink(lock),
      // As another process leaves it, which found none.
      async () => {
        await unlink(lock)
        await writeFile(lock, '')
      },
    ]) {
      const store = await level(directory).open(owner)
      const before = digestOf(await store.recover(log))
      await remove()
      const failed = write(store, { type: 'persist', record: Buffer.from('never told') })
      await expect(failed).rejects.toMatchObject({
        code: 'QUORATE_STORE_LOCK_LOST',
        message: expect.stringContaining('LOCK was removed or replaced while the store was open'),
      })
      await expect(write(store, { type: 'persist', record: Buffer.from('later') })).rejects.toMatchObject({
        code: 'QUORATE_STORE_LOCK_LOST',
      })
      await store.close()
      expect(await outcomeOf(directory)).toEqual({ code: 'clean', held: before })
    }
  })

  test('whose lock file goes while a write is under way does not acknowledge it', async () => {
    const directory = await used()
    const store = await level(directory).open(owner)
    const failed = write(store, { type: 'persist', record: Buffer.alloc(8_000_000) })
    unlinkSync(join(directory, 'LOCK'))
    await expect(failed).rejects.toMatchObject({ code: 'QUORATE_STORE_LOCK_LOST' })
    await store.close()
  })

  test('is free again when opening it failed', async () => {
    const directory = await used()
    await expect(level(directory).open({ ...owner, node: 'n2' })).rejects.toThrow()
    expect((await outcomeOf(directory)).code).toBe('clean')
  })
})

/** A process that holds the database of a store open, and writes to it without end. */
const holder = async (directory: string) => {
  const classicLevel = createRequire(import.meta.url).resolve('classic-level')
  const script = `
    const { ClassicLevel } = require(${JSON.stringify(classicLevel)})
    const database = new ClassicLevel(${JSON.stringify(directory)}, { writeBufferSize: 65536, compression: false })
    const write = async (n) => {
      await database.put('zz' + (n % 100), 'x'.repeat(5000), { sync: true })
      if (n === 0) console.log('writing')
      setImmediate(write, n + 1)
    }
    database.open().then(() => write(0))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(child.stdout, 'data')
  return child
}

describe('a store that this node must not open', () => {
  const refusal = async (directory: string, as: { cluster: string; node: string } = owner) => {
    const before = await fingerprint(directory)
    const error: unknown = await level(directory)
      .open(as)
      .then(
        (store) => store.close(),
        (cause: unknown) => cause,
      )
    expect(await fingerprint(directory), 'nothing is touched').toBe(before)
    return error
  }

  test('belongs to another node, or to another cluster', async () => {
    const directory = await used()
    expect(await refusal(directory, { ...owner, node: 'n2' })).toMatchObject({
      code: 'QUORATE_STORE_IDENTITY',
      message: expect.stringMatching(
        /belongs to node n1 of cluster demo, not to node n2 of cluster demo: give this node the store/,
      ),
    })
    expect(await refusal(directory, { ...owner, cluster: 'other' })).toMatchObject({ code: 'QUORATE_STORE_IDENTITY' })
  })

  test('has a newer format', async () => {
    const directory = await used()
    await edit(join(directory, 'quorate.json'), (bytes) => {
      const { checksum: _, ...fields } = JSON.parse(bytes.toString()) as { checksum: number }
      const newer = { ...fields, format: 2 }
      return Buffer.from(`${JSON.stringify({ ...newer, checksum: crc32(JSON.stringify(newer)) })}\n`)
    })
    expect(await refusal(directory)).toMatchObject({
      code: 'QUORATE_STORE_NEWER_FORMAT',
      message: expect.stringContaining('has format 2, this program knows formats up to 1: run the newer program'),
    })
  })

  test('is no directory, or cannot be made', async () => {
    const path = join(await temporary(), 'file')
    await writeFile(path, 'not a directory')
    for (const impossible of [path, join(path, 'below')])
      await expect(level(impossible).open(owner)).rejects.toMatchObject({ code: 'QUORATE_STORE_FAILED' })
    await unlink(path)
    expect((await outcomeOf(path)).code).toBe('clean')
  })
})

test('a node with an empty directory is new', async () => {
  const directory = await temporary()
  const store = await level(directory).open(owner)
  expect(store.created).toBe(true)
  expect(await store.recover(log)).toEqual({
    record: undefined,
    snapshot: undefined,
    base: { index: 0, term: 0 },
    entries: [],
    table: [],
  })
  await store.close()
})
