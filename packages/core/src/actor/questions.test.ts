import { expect, test } from 'vitest'
import type { OwnRequest, Question } from './effect.js'
import { answeredBy, inOneOrder, requestText, withQuestion } from './questions.js'

const choose = (request: OwnRequest, ...among: readonly string[]): Question => ({
  type: 'choose',
  request,
  among,
  count: 1,
})
const call = (request: OwnRequest, ...bytes: readonly number[]): Question => ({
  type: 'call',
  request,
  bytes: new Uint8Array(bytes),
})
const asking = (...questions: readonly Question[]): readonly Question[] =>
  questions.reduce(withQuestion, [] as readonly Question[])
const called = (request: OwnRequest) =>
  ({ type: 'called', request, outcome: { type: 'returned', bytes: new Uint8Array() } }) as const

test('the text of a request tells apart what is not equal', () => {
  const requests: OwnRequest[] = [
    1,
    11,
    { key: 'a', request: 1 },
    { key: 'a/1', request: 1 },
    { key: 'a"/1', request: 1 },
    { key: 'a', request: { key: '1', request: 1 } },
    { key: '', request: 1 },
  ]
  expect(new Set(requests.map(requestText)).size).toBe(requests.length)
  expect(requests.map((each) => requestText(structuredClone(each)))).toEqual(requests.map(requestText))
})

test('an answer finds its question by its request, wherever that stands', () => {
  const questions = asking(call(1), call({ key: 'a', request: 1 }), call(2))
  const question = call({ key: 'a', request: 1 })
  expect(answeredBy(questions, called({ key: 'a', request: 1 }))).toEqual({ question, left: asking(call(1), call(2)) })
  expect(answeredBy(questions, called({ key: 'b', request: 1 }))).toBeUndefined()
  expect(answeredBy(questions, { type: 'chosen', request: 1 })).toBeUndefined()
})

test('a call takes the place of one with the same request, and a choice of none', () => {
  expect(asking(call(1, 7), call(2), call(1, 8))).toEqual(asking(call(1, 8), call(2)))
  expect(asking(choose(1, 'a'), choose(1, 'b'), call(1))).toHaveLength(3)
})

test('choices stay in their order, and all else is in one, whatever the order of asking', () => {
  const [one, two] = [call(2), call({ key: 'b', request: 1 })]
  expect(asking(one, choose(9, 'a'), two, choose(3, 'b'))).toEqual(asking(two, choose(9, 'a'), choose(3, 'b'), one))
  expect(asking(choose(9, 'a'), choose(3, 'b'))).not.toEqual(asking(choose(3, 'b'), choose(9, 'a')))
  expect(inOneOrder([two, one])).toEqual(inOneOrder([one, two]))
})
