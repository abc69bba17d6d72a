import { expect, test } from 'vitest'
import { check, type Model } from './check.js'
import { fingerprint, type Halves } from './engine/fingerprint.js'
import type { Space } from './engine/space.js'

const halves: Halves = { low: 0, high: 0 }
const fingerprintOf = (state: readonly number[]): string => {
  fingerprint(Int32Array.from(state), state.length, halves)
  return `${halves.low}/${halves.high}`
}

/** Two states with one fingerprint. Who changes how it is made has to look for others. */
const one = [0, 1_976_352_334]
const other = [7481, 2_116_738_033]

/** From one state to another of its fingerprint, and from there to the last. */
const inARow = (): Model => {
  const states = [one, other, [0, 0, 0]]
  const space: Space = {
    properties: [
      { name: 'it comes', kind: 'eventually', holds: (_state, length) => length === 3 },
      { name: 'it may come', kind: 'sometimes', holds: (_state, length) => length === 3 },
    ],
    computed: 0,
    initial: (visitor) => visitor.visit(Int32Array.from(one), 2, 0),
    expand: (state, length, visitor) => {
      const at = states.findIndex((numbers) => numbers.join() === state.subarray(0, length).join())
      const next = states[at + 1]
      if (next) visitor.visit(Int32Array.from(next), next.length, at)
    },
    describe: (_before, _length, step) => ({ text: `step ${step}`, details: [] }),
    show: (state, length) => [state.subarray(0, length).join()],
    fairnessOf: (step) => step,
  }
  return { name: 'in a row', hasSymmetry: false, compile: () => space }
}

test('what an equal fingerprint hides, exact mode shows: in runs, and in what must come', () => {
  expect(one).not.toEqual(other)
  expect(fingerprintOf(one)).toBe(fingerprintOf(other))
  expect(check(inARow())).toMatchObject({ verdict: 'violated', distinct: 1, collisionsExpected: 1 / 2 ** 65 })
  const report = check(inARow(), { exact: true })
  expect(report).toMatchObject({ verdict: 'holds', distinct: 3, collisions: 1 })
  expect(report).not.toHaveProperty('collisionsExpected')
  expect(report.properties[1]?.trace?.steps.map(({ text }) => text)).toEqual(['step 0', 'step 1'])
})
