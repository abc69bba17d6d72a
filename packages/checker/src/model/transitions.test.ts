import { describe, expect, test } from 'vitest'
import { alikeNames, alikePlaces } from './alikeInStates.js'
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

describe('with symmetry', () => {
  interface Letters {
    readonly letters: string
  }
  // By hand, for these are many states, and renamed often.
  const moveByOne = ({ letters }: Letters): Letters => ({ letters: letters.slice(1) + letters.charAt(0) })
  const swapFirst = ({ letters }: Letters): Letters => ({
    letters: letters.charAt(1) + letters.charAt(0) + letters.slice(2),
  })
  /** Letters become others, one after the other; all of them are alike. */
  const becoming = (count: number, changed: Partial<TransitionSystem<Letters>> = {}): TransitionSystem<Letters> => ({
    name: 'becoming',
    initial: [{ letters: 'a'.repeat(count) }],
    steps: ({ letters }) =>
      [...letters].flatMap((letter, at) =>
        letter === 'a'
          ? [...'bcd'].map((next) => ({
              name: `${at} becomes ${next}`,
              to: { letters: letters.slice(0, at) + next + letters.slice(at + 1) },
            }))
          : [],
      ),
    symmetry: [swapFirst, moveByOne],
    properties: [sometimes('none is left', ({ letters }) => !letters.includes('a'))],
    ...changed,
  })

  test('one of each orbit is seen', () => {
    expect(check(transitionModel(becoming(4)), { symmetry: true })).toMatchObject({ verdict: 'holds', distinct: 35 })
  })

  test('of lists, and of names that stand anywhere in a state, too', () => {
    const names = ['a', 'b', 'c', 'd']
    const system = <State>(of: Pick<TransitionSystem<State>, 'initial' | 'steps' | 'symmetry'>) =>
      check(transitionModel<State>({ name: 'marking', properties: [sometimes('it begins', () => true)], ...of }), {
        symmetry: true,
      })
    const lists = system<{ readonly marks: readonly number[] }>({
      initial: [{ marks: [0, 0, 0, 0] }],
      steps: ({ marks }) =>
        marks.flatMap((mark, at) =>
          mark < 3
            ? [{ name: `mark ${at}`, to: { marks: marks.map((other, of) => (of === at ? mark + 1 : other)) } }]
            : [],
        ),
      symmetry: alikePlaces('marks'),
    })
    // Each one is marked once, in some order: of who is alike only how many.
    const sets = system<{ readonly marked: ReadonlySet<string>; readonly by: Readonly<Record<string, string>> }>({
      initial: [{ marked: new Set(), by: {} }],
      steps: ({ marked, by }) =>
        names
          .filter((name) => !marked.has(name))
          .map((name) => ({ name, to: { marked: new Set([...marked, name]), by: { ...by, [name]: 'anybody' } } })),
      symmetry: alikeNames(names),
    })
    // Four alike with a mark of 0 to 3 each: C(7, 3) ways to share them out.
    expect(lists).toMatchObject({ verdict: 'holds', distinct: 35 })
    expect(sets).toMatchObject({ verdict: 'holds', distinct: 5 })
  })

  test('one alone, or nobody, is like nobody else', () => {
    for (const names of [[], ['a']])
      for (const rename of alikeNames<object>(names)) expect(rename({ a: 1 })).toEqual({ a: 1 })
    for (const move of alikePlaces<{ row: string }>('row')) expect(move({ row: 'x' })).toEqual({ row: 'x' })
  })

  test('a property that tells a place is refused', () => {
    const properties = [
      sometimes('none is left', ({ letters }: Letters) => !letters.includes('a')),
      always('the last is no d', ({ letters }: Letters) => letters.at(-1) !== 'd' || letters.startsWith('bcb')),
    ]
    expect(() => check(transitionModel(becoming(4, { properties })), { symmetry: true })).toThrow(
      /property "the last is no d" is true of a state, and false of the same under other names/,
    )
  })

  test('orbits that are too long are refused', () => {
    expect(() => check(transitionModel(becoming(12)), { symmetry: true })).toThrow(
      /more than 40320 states differ only in names: check it with --no-symmetry/,
    )
  })
})
