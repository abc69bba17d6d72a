import { virtualClock } from '@quorate/core/testing'
import { expect, it } from 'vitest'
import type { RefusalReason } from '../generated/client.js'
import { seededRandom } from '../node/cluster.test.fixture.js'
import type { FlightSurroundings } from './flights.js'
import { SessionOpening } from './sessionOpening.js'

function make() {
  const clock = virtualClock(1000)
  const asked: { readonly request: number; readonly atMs: number }[] = []
  const link = { ask: (_to: string, { request }: { request: number }) => asked.push({ request, atMs: clock.nowMs() }) }
  let number = 0
  const around = { clock, random: seededRandom(1), link, finder: { first: 'n1' }, nextRequest: () => ++number }
  const opening = new SessionOpening(around as unknown as FlightSurroundings)
  /** Asks whenever it may; how often that is in so many seconds. */
  const asksIn = (seconds: number, answer?: RefusalReason) => {
    const before = asked.length
    for (let at = 0; at < seconds * 100; at++) {
      const count = asked.length
      opening.ask(0)
      if (answer && asked.length > count) opening.refused({ request: number, reason: answer } as never)
      clock.advance(10)
    }
    return asked.length - before
  }
  return { opening, asked, asksIn }
}

it('asks again and again under one number, ever more seldom', () => {
  const { opening, asked, asksIn } = make()
  expect(asksIn(4)).toBeGreaterThan(2)
  const lately = asksIn(60)
  expect(lately).toBeGreaterThan(60 / 6 - 1)
  expect(lately).toBeLessThan(60 / 2)
  expect(new Set(asked.map(({ request }) => request))).toEqual(new Set([1]))
  expect(opening.isOpened(1)).toBe(true)
})

it('after a refusal soon, and then ever more seldom; where all sessions are in use not so soon', () => {
  const refused = make()
  expect(refused.asksIn(1, 'notLeader')).toBeGreaterThan(4)
  expect(refused.asksIn(60, 'notLeader')).toBeLessThan(125)
  const full = make()
  expect(full.asksIn(1, 'sessionsFull')).toBeLessThan(5)
  expect(full.asksIn(60, 'sessionsFull')).toBeLessThan(35)
  expect(full.opening.refusedFor).toBe('sessionsFull')
})
