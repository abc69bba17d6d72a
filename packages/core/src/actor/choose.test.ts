import fc from 'fast-check'
import { expect, test } from 'vitest'
import { choicesOf, drawn } from './choose.js'
import type { Effect } from './effect.js'

type Choose = Extract<Effect, { type: 'choose' }>

const asking = (among: readonly string[], count: number): Choose => ({ type: 'choose', request: 3, among, count })
const letters = (count: number) => Array.from({ length: count }, (_, at) => String.fromCharCode(97 + at))
const textsOf = (question: Choose) => [...choicesOf(question)].map(({ chosen }) => chosen.join(''))

test('there is every choice of so many, each once, in the order in which they stood', () => {
  expect(textsOf(asking(['c', 'a', 'b'], 2))).toEqual(['ca', 'cb', 'ab'])
  expect(textsOf(asking(['c', 'a', 'b'], 0))).toEqual([''])
  expect(textsOf(asking([], 2))).toEqual([''])
  expect(textsOf(asking(['c', 'a'], 5))).toEqual(['ca'])
  expect(textsOf(asking(letters(9), 4))).toHaveLength(126)
  expect([...choicesOf(asking(['a'], 1))]).toEqual([{ type: 'chosen', request: 3, chosen: ['a'] }])
})

test('what is drawn is one of them, and each is as likely as any other', () => {
  for (const [length, count] of [
    [4, 2],
    [5, 3],
    [4, 4],
    [3, 1],
  ] as const) {
    const question = asking(letters(length), count)
    const times = new Map<string, number>()
    // Every course that the generator can take, once.
    const courses = (drawnSoFar: readonly number[]): void => {
      let at = 0
      let open: number | undefined
      const random = {
        below: (limit: number) => {
          const draw = drawnSoFar[at++]
          if (draw === undefined) open ??= limit
          return draw ?? 0
        },
      }
      const { chosen } = drawn(question, random)
      if (open !== undefined) for (let draw = 0; draw < open; draw++) courses([...drawnSoFar, draw])
      else times.set(chosen.join(''), (times.get(chosen.join('')) ?? 0) + 1)
    }
    courses([])
    expect([...times.keys()].sort()).toEqual(textsOf(question).sort())
    expect(new Set(times.values()).size).toBe(1)
  }
})

test('a draw asks for as many numbers as it chooses, and leaves the question as it was', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { maxLength: 20 }),
      fc.nat(25),
      fc.infiniteStream(fc.nat()),
      (among, count, draws) => {
        const before = [...among]
        let asked = 0
        const { chosen } = drawn(asking(among, count), {
          below: (limit) => {
            asked++
            return (draws.next().value ?? 0) % limit
          },
        })
        expect(asked).toBe(Math.min(count, among.length))
        expect(among).toEqual(before)
        expect(chosen).toEqual(among.filter((each) => chosen.includes(each)))
        expect(chosen).toHaveLength(asked)
      },
    ),
  )
})

test('equals, and a count that is none, are a defect of the role', () => {
  expect(() => drawn(asking(['a', 'b', 'a'], 1), { below: () => 0 })).toThrow(/among equals: a, b, a/)
  for (const count of [-1, 0.5, Number.NaN])
    expect(() => [...choicesOf(asking(['a'], count))]).toThrow(/cannot be chosen/)
})
