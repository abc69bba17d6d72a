import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EntryLog, type StoredEntry } from './entryLog.js'
import type { KvEntry } from './generated/kv.js'

const entryOf = (key: string, bytes: number, version: number): KvEntry => ({
  key,
  value: new Uint8Array(bytes).fill(version),
  revision: version,
  version,
})

const summary = ({ key, value, revision, version }: KvEntry) => ({
  key,
  revision,
  version,
  bytes: value.length,
  isFilled: value.every((byte) => byte === version % 256),
})

/** A log with the references to what is alive in it, as a tree has them. */
const world = () => {
  const log = EntryLog.empty()
  const refs = new Map<string, StoredEntry>()
  const put = (key: string, entry: KvEntry | undefined): void => {
    const before = refs.get(key)
    if (entry) refs.set(key, log.append(entry))
    else refs.delete(key)
    if (before !== undefined) log.free(before)
    if (log.isSparse)
      log.clean({
        isAlive: (each) => refs.get(each.key) === each,
        moved: (each) => refs.set(each.key, each),
      })
  }
  return { log, refs, put }
}

const keys = Array.from({ length: 40 }, (_, number) => `key ${number}`)

const change = fc.record({
  key: fc.constantFrom(...keys),
  bytes: fc.option(fc.oneof(fc.nat(300), fc.integer({ min: 8_000, max: 20_000 }), fc.constant(40_000)), {
    nil: undefined,
    freq: 8,
  }),
})

test('what was appended is read, until it is overwritten; of what is overwritten little stays', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 100, maxLength: 400 }), (changes) => {
      const { log, refs, put } = world()
      const model = new Map<string, KvEntry>()
      changes.forEach(({ key, bytes }, at) => {
        const entry = bytes === undefined ? undefined : entryOf(key, bytes, at + 1)
        put(key, entry)
        if (entry) model.set(key, entry)
        else model.delete(key)
        expect(log.isSparse).toBe(false)
      })
      const read = new Map([...refs].map(([key, ref]) => [key, summary(log.read(ref))]))
      expect(read).toEqual(new Map([...model].map(([key, entry]) => [key, summary(entry)])))
    }),
    { numRuns: 50 },
  )
})

test('where one of many neighbours stays, the others do not keep their place', () => {
  const { log, refs, put } = world()
  for (let number = 0; number < 20_000; number++) put(`key ${number}`, entryOf(`key ${number}`, 480, 1))
  for (let number = 0; number < 20_000; number++) if (number % 16 !== 0) put(`key ${number}`, undefined)
  expect(refs.size).toBe(1250)
  for (const ref of refs.values()) expect(log.read(ref).value.length).toBe(480)
  // 0.6 MB are alive: a third of it, and eight blocks, may lie dead beside it.
  expect(log.bytes).toBeLessThan((4 / 3) * 1250 * 500 + 10 * 32 * 1024)
})

test('a clone has the same entries, and neither sees what the other adds or frees', () => {
  const log = EntryLog.empty()
  const first = log.append(entryOf('a', 10, 1))
  const clone = log.clone()
  const [ours, theirs] = [log.append(entryOf('b', 10, 2)), clone.append(entryOf('c', 10, 3))]
  log.free(first)
  expect(clone.read(first)).toEqual(entryOf('a', 10, 1))
  expect(log.read(ours)).toEqual(entryOf('b', 10, 2))
  expect(clone.read(theirs)).toEqual(entryOf('c', 10, 3))
})

test('an entry of any size is read as it was, also one that fills a block to the last byte', () => {
  const log = EntryLog.empty()
  const sizes = [0, 1, 126, 127, 128, 16_383, 16_384, 32_750, 32_751, 32_752, 32_768, 70_000]
  const refs = sizes.map((bytes) => log.append(entryOf('key', bytes, 7)))
  for (const [at, bytes] of sizes.entries()) expect(log.read(refs[at] as StoredEntry)).toEqual(entryOf('key', bytes, 7))
})
