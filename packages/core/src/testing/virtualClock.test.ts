import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { virtualClock } from './virtualClock.js'

describe('virtualClock', () => {
  it('fires by time, then by the order in which timers were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { maxLength: 200 }), (delays) => {
        const clock = virtualClock()
        const fired: { delay: number; position: number; atMs: number }[] = []
        delays.forEach((delay, position) =>
          clock.setTimeout(() => fired.push({ delay, position, atMs: clock.nowMs() }), delay),
        )
        clock.advance(100)
        const expected = delays.map((delay, position) => ({ delay, position, atMs: delay }))
        expected.sort((a, b) => a.delay - b.delay || a.position - b.position)
        expect(fired).toEqual(expected)
        expect(clock.nowMs()).toBe(100)
      }),
    )
  })

  it('fires chained timers at their exact times', () => {
    const clock = virtualClock()
    const fired: number[] = []
    const again = () => {
      fired.push(clock.nowMs())
      clock.setTimeout(again, 7)
    }
    clock.setTimeout(again, 7)
    clock.advance(30)
    expect(fired).toEqual([7, 14, 21, 28])
  })

  it('does not fire what was cancelled, also by another timer of the same moment', () => {
    const clock = virtualClock()
    let isFired = false
    clock.setTimeout(() => clock.clearTimeout(late), 5)
    const late = clock.setTimeout(() => {
      isFired = true
    }, 5)
    clock.advance(10)
    expect(isFired).toBe(false)
    expect(clock.timers).toBe(0)
  })

  it('runs what was asked for soon before the next timer', () => {
    const clock = virtualClock()
    const seen: string[] = []
    clock.setTimeout(() => {
      seen.push('first')
      clock.soon(() => seen.push('soon'))
    }, 1)
    clock.setTimeout(() => seen.push('second'), 1)
    clock.advance(1)
    expect(seen).toEqual(['first', 'soon', 'second'])
  })

  it('stops when what it runs until holds, and says so when it never does', () => {
    const clock = virtualClock()
    let isDone = false
    clock.setTimeout(() => {
      isDone = true
    }, 40)
    clock.setTimeout(() => {}, 90)
    clock.runUntil(() => isDone, 100)
    expect(clock.nowMs()).toBe(40)
    expect(() => clock.runUntil(() => false, 100)).toThrow('did not happen within 100 ms')
  })

  it('waits for promises', async () => {
    const clock = virtualClock()
    const later = new Promise<string>((resolve) => clock.setTimeout(() => resolve('done'), 1000))
    expect(
      await clock.wait(
        later.then((text) => `${text}!`),
        2000,
      ),
    ).toBe('done!')
    expect(clock.nowMs()).toBe(1000)
    await expect(clock.wait(new Promise(() => {}), 10)).rejects.toThrow('not settled within 10 ms')
  })
})
