import { describe, expect, test } from 'vitest'
import { check } from './check.js'
import { InvalidParameterError } from './errors.js'
import { type ParameterDefinitions, parameterized, readParameter } from './parameters.js'
import { always, sometimes } from './property.js'
import { transitionModel } from './transitions.js'

const counter = parameterized({
  parameters: {
    N: { default: 3, min: 1, max: 5, description: 'how far it counts' },
    wraps: { default: false },
    pace: { default: 'slow', among: ['slow', 'quick'] },
    from: { default: 0 },
  },
  make: ({ N, wraps, pace, from }) => {
    const by: 1 | 2 = pace === 'quick' ? 2 : 1
    return transitionModel<number>({
      name: 'counter',
      initial: [from],
      *steps(count) {
        if (count < N) yield { name: 'counts', to: count + by }
        else if (wraps) yield { name: 'wraps', to: from }
      },
      properties: [sometimes('it begins', () => true), always('not far beyond', (count) => count <= N + 1)],
    })
  },
})

describe('a model is told', () => {
  test('what is given, and the defaults of the rest; the report says so', () => {
    expect(check(counter.with())).toMatchObject({
      model: 'counter',
      distinct: 4,
      parameters: { N: 3, wraps: false, pace: 'slow', from: 0 },
    })
    expect(check(counter.with({ N: 5, pace: 'quick', wraps: true, from: -1 }))).toMatchObject({
      distinct: 4,
      generated: 5,
      parameters: { N: 5, wraps: true, pace: 'quick', from: -1 },
    })
    expect(counter.with({}).parameters).toEqual(counter.with().parameters)
  })

  test.each<[object, RegExp]>([
    [
      { M: 3 },
      /^there is no parameter M: expected one of N \(1 to 5\), wraps \(true \| false\), pace \(slow \| quick\), from \(a whole number\)/,
    ],
    [{ N: 6 }, /parameter N: expected 1 to 5, and it is 6/],
    [{ N: 0 }, /parameter N: expected 1 to 5/],
    [{ N: 1.5 }, /parameter N: expected 1 to 5, and it is 1.5/],
    [{ N: '3' }, /parameter N: expected 1 to 5, and it is "3"/],
    [{ wraps: 1 }, /parameter wraps: expected true \| false, and it is 1/],
    [{ pace: 'fast' }, /parameter pace: expected slow \| quick, and it is "fast"/],
    [{ toString: 1 }, /^there is no parameter toString/],
  ])('%j is refused', (values, text) => {
    expect(() => counter.with(values)).toThrow(InvalidParameterError)
    expect(() => counter.with(values)).toThrow(text)
  })
})

test.each<[ParameterDefinitions, RegExp]>([
  [{ 'a=b': { default: 1 } }, /^no parameter may be called "a=b": expected a letter/],
  [{ N: { default: 1, min: 2 } }, /parameter N: expected a whole number of at least 2, and its default is 1/],
  [{ N: { default: 3, max: 2 } }, /parameter N: expected a whole number of at most 2, and its default is 3/],
  [{ N: { default: Number.NaN } }, /parameter N: expected a whole number, and its default is null/],
  [{ pace: { default: 'x', among: ['a', 'b'] } }, /parameter pace: expected a \| b, and its default is "x"/],
])('%j cannot be parameters', (parameters, text) => {
  expect(() => parameterized({ parameters, make: () => counter.with() })).toThrow(text)
})

test('values are read from texts', () => {
  const read = (name: string, text: string) => readParameter(counter.definitions, name, text)
  expect([
    read('N', '4'),
    read('from', '-7'),
    read('wraps', 'true'),
    read('wraps', 'false'),
    read('pace', 'quick'),
  ]).toEqual([4, -7, true, false, 'quick'])
  for (const [name, text] of [
    ['N', ''],
    ['N', '4x'],
    ['N', '1e0'],
    ['N', '9'],
    ['from', '99999999999999999999'],
    ['wraps', 'yes'],
    ['pace', 'Quick'],
    ['M', '1'],
  ] as const) {
    expect(() => read(name, text)).toThrow(InvalidParameterError)
  }
})
