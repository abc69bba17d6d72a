import { describe, expect, test } from 'vitest'
import { explore } from './explore.js'
import { failureOf, findingOf } from './findings.js'
import { mistakes } from './mistakes.test.fixture.js'
import { simulate } from './simulate.js'
import { searchOf } from './subjects.test.fixture.js'

/**
 * Mistakes made on purpose, and found by their effects. In a quick run each is looked for in the seed in which it is known
 * to be found, in a long run in all seeds of its budget, from the first.
 */
const isLong = process.env['QUORATE_LONG'] !== undefined
const stepsMax = 20
/** Of these every run sees the whole way, from the seed to the short script. */
const shrunk = 3

describe('mistakes made on purpose', () => {
  test.each(mistakes)('$name', { timeout: 600_000 }, async ({ subject, foundAt, seedsMax }) => {
    const seeds = isLong ? Array.from({ length: seedsMax }, (_, at) => at + 1) : [foundAt]
    for (const seed of seeds) {
      const options = searchOf(subject, seed)
      if (failureOf(await explore(options)) === undefined) continue
      if (!isLong && mistakes.findIndex((mistake) => mistake.subject === subject) % 8 >= shrunk) return
      const finding = await findingOf(options)
      if (!finding || finding.length > stepsMax) continue
      // Without the mistake the same script shows nothing wrong, and with it the same thing again.
      expect(failureOf(await simulate({ subject, script: finding.script }))).toBe(finding.invariant)
      return
    }
    throw new Error(`not found in ${seeds.length} seeds, or not in ${stepsMax} steps`)
  })
})
