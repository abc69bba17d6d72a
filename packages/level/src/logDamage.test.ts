import { readFile, stat, truncate } from 'node:fs/promises'
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

  test('a log that ends anywhere in its last record is torn', async () => {
    const fixture = await written(10, 50)
    for (let end = fixture.lastAt + 1; end < fixture.bytes; end += 5) {
      const copy = await damagedCopy(fixture, (path) => truncate(path, end))
      expect((await inspect(copy)).torn).toContain(`at byte ${fixture.lastAt}`)
      if (end % 3 > 0) continue
      expect(await outcomeOf(copy)).toEqual({ code: 'torn', held: fixture.butLast })
    }
  })

  test('zeros at the end are torn, zeros in the middle are damage', async () => {
    const fixture = await written(60, 50)
    for (const zeros of [3, 7, 100, 40_000, 100_000]) {
      const tail = await damagedCopy(fixture, (path) =>
        edit(path, (bytes) => Buffer.concat([bytes, Buffer.alloc(zeros)])),
      )
      expect(await outcomeOf(tail)).toEqual({ code: 'torn', held: fixture.whole })
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

    test('a record that ends between two of its fragments is torn', async () => {
      const fixture = await large()
      const end = Math.ceil(fixture.lastAt / blockBytes) * blockBytes
      const copy = await damagedCopy(fixture, (path) => truncate(path, end))
      expect(await outcomeOf(copy)).toEqual({ code: 'torn', held: fixture.butLast })
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
    expect(again.torn, 'an append says nothing about the doubt').toBe(true)
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

  test('a store whose first write is torn is not new', async () => {
    const directory = join(await temporary(), 'data')
    const store = await level(directory).open(owner)
    const { size } = await stat(await onlyFileOf(directory, logFile))
    await write(store, { type: 'persist', record: Buffer.from('a vote') })
    await store.close()
    await flip(await onlyFileOf(directory, logFile), size + 20)
    const again = await level(directory).open(owner)
    expect([again.created, again.torn]).toEqual([false, true])
    await again.close()
  })

  test('a store whose identity is damaged, the only record there is, is not taken for an empty one', async () => {
    const directory = join(await temporary(), 'data')
    await (await level(directory).open(owner)).close()
    await flip(await onlyFileOf(directory, logFile), 20)
    expect((await outcomeOf(directory)).code).toBe('QUORATE_STORE_DAMAGED')
  })
})
