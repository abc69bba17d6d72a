import { virtualClock } from '@quorate/core/testing'
import { expect, it } from 'vitest'
import { ApplierTurns } from './applierTurns.js'

it('a turn asks nobody who has nothing to do, and begins with another one each time', () => {
  const turns = new ApplierTurns(virtualClock())
  const asked: string[] = []
  const worker = (name: string, steps: number) => ({
    steps,
    get hasWork() {
      asked.push(name)
      return this.steps > 0
    },
    work() {
      this.steps--
      worked.push(name)
    },
  })
  const worked: string[] = []
  turns.add(worker('idle', 0))
  turns.add(worker('one', 2))
  turns.add(worker('two', 2))
  expect(turns.work()).toBe(true)
  asked.length = 0
  expect(turns.work()).toBe(false)
  expect(worked).toEqual(['two', 'one', 'one', 'two'])
  expect(asked).not.toContain('idle')
  asked.length = 0
  expect(turns.work()).toBe(false)
  expect(asked).toEqual([])
})
