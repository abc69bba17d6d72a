import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { realClock } from './realClock.js'

/** Holds the event loop, as a long computation does. */
function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('realClock', () => {
  it('waits longer than a timer of the platform holds', () => {
    vi.useFakeTimers()
    try {
      const clock = realClock()
      const fired: string[] = []
      const day = 24 * 3600 * 1000
      clock.setTimeout(() => fired.push('thirty days'), 30 * day)
      clock.setTimeout(() => fired.push('for ever'), Number.POSITIVE_INFINITY)
      const cancelled = clock.setTimeout(() => fired.push('cancelled'), 31 * day)
      vi.advanceTimersByTime(29.9 * day)
      // It is in its second piece.
      clock.clearTimeout(cancelled)
      expect(fired).toEqual([])
      vi.advanceTimersByTime(day)
      expect(fired).toEqual(['thirty days'])
      vi.advanceTimersByTime(100 * day)
      expect(fired).toEqual(['thirty days'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('hands over what lies in the sockets before a timer that is due, also when the loop was blocked', async () => {
    const clock = realClock()
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = connect(port, '127.0.0.1')
    const [peer] = await once(server, 'connection')
    const fired: number[] = []
    const timers = Array.from({ length: 10 }, (_, number) => clock.setTimeout(() => fired.push(number), 100))
    const cancelled = new Promise<void>((resolve) => {
      // As in the host: what arrives is gathered, and handed over `soon`.
      peer.on('data', () =>
        clock.soon(() => {
          for (const timer of timers) clock.clearTimeout(timer)
          resolve()
        }),
      )
    })
    client.write('heartbeat')
    block(300)
    await cancelled
    await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 50))
    expect(fired).toEqual([])
    client.destroy()
    peer.destroy()
    server.close()
  })

  it('fires what is not cancelled, no earlier than asked', async () => {
    const clock = realClock()
    const beganAtMs = clock.nowMs()
    await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 20))
    // Node rounds timers down by less than a millisecond.
    expect(clock.nowMs() - beganAtMs).toBeGreaterThan(19)
  })

  it('cancels at every stage, and ignores what was never set', async () => {
    const clock = realClock()
    const fired: string[] = []
    const late = clock.setTimeout(() => fired.push('late'), 1)
    setTimeout(() => setImmediate(() => clock.clearTimeout(late)), 1)
    clock.clearTimeout(undefined)
    await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), 10))
    clock.clearTimeout(late)
    expect(fired.length).toBeLessThanOrEqual(1)
  })
})
