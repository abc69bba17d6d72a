import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  appliedStateInParts,
  decodeAppliedState,
  encodeAppliedState,
  restoringAppliedState,
} from '../stateMachine/appliedSnapshot.js'
import { initialAppliedState } from '../stateMachine/appliedState.js'
import { Outcomes } from '../stateMachine/outcomes.js'
import type { Session } from '../stateMachine/sessions.js'
import { defineStateMachine } from '../stateMachine/stateMachine.js'
import { patternOf } from '../testing/suites/storeWrites.js'
import { persistentMap } from './persistentMap.js'
import { inPieces, noBytes, Piece, Pieces, pieceBytes, wholeOf } from './pieces.js'

const inPlaces = (parts: readonly Uint8Array[]) =>
  new Pieces(
    parts.map((bytes, at) => {
      const piece = new Piece(bytes)
      // Every other one is read from elsewhere.
      if (at % 2 === 0) piece.moveTo(() => bytes.slice())
      return piece
    }),
  )

test('bytes in pieces are what they are in one place, wherever the pieces lie', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 9 })), fc.nat(60), fc.nat(60), (parts, begin, length) => {
      const [whole, pieces] = [Uint8Array.from(Buffer.concat(parts)), inPlaces(parts)]
      expect(pieces.length).toBe(whole.length)
      expect(wholeOf(pieces)).toEqual(whole)
      expect(pieces.subarray(begin, begin + length)).toEqual(whole.subarray(begin, begin + length))
    }),
  )
})

test('a piece that comes back from where it lies with fewer bytes is noticed', () => {
  const pieces = new Pieces([Piece.stored(4, () => new Uint8Array(3))])
  expect(() => pieces.subarray(0, 4)).toThrow('a piece of 4 bytes came back with 3')
})

test('parts of any size become pieces of one size', () => {
  const parts = [1, pieceBytes, 0, pieceBytes * 2 + 3, 7].map((length, seed) => patternOf(length, seed))
  const pieces = [...inPieces(parts)]
  expect(pieces.map(({ length }) => length)).toEqual([pieceBytes, pieceBytes, pieceBytes, 11])
  expect(Buffer.concat(pieces).equals(Buffer.concat(parts))).toBe(true)
  expect([...inPieces([])]).toEqual([])
})

/** A list of texts, whose snapshot has a piece for each. */
const list = defineStateMachine<readonly string[], string, null>({
  initial: () => [],
  apply: (state, text) => ({ state: [...state, text], result: null }),
  snapshot: function* (state) {
    for (const text of state) yield new TextEncoder().encode(text)
  },
  restore: (bytes) => [`whole: ${new TextDecoder().decode(bytes)}`],
  restoring: () => {
    const texts: string[] = []
    return { add: (piece) => texts.push(new TextDecoder().decode(piece)), finish: () => texts }
  },
})
const appliedStateOf = (state: readonly string[]) => ({
  ...initialAppliedState(list),
  applied: { index: 7, term: 2 },
  state,
  sessions: persistentMap<number, Session>(
    new Map([
      [
        3,
        {
          client: 'c',
          opening: 1,
          usedAt: 6,
          answeredBelow: 2,
          outcomes: Outcomes.of([[2, { status: 'ok', index: 5, bytes: noBytes }]]),
        },
      ],
    ]),
  ),
})

describe('a state machine that gives its snapshot in pieces', () => {
  test('gets the same pieces to restore from, however they were cut on their way', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 200 })), fc.integer({ min: 1, max: 300 }), (texts, size) => {
        const appliedState = appliedStateOf(texts)
        const whole = encodeAppliedState(list, appliedState)
        expect(Buffer.concat([...appliedStateInParts(list, appliedState)]).equals(whole)).toBe(true)
        const parts: Uint8Array[] = []
        for (let at = 0; at < whole.length; at += size) parts.push(whole.subarray(at, at + size))
        expect(decodeAppliedState(list, inPlaces(parts))).toEqual(
          texts.length > 0 ? appliedState : { ...appliedState, state: ['whole: '] },
        )
      }),
    )
  })

  test('is asked for one piece after the other, and given one after the other', () => {
    let asked = 0
    const counted = {
      ...list,
      *snapshot(state: readonly string[]) {
        for (const text of state) {
          asked++
          yield new TextEncoder().encode(text)
        }
      },
    }
    const parts = appliedStateInParts(counted, appliedStateOf(['a', 'b', 'c']))
    parts.next()
    for (let count = 1; count <= 3; count++) {
      parts.next()
      expect(asked).toBe(count)
      parts.next()
    }
    const steps = restoringAppliedState(list, encodeAppliedState(list, appliedStateOf(['a', 'b', 'c'])))
    let count = 0
    while (!steps.next().done) count++
    // Two numbers, three pieces, one session.
    expect(count).toBe(6)
  })

  test('may want them in one place', () => {
    const { restoring: _restoring, ...plain } = list
    expect(decodeAppliedState(plain, encodeAppliedState(list, appliedStateOf(['ab', 'cd']))).state).toEqual([
      'whole: abcd',
    ])
  })

  test('restores a snapshot in one piece, as it was written before there were any others', () => {
    const before = { ...list, snapshot: () => new TextEncoder().encode('all') }
    expect(decodeAppliedState(list, encodeAppliedState(before, appliedStateOf(['x']))).state).toEqual(['whole: all'])
  })

  test.each([
    ['a piece that is no bytes', () => ['text' as never]],
    ['neither bytes nor pieces', () => 5 as never],
    ['a promise', () => Promise.resolve([]) as never],
  ])('is told when it gives %s', (_case, snapshot) => {
    expect(() => encodeAppliedState({ ...list, snapshot }, appliedStateOf([]))).toThrow(TypeError)
  })
})

test.each([
  ['that ends within a number', [0x08]],
  ['that ends within a field', [0x1a, 9, 1]],
  ['with a field of another kind', [0x1b, 0]],
])('a snapshot %s is malformed', (_case, bytes) => {
  expect(() => decodeAppliedState(list, Uint8Array.from(bytes))).toThrow('malformed')
})
