import { describe, expect, it } from 'vitest'
import { fingerprintOf } from './fingerprint.js'

describe('a fingerprint', () => {
  it('is the number that it always was: it stands on disks', () => {
    expect([fingerprintOf(''), fingerprintOf('a'), fingerprintOf('group')]).toMatchInlineSnapshot(`
      [
        172505283356887,
        242221223855087,
        250865935334619,
      ]
    `)
  })

  it('is a safe number above 0, and another one for each of many texts that are nearly the same', () => {
    const prints = Array.from({ length: 20_000 }, (_, number) => fingerprintOf(`c0a1b2c3d4/${number}`))
    expect(new Set(prints).size).toBe(prints.length)
    expect(prints.every((print) => Number.isSafeInteger(print) && print > 0 && print < 2 ** 48)).toBe(true)
  })
})
