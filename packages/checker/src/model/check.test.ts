import { expect, test } from 'vitest'
import { check, type Model } from './check.js'
import { FairActions } from './engine/fairActions.js'
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

const last = [0, 0, 0]

/** A space of states that each lead to some others. */
const modelOf = (initial: readonly number[], next: (state: string) => readonly (readonly number[])[]): Model => {
  const isLast = (_state: Int32Array, length: number) => length === last.length
  const space: Space = {
    properties: [
      { name: 'it comes', kind: 'eventually', holds: isLast },
      { name: 'it may come', kind: 'sometimes', holds: isLast },
    ],
    computed: 0,
    initial: (visitor) => visitor.visit(Int32Array.from(initial), initial.length, 0),
    expand: (state, length, visitor) => {
      for (const [step, to] of next(state.subarray(0, length).join()).entries()) {
        visitor.visit(Int32Array.from(to), to.length, step)
      }
    },
    describe: (_before, _length, step, after, length) => ({
      text: `${step}: ${after.subarray(0, length)}`,
      details: [],
    }),
    show: (state, length) => [state.subarray(0, length).join()],
    fairness: new FairActions([{ strength: 'weak', name: 'each step', actionOf: String }], () => []),
  }
  return { name: 'colliding', hasSymmetry: false, compile: () => space }
}

const inARow = modelOf(one, (state) => (state === one.join() ? [other] : state === other.join() ? [last] : []))
const sideBySide = modelOf([7], (state) => (state === '7' ? [one, other] : state === other.join() ? [last] : []))

test('what an equal fingerprint hides, exact mode shows: in runs, and in what must come', () => {
  expect(one).not.toEqual(other)
  expect(fingerprintOf(one)).toBe(fingerprintOf(other))
  expect(check(inARow)).toMatchObject({ verdict: 'violated', distinct: 1, collisionsExpected: 1 / 2 ** 65 })
  const report = check(inARow, { exact: true })
  expect(report).toMatchObject({ verdict: 'holds', distinct: 3, collisions: 1 })
  expect(report).not.toHaveProperty('collisionsExpected')
  expect(report.properties[1]?.trace?.steps.map(({ text }) => text)).toEqual([`0: ${other}`, `0: ${last}`])
})

test('a run to one of two with an equal fingerprint is told as it was', () => {
  const [, mayCome] = check(sideBySide, { exact: true }).properties
  expect(mayCome?.trace?.steps.map(({ text }) => text)).toEqual([`1: ${other}`, `0: ${last}`])
})
