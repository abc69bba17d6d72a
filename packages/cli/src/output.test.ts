import { expect, test } from 'vitest'
import { table, textOf } from './output.js'

test('columns are as wide as what they hold, and numbers stand to the right', () => {
  expect(
    table(
      ['KEY', 'N'],
      [
        ['a', 5],
        ['long key', 12345],
      ],
    ),
  ).toEqual(['KEY           N', 'a             5', 'long key  12345'])
  expect(
    table(
      ['N', 'M'],
      [
        ['-', '-'],
        [10, '-'],
      ],
    ),
  ).toEqual([' N  M', ' -  -', '10  -'])
  expect(table(['KEY', 'N'], [])).toEqual(['KEY  N'])
})

test('bytes that are no UTF-8 are no text', () => {
  expect(textOf(Buffer.from('grüezi'))).toBe('grüezi')
  expect(textOf(Uint8Array.of(0xff))).toBeUndefined()
})
