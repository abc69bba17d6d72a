import { describe, expect, test } from 'vitest'
import { audit, spotless } from './audit.js'

describe('the audit that judges what nodes applied', () => {
  test('is content when all that was acknowledged was applied once, and what is unknown once or never', () => {
    const written = { acknowledged: ['a', 'b'], unknown: ['c', 'd'] }
    expect(audit(['a', 'c', 'b'], written)).toEqual(spotless)
  })

  test('finds what was lost, applied twice, and never written', () => {
    const written = { acknowledged: ['a', 'b'], unknown: ['c'] }
    expect(audit(['a', 'c', 'a', 'c', 'x'], written)).toEqual({ lost: ['b'], twice: ['a', 'c'], strange: ['x'] })
  })
})
