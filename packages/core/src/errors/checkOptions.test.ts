import { describe, expect, test } from 'vitest'
import { checkOptions, nearestTo } from './checkOptions.js'

interface Options {
  readonly members: readonly string[]
  readonly electionTimeoutMs?: number
  readonly heartbeatMs?: number
}
const check = (options: unknown) =>
  checkOptions<Options>('raft(...)', options, {
    members: 'required',
    electionTimeoutMs: 'optional',
    heartbeatMs: 'optional',
  })

describe('options', () => {
  test('with all that is required and nothing unknown are taken', () => {
    check({ members: [] })
    check({ members: [], heartbeatMs: undefined, electionTimeoutMs: 3 })
  })

  test('with an unknown key are refused, and what was probably meant is said', () => {
    expect(() => check({ members: [], electionTimeoutMS: 5 })).toThrow(
      'raft(...) has no option "electionTimeoutMS". Did you mean electionTimeoutMs?',
    )
    expect(() => check({ members: [], electonTimeout: 5 })).toThrow('Did you mean electionTimeoutMs?')
    expect(() => check({ members: [], colour: 5 })).toThrow('It takes members, electionTimeoutMs and heartbeatMs')
    expect(() => check({ members: [], toString: 5 })).toThrow('has no option "toString"')
  })

  test('that lack a required key, also as undefined, are refused with its name', () => {
    expect(() => check({ heartbeatMs: 1 })).toThrow('raft(...) needs members')
    expect(() => check({ members: undefined })).toThrow('raft(...) needs members')
  })

  test('that are no object are refused', () => {
    for (const [options, given] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [[], 'a list'],
      ['n1', 'string'],
    ]) {
      expect(() => check(options)).toThrow(
        `takes an object with members, electionTimeoutMs and heartbeatMs, not ${given}`,
      )
    }
  })

  test('the nearest word is suggested only when it is near', () => {
    expect(nearestTo('membres', ['members', 'quorum'])).toBe('members')
    expect(nearestTo('snapshotEvery', ['members', 'snapshotEveryEntries'])).toBe('snapshotEveryEntries')
    expect(nearestTo('x', ['members', 'quorum'])).toBeUndefined()
    expect(nearestTo('mem', ['memory'])).toBeUndefined()
    expect(nearestTo('memo', ['many-words-and-each-of-them-another-one'])).toBeUndefined()
  })
})
