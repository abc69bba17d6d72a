import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PersistentMap, PersistentMapDraft, persistentMap } from './persistentMap.js'

const inOrder = <Key extends number | string>(entries: Iterable<[Key, string]>) =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1))

const changesOf = <Key>(keys: fc.Arbitrary<Key>) =>
  fc.array(fc.record({ key: keys, value: fc.option(fc.string({ maxLength: 2 })), ends: fc.boolean() }), {
    maxLength: 400,
  })
/** Neighbours, and such as differ in high bits only. */
const numbers = changesOf(
  fc.oneof(
    fc.nat({ max: 300 }),
    fc.nat({ max: 9 }).map((n) => n * 2 ** 45),
  ),
)
const texts = changesOf(fc.oneof(fc.nat({ max: 300 }).map(String), fc.string({ maxLength: 2, unit: 'binary' })))

function behavesAsPlain<Key extends number | string>(
  steps: readonly { readonly key: Key; readonly value: string | null; readonly ends: boolean }[],
): void {
  const plain = new Map<Key, string>()
  const kept: { map: PersistentMap<Key, string>; held: [Key, string][] }[] = []
  let draft = new PersistentMapDraft<Key, string>(new Map())
  for (const { key, value, ends } of steps) {
    if (value === null) {
      plain.delete(key)
      draft.delete(key)
    } else {
      plain.set(key, value)
      draft.set(key, value)
    }
    expect([draft.size, draft.get(key)]).toEqual([plain.size, plain.get(key)])
    if (!ends) continue
    const map = draft.finish()
    kept.push({ map, held: inOrder(plain) })
    draft = new PersistentMapDraft(map)
  }
  for (const { map, held } of kept) {
    expect(inOrder(map)).toEqual(held)
    expect([map.size, [...map.keys()].length, [...map.values()].length]).toEqual(Array(3).fill(held.length))
    expect(held.every(([key, value]) => map.get(key) === value && map.has(key))).toBe(true)
  }
}

describe('a map that is a value', () => {
  test('holds what a plain one holds, and every earlier one stays as it was', () => {
    fc.assert(fc.property(numbers, behavesAsPlain<number>), { numRuns: 100 })
    fc.assert(fc.property(texts, behavesAsPlain<string>), { numRuns: 100 })
  })

  test('gives another map with one entry more or less, and itself where there was none', () => {
    const one = persistentMap(new Map([['a', 1]]))
    const two = one.with('b', 2)
    expect([[...one], [...two].sort()]).toEqual([
      [['a', 1]],
      [
        ['a', 1],
        ['b', 2],
      ],
    ])
    expect([...two.without('a')]).toEqual([['b', 2]])
    expect(two.without('c')).toBe(two)
    expect(two.without('a').without('b').size).toBe(0)
    expect(persistentMap(two)).toBe(two)
  })

  test('a change costs what it touches, however much the map holds', () => {
    const many = new Map(Array.from({ length: 100_000 }, (_, key) => [`key ${key}`, key]))
    const map = persistentMap(many)
    expect(map.size).toBe(100_000)
    // Nodes are the arrays and maps that are made: those on the way to one key, of at most 32 places each.
    const made: number[] = []
    const [array, plain] = [Array.prototype[Symbol.iterator], Map.prototype[Symbol.iterator]]
    Array.prototype[Symbol.iterator] = function* (this: unknown[]) {
      made.push(this.length)
      yield* array.call(this)
    } as never
    Map.prototype[Symbol.iterator] = function* (this: Map<unknown, unknown>) {
      made.push(this.size)
      yield* plain.call(this)
    } as never
    let next: PersistentMap<string, number>
    try {
      next = map.with('key 5', -1)
    } finally {
      Array.prototype[Symbol.iterator] = array
      Map.prototype[Symbol.iterator] = plain
    }
    expect([map.get('key 5'), next.get('key 5'), next.get('key 6')]).toEqual([5, -1, 6])
    expect(made.length).toBeGreaterThan(2)
    expect(made.length).toBeLessThanOrEqual(5)
    expect(Math.max(...made)).toBeLessThanOrEqual(32)
  })

  test('keys whose hashes are equal are told apart', () => {
    // Numbers that differ by multiples of 2^32 on both sides of the exclusive or.
    const keys = Array.from({ length: 100 }, (_, at) => at * 2 ** 32 + at)
    const map = persistentMap(new Map(keys.map((key) => [key, String(key)])))
    expect(keys.every((key) => map.get(key) === String(key))).toBe(true)
    expect(keys.reduce((left, key) => left.without(key), map).size).toBe(0)
  })
})
