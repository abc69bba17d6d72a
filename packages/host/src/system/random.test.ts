import { describe, expect, it } from 'vitest'
import { systemRandom } from './random.js'

describe('systemRandom', () => {
  it.each([1, 2, 3, 1000, 2 ** 31])('draws whole numbers below %d', (limit) => {
    for (let draw = 0; draw < 2000; draw++) {
      const number = systemRandom.below(limit)
      expect(Number.isInteger(number) && number >= 0 && number < limit).toBe(true)
    }
  })

  it('draws each of a few, and of many hardly any twice', () => {
    const few = Array.from({ length: 2000 }, () => systemRandom.below(7))
    expect(new Set(few).size).toBe(7)
    const many = Array.from({ length: 2000 }, () => systemRandom.below(2 ** 31))
    expect(new Set(many).size).toBeGreaterThan(1980)
  })
})
