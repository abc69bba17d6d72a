import { describe, expect, it, test } from 'vitest'
import type { Clock } from '../ports/ports.js'
import { memoryStore } from './memoryStore.js'
import { storeSuite } from './suites/storeSuite.js'
import { virtualClock } from './virtualClock.js'

const realTime: Clock = {
  nowMs: () => 0,
  wallMs: () => 0,
  setTimeout: (fire, delayMs) => setTimeout(fire, delayMs),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  soon: (run) => void setImmediate(run),
}

describe('memory store: the store suite', () => {
  for (const { name, run } of storeSuite(() => ({ ...memoryStore({ clock: realTime }), remove: async () => {} }))) {
    test(name, run)
  }
})

const owner = { cluster: 'demo', node: 'n1' }
const record = (byte: number) =>
  [{ key: 'g/r', operations: [{ type: 'persist', record: new Uint8Array([byte]) }] }] as const

describe('memory store', () => {
  it('loses the write that was under way when it crashed, and nothing before', async () => {
    const clock = virtualClock()
    const store = memoryStore({ clock, writeDelayMs: 10 })
    const before = await store.open(owner)
    const done: number[] = []
    before.write(record(1), () => done.push(1))
    clock.advance(10)
    before.write(record(2), () => done.push(2))
    clock.advance(5)
    store.crash()
    const after = await store.open(owner)
    clock.advance(100)
    expect(done).toEqual([1])
    expect((await after.recover('g/r')).record).toEqual(new Uint8Array([1]))
    expect(store.writes).toBe(1)
  })

  it('fails the write that it was told to, keeps nothing of it, and takes no other', async () => {
    const clock = virtualClock()
    const store = memoryStore({ clock })
    const opened = await store.open(owner)
    store.failNextWrite(new Error('no space left'))
    let failure: Error | undefined
    opened.write(record(1), (error) => {
      failure = error
    })
    clock.advance(1)
    expect(failure?.message).toBe('no space left')
    expect(() => opened.write(record(2), () => {})).toThrow('takes no further write')
    await opened.close()
    expect((await (await store.open(owner)).recover('g/r')).record).toBeUndefined()
  })
})
