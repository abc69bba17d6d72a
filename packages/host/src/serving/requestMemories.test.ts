import { virtualClock } from '@quorate/core/testing'
import { expect, it } from 'vitest'
import { RequestMemories } from './requestMemories.js'

it('a group that is opened again remembers what it refused and took, for as long as a copy may come', () => {
  const clock = virtualClock()
  const memories = new RequestMemories(clock)
  const memory = memories.of('g')
  memory.refused.note('g/answers/c', 1)
  memory.taken.note('g/answers/c', 2)
  memories.keep('g', memory)
  clock.advance(10_000)
  expect(memories.of('g')).toBe(memory)
  expect(memories.of('g')).not.toBe(memory)
  memories.keep('g', memory)
  clock.advance(30_000)
  memories.keep('other', memories.of('other'))
  expect(memories.of('g').refused.has('g/answers/c', 1)).toBe(false)
})
