import { describe, expect, test, vi } from 'vitest'
import type { Entry } from '../log/message.js'
import { decodeAppliedState, encodeAppliedState } from './appliedSnapshot.js'
import { applyEntries, initialAppliedState } from './appliedState.js'
import { answerChecked } from './returned.js'
import { defineStateMachine, json, type StateMachine } from './stateMachine.js'

const bytes = Uint8Array.of(1)
const machineOf = (apply: (state: number) => unknown): StateMachine<number> => ({
  initial: () => 7,
  apply: apply as StateMachine<number>['apply'],
  query: () => bytes,
  snapshot: () => bytes,
  restore: () => 7,
})
const opening: Entry = {
  index: 1,
  term: 1,
  kind: 'openSession',
  session: 0,
  sequence: 1,
  answeredBelow: 0,
  bytes: new Uint8Array(0),
}
const command: Entry = { ...opening, index: 2, kind: 'command', session: 1, bytes: new TextEncoder().encode('1') }

function outcomeOf<State>(machine: StateMachine<State>) {
  const { appliedState, applied } = applyEntries(machine, initialAppliedState(machine), [opening, command], {
    sessionsMax: 4,
  })
  const outcome = applied[1]?.outcome
  return { state: appliedState.state, status: outcome?.status, reason: new TextDecoder().decode(outcome?.bytes) }
}

const raise = () => {
  throw new Error('gotcha')
}
const transferred = (): Uint8Array => {
  const given = Uint8Array.of(1)
  structuredClone(given, { transfer: [given.buffer] })
  return given
}
const bad: Readonly<Record<string, readonly [returned: () => unknown, reason: string]>> = {
  nothing: [() => undefined, 'there is no state'],
  'no state': [() => ({ result: bytes }), 'there is no state'],
  'no result': [() => ({ state: 8 }), 'must be a Uint8Array, not undefined'],
  'a text for bytes': [() => ({ state: 8, result: 'text' }), 'must be a Uint8Array, not string'],
  'bytes that it has transferred': [() => ({ state: 8, result: transferred() }), 'has no bytes any more'],
  'a promise': [() => Promise.resolve({ state: 8, result: bytes }), 'what apply returned is a promise'],
  'a promise that rejects': [() => Promise.reject(new Error('later')), 'what apply returned is a promise'],
  'a promise for a state': [() => ({ state: Promise.resolve(8), result: bytes }), 'the state that apply returned is'],
  'a promise for a result': [() => ({ state: 8, result: Promise.resolve(bytes) }), 'the result that apply returned is'],
  'a state that cannot be looked at': [() => ({ state: new Proxy({}, { get: raise }), result: bytes }), 'gotcha'],
  'an object without a prototype, thrown': [
    () => {
      throw Object.create(null)
    },
    'has no text',
  ],
}

describe('what apply returns', () => {
  for (const [what, [returned, reason]] of Object.entries(bad)) {
    test(`${what}: the command has failed, and the state is as it was`, async () => {
      const unheard = vi.fn()
      process.on('unhandledRejection', unheard)
      const outcome = outcomeOf(machineOf(returned))
      await new Promise((resolve) => setImmediate(resolve))
      process.off('unhandledRejection', unheard)
      expect(outcome).toMatchObject({ state: 7, status: 'failed' })
      expect(outcome.reason).toContain(reason)
      expect(unheard).not.toHaveBeenCalled()
    })
  }

  test('a state may be undefined, when apply says so', () => {
    expect(outcomeOf(machineOf(() => ({ state: undefined, result: bytes })))).toMatchObject({
      state: undefined,
      status: 'ok',
    })
  })

  test('an initial state, or a restored one, that is a promise is refused', () => {
    const promised = { ...machineOf(raise), initial: () => Promise.resolve(7) as never }
    expect(() => initialAppliedState(promised)).toThrow('what initial returned is a promise')
    const restored = { ...machineOf(raise), restore: () => Promise.reject(new Error('later')) as never }
    const snapshot = encodeAppliedState(machineOf(raise), initialAppliedState(machineOf(raise)))
    expect(() => decodeAppliedState(restored, snapshot)).toThrow('what restore returned is a promise')
    const inPieces = {
      ...restored,
      snapshot: () => [bytes],
      restoring: () => ({ add: () => {}, finish: () => promised.initial() }),
    }
    const pieces = encodeAppliedState(inPieces, initialAppliedState(inPieces))
    expect(() => decodeAppliedState(inPieces, pieces)).toThrow('what finish of restoring returned is a promise')
  })

  test('a query that returns no bytes fails', () => {
    const machine = { ...machineOf(raise), query: () => 'text' as never }
    expect(() => answerChecked(machine, 7, bytes)).toThrow('what query returned must be a Uint8Array, not string')
  })
})

describe('a typed state machine', () => {
  const rest = { initial: () => 7, snapshot: json<number>().encode, restore: json<number>().decode }

  test('refuses an async function when it is defined', () => {
    const apply = (async () => ({ state: 1, result: 1 })) as never
    expect(() => defineStateMachine({ ...rest, apply })).toThrow('apply of a state machine must not be async')
    const snapshot = (async () => bytes) as never
    expect(() => defineStateMachine({ ...rest, apply: raise, snapshot })).toThrow(
      'snapshot of a state machine must not',
    )
  })

  test('refuses what is no function, is unknown or missing', () => {
    expect(() => defineStateMachine({ ...rest, apply: 3 as never })).toThrow(
      'apply of a state machine must be a function',
    )
    expect(() => defineStateMachine({ ...rest } as never)).toThrow('defineStateMachine(...) needs apply')
    expect(() => defineStateMachine({ ...rest, aply: raise } as never)).toThrow('Did you mean apply?')
  })

  test('whose apply gives a promise, a result that is one, or none that JSON can say: the command has failed', () => {
    const results: (() => unknown)[] = [
      () => Promise.reject(new Error('later')),
      () => ({ result: 1 }),
      () => ({ state: 1, result: Promise.resolve(1) }),
      () => ({ state: 1, result: () => 1 }),
      () => ({ state: 1, result: 1n }),
    ]
    for (const apply of results) {
      expect(outcomeOf(defineStateMachine({ ...rest, apply: apply as never }))).toMatchObject({
        state: 7,
        status: 'failed',
      })
    }
  })
})
