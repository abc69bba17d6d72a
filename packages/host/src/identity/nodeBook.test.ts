import {
  afterOperation,
  fingerprintOf,
  nothingStored,
  type Recovered,
  recoveredFrom,
  type StoreOperation,
  storedFrom,
} from '@quorate/core'
import { expect, it } from 'vitest'
import { NodeBook } from './nodeBook.js'

const own = { node: 'n1', store: new Uint8Array(16).fill(1) }
const text = 'log: n1, n2'
const fingerprint = fingerprintOf(text)
const charterOf = (group: string) => ({ group, text, fingerprint })
const nothing = recoveredFrom(nothingStored)

const bookOf = (recovered: Recovered) => new NodeBook({ own, recovered, nowMs: 0, doubtful: false })

/** What a disk that held this holds after these operations. */
const written = (operations: readonly StoreOperation[], before = nothing) =>
  recoveredFrom(operations.reduce(afterOperation, storedFrom(before)))

it('knows, after a restart too, what a group was begun with, and in which it has forgotten what it promised', () => {
  const book = bookOf(nothing)
  for (const group of ['kept', 'dropped', 'empty']) book.setCharter(charterOf(group))
  const first = written(book.takeOperations())
  book.drop('dropped', true)
  book.drop('empty', false)
  book.drop('unknown', true)
  const again = bookOf(written(book.takeOperations(), first))
  for (const each of [book, again]) {
    expect(each.groups).toEqual(['kept'])
    expect(each.charterOf('kept')).toBe(text)
    expect(each.charterOf('dropped')).toBeUndefined()
    expect(each.hasDropped(charterOf('dropped'))).toBe(true)
    expect(each.hasDropped({ ...charterOf('dropped'), fingerprint: fingerprint + 1 })).toBe(false)
    for (const group of ['kept', 'empty', 'unknown']) expect(each.hasDropped(charterOf(group))).toBe(false)
  }
})

it('knows, after a restart too, by which list it had left a group that was dropped, until it is named again', () => {
  const book = bookOf(nothing)
  for (const group of ['left', 'dropped']) book.setCharter(charterOf(group))
  book.drop('left', true, 7)
  book.drop('dropped', true)
  const first = written(book.takeOperations())
  const again = bookOf(first)
  for (const each of [book, again]) {
    expect(each.leftBy(charterOf('left'))).toBe(7)
    expect(each.hasDropped(charterOf('left'))).toBe(true)
    expect(each.leftBy(charterOf('dropped'))).toBeUndefined()
  }
  again.rejoin(charterOf('left'))
  const third = bookOf(written(again.takeOperations(), first))
  expect([third.hasDropped(charterOf('left')), third.hasDropped(charterOf('dropped'))]).toEqual([false, true])
})

it('writes for a group what concerns that group alone, however many there are and were', () => {
  const book = bookOf(nothing)
  const bytesOf = (operations: readonly StoreOperation[]) => JSON.stringify(operations).length
  const bytes: number[] = []
  for (let number = 100; number < 400; number++) {
    book.setCharter(charterOf(`group${number}`))
    bytes.push(bytesOf(book.takeOperations()))
    if (number % 2 === 0) continue
    book.drop(`group${number}`, true)
    bytes.push(bytesOf(book.takeOperations()))
  }
  expect(Math.max(...bytes)).toBeLessThan(Math.min(...bytes) * 2)
})

it('reads the record in which an earlier version kept the groups, and writes a row for each of them, once', () => {
  // Introduced, n1 with the store 01 01, in its third start; member of kept; gone was dropped.
  const record = Buffer.from(
    '080112080a026e3112020101188780801822130a046b657074120b6c6f673a206e312c206e322a0c0a04676f6e6510b5b8f0fe2d',
    'hex',
  )
  const gone = { group: 'gone', text, fingerprint: 12345678901 }
  const before = bookOf({ ...nothing, record })
  const operations = before.takeOperations()
  expect(operations.map(({ type }) => type)).toEqual(['put', 'put', 'persist'])
  expect(before.takeOperations().map(({ type }) => type)).toEqual(['persist'])
  const after = written(operations, { ...nothing, record })
  expect(after.table.map(({ key }) => key)).toEqual(['charter/kept', 'dropped/gone/12345678901'])
  for (const book of [before, bookOf(after)]) {
    expect(book.isIntroduced).toBe(true)
    expect(book.groups).toEqual(['kept'])
    expect(book.charterOf('kept')).toBe(text)
    expect(book.hasDropped(gone)).toBe(true)
  }
  expect([before.starts, bookOf(after).starts]).toEqual([4, 5])
})
