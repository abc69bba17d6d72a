import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KvCommand, KvEntry } from './generated/kv.js'
import { kv } from './kv.js'
import type { KvState } from './state.js'

const key = fc.constantFrom('', 'a', 'a/1', 'a/2', 'b', 'é', '\u{1f389}')
const value = fc.uint8Array({ maxLength: 3, max: 2 })

const command: fc.Arbitrary<KvCommand> = fc.oneof(
  fc.record({ operation: fc.constant('put' as const), key, value }),
  fc.record({ operation: fc.constant('delete' as const), key, value: fc.constant(new Uint8Array(0)) }),
  fc
    .tuple(key, value, fc.option(fc.nat(12), { nil: undefined }), fc.option(value, { nil: undefined }))
    .filter(([, , revision, expected]) => revision !== undefined || expected !== undefined)
    .map(([key, value, expectedRevision, expectedValue]) => ({
      operation: 'compareAndSet' as const,
      key,
      value,
      ...(expectedRevision !== undefined && { expectedRevision }),
      ...(expectedValue !== undefined && { expectedValue }),
    })),
)

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** The naive version: a Map that is changed. */
const applyToMap = (map: Map<string, KvEntry>, command: KvCommand, index: number): boolean => {
  const { key, value, expectedRevision, expectedValue } = command
  const found = map.get(key)
  if (command.operation === 'delete') return map.delete(key)
  if (command.operation === 'compareAndSet') {
    if (expectedRevision !== undefined && expectedRevision !== (found ? found.revision : 0)) return false
    if (expectedValue !== undefined && !(found && isSame(found.value, expectedValue))) return false
  }
  map.set(key, { key, value, revision: index, version: found ? found.version + 1 : 1 })
  return true
}

const sorted = (map: Map<string, KvEntry>): KvEntry[] => [...map.values()].sort((a, b) => (a.key < b.key ? -1 : 1))

const apply = (state: KvState, command: KvCommand, index: number) =>
  kv.apply(state, kv.codecs.command.encode(command), { index, wallMs: 0, logMs: 0 })

const pages = (state: KvState, prefix: string, limit: number): KvEntry[] => {
  const all: KvEntry[] = []
  for (let after: string | undefined; ; ) {
    const query = { selection: 'prefix' as const, text: prefix, limit, ...(after !== undefined && { after }) }
    const { entries, more } = kv.codecs.answer.decode(kv.query(state, kv.codecs.query.encode(query)))
    all.push(...entries)
    after = entries.at(-1)?.key
    if (!more) return all
  }
}

test('it does what a Map does, page by page, and earlier states stay as they were', () => {
  fc.assert(
    fc.property(
      fc.array(command, { maxLength: 40 }),
      key,
      fc.integer({ min: 1, max: 4 }),
      (commands, prefix, limit) => {
        const map = new Map<string, KvEntry>()
        const history: { state: KvState; entries: KvEntry[] }[] = []
        let state = kv.initial()
        commands.forEach((command, at) => {
          const next = apply(state, command, at + 1)
          const changed = applyToMap(map, command, at + 1)
          expect(kv.codecs.result.decode(next.result)).toEqual({
            changed,
            revision: map.get(command.key)?.revision ?? 0,
            version: map.get(command.key)?.version ?? 0,
          })
          state = next.state
          history.push({ state, entries: sorted(map) })
        })
        for (const { state, entries } of history) expect(pages(state, '', limit)).toEqual(entries)
        expect(pages(state, prefix, limit)).toEqual(sorted(map).filter(({ key }) => key.startsWith(prefix)))
      },
    ),
  )
})

test('an earlier state may be gone on from, in any order, and none of them changes another', () => {
  const step = fc.record({ from: fc.nat(), command })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const versions = [{ state: kv.initial(), map: new Map<string, KvEntry>() }]
      steps.forEach(({ from, command }, at) => {
        const origin = versions[from % versions.length]!
        const map = new Map(origin.map)
        applyToMap(map, command, at + 1)
        versions.push({ state: apply(origin.state, command, at + 1).state, map })
      })
      for (const { state, map } of versions) {
        expect(state.size).toBe(map.size)
        expect(pages(state, '', 3)).toEqual(sorted(map))
      }
    }),
  )
})

const snapshot = (state: KvState): Uint8Array[] => [...(kv.snapshot(state) as Iterable<Uint8Array>)]
const restored = (state: KvState): KvState => {
  const restoring = kv.restoring?.()
  for (const piece of snapshot(state)) restoring?.add(piece)
  return restoring?.finish() as KvState
}

test('equal states have equal snapshots, however they came to be, and a snapshot restores what it was taken of', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), fc.nat(40), (commands, restoredAt) => {
      let state = kv.initial()
      let other = kv.initial()
      commands.forEach((command, at) => {
        state = apply(state, command, at + 1).state
        other = apply(other, command, at + 1).state
        // One of the two goes through a snapshot on its way: its tree is built in another order.
        if (at === restoredAt) other = restored(other)
      })
      expect(snapshot(other)).toEqual(snapshot(state))
      expect(snapshot(restored(state))).toEqual(snapshot(state))
    }),
  )
})

test('thousands of entries survive a snapshot', () => {
  let state = kv.initial()
  for (let at = 1; at <= 20_000; at++) {
    const key = `line/${(at * 7919) % 3000}`
    state = apply(state, { operation: 'put', key, value: Buffer.from(`${at} `.repeat(8)) }, at).state
  }
  expect(snapshot(state).length).toBeGreaterThan(1)
  expect(restored(state).size).toBe(3000)
  expect(pages(restored(state), 'line/', 1000)).toEqual(pages(state, 'line/', 1000))
})
