import { expect, test } from 'vitest'
import { Backlog } from './backlog.js'

test('keeps the newest, in order, within both limits, and says how many it left out', () => {
  const backlog = new Backlog({ countMax: 3, charactersMax: 10 })
  expect(['a', 'b', 'c', 'd'].map((text) => backlog.push(text))).toEqual([0, 0, 0, 1])
  expect([...backlog]).toEqual(['b', 'c', 'd'])
  expect(backlog.push('12345678')).toBe(1)
  expect([...backlog]).toEqual(['c', 'd', '12345678'])
  expect(backlog.push('12345678901')).toBe(4)
  expect([...backlog]).toEqual([])
  expect(backlog.push('1234567890')).toBe(0)
  expect(backlog.shift()).toBe('1234567890')
  expect(backlog.shift()).toBeUndefined()
  expect(backlog.push('1234567890')).toBe(0)
})
