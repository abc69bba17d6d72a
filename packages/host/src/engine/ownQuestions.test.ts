import type { Answered, Called, CallHandler, CallPlace } from '@quorate/core'
import { expect, test } from 'vitest'
import { answerBytesMax, questionBytesMax, questionsMax } from './ownQuestions.js'
import { RoleQuestions } from './roleQuestions.js'

const place = { group: 'g', role: 'r', node: 'n1' }
const bytes = (...all: readonly number[]) => new Uint8Array(all)
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Calls of a handler, and what was answered. */
const callsOf = (handler: CallHandler) => {
  const answers: (Called | Answered)[] = []
  const thrown: unknown[] = []
  const ask = () => Promise.reject(new Error('nobody is asked'))
  const calls = new RoleQuestions({
    place,
    handler,
    ask,
    post: (answer) => answers.push(answer),
    threw: (error) => thrown.push(error),
  })
  const begin = (request: Called['request'], given = bytes(1)) => calls.begin({ type: 'call', request, bytes: given })
  return { calls, begin, answers, thrown }
}
/** A handler whose calls end when they are told to. */
const held = () => {
  const ends: ((result: Uint8Array) => void)[] = []
  const signals: AbortSignal[] = []
  const handler: CallHandler = (_bytes, { signal }) => {
    signals.push(signal)
    return new Promise((resolve) => ends.push(resolve))
  }
  return { ends, signals, handler }
}

test('a handler is given the bytes and the place, and what it returns is told, but not at once', async () => {
  const given: [Uint8Array, CallPlace][] = []
  const { begin, answers } = callsOf((...args) => {
    given.push(args)
    return bytes(7, 8)
  })
  begin({ key: 'a', request: 3 }, bytes(1, 2))
  expect(answers).toEqual([])
  await turn()
  expect(given).toEqual([[bytes(1, 2), { ...place, signal: expect.any(AbortSignal) }]])
  expect(answers).toEqual([
    { type: 'called', request: { key: 'a', request: 3 }, outcome: { type: 'returned', bytes: bytes(7, 8) } },
  ])
})

test('neither what was given nor what was returned is anything that the handler holds', async () => {
  const kept = Buffer.from([7])
  const { begin, answers } = callsOf((given) => {
    given[0] = 9
    return kept
  })
  const mine = bytes(1)
  begin(1, mine)
  await turn()
  kept[0] = 0
  expect(mine).toEqual(bytes(1))
  expect(answers[0]?.outcome).toEqual({ type: 'returned', bytes: bytes(7) })
})

test.each<[string, CallHandler, object]>([
  [
    'throws',
    () => {
      throw new RangeError('not that')
    },
    { reason: 'threw', text: 'not that' },
  ],
  ['rejects', () => Promise.reject(new Error('not now')), { reason: 'threw', text: 'not now' }],
  ['throws nothing', () => Promise.reject(undefined), { reason: 'threw', text: 'undefined' }],
  ['throws a long text', () => Promise.reject('x'.repeat(5000)), { reason: 'threw', text: 'x'.repeat(1000) }],
  ['returns nothing', (() => undefined) as never, { reason: 'malformed', text: expect.stringMatching(/undefined/) }],
  ['returns a text', (async () => 'done') as never, { reason: 'malformed', text: expect.stringMatching(/string/) }],
  [
    'returns too much',
    () => new Uint8Array(answerBytesMax + 1),
    { reason: 'malformed', text: expect.stringMatching(/1048577 bytes were returned, and may be 1048576/) },
  ],
  [
    'returns bytes that it has given away',
    () => {
      const given = bytes(1)
      structuredClone(given, { transfer: [given.buffer] })
      return given
    },
    { reason: 'malformed', text: expect.stringMatching(/no bytes any more/) },
  ],
  [
    'returns what throws when it is awaited',
    (() => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what is tried.
      get then() {
        throw new Error('gotcha')
      },
    })) as never,
    { reason: 'threw', text: 'gotcha' },
  ],
])('a handler that %s', async (_what, handler, outcome) => {
  const { begin, answers } = callsOf(handler)
  begin(1)
  await turn()
  expect(answers.map((answer) => answer.outcome)).toEqual([{ type: 'failed', ...outcome }])
})

test('what a handler throws is told whole to whoever logs it', async () => {
  const error = new RangeError('not that', { cause: 'this' })
  const { begin, thrown } = callsOf(() => Promise.reject(error))
  begin(1)
  await turn()
  expect(thrown).toEqual([error])
  expect(thrown[0]).toBe(error)
})

test('as many calls are under way as there may be, and one that ends makes room', async () => {
  const { ends, handler } = held()
  const { begin, answers } = callsOf(handler)
  for (let call = 0; call < questionsMax; call++) begin(call)
  expect(answers).toEqual([])
  begin(-1)
  expect(answers).toMatchObject([{ request: -1, outcome: { reason: 'overloaded' } }])
  ends[5]?.(bytes())
  await turn()
  begin(-2)
  expect(ends).toHaveLength(questionsMax + 1)
})

test('so many bytes are under way as there may be', async () => {
  const { ends, handler } = held()
  const { begin, answers } = callsOf(handler)
  begin(1, new Uint8Array(questionBytesMax - 1))
  begin(2, bytes(1, 2))
  expect(answers).toMatchObject([{ request: 2, outcome: { reason: 'overloaded' } }])
  ends[0]?.(bytes())
  await turn()
  begin(3, bytes(1, 2))
  expect(ends).toHaveLength(2)
})

test('of two calls with one request the later is answered, whichever ends first', async () => {
  const { ends, handler } = held()
  const { begin, answers } = callsOf(handler)
  begin(1)
  begin(1)
  ends[0]?.(bytes(1))
  await turn()
  expect(answers).toEqual([])
  ends[1]?.(bytes(2))
  await turn()
  expect(answers.map(({ outcome }) => outcome)).toEqual([{ type: 'returned', bytes: bytes(2) }])
})

test('what is under way at the close is told so, and nobody is answered any more', async () => {
  const { ends, signals, handler } = held()
  const { calls, begin, answers } = callsOf(handler)
  begin(1)
  begin(2)
  ends[0]?.(bytes())
  await turn()
  calls.close()
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  ends[1]?.(bytes())
  begin(3)
  await turn()
  expect(answers).toHaveLength(1)
  expect(ends).toHaveLength(2)
})
