import fc from 'fast-check'
import { expect, test } from 'vitest'
import { persistentMap } from './persistentMap.js'
import { checkRow, compareKeys, isRowKey, rowBytesMax, rowKeyBytesMax, rowsOf } from './table.js'

const utf8 = new TextEncoder()
const texts = fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => isRowKey(text))

test('keys are in the order of their bytes in UTF-8, those of two units too', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const bytewise = Buffer.compare(utf8.encode(a), utf8.encode(b))
      expect(Math.sign(compareKeys(a, b))).toBe(bytewise)
    }),
    {
      numRuns: 1000,
      examples: [
        ['\uffff', '\u{10000}'],
        ['\ud7ff', '\ue000'],
        ['a', 'ab'],
        ['a', 'a'],
      ],
    },
  )
  const table = persistentMap(new Map(['b', '\u{1f600}', '\ue000', 'a'].map((key) => [key, utf8.encode(key)])))
  expect(rowsOf(table).map(({ key }) => key)).toEqual(['a', 'b', '\ue000', '\u{1f600}'])
})

test('a key is a text that UTF-8 tells from every other, and no longer than the limit in bytes', () => {
  const refused = ['', 'x'.repeat(rowKeyBytesMax + 1), 'é'.repeat(rowKeyBytesMax / 2 + 1), '\ud800', 'a\udc00b']
  const taken = ['x', 'x'.repeat(rowKeyBytesMax), 'é'.repeat(rowKeyBytesMax / 2), '\u{1f600}', '\u0000', 'a/b c']
  expect(refused.map(isRowKey)).toEqual(refused.map(() => false))
  expect(taken.map(isRowKey)).toEqual(taken.map(() => true))
})

test('a row that is too large, or whose key is none, breaks an invariant', () => {
  checkRow({ key: 'k', bytes: new Uint8Array(rowBytesMax) })
  expect(() => checkRow({ key: 'k', bytes: new Uint8Array(rowBytesMax + 1) })).toThrow(/"k" has 1048577 bytes/)
  expect(() => checkRow({ key: '', bytes: new Uint8Array(0) })).toThrow(/"" is no key/)
})
