import { describe, expect, test } from 'vitest'
import { type Codec, defineStateMachine, json } from './stateMachine.js'

const utf8 = new TextEncoder()
const counter = defineStateMachine({
  initial: () => 0,
  apply: (count: number, command: { by: number }, { index }) => ({
    state: count + command.by,
    result: { index, count },
  }),
  query: (count, question: 'count' | 'sign') => (question === 'count' ? count : Math.sign(count)),
  snapshot: json<number>().encode,
  restore: json<number>().decode,
})

describe('a state machine that was defined by typed functions', () => {
  test('speaks in bytes: commands, results, queries and answers as JSON', () => {
    const { state, result } = counter.apply(5, utf8.encode('{"by":2}'), { index: 9, wallMs: 0, logMs: 0 })
    expect(state).toBe(7)
    expect(result).toEqual(utf8.encode('{"index":9,"count":5}'))
    expect(counter.query(-7, utf8.encode('"sign"'))).toEqual(utf8.encode('-1'))
    expect(counter.restore(counter.snapshot(12) as Uint8Array)).toBe(12)
  })

  test('knows the codecs behind its bytes', () => {
    const { command, result, query, answer } = counter.codecs
    expect(command.decode(command.encode({ by: 3 }))).toEqual({ by: 3 })
    expect(
      result.decode(counter.apply(1, command.encode({ by: 3 }), { index: 2, wallMs: 0, logMs: 0 }).result),
    ).toEqual({
      index: 2,
      count: 1,
    })
    expect(answer.decode(counter.query(4, query.encode('count')))).toBe(4)
  })

  test('takes codecs of its own', () => {
    const bytes: Codec<number> = { encode: (value) => Uint8Array.of(value), decode: ([value = 0]) => value }
    const own = defineStateMachine<number, number, number, number, number>({
      initial: () => 0,
      apply: (state, command) => ({ state: state + command, result: state }),
      query: (state, add) => state + add,
      snapshot: bytes.encode,
      restore: bytes.decode,
      codecs: { command: bytes, result: bytes, query: bytes, answer: bytes },
    })
    expect(own.apply(3, Uint8Array.of(4), { index: 1, wallMs: 0, logMs: 0 })).toEqual({
      state: 7,
      result: Uint8Array.of(3),
    })
    expect(own.query(3, Uint8Array.of(5))).toEqual(Uint8Array.of(8))
  })

  test('without a query answers none, and says what to do', () => {
    const mute = defineStateMachine<number, number, number>({
      initial: () => 0,
      apply: (state) => ({ state, result: state }),
      snapshot: json<number>().encode,
      restore: json<number>().decode,
    })
    expect(() => mute.query(0, utf8.encode('1'))).toThrow('define `query`')
  })
})

describe('json', () => {
  test('is UTF-8, and takes nothing for null', () => {
    expect(json<string>().encode('é')).toEqual(utf8.encode('"é"'))
    expect(json<unknown>().decode(json<unknown>().encode(undefined))).toBeNull()
  })

  test.each([['{'], ['']])('refuses %j', (text) => {
    expect(() => json().decode(utf8.encode(text))).toThrow(SyntaxError)
  })

  test('refuses bytes that are no UTF-8', () => {
    expect(() => json().decode(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(TypeError)
  })
})
