import { crc32 } from 'node:zlib'
import { type OpenStore, Piece, Pieces, rowBytesMax, type Snapshot, type StoreWrite } from '@quorate/core'
import { MemoryLevel } from 'memory-level'
import { beforeAll, describe, expect, test } from 'vitest'
import { abstractLevel } from './abstractLevel.js'
import { digestOf, entry, log, owner, writeAll } from './damage.test.helper.js'
import { keysOf } from './keys.js'

const other = 'counter/other'

type Content = ReadonlyMap<string, Uint8Array>

const bytesLevel = () =>
  new MemoryLevel<Uint8Array, Uint8Array>({ storeEncoding: 'view', keyEncoding: 'view', valueEncoding: 'view' })

const contentOf = async (database: ReturnType<typeof bytesLevel>): Promise<Content> => {
  const content = new Map<string, Uint8Array>()
  for await (const [key, value] of database.iterator()) content.set(Buffer.from(key).toString('hex'), value)
  return content
}

/** What comes of opening this content: what both logs hold, or the code of the error. */
const outcomeOf = async (content: Content): Promise<string> => {
  const database = bytesLevel()
  await database.batch(
    [...content].map(([key, value]) => ({ type: 'put', key: Buffer.from(key, 'hex'), value }) as const),
  )
  let store: OpenStore | undefined
  try {
    store = await abstractLevel(() => database).open(owner)
    return digestOf(await store.recover(log)) + digestOf(await store.recover(other))
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await store?.close()
  }
}

const snapshot = (index: number): Snapshot => ({ last: { index, term: 1 }, bytes: Buffer.alloc(1_500_000, index) })
const compacted = (index: number) => ({ snapshot: snapshot(index), through: { index, term: 1 } })
const append = (...indexes: number[]) =>
  ({ type: 'append', entries: indexes.map((index) => entry(index, 10)) }) as const
const persist = (record: string) => ({ type: 'persist', record: Buffer.from(record) }) as const

const put = (key: string, text: string) => ({ type: 'put', key, bytes: Buffer.from(text) }) as const

/** A life in which everything is replaced at least once, and entries by others at the same index. */
const life: readonly (readonly StoreWrite[])[] = [
  [{ key: log, operations: [persist('vote a'), append(1, 2, 3)] }],
  [{ key: other, operations: [append(1)] }],
  [{ key: log, operations: [append(4, 5, 6), append(7)] }],
  [{ key: log, operations: [persist('vote b')] }],
  [{ key: log, operations: [{ type: 'compact', snapshot: snapshot(2), through: { index: 2, term: 1 } }] }],
  [
    {
      key: log,
      operations: [
        { type: 'truncate', after: { index: 3, term: 1 } },
        { type: 'append', entries: [4, 5, 6].map((index) => ({ ...entry(index, 10), term: 2 })) },
      ],
    },
    { key: other, operations: [persist('vote c')] },
  ],
  [{ key: other, operations: [{ type: 'truncate', after: { index: 0, term: 0 } }] }],
  [
    {
      key: log,
      operations: [append(7, 8), { type: 'compact', snapshot: snapshot(5), through: { index: 4, term: 2 } }],
    },
  ],
  [{ key: log, operations: [put('k', 'first'), put('l', 'other'), put('m', 'short')] }],
  [{ key: log, operations: [put('k', 'again'), { type: 'delete', key: 'm' }] }],
  [{ key: other, operations: [{ type: 'append', entries: [{ ...entry(1, 10), term: 2 }] }] }],
]

describe('what a database loses, changes or brings back, while its own checks see nothing', () => {
  const versions: Content[] = []
  let last: Content
  let right: string

  beforeAll(async () => {
    const database = bytesLevel()
    for (const writes of life) {
      const store = await abstractLevel(() => database).open(owner)
      await writeAll(store, writes)
      await store.close()
      await database.open()
      versions.push(await contentOf(database))
    }
    last = versions.at(-1) as Content
    right = await outcomeOf(last)
    expect(right).toMatch(/^[0-9a-f]{128}$/)
  })

  test('any key that is missing is missed', async () => {
    for (const key of last.keys()) {
      const content = new Map(last)
      content.delete(key)
      expect(await outcomeOf(content), key).toBe('QUORATE_STORE_DAMAGED')
    }
  })

  test('any value of an earlier time is noticed, and so is a key that had been deleted', async () => {
    let seen = 0
    for (const version of versions)
      for (const [key, value] of version) {
        if (Buffer.compare(value, last.get(key) ?? Buffer.of()) === 0) continue
        // What is left of another snapshot than that of the head is not looked at: one that is being written is such, too.
        const isOfOther = keysOf(log).kindOf(Buffer.from(key, 'hex')) === 'snapshot' && !last.has(key)
        expect(await outcomeOf(new Map(last).set(key, value)), key).toBe(isOfOther ? right : 'QUORATE_STORE_DAMAGED')
        seen++
      }
    expect(seen).toBeGreaterThan(30)
  })

  test('a log that is wholly of an earlier time is noticed', async () => {
    for (const version of versions.slice(0, -1)) {
      const isOfLog = (key: string): boolean =>
        !['01', 'ff'].includes(key) && key.includes(Buffer.from(log).toString('hex'))
      const content = new Map([
        ...[...last].filter(([key]) => !isOfLog(key)),
        ...[...version].filter(([key]) => isOfLog(key)),
      ])
      // What was written last concerned the other log: up to there this one is the same.
      const isSame = version === versions.at(-2)
      expect(await outcomeOf(content)).toBe(isSame ? right : 'QUORATE_STORE_DAMAGED')
    }
  })

  test('what a log holds being of an earlier time, all of it but the head, is noticed', async () => {
    for (const version of versions.slice(0, -1)) {
      const isHeld = (key: string): boolean => key.startsWith('03')
      const content = new Map([
        ...[...last].filter(([key]) => !isHeld(key)),
        ...[...version].filter(([key]) => isHeld(key)),
      ])
      expect(await outcomeOf(content)).toBe('QUORATE_STORE_DAMAGED')
    }
  })

  test('the parts of the snapshot before, of the same size, are noticed', async () => {
    const isPart = (key: string): boolean => key.includes(`${Buffer.from(log).toString('hex')}02`)
    const before = versions.at(-5) as Content
    const content = new Map([
      ...[...last].filter(([key]) => !isPart(key)),
      ...[...before].filter(([key]) => isPart(key)),
    ])
    expect([...content.keys()].filter(isPart)).toHaveLength(2)
    expect(await outcomeOf(content)).toBe('QUORATE_STORE_DAMAGED')
  })

  test('one bit flipped in any key or value is noticed', async () => {
    for (const [key, value] of last) {
      const step = Math.max(1, value.length >> 5)
      for (let at = 0; at < value.length; at += step) {
        const flipped = Uint8Array.from(value)
        flipped[at] = (flipped[at] as number) ^ (1 << (at & 7))
        expect(await outcomeOf(new Map(last).set(key, flipped)), `${key}, byte ${at}`).toBe('QUORATE_STORE_DAMAGED')
      }
      for (let at = 0; at < key.length / 2; at++) {
        const moved = Buffer.from(key, 'hex')
        moved[at] = (moved[at] as number) ^ (1 << (at & 7))
        const content = new Map(last).set(moved.toString('hex'), value)
        content.delete(key)
        expect(await outcomeOf(content), `${key}, byte ${at} of the key`).toBe('QUORATE_STORE_DAMAGED')
      }
    }
  })

  test('two values that changed places are noticed', async () => {
    const keys = [...last.keys()]
    for (const [at, key] of keys.entries()) {
      const next = keys[(at + 1) % keys.length] as string
      const content = new Map(last).set(key, last.get(next) as Uint8Array).set(next, last.get(key) as Uint8Array)
      expect(await outcomeOf(content), key).toBe('QUORATE_STORE_DAMAGED')
    }
  })

  test('a value of a newer format is told from damage', async () => {
    for (const [key, value] of last) {
      const newer = Buffer.from(value)
      newer[0] = 99
      newer.writeUInt32LE(crc32(newer.subarray(0, -4), crc32(Buffer.from(key, 'hex'))), newer.length - 4)
      expect(await outcomeOf(new Map(last).set(key, newer)), key).toBe('QUORATE_STORE_NEWER_FORMAT')
    }
  })
})

describe('the format', () => {
  /** What a store without tables holds, as the program before tables wrote it. */
  const before: Content = new Map(
    [
      ['01', '01f69073f2da71124ec6f4803f864de3260464656d6f026e310337e017'],
      ['02636f756e7465722f736572766572', '0103a4fd6cb80201020101010301eb7b194153add27c'],
      ['03000e636f756e7465722f73657276657201', '01010203a4fd6cb8'],
      ['03000e636f756e7465722f7365727665720200000000000000010000000000000000', '01090911b234fb'],
      [
        '03000e636f756e7465722f736572766572030000000000000001',
        '01000000000300010101000201071001020002020710010300020307eb7b1941',
      ],
      ['ff', '01020153add27c75ae1377'],
    ].map(([key = '', value = '']) => [key, Buffer.from(value, 'hex')]),
  )
  const headKey = Buffer.from(keysOf(log).head).toString('hex')

  test('a store of before tables opens, takes rows, and is the same store again without them', async () => {
    const database = bytesLevel()
    await database.batch(
      [...before].map(([key, value]) => ({ type: 'put', key: Buffer.from(key, 'hex'), value }) as const),
    )
    const after = async (...operations: StoreWrite['operations']) => {
      const store = await abstractLevel(() => database).open(owner)
      await writeAll(store, [{ key: log, operations }])
      const { table, entries, record } = await store.recover(log)
      await store.close()
      await database.open()
      expect([entries.length, record]).toEqual([2, Uint8Array.of(1, 2, 3)])
      const head = (await contentOf(database)).get(headKey)
      return { rows: table.map(({ key }) => key), format: head?.[0], head: Buffer.from(head ?? []).toString('hex') }
    }
    // A program that knows no tables must refuse this log: it would lose its rows, or call them damage.
    expect(await after(put('b', 'x'), put('a', 'y'))).toMatchObject({ rows: ['a', 'b'], format: 2 })
    expect(await after({ type: 'delete', key: 'b' }, { type: 'delete', key: 'a' })).toEqual({
      rows: [],
      format: 1,
      head: Buffer.from(before.get(headKey) ?? []).toString('hex'),
    })
    await database.close()
  })
})

describe('after a write that failed', () => {
  class FailingLevel extends MemoryLevel {
    fails = false
    override batch(...args: unknown[]): never {
      if (this.fails) return Promise.reject(new Error('no space left on device')) as never
      return super.batch(...(args as [])) as never
    }
  }

  test('no other is taken, each is told why, and what was there before is there afterwards', async () => {
    const database = new FailingLevel({ storeEncoding: 'view' })
    const store = await abstractLevel(() => database).open(owner)
    const write = (index: number) => writeAll(store, [{ key: log, operations: [append(index)] }])
    await write(1)
    database.fails = true
    await expect(write(2)).rejects.toMatchObject({
      code: 'QUORATE_STORE_FAILED',
      message: expect.stringContaining('no space left on device'),
    })
    database.fails = false
    for (const index of [2, 3]) await expect(write(index)).rejects.toMatchObject({ code: 'QUORATE_STORE_FAILED' })
    await expect(store.recover(log)).rejects.toMatchObject({ code: 'QUORATE_STORE_FAILED' })
    await store.close()
    const again = await abstractLevel(() => database).open(owner)
    expect((await again.recover(log)).entries).toHaveLength(1)
    await again.close()
  })

  test('an operation that cannot be is such a write', async () => {
    const large = { type: 'put', key: 'k', bytes: new Uint8Array(rowBytesMax + 1) } as const
    const impossible = [append(4), { type: 'truncate', after: { index: 3, term: 1 } }, put('', 'x'), large] as const
    for (const operation of impossible) {
      const database = bytesLevel()
      const store = await abstractLevel(() => database).open(owner)
      await writeAll(store, [{ key: log, operations: [append(1)] }])
      const before = await contentOf(database)
      for (const operations of [[append(2), operation], [append(2)]])
        await expect(writeAll(store, [{ key: log, operations }])).rejects.toMatchObject({
          code: 'QUORATE_STORE_FAILED',
        })
      expect(await contentOf(database)).toEqual(before)
      await store.close()
    }
  })
})

test('a closed store takes nothing', async () => {
  const store = await abstractLevel(bytesLevel).open(owner)
  await store.close()
  await expect(writeAll(store, [])).rejects.toMatchObject({ code: 'QUORATE_STORE_CLOSED' })
  await expect(store.recover(log)).rejects.toMatchObject({ code: 'QUORATE_STORE_CLOSED' })
})

test('a second write while one is under way is a defect of the caller, and said at once', async () => {
  const store = await abstractLevel(bytesLevel).open(owner)
  const first = writeAll(store, [])
  expect(() => store.write([], () => {})).toThrow(expect.objectContaining({ code: 'QUORATE_BROKEN_INVARIANT' }))
  await first
  await store.close()
})

describe('pieces of a snapshot that no operation names', () => {
  const piecesOf = (count: number) =>
    new Pieces(Array.from({ length: count }, (_, at) => new Piece(Buffer.alloc(1000, at))))
  const stage = ({ pieces }: Pieces, number: number): readonly StoreWrite[] => {
    const piece = pieces[number]
    if (!piece) throw new RangeError(`there is no piece ${number}`)
    return [{ key: log, operations: [{ type: 'stage', origin: 'taken', number, piece }] }]
  }
  const partsIn = async (database: ReturnType<typeof bytesLevel>): Promise<number> => {
    await database.open()
    const keys = [...(await contentOf(database)).keys()]
    return keys.filter((key) => keysOf(log).kindOf(Buffer.from(key, 'hex')) === 'snapshot').length
  }

  test('are gone with the first write after a crash, and the snapshot before them is whole', async () => {
    const database = bytesLevel()
    const before = await abstractLevel(() => database).open(owner)
    await writeAll(before, [{ key: log, operations: [append(1, 2, 3), { type: 'compact', ...compacted(2) }] }])
    const unfinished = piecesOf(5)
    for (let number = 0; number < 5; number++) await writeAll(before, stage(unfinished, number))
    await before.close()
    expect(await partsIn(database)).toBe(2 + 5)
    const after = await abstractLevel(() => database).open(owner)
    expect((await after.recover(log)).snapshot?.last).toEqual({ index: 2, term: 1 })
    await writeAll(after, [{ key: log, operations: [append(4)] }])
    await after.close()
    expect(await partsIn(database)).toBe(2)
  })

  test('are read where they lie as soon as they are written, and need no second write', async () => {
    const database = bytesLevel()
    const store = await abstractLevel(() => database).open(owner)
    const taken = piecesOf(3)
    const [first] = taken.pieces
    const inMemory = first?.bytes
    await writeAll(store, [{ key: log, operations: [append(1, 2, 3)] }])
    for (let number = 0; number < 3; number++) await writeAll(store, stage(taken, number))
    expect(first?.bytes).not.toBe(inMemory)
    expect(first?.bytes).toEqual(Uint8Array.from(inMemory ?? []))
    const puts: number[] = []
    database.hooks.prewrite.add((operation) => {
      if (operation.type === 'put') puts.push((operation.value as unknown as Uint8Array).length)
    })
    const last = { index: 3, term: 1 }
    await writeAll(store, [
      { key: log, operations: [{ type: 'compact', snapshot: { last, bytes: taken }, through: last }] },
    ])
    expect(Math.max(...puts)).toBeLessThan(100)
    await store.close()
  })
})
