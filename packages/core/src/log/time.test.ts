import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entriesAfter, noopAt } from './entries.js'
import { instantOf, isSameStamp, type Stamp, startOfTime, timeAfter } from './time.js'

const stamp = (by: number, nowMs: number, wallMs = 0): Stamp => ({ by, nowMs, wallMs })
const after = (...stamps: readonly (Stamp | undefined)[]) => stamps.reduce(timeAfter, startOfTime)

describe('the wall clock of a log', () => {
  test('is the latest of those who ordered, and never goes back', () => {
    expect(after(stamp(1, 0, 500), stamp(1, 0, 300), stamp(2, 0, 400)).wallMs).toBe(500)
    expect(after(stamp(1, 0, 500), stamp(2, 0, 600)).wallMs).toBe(600)
  })
})

describe('the time of a log', () => {
  test('is the monotonic time that passed while one was ordering', () => {
    expect(after(stamp(1, 1000)).logMs).toBe(0)
    expect(after(stamp(1, 1000), stamp(1, 1501), stamp(1, 1801)).logMs).toBe(800)
  })

  test('stands still from one who orders to the next, whatever their clocks show', () => {
    expect(after(stamp(1, 1000), stamp(1, 1101), stamp(2, 9_000_000)).logMs).toBe(100)
    expect(after(stamp(1, 1000), stamp(1, 1101), stamp(2, 5), stamp(2, 26)).logMs).toBe(120)
    // The same again, later: nobody ordered meanwhile, for all that is known.
    expect(after(stamp(1, 1000), stamp(2, 5), stamp(1, 9_000_000)).logMs).toBe(0)
  })

  test('is not hurried by a wall clock, nor set back by a monotonic one that would go back', () => {
    expect(after(stamp(1, 1000, 0), stamp(1, 1101, 10 ** 12)).logMs).toBe(100)
    expect(after(stamp(1, 1000), stamp(1, 1101), stamp(1, 50), stamp(1, 1102)).logMs).toBe(101)
  })

  test('stands still without a stamp, as in what earlier versions wrote', () => {
    const time = after(stamp(1, 1000), stamp(1, 1101))
    expect(timeAfter(time, undefined)).toBe(time)
    expect(timeAfter(time, stamp(1, 1101))).toBe(time)
  })

  test('never runs ahead of what passed, over any stamps of any who order in turn', () => {
    const passes = fc.array(fc.record({ us: fc.nat({ max: 5_000 }), next: fc.nat({ max: 5 }) }), { maxLength: 50 })
    fc.assert(
      fc.property(passes, (steps) => {
        let [time, passedUs, by] = [startOfTime, 0, 1]
        let epochUs = 123_456
        for (const { us, next } of steps) {
          passedUs += us
          if (next === 0) {
            by++
            epochUs = (epochUs * 7 + 1) % 1_000_000
          }
          const before = time.logMs
          time = timeAfter(time, stamp(by, Math.floor((passedUs + epochUs) / 1000)))
          expect(time.logMs).toBeGreaterThanOrEqual(before)
          expect(time.logMs * 1000).toBeLessThanOrEqual(passedUs)
        }
      }),
    )
  })
})

test('the first of commands that came together is stamped with the time of their event, and with the term in which they are ordered', () => {
  const command = { kind: 'command', session: 1, sequence: 1, answeredBelow: 0, bytes: new Uint8Array() } as const
  const when = instantOf({ type: 'client.proposed', nowMs: 5, wallMs: 6 })
  expect(entriesAfter(3, 7, [command, command], when).map(({ index, stamp: of }) => [index, of])).toEqual([
    [4, stamp(7, 5, 6)],
    [5, undefined],
  ])
  expect(entriesAfter(3, 7, [command], instantOf({ type: 'client.proposed' }))[0]).not.toHaveProperty('stamp')
  expect(noopAt({ index: 1, term: 1 })).not.toHaveProperty('stamp')
  expect([isSameStamp(when && stamp(7, 5, 6), stamp(7, 5, 6)), isSameStamp(undefined, stamp(7, 5, 6))]).toEqual([
    true,
    false,
  ])
})
