import { check } from '@quorate/checker'
import { expect, test } from 'vitest'
import { mistakes } from './mistakes.test.fixture.js'

/** So many states are enough to catch each, and so many steps to show it. */
const statesMax = 70_000
const stepsMax = 20

test.each(mistakes.map((mistake) => [mistake.name, mistake] as const))('caught: %s', (_name, { model }) => {
  const { properties, distinct } = check(model, { symmetry: true, statesMax })
  const violated = properties.find(({ verdict, kind }) => verdict === 'violated' && kind === 'always')
  expect(violated, `not caught in ${distinct} states`).toBeDefined()
  expect(violated?.trace?.steps.length).toBeLessThanOrEqual(stepsMax)
})
