import { type Entry, noopAt, type StoreOperation } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import { type Change, Log } from './log.js'

const entry = (index: number, term: number): Entry => ({
  ...noopAt({ index, term }),
  kind: 'command',
  bytes: new Uint8Array(1000),
})
const entries = (first: number, last: number, term: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => entry(first + at, term))
const append = (appended: readonly Entry[]): StoreOperation => ({ type: 'append', entries: appended })
const cut = (index: number): StoreOperation => ({ type: 'truncate', after: { index, term: 1 } })

const planned = (log: Log, ...operations: readonly StoreOperation[]) => {
  const changes: Change[] = []
  log.plan(operations, changes)
  return changes.reduce((sum, change) => sum + (change.type === 'put' ? change.value.length : 0), 0)
}

describe('one write', () => {
  test('holds no entry that it cuts off again: what is filled slot by slot is written once', () => {
    const log = new Log('acceptor', undefined)
    planned(log, append(entries(1, 30, 1)))
    // Each slot anew in a later ballot, with all that stood behind it.
    const rewrites = Array.from({ length: 30 }, (_, at) => [
      cut(at),
      append([entry(at + 1, 2), ...entries(at + 2, 30, 1)]),
    ]).flat()
    expect(planned(log, ...rewrites)).toBeLessThan(40_000)
    expect(log.head.last).toBe(30)
  })

  test('holds a row once, as it is in the end', () => {
    const log = new Log('register', undefined)
    const put = (key: string): StoreOperation => ({ type: 'put', key, bytes: new Uint8Array(1000) })
    const often = Array.from({ length: 50 }, () => put('a'))
    expect(planned(log, ...often, put('b'), { type: 'delete', key: 'b' })).toBeLessThan(2000)
    expect([...(log.index?.rows.keys() ?? [])]).toEqual(['a'])
    expect(planned(log, { type: 'delete', key: 'b' })).toBeLessThan(200)
  })

  test('is the same as one operation after the other', () => {
    const cases: readonly (readonly StoreOperation[])[] = [
      [append(entries(4, 6, 2)), cut(5), append(entries(6, 7, 3))],
      [append(entries(4, 6, 2)), cut(3), append(entries(4, 4, 3))],
      [append(entries(4, 6, 2)), append(entries(7, 9, 2)), cut(4), append(entries(5, 5, 3))],
      [append(entries(4, 6, 2)), cut(1), append(entries(2, 2, 3)), cut(1)],
      [append(entries(4, 6, 2)), cut(6)],
    ]
    for (const operations of cases) {
      const [together, apart] = [new Log('log', undefined), new Log('log', undefined)]
      for (const log of [together, apart]) planned(log, append(entries(1, 3, 1)))
      planned(together, ...operations)
      for (const operation of operations) planned(apart, operation)
      expect(together.head.last).toBe(apart.head.last)
    }
  })
})
