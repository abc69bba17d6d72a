import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../cluster.test.fixture.js'
import { LeaderTracker } from './leaderTracker.js'

function make() {
  const clock = virtualClock(1000)
  const asked: number[] = []
  const tracker = new LeaderTracker(clock, seededRandom(1), () => asked.push(clock.nowMs()))
  return { clock, asked, tracker }
}

describe('LeaderTracker', () => {
  it('believes the highest term, and nothing older', () => {
    const { tracker } = make()
    expect(tracker.learn('n1', 'n1', 3)).toBe(true)
    expect(tracker.learn('n2', 'n2', 2)).toBe(false)
    expect(tracker.learn('n2', 'n2', 3)).toBe(false)
    expect(tracker.leader).toBe('n1')
    expect(tracker.learn('n2', 'n2', 4)).toBe(true)
    expect(tracker.leader).toBe('n2')
  })

  it('knows of a newer term that nobody leads yet, until somebody does', () => {
    const { tracker } = make()
    tracker.learn('n1', 'n1', 3)
    expect(tracker.learn('n2', undefined, 4)).toBe(false)
    expect(tracker.leader).toBeUndefined()
    expect(tracker.learn('n1', 'n1', 3)).toBe(false)
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
    const { clock, asked, tracker } = make()
    const waitFor = (ms: number) => {
      const sinceMs = clock.nowMs()
      for (const untilMs = sinceMs + ms; clock.nowMs() < untilMs; clock.advance(10)) tracker.askIfNeeded(sinceMs)
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
})
