import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { ClientInbox } from './clientInbox.js'

describe('what clients have sent', () => {
  it('is read for a few milliseconds in each turn, in order, and none is lost', () => {
    const clock = virtualClock()
    let [turns, drops] = [0, 0]
    const inbox = new ClientInbox(
      clock,
      () => turns++,
      () => drops++,
    )
    const read: number[] = []
    // Each takes a millisecond.
    const put = (number: number): void =>
      inbox.put(1, () => {
        read.push(number)
        clock.advance(1)
      })
    for (let number = 0; number < 100; number++) put(number)
    expect([read.length, turns]).toEqual([0, 100])
    for (let turn = 1; turn <= 20; turn++) {
      inbox.work()
      expect(read.length).toBe(5 * turn)
      if (turn === 10) put(100)
    }
    // It asks for another turn as long as something is left.
    expect(turns).toBe(101 + 20)
    inbox.work()
    expect(read).toEqual(Array.from({ length: 101 }, (_, number) => number))
    expect([turns, drops]).toEqual([121, 0])
  })

  it('takes bounded room', () => {
    let drops = 0
    const inbox = new ClientInbox(
      virtualClock(),
      () => {},
      () => drops++,
    )
    let read = 0
    const deliver = (): void => void read++
    for (let count = 0; count < 70; count++) inbox.put(1024 * 1024, deliver)
    expect(drops).toBe(6)
    inbox.work()
    expect(read).toBe(64)
    for (let count = 0; count < 70_000; count++) inbox.put(1, deliver)
    expect(drops).toBe(6 + 70_000 - 65_536)
  })

  it('is read at once when nobody takes turns any more', () => {
    const inbox = new ClientInbox(
      virtualClock(),
      () => {},
      () => {},
    )
    let read = 0
    const deliver = (): void => void read++
    inbox.put(1, deliver)
    inbox.close()
    expect(read).toBe(1)
    inbox.put(1, deliver)
    expect(read).toBe(2)
  })
})
