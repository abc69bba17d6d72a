import { expect, test } from 'vitest'
import type { HistoryEvent } from '../event.js'
import { isSame, type Json } from '../json.js'
import { historyModels } from '../models.js'
import { isOpen, type Operation } from '../operation.js'
import { chosen, historyOf, randomFrom } from '../random.test.fixture.js'
import { sessionGuarantees } from './sessions.js'
import { judgeWeakModels } from './weakModels.js'

/** The guarantees as they are defined, over all pairs. Each value is written once, and null is the initial one. */
const naive = (operations: readonly Operation[]) => {
  const isBefore = (left: Operation, right: Operation): boolean =>
    left.process === right.process && !isOpen(left) && left.invoked < right.invoked
  const reads = operations.filter(({ f, result }) => f === 'read' && result !== undefined)
  const writes = operations.filter(({ f }) => f === 'write')
  const sourceOf = (read: Operation): Operation | undefined =>
    writes.find(({ key, argument }) => isSame(key, read.key) && isSame(argument, read.result))
  const knows = (by: Operation, write: Operation): boolean =>
    isBefore(write, by) || reads.some((read) => sourceOf(read) === write && isBefore(read, by))
  const misses = (read: Operation, write: Operation | undefined): boolean => {
    if (write === undefined || !isSame(write.key, read.key)) return false
    const source = sourceOf(read)
    return source === undefined || (source !== write && knows(write, source))
  }
  const breaks = (sees: (read: Operation, write: Operation) => boolean): boolean =>
    reads.some((read) => writes.some((write) => sees(read, write) && misses(read, write)))
  const earlier = (read: Operation): readonly (Operation | undefined)[] =>
    reads.filter((other) => isBefore(other, read)).map(sourceOf)
  return {
    readYourWrites: breaks((read, write) => isBefore(write, read)),
    monotonicReads: breaks((read, write) => earlier(read).includes(write)),
    monotonicWrites: breaks((read, write) => earlier(read).some((seen) => seen !== undefined && isBefore(write, seen))),
    writesFollowReads: breaks((read, write) =>
      earlier(read).some(
        (seen) => seen !== undefined && reads.some((other) => sourceOf(other) === write && isBefore(other, seen)),
      ),
    ),
  }
}

const drawHistory = (random: () => number) => {
  let written = 0
  const values: Record<string, Json[]> = { x: [null], y: [null] }
  const events = Array.from({ length: 14 }, (): HistoryEvent[] => {
    const process = Math.floor(random() * 3)
    const key = chosen(random, ['x', 'x', 'y'])
    if (random() < 0.5) {
      const event = { process, f: 'write', key, value: ++written }
      values[key]!.push(written)
      return [
        { ...event, type: 'invoke' },
        { ...event, type: random() < 0.15 ? 'info' : 'ok' },
      ]
    }
    const value = chosen(random, values[key]!)
    return [
      { process, f: 'read', key, type: 'invoke' },
      { process, f: 'read', key, type: 'ok', value },
    ]
  }).flat()
  return historyOf(events, 'register')
}

test('agree with their definitions over all pairs', { timeout: 120_000 }, () => {
  const broken = new Map<string, number>()
  const model = historyModels.find(({ name }) => name === 'register')!
  for (let seed = 1; seed <= (process.env['QUORATE_LONG'] ? 50_000 : 3_000); seed++) {
    const { operations } = drawHistory(randomFrom(seed))
    const judgements = judgeWeakModels(operations, model, null)
    const expected = naive(operations)
    for (const name of sessionGuarantees) {
      const isBroken = judgements[name].verdict === 'illegal'
      if (isBroken !== expected[name]) expect({ seed, name, isBroken, operations }).toBe(expected[name])
      if (isBroken) broken.set(name, (broken.get(name) ?? 0) + 1)
    }
  }
  for (const name of sessionGuarantees)
    expect({ name, often: (broken.get(name) ?? 0) > 20 }).toEqual({ name, often: true })
})
