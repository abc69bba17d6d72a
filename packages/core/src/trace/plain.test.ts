import { describe, expect, test } from 'vitest'
import { persistentMap } from '../values/persistentMap.js'
import { plain } from './plain.js'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('plain', () => {
  test.each<[string, unknown, unknown]>([
    [
      'a map with names',
      new Map<unknown, unknown>([
        ['n1', 1],
        [2, new Map()],
      ]),
      { n1: 1, 2: {} },
    ],
    ['a map that is a value', persistentMap(new Map([['n1', { a: 1 }]])), { n1: { a: 1 } }],
    ['a map with other keys', new Map([[{ a: 1 }, 'one']]), [[{ a: 1 }, 'one']]],
    ['a set', new Set(['n1', 'n2']), ['n1', 'n2']],
    ['bytes that are text', bytes('grüße'), '7 bytes "grüße"'],
    ['bytes that are none', new Uint8Array([0, 255, 65]), '3 bytes "\\x00\\xffA"'],
    ['no bytes', new Uint8Array(), '0 bytes'],
    ['a part of a buffer', Buffer.from('abcdef').subarray(1, 3), '2 bytes "bc"'],
    ['long bytes, cut within a character', bytes(`a${'ü'.repeat(40)}`), `81 bytes "a${'ü'.repeat(23)}…"`],
    ['functions and nothing', { f: () => 1, u: undefined, s: Symbol('s'), n: null }, { n: null }],
    ['numbers that JSON has not', [1, Number.NaN, Number.POSITIVE_INFINITY, 12n], [1, 'NaN', 'Infinity', '12']],
    ['an error', Object.assign(new TypeError('bad'), { code: 'E' }), { name: 'TypeError', message: 'bad', code: 'E' }],
    ['who says what it is', { toJSON: () => ({ entries: new Map([['a', 1]]) }) }, { entries: { a: 1 } }],
    ['a long text', 'x'.repeat(500), `${'x'.repeat(200)}…`],
    ['a long list', Array.from({ length: 1030 }, () => 0), [...Array.from({ length: 50 }, () => 0), '… 980 more']],
  ])('%s', (_title, value, expected) => {
    expect(JSON.parse(JSON.stringify(plain(value)))).toEqual(expected)
  })

  test('a large map is cut, and says how much is missing', () => {
    const shown = plain(new Map(Array.from({ length: 100_000 }, (_, at) => [`key${at}`, at]))) as Record<
      string,
      unknown
    >
    expect(Object.keys(shown)).toHaveLength(51)
    expect(shown['…']).toBe('99950 more')
  })

  test('a cycle and depth come to an end', () => {
    const cycle: { self?: object } = {}
    cycle.self = cycle
    expect(JSON.stringify(plain(cycle))).toBe(`${'{"self":'.repeat(8)}"…"${'}'.repeat(8)}`)
  })

  test('whatever the value, the text stays small', () => {
    const wide = (depth: number): unknown =>
      depth === 0
        ? 'x'.repeat(1000)
        : Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`k${at}`, wide(depth - 1)]))
    expect(JSON.stringify(plain(wide(2))).length).toBeLessThan(1000 * 250)
  })

  test('a key named __proto__ is a key', () => {
    expect(Object.entries(plain(new Map([['__proto__', 'x']])) as object)).toEqual([['__proto__', 'x']])
  })
})
