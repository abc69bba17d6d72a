import type { Entry } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import { decodeChunkHeader, decodeEntries, encodeChunk } from './chunk.js'
import { unsealValue } from './value.js'

const key = new TextEncoder().encode('key')
const bytes = (text: string) => new TextEncoder().encode(text)
const plain: readonly Entry[] = [
  { index: 7, term: 3, kind: 'openSession', session: 9, sequence: 1, answeredBelow: 0, bytes: bytes('c1') },
  {
    index: 8,
    term: 3,
    kind: 'command',
    session: Number.MAX_SAFE_INTEGER,
    sequence: 2,
    answeredBelow: 1,
    bytes: bytes('add'),
  },
  { index: 9, term: 4, kind: 'noop', session: 0, sequence: 0, answeredBelow: 0, bytes: bytes('') },
  { index: 10, term: 4, kind: 'command', session: 9, sequence: 300, answeredBelow: 200, bytes: bytes('x') },
  { index: 11, term: 4, kind: 'configuration', session: 0, sequence: 0, answeredBelow: 0, bytes: bytes('n1') },
]
/** What the version before stamps wrote of these. */
const written = Uint8Array.from([
  1, 4, 3, 2, 1, 5, 2, 3, 9, 1, 0, 2, 99, 49, 16, 255, 255, 255, 255, 255, 255, 255, 15, 2, 1, 3, 97, 100, 100, 33, 4,
  0, 16, 9, 172, 2, 200, 1, 1, 120, 51, 2, 110, 49, 167, 232, 247, 234,
])

const read = (value: Uint8Array, first: number): Entry[] => {
  const { reader } = unsealValue('here', key, value)
  const { count } = decodeChunkHeader(reader)
  const entries: Entry[] = []
  decodeEntries(reader, first, count, { from: 0, to: Number.MAX_SAFE_INTEGER }, entries)
  return entries.map((entry) => ({ ...entry, bytes: new Uint8Array(entry.bytes) }))
}

describe('entries without stamps', () => {
  test('that an earlier version wrote are read as they were', () => {
    expect(read(written, 7)).toEqual(plain)
  })

  test('are written as that version wrote them, so that it can read them', () => {
    expect([...encodeChunk(key, 0x01020304, plain).value]).toEqual([...written])
  })
})

describe('entries with stamps', () => {
  /** Of any size, the largest too; as a rule several came together. */
  const drawn = (seed: number): readonly Entry[] => {
    let state = seed
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    }
    const number = () => [0, below(200), below(2 ** 31), Number.MAX_SAFE_INTEGER - below(3)][below(4)] as number
    const kinds = ['command', 'noop', 'openSession', 'configuration', 'tick'] as const
    let stamp: Entry['stamp']
    return Array.from({ length: below(12) }, (_, at): Entry => {
      if (below(3) === 0) stamp = below(4) === 0 ? undefined : { by: number(), nowMs: number(), wallMs: number() }
      const of = {
        index: at + 1,
        term: number(),
        kind: kinds[below(5)] as Entry['kind'],
        bytes: new Uint8Array(below(5)),
      }
      const entry = { ...of, session: number(), sequence: number(), answeredBelow: number() }
      return stamp ? { ...entry, stamp: { ...stamp } } : entry
    })
  }

  test('are read as they were', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const all = drawn(seed)
      expect(read(encodeChunk(key, 1, all).value, 1)).toEqual(all)
    }
  })

  test('that came together cost no more than one', () => {
    const when = { by: 3, nowMs: 5_000_000, wallMs: 1_767_225_600_000 }
    const sizeOf = (all: readonly Entry[]) => encodeChunk(key, 1, all).value.length
    const all = plain.map((entry) => ({ ...entry, stamp: when }))
    const cost = sizeOf(all) - sizeOf(plain)
    expect(cost).toBe(1 + 4 + 6)
  })

  test('are of a format that earlier versions refuse by its number', () => {
    const when = { by: 3, nowMs: 1, wallMs: 2 }
    expect(encodeChunk(key, 1, [{ ...(plain[0] as Entry), stamp: when }]).value[0]).toBe(3)
    expect(encodeChunk(key, 1, [{ ...(plain[0] as Entry), kind: 'tick' }]).value[0]).toBe(3)
  })
})
