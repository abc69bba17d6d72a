import { describe, expect, test } from 'vitest'
import { errorOf, messageOf, textOf } from './textOf.js'

const raise = () => {
  throw new Error('gotcha')
}
const withMessage = (get: () => string) => Object.defineProperty(new Error('x'), 'message', { get })

const hostile: Readonly<Record<string, unknown>> = {
  'an object without a prototype': Object.create(null),
  'an object whose toString is no function': JSON.parse('{"toString":1,"valueOf":1}'),
  'an object whose toString throws': { toString: raise },
  'an object whose toString gives an object': { toString: () => ({}), valueOf: () => ({}) },
  'an error whose message throws': withMessage(raise),
  'an error whose message is a symbol': Object.assign(new Error('x'), { message: Symbol('s') }),
  'an error whose name throws': Object.defineProperty(new Error('x'), 'name', { get: raise }),
  'a proxy that throws at everything': new Proxy({}, { get: raise, getPrototypeOf: raise, has: raise }),
  'a revoked proxy': (() => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  })(),
}

describe('text of what was thrown', () => {
  test('is name and message of an error, and the text of anything else', () => {
    expect(textOf(new RangeError('too large'))).toBe('RangeError: too large')
    expect([null, undefined, 'word', 3, 4n, Symbol('s')].map(textOf)).toEqual([
      'null',
      'undefined',
      'word',
      '3',
      '4',
      'Symbol(s)',
    ])
    expect(messageOf(new RangeError('too large'))).toBe('too large')
  })

  for (const [what, thrown] of Object.entries(hostile)) {
    test(`never throws for ${what}`, () => {
      for (const make of [textOf, messageOf]) expect(make(thrown)).toBeTypeOf('string')
      expect(errorOf(thrown)).toBeInstanceOf(Error)
    })
  }

  test('an error stays what it is; what is none becomes a cause', () => {
    const error = new Error('x')
    expect(errorOf(error)).toBe(error)
    expect(errorOf('word')).toMatchObject({ message: 'word', cause: 'word' })
  })
})
