import { cp, readdir, readFile, rename, stat, truncate, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { describe, expect, test } from 'vitest'
import {
  copyOf,
  edit,
  entry,
  filesOf,
  fingerprint,
  flip,
  log,
  onlyFileOf,
  outcomeOf,
  owner,
  temporary,
  write,
} from './damage.test.helper.js'
import { level } from './level.js'
import { checkTable } from './table.js'

const tableFile = /\.(ldb|sst)$/

/** A store whose content is in tables, several of them, and in a log: LevelDB writes a table whenever it is opened. */
const written = async (): Promise<{ directory: string; held: string }> => {
  const directory = join(await temporary(), 'data')
  for (let round = 0; round < 3; round++) {
    const store = await level(directory).open(owner)
    const { entries } = await store.recover(log)
    await write(store, { type: 'persist', record: Buffer.from(`term ${round}`) })
    for (let count = 1; count <= 30; count++)
      await write(store, { type: 'append', entries: [entry(entries.length + count, 300)] })
    await store.close()
  }
  await (await level(directory).open(owner)).close()
  const outcome = await outcomeOf(directory)
  if (outcome.code !== 'clean' || outcome.held === undefined)
    throw new Error(`the fixture is not right: ${outcome.code}`)
  return { directory, held: outcome.held }
}

/** The store behind the damage may be opened only as it was. */
const expectDamaged = async (directory: string, what: string): Promise<void> => {
  const before = await fingerprint(directory)
  const outcome = await outcomeOf(directory)
  expect(outcome.code, what).toBe('QUORATE_STORE_DAMAGED')
  expect(outcome.message).toContain('Nothing was deleted')
  expect(await fingerprint(directory), `${what}: nothing is touched`).toBe(before)
}

describe("LevelDB's tables", () => {
  test('one bit flipped anywhere in a table is found before LevelDB reads it', async () => {
    const { directory } = await written()
    const tables = await filesOf(directory, tableFile)
    expect(tables.length).toBeGreaterThan(1)
    for (const path of tables) {
      const { size } = await stat(path)
      // All of the footer and of the directories before it, which stand at the end, and samples of the rest.
      for (let offset = 0; offset < size; offset += offset > size - 400 ? 1 : 97) {
        await flip(path, offset)
        const fault = await checkTable(path, size)
        await flip(path, offset)
        expect(fault, `byte ${offset} of ${size}`).toBeDefined()
      }
      expect(await checkTable(path, size)).toBeUndefined()
    }
  })

  test('opened with one bit flipped, a store gives exactly what was written, or an error', async () => {
    const { directory, held } = await written()
    for (const path of await filesOf(directory, tableFile)) {
      const { size } = await stat(path)
      for (const offset of [3, 500, size >> 1, size - 300, size - 60, size - 47, size - 30, size - 1]) {
        const copy = await copyOf(directory)
        const before = await fingerprint(copy)
        await flip(join(copy, path.slice(directory.length)), offset)
        const outcome = await outcomeOf(copy)
        if (outcome.code === 'QUORATE_STORE_DAMAGED') expect(await fingerprint(copy)).not.toBe(before)
        else expect(outcome).toEqual({ code: 'clean', held })
      }
    }
  })

  test('a table that is missing, cut or empty is damage', async () => {
    const { directory } = await written()
    const path = await filesOf(directory, tableFile).then(([first]) => first as string)
    const name = path.slice(directory.length)
    const { size } = await stat(path)
    const damages = [unlink, (file: string) => truncate(file, size - 1), (file: string) => truncate(file, 0)]
    for (const damage of damages) {
      const copy = await copyOf(directory)
      await damage(join(copy, name))
      await expectDamaged(copy, name)
    }
  })
})

describe('the other files of a store', () => {
  test('any file that is missing is missed, but for those that hold nothing', async () => {
    const { directory, held } = await written()
    for (const name of await readdir(directory)) {
      const copy = await copyOf(directory)
      await unlink(join(copy, name))
      if (/^LO(CK|G)/.test(name)) expect(await outcomeOf(copy)).toEqual({ code: 'clean', held })
      else await expectDamaged(copy, name)
    }
  })

  test('one bit flipped anywhere in the manifest, in CURRENT or in the identity gives no other store', async () => {
    const { directory, held } = await written()
    const messages: string[] = []
    for (const pattern of [/^MANIFEST/, /^CURRENT$/, /^quorate\.json$/]) {
      const path = await onlyFileOf(directory, pattern)
      const { size } = await stat(path)
      for (let offset = 0; offset < size; offset += 7) {
        const copy = await copyOf(directory)
        await flip(join(copy, path.slice(directory.length)), offset)
        const outcome = await outcomeOf(copy)
        messages.push(outcome.message ?? outcome.code)
        if (outcome.code !== 'QUORATE_STORE_DAMAGED')
          expect(outcome, `${path} ${offset}`).toEqual({ code: 'clean', held })
      }
    }
    const inManifest = /MANIFEST-\d+ at byte \d+: the record is bad, and a good one follows at byte \d+/
    for (const expected of [inManifest, /CURRENT: it does not name a manifest/, /quorate\.json: the checksum/])
      expect(messages).toContainEqual(expect.stringMatching(expected))
  })

  test('a bad last edit of the manifest is left out when what it replaces is still there', async () => {
    const { directory, held } = await written()
    const tails = { unfinished: Buffer.from([1, 2, 3, 4, 50, 0, 1, 9]), damaged: Buffer.from([1, 2, 3, 4, 1, 0, 1, 9]) }
    for (const [name, tail] of Object.entries({ ...tails, zeros: Buffer.alloc(4096) })) {
      const copy = await copyOf(directory)
      await edit(await onlyFileOf(copy, /^MANIFEST/), (bytes) => Buffer.concat([bytes, tail]))
      expect(await outcomeOf(copy), name).toEqual({ code: 'clean', held })
    }
  })

  test('a manifest that ends anywhere in its last edit opens as it was, while what the edit replaces is still there', async () => {
    const { directory, held } = await written()
    const before = await copyOf(directory)
    const database = new ClassicLevel(directory)
    await database.open()
    // LevelDB merges its tables, and writes an edit that says so.
    await database.compactRange('', '\uffff')
    await database.close()
    const { length } = await readFile(await onlyFileOf(directory, /^MANIFEST/))
    for (let end = length - 60; end < length; end += 4) {
      const copy = await copyOf(directory)
      await truncate(await onlyFileOf(copy, /^MANIFEST/), end)
      expect((await outcomeOf(copy)).code, `${end} of ${length}`).toBe('QUORATE_STORE_DAMAGED')
      for (const path of await filesOf(before, tableFile)) await cp(path, join(copy, path.slice(before.length)))
      expect(await outcomeOf(copy), `${end} of ${length}`).toEqual({ code: 'clean', held })
    }
  })

  test('all of the database gone is not a new store', async () => {
    const { directory } = await written()
    for (const name of await readdir(directory)) if (name !== 'quorate.json') await unlink(join(directory, name))
    await expectDamaged(directory, 'the database is gone')
  })

  test('the database of another store in its place is damage', async () => {
    const [first, second] = [await written(), await written()]
    const foreign = await readFile(join(second.directory, 'quorate.json'))
    await edit(join(first.directory, 'quorate.json'), () => foreign)
    expect((await outcomeOf(first.directory)).code).toBe('QUORATE_STORE_DAMAGED')
  })

  test('a database that is no store is left alone', async () => {
    const directory = join(await temporary(), 'foreign')
    const foreign = new ClassicLevel(directory)
    await foreign.put('somebody', 'else')
    await foreign.close()
    await expectDamaged(directory, 'a foreign database')
  })
})

describe('a store that was not finished when its process ended', () => {
  test('is made again, with the identity that it had begun with', async () => {
    const { directory, storeId } = await fresh()
    await rename(join(directory, 'quorate.json'), join(directory, 'quorate.json.new'))
    for (const name of await readdir(directory)) if (!name.startsWith('quorate')) await unlink(join(directory, name))
    const store = await level(directory).open(owner)
    expect([store.created, store.doubtful]).toEqual([true, false])
    expect(store.storeId).toEqual(storeId)
    await store.close()
    expect((await readdir(directory)).filter((name) => name.startsWith('quorate'))).toEqual(['quorate.json'])
  })
})

const fresh = async (): Promise<{ directory: string; storeId: Uint8Array }> => {
  const directory = join(await temporary(), 'data')
  const store = await level(directory).open(owner)
  await store.close()
  return { directory, storeId: store.storeId }
}
