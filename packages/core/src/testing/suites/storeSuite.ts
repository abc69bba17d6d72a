import assert from 'node:assert/strict'
import { type Entry, origin } from '../../log/message.js'
import type { Recovered, StoreOperation, StoreWrite } from '../../ports/ports.js'
import { Piece, Pieces, wholeOf } from '../../values/pieces.js'
import { rowBytesMax, rowKeyBytesMax } from '../../values/table.js'
import { log, owner, plain, StoreBench, type StoreLocation } from './storeBench.js'
import { entriesOf, patternOf, randomWrites, seeded, snapshotOf } from './storeWrites.js'
import type { SuiteCase } from './transportSuite.js'

/**
 * The contract of `Store`, as tests. `make` gives a new, empty place for each test. That a write is still there
 * after a power cut is in the contract too, and no test of a running program can show it.
 */
export const storeSuite = (make: () => StoreLocation | Promise<StoreLocation>): readonly SuiteCase[] =>
  Object.entries(cases).map(([name, check]) => ({
    name,
    async run() {
      const bench = new StoreBench(await make())
      try {
        await check(bench)
      } finally {
        await bench.end()
      }
    },
  }))

/** A snapshot of so many pieces, of different lengths. */
const pieced = (count: number, seed: number): Pieces =>
  new Pieces(Array.from({ length: count }, (_, at) => new Piece(patternOf(100_000 + at * seed, seed * 10 + at))))

const compaction = (index: number) => ({ snapshot: snapshotOf({ index, term: 1 }), through: { index, term: 1 } })

const otherLog = 'group/role2'
const megabyte = 1024 * 1024

const put = (key: string, bytes: Uint8Array) => ({ type: 'put', key, bytes }) as const
const append = (...entries: Entry[]): StoreOperation => ({ type: 'append', entries })

const cases: Record<string, (bench: StoreBench) => Promise<void>> = {
  async 'a log that was never written is empty'(bench) {
    const nothing: Recovered = { record: undefined, snapshot: undefined, base: origin, entries: [], table: [] }
    assert.deepEqual(plain(await (await bench.open()).recover(log)), nothing)
    await bench.writeAll([{ key: otherLog, operations: [{ type: 'persist', record: patternOf(9, 1) }] }])
    await bench.verify(log, otherLog)
  },

  async 'a log that is dropped is gone with all that it held, and may be begun anew; others stay'(bench) {
    const full: StoreOperation[] = [
      { type: 'persist', record: patternOf(9, 1) },
      append(...entriesOf(1, 20, 1)),
      { type: 'compact', ...compaction(10) },
      put('a', patternOf(5, 2)),
    ]
    await bench.writeAll([
      { key: log, operations: full },
      { key: otherLog, operations: full },
    ])
    for (const { number, piece } of pieced(3, 4).pieces.map((piece, number) => ({ number, piece })))
      await bench.write({ type: 'stage', origin: 'taken', number, piece })
    // Of one that was opened anew nothing is known but its head.
    const store = await bench.reopen()
    assert.deepEqual([...store.keys()].sort(), [log, otherLog])
    await bench.writeAll([
      { key: log, operations: [{ type: 'drop' }] },
      { key: otherLog, operations: [{ type: 'persist', record: patternOf(9, 3) }] },
    ])
    assert.deepEqual(store.keys(), [otherLog])
    await bench.verify(log, otherLog)
    assert.deepEqual((await bench.open()).keys(), [otherLog])
    await bench.write({ type: 'drop' })
    await bench.writeAll([{ key: log, operations: full }])
    await bench.verify(log, otherLog)
    await bench.writeAll([{ key: log, operations: [{ type: 'drop' }] }])
    await bench.writeAll([{ key: otherLog, operations: [{ type: 'drop' }] }])
    await bench.verify(log, otherLog)
    assert.deepEqual((await bench.open()).keys(), [])
  },

  async 'a log is recovered while others are written without a pause'(bench) {
    await bench.write({ type: 'persist', record: patternOf(9, 1) })
    const store = await bench.open()
    let isEnough = false
    let writes = 0
    const busy = new Promise<void>((resolve) => {
      const again = (): void => {
        writes++
        if (isEnough) resolve()
        else store.write([{ key: otherLog, operations: [{ type: 'persist', record: patternOf(9, writes) }] }], again)
      }
      again()
    })
    // After a thousand writes it may come too: then it waited for all of them.
    const late = new Promise<'late'>((resolve) => {
      const look = (): void => void (writes > 1000 ? resolve('late') : setTimeout(look, 1))
      look()
    })
    const found = await Promise.race([store.recover(log), late])
    isEnough = true
    await busy
    assert.notEqual(found, 'late')
  },

  async 'the identity of the store stays, and it is new until the first write'(bench) {
    const { storeId, created, doubtful } = await bench.open()
    assert.equal(storeId.length, 16)
    assert.deepEqual({ created, doubtful }, { created: true, doubtful: false })
    assert.equal((await bench.reopen()).created, true, 'nothing was promised on it yet')
    await bench.write({ type: 'persist', record: patternOf(9, 1) })
    const again = await bench.reopen()
    assert.deepEqual({ created: again.created, doubtful: again.doubtful }, { created: false, doubtful: false })
    assert.deepEqual(new Uint8Array(again.storeId), new Uint8Array(storeId))
  },

  async 'another node and another cluster are refused, and nothing is lost'(bench) {
    await bench.write({ type: 'persist', record: patternOf(9, 1) })
    await (await bench.open()).close()
    for (const other of [
      { ...owner, node: 'n2' },
      { ...owner, cluster: 'other' },
    ])
      await assert.rejects(
        async () => (await bench.location.open(other)).close(),
        (error: { code?: unknown }) => String(error.code).startsWith('QUORATE_'),
      )
    await bench.reopen()
    await bench.verify()
  },

  async 'a record replaces the one before, and may be empty'(bench) {
    for (const record of [patternOf(9, 1), patternOf(100, 2), new Uint8Array(0)]) {
      await bench.write({ type: 'persist', record })
      await bench.verify()
    }
  },

  async 'entries keep every field'(bench) {
    const max = Number.MAX_SAFE_INTEGER
    const fields = {
      term: 1,
      kind: 'command',
      session: 0,
      sequence: 0,
      answeredBelow: 0,
      bytes: patternOf(5, 1),
    } as const
    await bench.write(
      append(
        { ...fields, index: 1, term: 0 },
        { ...fields, index: 2, kind: 'noop', bytes: new Uint8Array(0) },
        { ...fields, index: 3, kind: 'openSession', term: 2 },
        { ...fields, index: 4, kind: 'configuration', term: 2, answeredBelow: 1 },
        { ...fields, index: 5, session: 3, sequence: 2 ** 31, answeredBelow: 2 ** 32 + 1, term: 2 ** 31 - 1 },
        { ...fields, index: 6, session: max, sequence: max, answeredBelow: max, term: max },
      ),
    )
    await bench.verify()
  },

  async 'entries of several writes, and of several operations of one write, follow each other'(bench) {
    await bench.write(append(...entriesOf(1, 1, 1)))
    await bench.write(append(...entriesOf(2, 40, 1)), append(...entriesOf(41, 41, 2)), append(...entriesOf(42, 50, 2)))
    await bench.verify()
    await bench.write(append(...entriesOf(51, 60, 3)))
    await bench.verify()
  },

  async 'what was truncated is replaced by what is appended at the same indexes'(bench) {
    for (const entries of [entriesOf(1, 10, 1), entriesOf(11, 20, 1), entriesOf(21, 30, 1)])
      await bench.write(append(...entries))
    await bench.write({ type: 'truncate', after: { index: 10, term: 1 } }, append(...entriesOf(11, 25, 2)))
    await bench.verify()
    await bench.write({ type: 'truncate', after: origin })
    await bench.verify()
    await bench.write(append(...entriesOf(1, 10, 3)))
    await bench.verify()
  },

  async 'the entries of one append can be cut anywhere'(bench) {
    await bench.write(append(...entriesOf(1, 100, 1)))
    await bench.write({ type: 'truncate', after: { index: 57, term: 1 } })
    await bench.verify()
    await bench.write(append(...entriesOf(58, 60, 2)))
    await bench.write({ type: 'truncate', after: { index: 31, term: 1 } }, append(...entriesOf(32, 32, 3)))
    await bench.verify()
    await bench.write({ type: 'truncate', after: { index: 32, term: 3 } })
    await bench.verify()
  },

  async 'compaction keeps the snapshot, and the entries after "through"'(bench) {
    await bench.write(append(...entriesOf(1, 20, 1)), append(...entriesOf(21, 40, 1)))
    const snapshot = snapshotOf({ index: 35, term: 1 })
    await bench.write({ type: 'compact', snapshot, through: { index: 25, term: 1 } })
    await bench.verify()
    await bench.write(append(...entriesOf(41, 45, 2)), { type: 'truncate', after: { index: 26, term: 1 } })
    await bench.verify()
    await bench.write(append(...entriesOf(27, 50, 3)))
    await bench.verify()
  },

  async 'compaction may leave no entry, and the log goes on after it'(bench) {
    await bench.write(append(...entriesOf(1, 20, 1)))
    const through = { index: 20, term: 1 }
    await bench.write({ type: 'compact', snapshot: snapshotOf(through), through })
    await bench.verify()
    await bench.write(append(...entriesOf(21, 22, 2)))
    await bench.write({
      type: 'compact',
      snapshot: { last: { index: 22, term: 2 }, bytes: new Uint8Array(0) },
      through: { index: 21, term: 2 },
    })
    await bench.verify()
  },

  async 'an installed snapshot replaces the whole log, but not the record'(bench) {
    await bench.write({ type: 'persist', record: patternOf(9, 1) }, append(...entriesOf(1, 20, 1)))
    await bench.write({ type: 'install', snapshot: snapshotOf({ index: 100, term: 4 }) })
    await bench.verify()
    for (const from of [101, 104, 107]) await bench.write(append(...entriesOf(from, from + 2, 4)))
    await bench.write(
      { type: 'install', snapshot: snapshotOf({ index: 105, term: 5 }) },
      append(...entriesOf(106, 107, 5)),
    )
    await bench.verify()
  },

  async 'the operations of one write are done in order'(bench) {
    await bench.write(
      append(...entriesOf(1, 10, 1)),
      { type: 'persist', record: patternOf(3, 1) },
      { type: 'truncate', after: { index: 4, term: 1 } },
      append(...entriesOf(5, 9, 2)),
      { type: 'compact', snapshot: snapshotOf({ index: 7, term: 2 }), through: { index: 6, term: 2 } },
      { type: 'persist', record: patternOf(3, 2) },
      { type: 'install', snapshot: snapshotOf({ index: 12, term: 3 }) },
      append(...entriesOf(13, 15, 3)),
      { type: 'truncate', after: { index: 14, term: 3 } },
    )
    await bench.verify()
  },

  async 'rows are recovered in the order of their keys as bytes, each as it was put last'(bench) {
    const keys = ['b', 'a', 'ab', '\u{1f600}', '\uffff', 'é', '\u0000', '~'.repeat(rowKeyBytesMax)]
    await bench.write(...keys.map((key, at) => put(key, patternOf(at * 9, at))))
    await bench.verify()
    await bench.write(put('ab', patternOf(70, 1)), { type: 'delete', key: 'b' }, put('a', new Uint8Array(0)))
    await bench.verify()
    // Of one write only what it leaves counts.
    await bench.write(put('b', patternOf(1, 1)), put('b', patternOf(2, 2)), put('c', patternOf(3, 3)), {
      type: 'delete',
      key: 'c',
    })
    await bench.verify()
    await bench.write(
      { type: 'delete', key: 'was never there' },
      ...keys.map((key) => ({ type: 'delete', key }) as const),
    )
    await bench.verify()
  },

  async 'rows stay what they are, whatever becomes of record and log, and of other tables'(bench) {
    const rows = [put('k', patternOf(9, 1)), put('l', patternOf(9, 2))]
    await bench.writeAll([
      { key: log, operations: [...rows, append(...entriesOf(1, 10, 1)), { type: 'persist', record: patternOf(3, 1) }] },
      { key: otherLog, operations: [put('k', patternOf(9, 3))] },
    ])
    await bench.verify(log, otherLog)
    await bench.write({ type: 'truncate', after: { index: 4, term: 1 } }, { type: 'compact', ...compaction(3) })
    await bench.write({ type: 'install', snapshot: snapshotOf({ index: 30, term: 2 }) })
    await bench.writeAll([{ key: otherLog, operations: [{ type: 'delete', key: 'k' }] }])
    await bench.verify(log, otherLog)
  },

  async 'many rows, and rows of a megabyte'(bench) {
    const many = Array.from({ length: 300 }, (_, at) => put(`row ${at * 7}`, patternOf(at % 40, at)))
    await bench.write(...many)
    await bench.write(put('large', patternOf(rowBytesMax, 1)), put('row 7', patternOf(rowBytesMax, 2)))
    await bench.verify()
    await bench.write(...many.filter((_, at) => at % 3 > 0).map(({ key }) => ({ type: 'delete', key }) as const))
    await bench.verify()
  },

  async 'several logs in one write stay apart'(bench) {
    // One name begins another, and one sorts between another and what belongs to it.
    const keys = ['a/b', 'a/bc', 'a/b ', `${'long'.repeat(40)}/b`]
    for (const round of [1, 2])
      await bench.writeAll(
        keys.map((key, position) => ({
          key,
          operations: [
            { type: 'persist', record: patternOf(10 * round, position) },
            append(...entriesOf(10 * round - 9, 10 * round, position + round)),
          ],
        })),
      )
    await bench.verify(...keys)
    await bench.writeAll([
      { key: 'a/b', operations: [{ type: 'install', snapshot: snapshotOf({ index: 50, term: 9 }) }] },
    ])
    await bench.verify(...keys)
  },

  async 'entries and records of megabytes'(bench) {
    const [entry] = entriesOf(1, 1, 1) as [Entry]
    await bench.write(append({ ...entry, bytes: patternOf(3 * megabyte, 1) }, ...entriesOf(2, 3, 1)), {
      type: 'persist',
      record: patternOf(2 * megabyte, 2),
    })
    await bench.verify()
  },

  async 'snapshots of megabytes replace each other, longer or shorter'(bench) {
    for (const bytes of [5 * megabyte, 2 * megabyte, 3 * megabyte + 1, 0]) {
      await bench.write({ type: 'install', snapshot: snapshotOf({ index: 10, term: bytes }, bytes) })
      await bench.verify()
    }
  },

  async 'a snapshot whose pieces were written before is the one that an operation names, with other writes between'(
    bench,
  ) {
    const bytes = pieced(5, 1)
    await bench.write(append(...entriesOf(1, 10, 1)))
    for (const [number, piece] of bytes.pieces.entries()) {
      await bench.write(
        { type: 'stage', origin: 'taken', number, piece },
        append(...entriesOf(11 + number, 11 + number, 1)),
      )
      await bench.verifyNow()
    }
    const last = { index: 9, term: 1 }
    await bench.write({ type: 'compact', snapshot: { last, bytes }, through: { index: 7, term: 1 } })
    await bench.verifyNow()
    assert.deepEqual(wholeOf(bytes), wholeOf(pieced(5, 1)), 'whoever holds it still reads it')
    await bench.verify()
    await bench.write({ type: 'install', snapshot: snapshotOf({ index: 30, term: 2 }) })
    await bench.verify()
  },

  async 'pieces of two snapshots at a time, taken and received, do not mix'(bench) {
    const [taken, received] = [pieced(3, 1), pieced(4, 2)]
    await bench.write(append(...entriesOf(1, 10, 1)))
    for (let number = 0; number < 4; number++) {
      const operations: StoreOperation[] = []
      for (const [origin, { pieces }] of [
        ['taken', taken],
        ['received', received],
      ] as const) {
        const piece = pieces[number]
        if (piece) operations.push({ type: 'stage', origin, number, piece })
      }
      await bench.write(...operations)
    }
    const [own, other] = [
      { index: 6, term: 1 },
      { index: 20, term: 3 },
    ]
    await bench.write({ type: 'compact', snapshot: { last: own, bytes: taken }, through: own })
    await bench.verifyNow()
    await bench.write({ type: 'install', snapshot: { last: other, bytes: received } }, append(...entriesOf(21, 22, 3)))
    await bench.verifyNow()
    assert.deepEqual(wholeOf(taken), wholeOf(pieced(3, 1)), 'one that was replaced is read by whoever still holds it')
    await bench.verify()
  },

  async 'pieces that no operation names change nothing, also where the store is opened again before one does'(bench) {
    const bytes = pieced(3, 1)
    await bench.write(append(...entriesOf(1, 10, 1)), { type: 'compact', ...compaction(5) })
    for (const [number, piece] of bytes.pieces.slice(0, 2).entries())
      await bench.write({ type: 'stage', origin: 'received', number, piece })
    await bench.verify()
    await bench.reopen()
    await bench.verify()
    await bench.write(append(...entriesOf(11, 12, 1)), { type: 'compact', ...compaction(8) })
    await bench.verify()
  },

  async 'another snapshot begins with number 0, and the one before is as if it had never been'(bench) {
    const [first, second] = [pieced(3, 1), pieced(2, 2)]
    for (const { pieces } of [first, second])
      for (const [number, piece] of pieces.entries())
        await bench.write({ type: 'stage', origin: 'received', number, piece })
    await bench.write({ type: 'install', snapshot: { last: { index: 4, term: 1 }, bytes: second } })
    await bench.verifyNow()
    // It may come back all the same: then it is written as any other.
    await bench.write({ type: 'install', snapshot: { last: { index: 9, term: 1 }, bytes: first } })
    await bench.verify()
  },

  async 'a snapshot that was read is written again under another entry'(bench) {
    await bench.write({ type: 'install', snapshot: snapshotOf({ index: 4, term: 1 }, 3 * megabyte) })
    await bench.reopen()
    const { snapshot } = await (await bench.open()).recover(log)
    assert(snapshot)
    await bench.write({ type: 'install', snapshot: { last: { index: 8, term: 1 }, bytes: snapshot.bytes } })
    await bench.verify()
    await bench.reopen()
    await bench.verify()
  },

  async 'done is called once, and never within the call'(bench) {
    const store = await bench.open()
    for (let round = 1; round <= 20; round++) {
      let calls = 0
      let isWithin = true
      await new Promise<void>((resolve, reject) => {
        const done = (error?: Error): void => {
          calls++
          if (error) reject(error)
          else if (isWithin) reject(new assert.AssertionError({ message: 'done was called within write' }))
          else resolve()
        }
        store.write([{ key: log, operations: [append(...entriesOf(round, round, 1))] }], done)
        isWithin = false
      })
      await store.recover(log)
      assert.equal(calls, 1)
    }
  },

  async 'the next write may begin when done is called'(bench) {
    const store = await bench.open()
    const writes = Array.from({ length: 20 }, (_, round) => [
      { key: log, operations: [append(...entriesOf(round + 1, round + 1, 1))] },
    ])
    writes.forEach((write) => bench.model.write(write))
    await new Promise<void>((resolve, reject) => {
      const next = (error?: Error): void => {
        const write = writes.shift()
        if (error) reject(error)
        else if (write) store.write(write, next)
        else resolve()
      }
      next()
    })
    await bench.verify()
  },

  async 'a store that is closed finishes the write under way first, and may be closed again'(bench) {
    const store = await bench.open()
    let outcome: Error | 'done' | undefined
    const write: StoreWrite[] = [{ key: log, operations: [append(...entriesOf(1, 1000, 1))] }]
    bench.model.write(write)
    store.write(write, (error) => {
      outcome = error ?? 'done'
    })
    await Promise.all([store.close(), store.close()])
    assert.equal(outcome, 'done')
    await store.close()
    await bench.reopen()
    await bench.verify()
  },

  async 'a log can be written before it is recovered'(bench) {
    await bench.write(append(...entriesOf(1, 10, 1)), append(...entriesOf(11, 20, 1)))
    await bench.reopen()
    await bench.write({ type: 'truncate', after: { index: 15, term: 1 } }, append(...entriesOf(16, 18, 2)))
    await bench.verify()
  },

  async 'whatever is written in whatever order is what a plain model holds'(bench) {
    const keys = [log, otherLog, 'group2/role']
    for (let seed = 1; seed <= 12; seed++) {
      const random = seeded(seed)
      for (let step = 0; step < 25; step++) {
        const writes = randomWrites(random, bench.model, keys)
        await bench.writeAll(writes)
        if (random.below(8) > 0) continue
        if (random.below(2) === 0) await bench.reopen()
        await bench.verify(...keys).catch((error: unknown) => {
          throw new Error(`seed ${seed}, step ${step}: ${JSON.stringify(writes)}`, { cause: error })
        })
      }
    }
    await bench.verify(...keys)
  },
}
