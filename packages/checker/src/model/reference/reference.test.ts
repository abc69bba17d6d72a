import { describe, expect, test } from 'vitest'
import { type CheckOptions, check, type Model } from '../check.js'
import { twoPhaseCommit } from './twoPhaseCommit.js'

/** The numbers that others have published of the same systems: distinct states, generated states, depth. */

const numbersOf = (model: Model, options: CheckOptions = {}) => {
  const report = check(model, { reduction: false, exact: true, ...options })
  expect(report).toMatchObject({ verdict: 'holds', ending: 'exhausted', collisions: 0 })
  return [report.distinct, report.generated, report.depth]
}

describe('two-phase commit', () => {
  test.each([
    [3, 288, 1146, 11],
    [5, 8832, 58_146, 17],
  ])('of %i resource managers', (rms, ...numbers) => {
    expect(numbersOf(twoPhaseCommit({ rms }))).toEqual(numbers)
  })

  test.each([
    [3, 80, 318, 11],
    [5, 314, 2048, 17],
    [7, 920, 8410, 23],
  ])('of %i resource managers, up to their names', (rms, ...numbers) => {
    expect(numbersOf(twoPhaseCommit({ rms }), { symmetry: true })).toEqual(numbers)
  })
})
