import type { Session } from '@quorate/core'
import { virtualClock } from '@quorate/core/testing'
import { expect, it } from 'vitest'
import { SessionRoom } from './sessionRoom.js'

/** Nothing else counts of one. */
const session = (usedAt: number) => ({ usedAt }) as Session
const sessionsOf = (...usedAt: readonly number[]) => new Map(usedAt.map((at, id) => [id + 1, session(at)]))

it('admits no more than there is room for: where all are in use none, and as many as were not used for long', () => {
  const clock = virtualClock()
  let committed = 10
  const room = new SessionRoom({ clock, sessionsMax: 3, committed: () => committed })
  const admitted = (...usedAt: readonly number[]) => {
    // What was looked through lately is not looked through again.
    clock.advance(1000)
    const sessions = sessionsOf(...usedAt)
    return [1, 2, 3, 4].filter(() => room.admits(sessions)).length
  }
  room.note()
  expect(admitted(1, 2)).toBe(4)
  expect(admitted(1, 2, 3)).toBe(0)
  for (committed = 20; committed < 40; committed++) {
    clock.advance(10_000)
    room.note()
  }
  expect(admitted(5, 8, 39)).toBe(2)
  expect(admitted(37, 38, 39)).toBe(0)
})
