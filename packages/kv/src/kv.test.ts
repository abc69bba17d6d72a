import { describe, expect, test } from 'vitest'
import type { KvCommand, KvEntry, KvQuery } from './generated/kv.js'
import { kv } from './kv.js'
import { pageBytesMax } from './select.js'
import type { KvState } from './state.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const none = new Uint8Array(0)

const put = (key: string, value: string): KvCommand => ({ operation: 'put', key, value: bytes(value) })
const remove = (key: string): KvCommand => ({ operation: 'delete', key, value: none })
const swap = (key: string, value: string, expected: Partial<KvCommand>): KvCommand => ({
  operation: 'compareAndSet',
  key,
  value: bytes(value),
  ...expected,
})

/** Commands at the indexes 1, 2, 3... */
const run = (...commands: KvCommand[]) => {
  let state: KvState = kv.initial()
  const results = commands.map((command, at) => {
    const next = kv.apply(state, kv.codecs.command.encode(command), { index: at + 1, wallMs: 0, logMs: 0 })
    state = next.state
    return kv.codecs.result.decode(next.result)
  })
  return { state, results }
}

const ask = (state: KvState, query: KvQuery) => kv.codecs.answer.decode(kv.query(state, kv.codecs.query.encode(query)))
const get = (state: KvState, key: string): KvEntry | undefined =>
  ask(state, { selection: 'key', text: key, limit: 0 }).entries[0]
const range = (state: KvState, prefix: string, rest: Partial<KvQuery> = {}) => {
  const { entries, more } = ask(state, { selection: 'prefix', text: prefix, limit: 0, ...rest })
  return { keys: entries.map(({ key }) => key), more }
}

describe('put, get, delete', () => {
  test('an entry has the revision of its last change and counts its changes', () => {
    const { state, results } = run(put('a', 'one'), put('b', 'two'), put('a', 'three'))
    expect(results).toEqual([
      { changed: true, revision: 1, version: 1 },
      { changed: true, revision: 2, version: 1 },
      { changed: true, revision: 3, version: 2 },
    ])
    expect(get(state, 'a')).toEqual({ key: 'a', value: bytes('three'), revision: 3, version: 2 })
    expect(get(state, 'missing')).toBeUndefined()
  })

  test('what was deleted and put again is created anew', () => {
    const { state, results } = run(put('a', 'one'), remove('a'), remove('a'), put('a', ''))
    expect(results.map(({ changed }) => changed)).toEqual([true, true, false, true])
    expect(get(state, 'a')).toEqual({ key: 'a', value: none, revision: 4, version: 1 })
  })

  test('a value is a copy of what the command held', () => {
    const command = kv.codecs.command.encode(put('a', 'one'))
    const { state } = kv.apply(kv.initial(), command, { index: 1, wallMs: 0, logMs: 0 })
    command.fill(0)
    expect(get(state, 'a')?.value).toEqual(bytes('one'))
  })

  test('any bytes are a value, any text is a key', () => {
    const value = Uint8Array.from({ length: 256 }, (_, at) => at)
    const key = 'Grüße, 世界 🎉 \0\n'
    const { state } = run({ operation: 'put', key, value }, put('', 'empty key'))
    expect(get(state, key)?.value).toEqual(value)
    expect(get(state, '')?.value).toEqual(bytes('empty key'))
  })
})

describe('compare-and-set', () => {
  test('by revision: 0 stands for no entry', () => {
    const { state, results } = run(
      swap('a', 'one', { expectedRevision: 0 }),
      swap('a', 'two', { expectedRevision: 0 }),
      swap('a', 'three', { expectedRevision: 1 }),
    )
    expect(results).toEqual([
      { changed: true, revision: 1, version: 1 },
      { changed: false, revision: 1, version: 1 },
      { changed: true, revision: 3, version: 2 },
    ])
    expect(get(state, 'a')?.value).toEqual(bytes('three'))
  })

  test('by value: no entry has none, not even an empty one', () => {
    const { results } = run(
      swap('a', 'one', { expectedValue: none }),
      put('a', ''),
      swap('a', 'two', { expectedValue: none }),
      swap('a', 'three', { expectedValue: bytes('twO') }),
      swap('a', 'three', { expectedValue: bytes('tw') }),
      swap('a', 'three', { expectedValue: bytes('two') }),
    )
    expect(results.map(({ changed }) => changed)).toEqual([false, true, true, false, false, true])
  })

  test('by both: both must hold', () => {
    const { results } = run(
      put('a', 'one'),
      swap('a', 'two', { expectedRevision: 1, expectedValue: bytes('two') }),
      swap('a', 'two', { expectedRevision: 2, expectedValue: bytes('one') }),
      swap('a', 'two', { expectedRevision: 1, expectedValue: bytes('one') }),
    )
    expect(results.map(({ changed }) => changed)).toEqual([true, false, false, true])
  })

  test('by nothing is refused, and so are bytes that are no command', () => {
    expect(() => run(swap('a', 'one', {}))).toThrow(/expected a revision or a value/)
    expect(() => kv.apply(kv.initial(), Uint8Array.of(0xff), { index: 1, wallMs: 0, logMs: 0 })).toThrow(
      expect.objectContaining({ code: 'QUORATE_MALFORMED_MESSAGE' }),
    )
  })
})

describe('range', () => {
  const { state } = run(...['b/2', 'a', 'b/1', 'c', 'b', 'b/10', 'b0', 'b/'].map((key) => put(key, 'x')))

  test('holds the keys with the prefix, in order', () => {
    expect(range(state, 'b/')).toEqual({ keys: ['b/', 'b/1', 'b/10', 'b/2'], more: false })
    expect(range(state, '').keys).toEqual(['a', 'b', 'b/', 'b/1', 'b/10', 'b/2', 'b0', 'c'])
    expect(range(state, 'd')).toEqual({ keys: [], more: false })
  })

  test('comes in pages: the last key of one is where the next begins', () => {
    expect(range(state, 'b/', { limit: 2 })).toEqual({ keys: ['b/', 'b/1'], more: true })
    expect(range(state, 'b/', { limit: 2, after: 'b/1' })).toEqual({ keys: ['b/10', 'b/2'], more: false })
    expect(range(state, 'b/', { after: 'b/2' })).toEqual({ keys: [], more: false })
    expect(range(state, 'b/', { after: 'b/11' }).keys).toEqual(['b/2'])
    expect(range(state, 'b/', { after: 'a' }).keys).toEqual(['b/', 'b/1', 'b/10', 'b/2'])
  })

  test('a page ends before it is too large for a message, but never empty', () => {
    const large = 'x'.repeat(pageBytesMax)
    const { state } = run(put('a', large), put('b', 'small'), put('c', large))
    expect(range(state, '')).toEqual({ keys: ['a'], more: true })
    expect(range(state, '', { after: 'a' })).toEqual({ keys: ['b'], more: true })
    expect(range(state, '', { after: 'b' })).toEqual({ keys: ['c'], more: false })
  })
})

test('states are values: what was applied later is not seen in an earlier one', () => {
  const before = run(put('a', 'one'), put('b', 'two')).state
  const pieces = (given: ReturnType<typeof kv.snapshot>) => [...(given as Iterable<Uint8Array>)]
  const snapshot = pieces(kv.snapshot(before))
  const askedLater = kv.snapshot(before)
  let state = before
  for (const command of [put('a', 'three'), remove('b'), put('c', 'four')]) {
    state = kv.apply(state, kv.codecs.command.encode(command), { index: 3, wallMs: 0, logMs: 0 }).state
  }
  expect(pieces(askedLater)).toEqual(snapshot)
  expect(pieces(kv.snapshot(before))).toEqual(snapshot)
  expect(range(state, '').keys).toEqual(['a', 'c'])
  expect(range(before, '').keys).toEqual(['a', 'b'])
})

test('states are values also many changes later, when their successors have a tree of their own', () => {
  const kept: { state: KvState; expected: string }[] = []
  let state: KvState = kv.initial()
  for (let index = 1; index <= 30_000; index++) {
    state = kv.apply(state, kv.codecs.command.encode(put('a', `${index}`)), { index, wallMs: 0, logMs: 0 }).state
    if (index % 4_095 === 0) kept.push({ state, expected: `${index}` })
  }
  const held = kept.map((each) => new TextDecoder().decode(get(each.state, 'a')?.value))
  expect(held).toEqual(kept.map(({ expected }) => expected))
  expect(get(state, 'a')?.version).toBe(30_000)
})
