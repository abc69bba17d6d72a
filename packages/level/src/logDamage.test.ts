import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  copyOf,
  digestOf,
  edit,
  entry,
  fingerprint,
  flip,
  log,
  onlyFileOf,
  outcomeOf,
  owner,
  temporary,
  write,
  writeAll,
} from './damage.test.helper.js'
import { inspect } from './inspect.js'
import { level } from './level.js'
import { blockBytes, LogScan, type LogVerdict, scanLog } from './scanLog.js'

const logFile = /\.log$/

interface Fixture {
  readonly directory: string
  readonly path: string
  readonly bytes: number
  /** Where the last batch begins in LevelDB's log. */
  readonly lastAt: number
  /** What is there with the last batch, and what without. */
  readonly whole: string
  readonly butLast: string
}

/** A store after `count` batches of one entry of `length` bytes each. */
const written = async (count: number, length: number): Promise<Fixture> => {
  const directory = join(await temporary(), 'data')
  const store = await level(directory).open(owner)
  await write(store, { type: 'persist', record: Buffer.from('term 1') })
  for (let index = 1; index < count; index++) await write(store, { type: 'append', entries: [entry(index, length)] })
  const path = await onlyFileOf(directory, logFile)
  const { size: lastAt } = await stat(path)
  const butLast = digestOf(await store.recover(log))
  await write(store, { type: 'append', entries: [entry(count, length)] })
  const whole = digestOf(await store.recover(log))
  await store.close()
  return { directory, path, bytes: (await stat(path)).size, lastAt, whole, butLast }
}

/** Numbers from `start` to `end`, about `count` of them. */
const spread = (start: number, end: number, count: number): number[] => {
  const step = Math.max(1, (end - start) / count)
  return Array.from({ length: Math.min(count, end - start) }, (_, position) => Math.floor(start + position * step))
}

/** What the scan says with one bit flipped. */
const verdictOf = (bytes: Buffer, bit: number): LogVerdict => {
  const scan = new LogScan()
  const flipped = Buffer.from(bytes)
  flipped[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
  for (let at = 0; at < flipped.length; at += blockBytes) scan.take(flipped.subarray(at, at + blockBytes), at)
  return scan.finish()
}

const damagedCopy = async ({ directory }: Fixture, damage: (path: string) => Promise<void>): Promise<string> => {
  const copy = await copyOf(directory)
  await damage(await onlyFileOf(copy, logFile))
  return copy
}

describe("LevelDB's log", () => {
  test('an undamaged one opens clean, with everything', async () => {
    const { directory, whole } = await written(50, 50)
    expect(await outcomeOf(directory)).toEqual({ code: 'clean', held: whole })
  })

  test('one bit flipped in a record that others follow is damage, and nothing is touched', async () => {
    const fixture = await written(60, 50)
    for (const offset of spread(0, fixture.lastAt, 40)) {
      const copy = await damagedCopy(fixture, (path) => flip(path, offset))
      const before = await fingerprint(copy)
      const outcome = await outcomeOf(copy)
      expect(outcome.code, `byte ${offset} of ${fixture.bytes}`).toBe('QUORATE_STORE_DAMAGED')
      expect(outcome.message).toMatch(/\.log at byte \d+: .*Nothing was deleted.*backup/)
      expect(await fingerprint(copy)).toBe(before)
    }
  })

  test('one bit flipped in the last record leaves the mark of a torn tail, and all that came before', async () => {
    const fixture = await written(60, 50)
    for (const offset of spread(fixture.lastAt, fixture.bytes, 40)) {
      const copy = await damagedCopy(fixture, (path) => flip(path, offset))
      const outcome = await outcomeOf(copy)
      expect(outcome, `byte ${offset - fixture.lastAt} of the last record`).toEqual({
        code: 'torn',
        held: fixture.butLast,
      })
    }
  })

  test('every single bit matters to the scan', async () => {
    const { path, lastAt } = await written(12, 30)
    const bytes = await readFile(path)
    expect(await scanLog(path)).toEqual({ type: 'clean' })
    for (let bit = 0; bit < bytes.length * 8; bit++)
      if (verdictOf(bytes, bit).type !== (bit < lastAt * 8 ? 'damaged' : 'torn')) expect.fail(`bit ${bit} goes unseen`)
  })

  test('a log that ends anywhere in its last record opens without it and without doubt: it was never synced', async () => {
    const fixture = await written(10, 50)
    for (let end = fixture.lastAt + 1; end < fixture.bytes; end++) {
      const copy = await damagedCopy(fixture, (path) => truncate(path, end))
      const path = await onlyFileOf(copy, logFile)
      expect((await inspect(copy)).tails).toEqual([{ path, at: fixture.lastAt, isDoubtful: false }])
      if (end % 7 > 0) continue
      const store = await level(copy).open(owner)
      expect(store.remarks).toEqual([
        expect.stringMatching(
          /\.log: the last write, from byte \d+ on, was not finished .* nobody was told that it is done/,
        ),
      ])
      await store.close()
      expect(await outcomeOf(copy)).toEqual({ code: 'clean', held: fixture.butLast })
    }
  })

  test('a sector or a page of zeros in the last record leaves doubt, for its length was durable', async () => {
    const fixture = await written(4, 20_000)
    for (const size of [512, 4096]) {
      const firstAt = Math.ceil(fixture.lastAt / size) * size
      for (let at = firstAt; at < fixture.bytes; at += size * Math.ceil(3000 / size)) {
        const copy = await damagedCopy(fixture, (path) =>
          edit(path, (bytes) => bytes.fill(0, at, Math.min(at + size, bytes.length))),
        )
        expect(await outcomeOf(copy), `${size} zeros at ${at}`).toEqual({ code: 'torn', held: fixture.butLast })
      }
    }
  })

  test('but where the file ends before the record does, sectors of zeros in it change nothing', async () => {
    const fixture = await written(3, 9000)
    const sectorAt = (Math.ceil(fixture.lastAt / 512) + 1) * 512
    const copy = await damagedCopy(fixture, (path) =>
      edit(path, (bytes) => bytes.fill(0, sectorAt, sectorAt + 512).subarray(0, fixture.bytes - 300)),
    )
    expect(await outcomeOf(copy)).toEqual({ code: 'clean', held: fixture.butLast })
  })

  test('zeros at the end are torn where a header has room in them, zeros in the middle are damage', async () => {
    const fixture = await written(60, 50)
    for (const zeros of [3, 6, 7, 100, 40_000, 100_000]) {
      const tail = await damagedCopy(fixture, (path) =>
        edit(path, (bytes) => Buffer.concat([bytes, Buffer.alloc(zeros)])),
      )
      expect(await outcomeOf(tail)).toEqual({ code: zeros < 7 ? 'clean' : 'torn', held: fixture.whole })
    }
    const middle = await damagedCopy(fixture, (path) => edit(path, (bytes) => bytes.fill(0, 1000, 2000)))
    expect((await outcomeOf(middle)).code).toBe('QUORATE_STORE_DAMAGED')
  })

  describe('with records of several blocks', () => {
    /** Each record has its own fragments in four or five blocks of 32 KiB. */
    const large = () => written(6, 120_000)

    test('a flip in any fragment of an earlier record is damage', async () => {
      const { path, lastAt } = await large()
      const bytes = await readFile(path)
      for (const offset of spread(0, lastAt, 150))
        expect(verdictOf(bytes, offset * 8).type, `byte ${offset}`).toBe('damaged')
    })

    test('a flip in any fragment of the last record is torn, even where good fragments of it follow', async () => {
      const fixture = await large()
      for (const offset of spread(fixture.lastAt, fixture.bytes, 8)) {
        const copy = await damagedCopy(fixture, (path) => flip(path, offset))
        expect(await outcomeOf(copy)).toEqual({ code: 'torn', held: fixture.butLast })
      }
    })

    test('a disk that wrote the blocks of an unfinished record in another order left a torn tail', async () => {
      const fixture = await large()
      const copy = await damagedCopy(fixture, (path) =>
        edit(path, (bytes) => bytes.fill(0, fixture.lastAt, fixture.lastAt + 50_000)),
      )
      expect(await outcomeOf(copy)).toEqual({ code: 'torn', held: fixture.butLast })
    })

    test('a record that ends between two of its fragments was not finished', async () => {
      const fixture = await large()
      const end = Math.ceil(fixture.lastAt / blockBytes) * blockBytes
      const copy = await damagedCopy(fixture, (path) => truncate(path, end))
      expect(await outcomeOf(copy)).toEqual({ code: 'clean', held: fixture.butLast })
    })

    test('a missing block in the middle is damage', async () => {
      const fixture = await large()
      const copy = await damagedCopy(fixture, (path) =>
        edit(path, (bytes) => Buffer.concat([bytes.subarray(0, 65_536), bytes.subarray(98_304)])),
      )
      expect((await outcomeOf(copy)).code).toBe('QUORATE_STORE_DAMAGED')
    })
  })
})

describe('the mark of a torn tail', () => {
  const torn = async (): Promise<string> => {
    const fixture = await written(20, 50)
    return damagedCopy(fixture, (path) => flip(path, fixture.bytes - 1))
  }

  test('stays, though LevelDB has cut the tail, until each recovered log has persisted a record', async () => {
    const directory = await torn()
    for (const _ of [1, 2]) expect((await outcomeOf(directory)).code).toBe('torn')
    const store = await level(directory).open(owner)
    const { entries } = await store.recover(log)
    await write(store, { type: 'append', entries: [entry(entries.length + 1)] })
    await store.close()
    const again = await level(directory).open(owner)
    expect(again.doubtful, 'an append says nothing about the doubt').toBe(true)
    await again.recover(log)
    await write(again, { type: 'persist', record: Buffer.from('in doubt') })
    await again.close()
    expect((await outcomeOf(directory)).code).toBe('clean')
  })

  test('is kept for all logs that were recovered, not for the first alone', async () => {
    const directory = await torn()
    const store = await level(directory).open(owner)
    await Promise.all([store.recover(log), store.recover('other/server')])
    await write(store, { type: 'persist', record: Buffer.from('in doubt') })
    await store.close()
    expect((await outcomeOf(directory)).code).toBe('torn')
  })

  test('is kept for a log that nobody recovers, until it is dropped', async () => {
    const directory = await torn()
    const store = await level(directory).open(owner)
    await store.recover('other/server')
    await writeAll(store, [{ key: 'other/server', operations: [{ type: 'persist', record: Buffer.from('in doubt') }] }])
    await store.close()
    const again = await level(directory).open(owner)
    expect([again.doubtful, again.keys()]).toEqual([true, [log, 'other/server']])
    await writeAll(again, [
      { key: log, operations: [{ type: 'drop' }] },
      { key: 'other/server', operations: [{ type: 'persist', record: Buffer.from('again') }] },
    ])
    await again.close()
    const last = await level(directory).open(owner)
    expect(last.doubtful).toBe(false)
    await last.close()
  })

  test('a store whose first write is torn is not new', async () => {
    const directory = join(await temporary(), 'data')
    const store = await level(directory).open(owner)
    const { size } = await stat(await onlyFileOf(directory, logFile))
    await write(store, { type: 'persist', record: Buffer.from('a vote') })
    await store.close()
    await flip(await onlyFileOf(directory, logFile), size + 20)
    const again = await level(directory).open(owner)
    expect([again.created, again.doubtful]).toEqual([false, true])
    await again.close()
  })

  test('a store whose identity is damaged, the only record there is, is not taken for an empty one', async () => {
    const directory = join(await temporary(), 'data')
    await (await level(directory).open(owner)).close()
    await flip(await onlyFileOf(directory, logFile), 20)
    expect((await outcomeOf(directory)).code).toBe('QUORATE_STORE_DAMAGED')
  })
})

describe('a log that a later one follows', () => {
  /** An opening that was interrupted: the new log is there, and the manifest does not name it yet. */
  const interrupted = async (damage: (fixture: Fixture, path: string) => Promise<void>, later: readonly Buffer[]) => {
    const fixture = await written(10, 50)
    const copy = await damagedCopy(fixture, (path) => damage(fixture, path))
    for (const [at, bytes] of later.entries()) await writeFile(join(copy, `${900 + at}.log`), bytes)
    return { copy, ...fixture }
  }
  const unfinish = ({ bytes }: Fixture, path: string) => truncate(path, bytes - 9)
  const flipLast = ({ bytes }: Fixture, path: string) => flip(path, bytes - 1)

  test.each([1, 3])(
    'may end in a bad record while the later ones are empty: %s of them prove nothing',
    async (count) => {
      const empty = Array.from({ length: count }, () => Buffer.alloc(0))
      const unfinished = await interrupted(unfinish, empty)
      expect(await outcomeOf(unfinished.copy)).toEqual({ code: 'clean', held: unfinished.butLast })
      const damaged = await interrupted(flipLast, empty)
      expect(await outcomeOf(damaged.copy)).toEqual({ code: 'torn', held: damaged.butLast })
    },
  )

  test.each([unfinish, flipLast])('is damaged when the later one was written to (%s)', async (damage) => {
    const { copy } = await interrupted(damage, [Buffer.from([1, 2, 3])])
    const { code, message } = await outcomeOf(copy)
    expect(code).toBe('QUORATE_STORE_DAMAGED')
    expect(message).toContain('900.log was written later')
  })
})
