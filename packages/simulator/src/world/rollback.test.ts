import { afterOperation, noBytes, noopAt, nothingStored, type StoredLog, type StoreOperation } from '@quorate/core'
import { expect, test } from 'vitest'
import { isHarmless as isHarmlessBeside, type Stored } from './rollback.js'

const storing = (...operations: readonly StoreOperation[]): StoredLog =>
  operations.reduce(afterOperation, nothingStored)
const entries = (through: number) => Array.from({ length: through }, (_, at) => noopAt({ index: at + 1, term: 1 }))
const append = (through: number) => ({ type: 'append', entries: entries(through) }) as const
const disk = (log: StoredLog): Stored => new Map([['g/r', log]])
const snapshot = { last: { index: 2, term: 1 }, bytes: noBytes }

const isHarmless = (copy: Stored, now: Stored, others: readonly StoredLog[]) =>
  isHarmlessBeside(copy, now, () => others)

test('what is on the disks of all others that have the log may be forgotten', () => {
  const [copy, now] = [disk(storing(append(1))), disk(storing(append(2)))]
  expect(isHarmless(copy, now, [storing(append(2)), storing(append(2))])).toBe(true)
  expect(isHarmless(copy, now, [storing(append(2)), storing(append(1))])).toBe(false)
  // It takes part too who has written nothing yet.
  expect(isHarmless(copy, now, [storing(append(2)), nothingStored])).toBe(false)
})

test('what nobody else has may not: neither entries nor what a snapshot holds', () => {
  const empty: Stored = new Map()
  expect(isHarmless(disk(storing(append(1))), disk(storing(append(2))), [])).toBe(false)
  expect(isHarmless(empty, disk(storing({ type: 'install', snapshot })), [])).toBe(false)
  expect(isHarmless(disk(storing(append(2))), disk(storing(append(2))), [])).toBe(true)
})

test('no promise may: a record or a row that changed', () => {
  const persist = (byte: number) => ({ type: 'persist', record: new Uint8Array([byte]) }) as const
  const put = (byte: number) => ({ type: 'put', key: 'k', bytes: new Uint8Array([byte]) }) as const
  for (const write of [persist, put]) {
    const others = [storing(write(2))]
    expect(isHarmless(disk(storing(write(1))), disk(storing(write(2))), others)).toBe(false)
    expect(isHarmless(disk(storing(write(2))), disk(storing(write(2))), others)).toBe(true)
  }
})
