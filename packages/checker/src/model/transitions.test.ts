import { describe, expect, test } from 'vitest'
import { check } from './check.js'
import { always, sometimes } from './property.js'
import { type TransitionSystem, transitionModel } from './transitions.js'

interface Place {
  readonly at: number
  readonly seen: ReadonlySet<number>
}

const walk = (changed: Partial<TransitionSystem<Place>> = {}): TransitionSystem<Place> => ({
  name: 'walk',
  initial: [{ at: 0, seen: new Set() }],
  steps: ({ at, seen }) => (at < 3 ? [{ name: 'on', to: { at: at + 1, seen: new Set([...seen, at]) } }] : []),
  properties: [sometimes('it gets there', ({ at }) => at === 3)],
  ...changed,
})

test('states are told as people would write them', () => {
  const report = check(
    transitionModel(walk({ properties: [sometimes('all are seen', ({ seen }) => seen.size === 3)] })),
  )
  expect(report).toMatchObject({ verdict: 'holds', distinct: 4 })
  expect(report.properties[0]?.trace?.final).toEqual(['{at: 3, seen: {0, 1, 2}}'])
})

describe('faults are told with the run that leads there', () => {
  test.each<readonly [string, Partial<TransitionSystem<Place>>, RegExp]>([
    [
      'steps that write into a set of the state',
      {
        steps: ({ at, seen }) => {
          const changing = seen as Set<number>
          return at < 3 ? [{ name: 'on', to: { at: at + 1, seen: changing.add(at) } }] : []
        },
      },
      /steps of the state {at: 0, seen: \{0}} write into a map, a set or bytes of it.*\nat the very beginning/,
    ],
    [
      'steps that throw',
      {
        steps: (state) => {
          if (state.at === 1) throw new Error('one')
          return walk().steps(state)
        },
      },
      /steps of the state {at: 1, seen: \{0}} throws: one\nafter 1 steps:\n {2}1\. on/,
    ],
    [
      'a property that throws',
      {
        properties: [
          always('low', ({ at }) => {
            if (at === 2) throw new Error('two')
            return true
          }),
        ],
      },
      /property "low" throws: two\nafter 2 steps:\n {2}1\. on\n {2}2\. on/,
    ],
    [
      'a state that hides what it holds',
      { initial: [{ at: 0, seen: new Set(), since: new Date() } as Place] },
      /an initial state holds an instance of Date/,
    ],
  ])('%s', (_title, changed, text) => {
    expect(() => check(transitionModel(walk(changed)))).toThrow(text)
  })
})
