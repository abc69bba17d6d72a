import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../node/cluster.test.fixture.js'
import { LeaderTracker } from './leaderTracker.js'

function make() {
  const clock = virtualClock(1000)
  const asked: number[] = []
  const tracker = new LeaderTracker(clock, seededRandom(1))
  const follower = { askAll: () => void asked.push(clock.nowMs()), leaderChanged: () => {} }
  tracker.join(follower)
  return { clock, asked, tracker, follower }
}

describe('LeaderTracker', () => {
  it('believes the highest epoch, and nothing older', () => {
    const { tracker } = make()
    expect(tracker.learn('n1', 'n1', 3)).toBe(true)
    expect(tracker.learn('n2', 'n2', 2)).toBe(false)
    expect(tracker.learn('n2', 'n2', 3)).toBe(false)
    expect(tracker.leader).toBe('n1')
    expect(tracker.learn('n2', 'n2', 4)).toBe(true)
    expect(tracker.leader).toBe('n2')
  })

  it('forgets an epoch that nobody names any more: the group was begun anew', () => {
    const { clock, tracker, follower } = make()
    tracker.learn('n1', 'n1', 7)
    const sinceMs = clock.nowMs()
    const believedAt = () => {
      for (let at = 0; at < 500; at++) {
        clock.advance(10)
        tracker.askIfNeeded(follower, sinceMs)
        // The one that led is there, and follows.
        tracker.refused('n1', 'n2', 2)
        if (tracker.learn('n3', 'n2', 2) || tracker.leader === 'n2') return clock.nowMs() - sinceMs
      }
      return Number.POSITIVE_INFINITY
    }
    expect(believedAt()).toBeGreaterThan(1500)
    expect([tracker.leader, tracker.epoch]).toEqual(['n2', 2])
  })

  it('counts the epochs of another life of the group from the beginning', () => {
    const { tracker } = make()
    tracker.meet(11)
    tracker.learn('n1', 'n1', 7)
    tracker.meet(11)
    expect([tracker.leader, tracker.learn('n2', 'n2', 2)]).toEqual(['n1', false])
    tracker.meet(12)
    expect([tracker.leader, tracker.epoch]).toEqual([undefined, 0])
    expect([tracker.learn('n2', 'n2', 2), tracker.leader]).toEqual([true, 'n2'])
  })

  it('does not ask all the time while one names as leader who denies it', () => {
    const { clock, asked, tracker, follower } = make()
    const sinceMs = clock.nowMs() - 1000
    for (let at = 0; at < 1000; at++) {
      tracker.learn('n1', 'n2', 3)
      tracker.learn('n2', undefined, 3)
      tracker.askIfNeeded(follower, sinceMs)
      clock.advance(1)
    }
    expect(asked.length).toBeLessThan(25)
  })

  it('does not forget an epoch that somebody names, or in which calls are answered', () => {
    const { clock, tracker, follower } = make()
    tracker.learn('n1', 'n1', 7)
    for (let at = 0; at < 1000; at++) {
      clock.advance(10)
      tracker.askIfNeeded(follower, clock.nowMs() - 200)
      tracker.learn('n3', 'n2', 2)
      if (at % 50 === 0) at % 100 === 0 ? tracker.heard() : tracker.learn('n2', undefined, 7)
    }
    expect([tracker.leader, tracker.epoch]).toEqual(['n1', 7])
  })

  it('takes it from nobody but the leader that nobody leads: another may stand in vain, in later and later epochs', () => {
    const { tracker } = make()
    tracker.learn('n1', 'n1', 3)
    expect(tracker.learn('n2', undefined, 4)).toBe(false)
    expect(tracker.leader).toBe('n1')
    expect(tracker.learn('n1', undefined, 4)).toBe(false)
    expect(tracker.leader).toBeUndefined()
    expect(tracker.learn('n2', undefined, 9)).toBe(false)
    expect(tracker.learn('n3', 'n3', 4)).toBe(true)
    expect(tracker.leader).toBe('n3')
  })

  it('follows the hint of who refuses, and forgets a leader that says it is none', () => {
    const { tracker } = make()
    tracker.learn('n1', 'n1', 3)
    expect(tracker.refused('n1', 'n2', 4)).toBe(true)
    expect(tracker.leader).toBe('n2')
    expect(tracker.refused('n1', 'n3', 3)).toBe(false)
    expect(tracker.leader).toBe('n2')
    expect(tracker.refused('n2', undefined, 4)).toBe(false)
    expect(tracker.leader).toBeUndefined()
  })

  it('asks everyone while nobody is known to lead, and when the leader is silent, but not all the time', () => {
    const { clock, asked, tracker, follower } = make()
    const waitFor = (ms: number) => {
      const sinceMs = clock.nowMs()
      for (const untilMs = sinceMs + ms; clock.nowMs() < untilMs; clock.advance(10))
        tracker.askIfNeeded(follower, sinceMs)
    }
    waitFor(1000)
    expect(asked.length).toBeGreaterThan(5)
    expect(asked.length).toBeLessThan(40)
    tracker.learn('n1', 'n1', 1)
    asked.length = 0
    for (let round = 0; round < 10; round++) {
      waitFor(80)
      tracker.heard()
    }
    expect(asked).toEqual([])
    waitFor(500)
    expect(asked.length).toBeGreaterThan(2)
  })

  it('asks ever more seldom while nobody answers, and soon again once somebody was heard', () => {
    const { clock, asked, tracker, follower } = make()
    const waitFor = (ms: number) => {
      asked.length = 0
      for (const untilMs = clock.nowMs() + ms; clock.nowMs() < untilMs; clock.advance(10))
        tracker.askIfNeeded(follower, 0)
      return asked.length
    }
    waitFor(10_000)
    expect(waitFor(100_000)).toBeLessThan(125)
    expect(waitFor(100_000)).toBeGreaterThan(75)
    tracker.learn('n1', 'n1', 1)
    clock.advance(1000)
    expect(waitFor(200)).toBeGreaterThan(2)
  })

  it('has one follower ask for all, by turns, and tells all of them', () => {
    const { clock, tracker } = make()
    const asks = [0, 0, 0]
    const told = [0, 0, 0]
    const followers = asks.map((_, at) => ({
      askAll: () => void asks[at]!++,
      leaderChanged: () => void told[at]!++,
    }))
    for (const follower of followers) tracker.join(follower)
    const waitFor = (ms: number) => {
      for (const untilMs = clock.nowMs() + ms; clock.nowMs() < untilMs; clock.advance(10))
        for (const follower of followers) tracker.askIfNeeded(follower, 0)
    }
    waitFor(10_000)
    // The first would always be first: but its connection may be the one that is down.
    expect(Math.min(...asks)).toBeGreaterThan(0)
    expect(asks.reduce((sum, count) => sum + count)).toBeLessThan(30)
    tracker.learn('n1', 'n1', 1)
    expect(told).toEqual([1, 1, 1])
    tracker.leave(followers[0]!)
    tracker.learn('n2', 'n2', 2)
    expect(told).toEqual([1, 2, 2])
  })

  it('stays with one of several that lead in the same epoch, as long as it says that it does', () => {
    const { clock, asked, tracker, follower } = make()
    tracker.learn('b1', 'b1', 1)
    const sinceMs = clock.nowMs()
    for (let round = 0; round < 100; round++) {
      clock.advance(10)
      const before = asked.length
      tracker.askIfNeeded(follower, sinceMs)
      if (asked.length === before) continue
      // It is slow: the other one is always the first to say so.
      expect(tracker.learn('b2', 'b2', 1)).toBe(false)
      tracker.learn('b1', 'b1', 1)
    }
    expect(asked.length).toBeGreaterThan(5)
    expect(tracker.leader).toBe('b1')
  })

  it('goes to another in the same epoch when one is gone, or says of another that it leads', () => {
    for (const saysWhat of [undefined, 'b3']) {
      const { clock, tracker, follower } = make()
      tracker.learn('b1', 'b1', 1)
      const sinceMs = clock.nowMs()
      while (tracker.leader === 'b1' && clock.nowMs() - sinceMs < 1000) {
        clock.advance(10)
        tracker.askIfNeeded(follower, sinceMs)
        if (saysWhat) tracker.learn('b1', saysWhat, 1)
        else tracker.learn('b2', 'b2', 1)
      }
      expect(tracker.leader).toBe(saysWhat ?? 'b2')
      expect(clock.nowMs() - sinceMs).toBeGreaterThanOrEqual(200)
      expect(clock.nowMs() - sinceMs).toBeLessThan(300)
    }
  })

  it('goes to another in the same epoch when one says that it leads, and answers nothing else for long', () => {
    const { clock, tracker, follower } = make()
    tracker.learn('b1', 'b1', 1)
    const sinceMs = clock.nowMs()
    while (tracker.leader === 'b1' && clock.nowMs() - sinceMs < 10_000) {
      clock.advance(10)
      tracker.askIfNeeded(follower, sinceMs)
      tracker.learn('b1', 'b1', 1)
      tracker.learn('b2', 'b2', 1)
    }
    expect(tracker.leader).toBe('b2')
    expect(clock.nowMs() - sinceMs).toBeGreaterThanOrEqual(5000)
    expect(clock.nowMs() - sinceMs).toBeLessThan(5200)
    // And it waits as long before it leaves this one.
    tracker.askIfNeeded(follower, clock.nowMs())
    expect(tracker.learn('b1', 'b1', 1)).toBe(false)
  })

  it('does not go to another while something is heard, or without having asked', () => {
    const { clock, tracker, follower } = make()
    tracker.learn('b1', 'b1', 1)
    clock.advance(10_000)
    expect(tracker.learn('b2', 'b2', 1)).toBe(false)
    tracker.askIfNeeded(follower, 0)
    clock.advance(60)
    tracker.heard()
    clock.advance(60)
    expect(tracker.learn('b2', 'b2', 1)).toBe(false)
    expect(tracker.leader).toBe('b1')
  })
})
