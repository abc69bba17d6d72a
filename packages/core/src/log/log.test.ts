import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BrokenInvariantError } from '../errors/errors.js'
import { Log } from './log.js'
import { type Entry, entryOverheadBytes, type LogId, origin, sizeOf } from './message.js'

const entry = (index: number, term: number, size = 0): Entry => ({
  index,
  term,
  kind: 'command',
  session: 0,
  sequence: 1,
  answeredBelow: 0,
  bytes: new Uint8Array(size),
})

/** What a log is, without any sharing. */
interface Plain {
  readonly base: LogId
  readonly entries: readonly Entry[]
}
const lastOf = ({ base, entries }: Plain): LogId => {
  const last = entries.at(-1)
  return last ? { index: last.index, term: last.term } : base
}

interface Version {
  readonly log: Log
  readonly plain: Plain
}

type Act =
  | { readonly type: 'append'; readonly sizes: readonly number[]; readonly newTerm: boolean }
  | { readonly type: 'truncate'; readonly at: number }
  | { readonly type: 'compact'; readonly at: number }

const acts = fc.array(
  fc.record({
    /** Which version it starts from: the newest, or one of those before. */
    back: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.nat({ max: 20 })),
    act: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          type: fc.constant('append' as const),
          sizes: fc.array(fc.nat({ max: 90 }), { maxLength: 4 }),
          newTerm: fc.boolean(),
        }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('truncate' as const), at: fc.nat({ max: 12 }) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('compact' as const), at: fc.nat({ max: 12 }) }) },
    ),
  }),
  { maxLength: 30 },
)

function next({ log, plain }: Version, act: Act, term: number): Version {
  const { base, entries } = plain
  const last = lastOf(plain)
  if (act.type === 'append') {
    const added = act.sizes.map((size, position) =>
      entry(last.index + 1 + position, act.newTerm ? term : last.term, size),
    )
    return { log: log.append(added), plain: { base, entries: [...entries, ...added] } }
  }
  const index = base.index + (act.at % (entries.length + 1))
  if (act.type === 'truncate') {
    return { log: log.truncateAfter(index), plain: { base, entries: entries.filter((each) => each.index <= index) } }
  }
  const through = index === base.index ? base : { index, term: entries.find((each) => each.index === index)?.term ?? 0 }
  return {
    log: log.compactThrough(through),
    plain: { base: through, entries: entries.filter((each) => each.index > index) },
  }
}

function expectSame({ log, plain }: Version): void {
  const { base, entries } = plain
  const last = lastOf(plain)
  expect([...log]).toEqual(entries)
  expect([log.base, log.last, log.length, log.firstIndex]).toEqual([base, last, entries.length, base.index + 1])
  expect(log.toJSON()).toEqual({ base, last, entries: entries.length })
  for (let index = base.index - 1; index <= last.index + 2; index++) {
    const found = entries.find((each) => each.index === index)
    expect(log.at(index)).toBe(found)
    expect(log.termAt(index)).toBe(index === base.index ? base.term : found?.term)
    if (found) expect([log.has(found), log.has({ index, term: found.term + 1 })]).toEqual([true, false])
  }
  for (const [first, to] of [
    [0, last.index + 9],
    [base.index + 2, last.index - 1],
    [last.index, last.index],
    [last.index, base.index],
  ] as const) {
    expect(log.slice(first, to)).toEqual(entries.filter(({ index }) => index >= first && index <= to))
  }
}

/** As long as it fits, but one at least. */
function plainBatch(
  entries: readonly Entry[],
  first: number,
  limit: { entriesMax: number; bytesMax: number },
): Entry[] {
  const batch: Entry[] = []
  for (const each of entries.filter(({ index }) => index >= first)) {
    const bytes = [...batch, each].reduce((sum, one) => sum + sizeOf(one), 0)
    if (batch.length > 0 && (batch.length >= limit.entriesMax || bytes > limit.bytesMax)) break
    batch.push(each)
  }
  return batch
}

const run = (script: readonly { readonly back: number; readonly act: Act }[], base = origin): Version[] => {
  const versions: Version[] = [{ log: Log.empty(base), plain: { base, entries: [] } }]
  for (const [position, { back, act }] of script.entries()) {
    const from = versions.at(-1 - (back % versions.length))
    if (from) versions.push(next(from, act, position + 2))
  }
  return versions
}

describe('a log', () => {
  test('is what an array would be, and stays so whatever is made of it later', () => {
    fc.assert(
      fc.property(acts, (script) => run(script).forEach(expectSame)),
      { numRuns: 300 },
    )
  })

  test('that begins after a snapshot as well', () => {
    fc.assert(
      fc.property(acts, (script) => run(script, { index: 40, term: 1 }).forEach(expectSame)),
      { numRuns: 100 },
    )
  })

  test('equals every log of the same entries, whatever their histories; and no other', () => {
    fc.assert(
      fc.property(acts, (script) => {
        for (const { log, plain } of run(script)) {
          expect(log).toEqual(Log.of(plain.entries, plain.base))
          expect(log).not.toEqual(log.append([entry(log.last.index + 1, 99)]))
          if (plain.entries.length > 0) expect(log).not.toEqual(log.truncateAfter(log.last.index - 1))
        }
      }),
      { numRuns: 50 },
    )
  })

  test('gives batches within the limits, but one entry at least', () => {
    const limits = fc.record({ entriesMax: fc.integer({ min: 1, max: 5 }), bytesMax: fc.integer({ min: 1, max: 400 }) })
    fc.assert(
      fc.property(acts, limits, (script, limit) => {
        for (const { log, plain } of run(script)) {
          for (let first = log.firstIndex; first <= log.last.index + 1; first++) {
            expect(log.batch(first, limit)).toEqual(plainBatch(plain.entries, first, limit))
          }
        }
      }),
      { numRuns: 100 },
    )
    expect(Log.of([entry(1, 1, 10)]).batch(1, { entriesMax: 1, bytesMax: entryOverheadBytes + 10 })).toHaveLength(1)
  })

  test('leaves the array alone that it was made from', () => {
    const entries = [entry(1, 1), entry(2, 1)]
    const log = Log.of(entries)
    log.append([entry(3, 1)])
    entries.push(entry(3, 9))
    expect([...log]).toHaveLength(2)
    log.slice(1, 2).push(entry(3, 9))
    expect([...log]).toHaveLength(2)
  })

  test('is the same object when nothing changed', () => {
    const log = Log.of([entry(1, 1), entry(2, 1)])
    expect(log.append([])).toBe(log)
    expect(log.truncateAfter(2)).toBe(log)
    expect(log.truncateAfter(9)).toBe(log)
    expect(log.compactThrough(origin)).toBe(log)
  })

  test.each([
    ['appended with a gap', () => Log.of([entry(1, 1)]).append([entry(3, 1)])],
    ['appended over what is there', () => Log.of([entry(1, 1)]).append([entry(1, 2)])],
    ['made with a gap', () => Log.of([entry(1, 1), entry(3, 1)])],
    ['made off its base', () => Log.of([entry(1, 1)], { index: 4, term: 1 })],
    ['truncated before its base', () => Log.empty({ index: 4, term: 1 }).truncateAfter(3)],
    ['compacted beyond its end', () => Log.of([entry(1, 1)]).compactThrough({ index: 2, term: 1 })],
    ['compacted at another entry', () => Log.of([entry(1, 1)]).compactThrough({ index: 1, term: 2 })],
  ])('cannot be %s', (_case, act) => {
    expect(act).toThrow(BrokenInvariantError)
  })
})
