import { type Entry, Log, persistentMap } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import { constantKey, contentKey } from './contentKey.js'
import { ExactStates } from './exactStates.js'
import { fingerprint, type Halves } from './fingerprint.js'
import { Frontier, type Taken } from './frontier.js'
import { Interner } from './interner.js'
import { PairTable } from './pairTable.js'
import { Visited } from './visited.js'

const taken = (): Taken => ({ state: new Int32Array(64), length: 0, number: 0, depth: 0 })

describe('frontier', () => {
  const states = Array.from({ length: 20_000 }, (_, number) =>
    Int32Array.from({ length: number % 23 }, (_each, at) => (number * 7919 * (at + 1)) % 2 ** (1 + (at % 30))),
  )
  const asText = ({ state, length, number, depth }: Taken) => `${number} ${depth} ${state.subarray(0, length)}`
  const expected = states.map((state, number) => `${number - 1} ${number % 300} ${state}`)

  test('gives back what came first, and what came last', () => {
    const frontier = new Frontier()
    states.forEach((state, number) => frontier.push(state, state.length, number - 1, number % 300))
    const into = taken()
    const first: string[] = []
    const last: string[] = []
    while (!frontier.isEmpty) {
      frontier.shift(into)
      first.push(asText(into))
      if (frontier.isEmpty) break
      frontier.pop(into)
      last.push(asText(into))
    }
    expect([...first, ...last.reverse()]).toEqual(expected)
  })

  test('may be filled while it is emptied', () => {
    const frontier = new Frontier()
    const into = taken()
    const got: string[] = []
    for (const [number, state] of states.entries()) {
      frontier.push(state, state.length, number - 1, number % 300)
      if (number % 3 === 0) continue
      frontier.shift(into)
      got.push(asText(into))
    }
    while (!frontier.isEmpty) {
      frontier.shift(into)
      got.push(asText(into))
    }
    expect(got).toEqual(expected)
  })
})

describe('visited states', () => {
  test('are found again, and others are not', () => {
    const visited = new Visited()
    const enter = (low: number, high: number) => {
      const found = visited.find(low, high)
      return found >= 0 ? found : visited.add(-1 - found, low, high, low)
    }
    for (let number = 0; number < 50_000; number++) expect(enter(number * 31, -number)).toBe(number)
    for (let number = 0; number < 50_000; number++) expect(enter(number * 31, -number)).toBe(number)
    expect(visited.find(31, -2)).toBeLessThan(0)
    expect(visited.parentOf(7)).toBe(7 * 31)
    expect(visited.size).toBe(50_000)
  })

  test('exact states tell those with one fingerprint apart, and count each pair once', () => {
    const exact = new ExactStates()
    const visited = new Visited()
    const enter = (...numbers: number[]) => {
      const state = Int32Array.from(numbers)
      const found = exact.find(visited, 7, 7, state, state.length)
      if (found >= 0) return found
      exact.add(state, state.length)
      return visited.add(-1 - found, 7, 7, -1)
    }
    for (let round = 0; round < 3; round++) {
      expect([enter(1, 2, 3), enter(1, 2), enter(1, 2, 4)]).toEqual([0, 1, 2])
      expect(exact.collisions).toBe(3)
    }
    const into = new Int32Array(8)
    expect([exact.load(1, into), into[0], into[1]]).toEqual([2, 1, 2])
  })
})

test('fingerprints of small tuples of small numbers are all different, in each half nearly', () => {
  const halves: Halves = { low: 0, high: 0 }
  const whole = new Set<string>()
  const lows = new Set<number>()
  let count = 0
  for (let a = 0; a < 30; a++) {
    for (let b = 0; b < 30; b++) {
      for (let c = 0; c < 30; c++) {
        for (const tuple of [
          [a, b, c],
          [a, b, c, a],
        ]) {
          fingerprint(Int32Array.from(tuple), tuple.length, halves)
          whole.add(`${halves.low}/${halves.high}`)
          lows.add(halves.low)
          count++
        }
      }
    }
  }
  expect(whole.size).toBe(count)
  expect(lows.size).toBeGreaterThan(count - 10)
})

test('a pair table keeps what it was given', () => {
  const table = new PairTable()
  for (let a = 0; a < 100; a++) for (let b = 0; b < 100; b++) table.set(a, b, a * 1000 + b)
  for (let a = 0; a < 100; a++) for (let b = 0; b < 100; b++) expect(table.get(a, b)).toBe(a * 1000 + b)
  expect(table.get(100, 0)).toBe(-1)
})

const entry: Entry = {
  index: 1,
  term: 1,
  kind: 'noop',
  bytes: new Uint8Array(),
  session: 0,
  sequence: 0,
  answeredBelow: 0,
}

test('content keys are equal for equal contents, and differ for others', () => {
  const same = [
    [{ a: 1, b: undefined }, { a: 1 }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [
      new Map([
        [1, 'a'],
        [2, 'b'],
      ]),
      new Map([
        [2, 'b'],
        [1, 'a'],
      ]),
    ],
    [persistentMap(new Map([[1, 'a']])).with(2, 'b'), persistentMap(new Map([[2, 'b']])).with(1, 'a')],
    [new Set([1, 2]), new Set([2, 1])],
    [Uint8Array.of(1, 255), Uint8Array.of(1, 255)],
    [-0, 0],
    [Log.of([entry]), Log.of([entry, { ...entry, index: 2 }]).truncateAfter(1)],
  ]
  for (const [a, b] of same) expect(contentKey(a)).toBe(contentKey(b))
  const different = [
    1,
    '1',
    true,
    null,
    undefined,
    1n,
    [1],
    ['1'],
    [[1]],
    { a: 1 },
    { a: '1' },
    { 'a":1,"b': 1 },
    { a: 1, b: 1 },
    [],
    new Array(1),
    [undefined],
    Uint16Array.of(1),
    Log.empty(),
    Log.of([entry]),
    // Where one part ends and the next begins.
    ['1', ''],
    ['', '1'],
    ["1'1"],
    [1, 1],
    [11],
    [-1],
    [1n, 1],
    [null, Number.NaN],
    [Object.assign(new Array(2), { 1: 5 })],
    [[1], []],
    [[], [1]],
    { a: { b: 1 } },
    { a: {}, b: 1 },
    { ab: 1 },
    new Map([['a', new Map([['b', 1]])]]),
    new Map<unknown, unknown>([
      ['a', new Map()],
      ['b', 1],
    ]),
    new Set(['a', 'b']),
    new Set(['ab']),
  ]
  const bytes = [
    Uint8Array.of(1, 2),
    Uint8Array.of(18),
    new Map([[1, 2]]),
    persistentMap(new Map([[1, 2]])),
    persistentMap(new Map([['1', 2]])),
    persistentMap(),
    new Set([1]),
    { 0: 1 },
  ]
  const keys = [...different, ...bytes].map(contentKey)
  expect(new Set(keys).size).toBe(keys.length)
})

class Hiding {
  #held = 1
  get held() {
    return this.#held
  }
}
const knot: Record<string, unknown> = {}
knot['knot'] = knot

test.each([
  ['an instance of Hiding', new Hiding()],
  ['an instance of Date', new Date(0)],
  ['an instance of Error', new Error('x')],
  ['an instance of URL', new URL('http://a/')],
  ['an instance of Number', Object(1)],
  ['an instance of Tags', new (class Tags extends Map {})()],
  ['an instance of WeakMap', new WeakMap()],
  ['a symbol', Symbol('a')],
  ['a function', () => 1],
  ['a field that is called by a symbol', { [Symbol('a')]: 1 }],
  ['an array with fields beside its items', Object.assign([1], { more: 2 })],
  ['an array with fields beside its items', Object.assign(new Array(1), { more: 2 })],
  ['a value that holds itself', knot],
])('what hides its contents is refused: %s', (what, value) => {
  for (const of of [value, { deep: [value] }, new Map([[1, value]])])
    expect(() => contentKey(of)).toThrow(`holds ${what}`)
})

test('what never changes may hold functions', () => {
  const keys = [{ a: contentKey }, { a: constantKey }].map(constantKey)
  expect(new Set(keys).size).toBe(2)
  expect(constantKey({ a: contentKey })).toBe(keys[0])
})

test('what is kept cannot be written, and what can be is looked at again', () => {
  const interner = new Interner<unknown>()
  const plain = { list: [{ a: 1 }], more: null }
  const fixed = interner.numberOf(plain)
  expect(() => plain.list.push({ a: 2 })).toThrow(TypeError)
  expect(() => Object.assign(plain.list[0] as object, { a: 2 })).toThrow(TypeError)
  expect(interner.isAsItWas(fixed)).toBe(true)
  const inMap = { a: 1 }
  expect(interner.isAsItWas(interner.numberOf(persistentMap(new Map([['k', inMap]]))))).toBe(true)
  expect(() => Object.assign(inMap, { a: 2 })).toThrow(TypeError)
  const held = { a: 1 }
  const changing = { map: new Map([[1, { held, bytes: Uint8Array.of(1) }]]) }
  const number = interner.numberOf(changing)
  expect(() => Object.assign(held, { a: 2 })).toThrow(TypeError)
  expect(interner.isAsItWas(number)).toBe(true)
  changing.map.get(1)?.bytes.fill(2)
  expect(interner.isAsItWas(number)).toBe(false)
})
