import type { Entry, EntryKind, LogId, Snapshot } from '../../log/message.js'
import type { Random, Recovered, StoreOperation, StoreWrite } from '../../ports/ports.js'
import { afterOperation, type StoreModel } from './storeModel.js'

/** `length` bytes that differ from their neighbours and from those of another seed. */
export const patternOf = (length: number, seed: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  let state = seed * 2 + 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

/** Commands of one term, from index `from` to `to`, small and all different. */
export const entriesOf = (from: number, to: number, term: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, position) => ({
    index: from + position,
    term,
    kind: 'command',
    session: 3,
    sequence: from + position,
    answeredBelow: from,
    bytes: patternOf((from + position) % 7, term),
  }))

export const snapshotOf = (last: LogId, length = 20): Snapshot => ({ last, bytes: patternOf(length, last.index) })

/** Numbers that are the same everywhere for one seed (mulberry32). */
export const seeded = (seed: number): Random => {
  let state = seed
  return {
    below(limit) {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
    },
  }
}

const kinds: readonly EntryKind[] = ['command', 'noop', 'openSession', 'configuration']

/** A write that is possible on what the model holds: several operations on one or more of the logs. */
export const randomWrites = (random: Random, model: StoreModel, keys: readonly string[]): StoreWrite[] => {
  const chosen = keys.filter(() => random.below(2) === 0)
  return (chosen.length > 0 ? chosen : keys.slice(0, 1)).map((key) => {
    const operations: StoreOperation[] = []
    let log = model.recover(key)
    for (let count = 1 + random.below(4); count > 0; count--) {
      const operation = randomOperation(random, log)
      operations.push(operation)
      log = afterOperation(log, operation)
    }
    return { key, operations }
  })
}

const randomOperation = (random: Random, log: Recovered): StoreOperation => {
  const marks: LogId[] = [log.base, ...log.entries]
  const last = marks[marks.length - 1] ?? log.base
  const any = (): LogId => {
    const { index, term } = marks[random.below(marks.length)] ?? last
    return { index, term }
  }
  switch (random.below(14)) {
    case 0:
    case 1:
      return { type: 'persist', record: patternOf(random.below(40), random.below(1000)) }
    case 2:
    case 3:
      return { type: 'truncate', after: any() }
    case 4:
      return randomCompact(random, log, any())
    case 5: {
      if (random.below(3) > 0) return { type: 'persist', record: new Uint8Array(0) }
      const mark = { index: log.base.index + 1 + random.below(last.index - log.base.index + 20), term: last.term + 1 }
      return { type: 'install', snapshot: { last: mark, bytes: patternOf(random.below(5000), mark.index) } }
    }
    case 6:
    case 7:
    case 8:
      return { type: 'put', key: anyKey(random), bytes: patternOf(random.below(60), random.below(1000)) }
    case 9:
      return { type: 'delete', key: anyKey(random) }
    default:
      return { type: 'append', entries: randomEntries(random, last) }
  }
}

/** Few, so that they are met again, and such as sort otherwise as texts than as bytes. */
const anyKey = (random: Random): string =>
  ['a', 'b', 'a/1', '\u0000', 'é', '\uffff', '\u{10000}'][random.below(7)] + 'x'.repeat(random.below(3))

const randomCompact = (random: Random, { entries }: Recovered, last: LogId): StoreOperation => {
  const before = entries.filter(({ index }) => index <= last.index)
  const { index, term } = before[random.below(before.length + 1)] ?? last
  const snapshot = { last, bytes: patternOf(random.below(5000), last.index) }
  return { type: 'compact', snapshot, through: { index, term } }
}

const randomEntries = (random: Random, last: LogId): Entry[] => {
  let { index, term } = last
  return Array.from({ length: 1 + random.below(12) }, () => {
    term += random.below(4) === 0 ? 1 + random.below(3) : 0
    index++
    return {
      index,
      term,
      kind: kinds[random.below(kinds.length)] ?? 'command',
      session: random.below(2) * random.below(1 << 30) * 4096,
      sequence: random.below(300),
      answeredBelow: random.below(300),
      bytes: patternOf(random.below(90), index),
    }
  })
}
