import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PersistentMap, PersistentMapDraft } from './persistentMap.js'

const inOrder = (entries: Iterable<[number, string]>) => [...entries].sort(([a], [b]) => a - b)

describe('a map that is a value', () => {
  const changes = fc.array(
    fc.record({ key: fc.nat({ max: 300 }), value: fc.option(fc.string({ maxLength: 2 })), ends: fc.boolean() }),
    { maxLength: 400 },
  )

  test('holds what a plain one holds, and every earlier one stays as it was', () => {
    fc.assert(
      fc.property(changes, (steps) => {
        const plain = new Map<number, string>()
        const kept: { map: PersistentMap<string>; held: [number, string][] }[] = []
        let draft = new PersistentMapDraft<string>(new Map())
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
      }),
      { numRuns: 100 },
    )
  })

  test('begins with what another map holds, and shares what does not change', () => {
    const many = new Map(Array.from({ length: 10_000 }, (_, key) => [key, String(key)]))
    const map = new PersistentMapDraft(many).finish()
    const draft = new PersistentMapDraft(map)
    draft.set(5, 'other')
    const next = draft.finish()
    expect(inOrder(map)).toEqual([...many])
    expect(next.get(5)).toBe('other')
    expect(next.buckets.filter((bucket, at) => bucket !== map.buckets[at])).toHaveLength(1)
    expect(Math.max(...map.buckets.map(({ size }) => size))).toBeLessThan(100)
  })
})
