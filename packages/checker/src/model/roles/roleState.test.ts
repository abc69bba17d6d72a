import {
  defineStateMachine,
  emptyOutbox,
  noTimers,
  nothingStored,
  origin,
  type RoleSnapshot,
  startOfTime,
} from '@quorate/core'
import { expect, test } from 'vitest'
import { keyOfRole, type RoleState } from './roleState.js'

class Hiding {
  readonly #count: number
  constructor(count: number) {
    this.#count = count
  }
  get count(): number {
    return this.#count
  }
}

const machine = defineStateMachine<Hiding, string, string>({
  initial: () => new Hiding(0),
  apply: (state) => ({ state: new Hiding(state.count + 1), result: '' }),
  snapshot: ({ count }) => Uint8Array.of(count),
  restore: ([count = 0]) => new Hiding(count),
})

const stateWith = (changed: Partial<RoleState>): RoleState => ({
  actor: undefined,
  stored: nothingStored,
  appliedState: undefined,
  questions: [],
  suspected: [],
  members: undefined,
  failure: undefined,
  ...changed,
})

const stateIn = (snapshot: RoleSnapshot): RoleState =>
  stateWith({ actor: { snapshot, timers: noTimers, outbox: emptyOutbox, writing: [] } })

const inContext = (context: unknown): string =>
  keyOfRole(stateIn({ status: 'active', value: 'waiting', context }), machine)
const inAppliedState = (state: unknown): string =>
  keyOfRole(
    stateWith({ appliedState: { applied: origin, state, sessions: new Map(), incarnation: 0, time: startOfTime } }),
    machine,
  )

test('a state machine whose states hide what they hold is told by its snapshots', () => {
  expect(inAppliedState(new Hiding(1))).toBe(inAppliedState(new Hiding(1)))
  expect(inAppliedState(new Hiding(1))).not.toBe(inAppliedState(new Hiding(2)))
  expect(inAppliedState({ a: 1 })).not.toBe(inAppliedState({ a: 2 }))
})

test('a context must tell what it holds; under `config` it may have functions', () => {
  const config = { isOne: (number: number) => number === 1 }
  expect(inContext({ config, count: 1 })).toBe(inContext({ config, count: 1 }))
  expect(inContext({ config, count: 1 })).not.toBe(inContext({ config, count: 2 }))
  expect(inContext({ config, count: 1 })).not.toBe(inContext({ config: { ...config, isTwo: 2 }, count: 1 }))
  expect(() => inContext({ config, held: new Hiding(1) })).toThrow(/holds an instance of Hiding/)
  expect(() => inContext({ ...config })).toThrow(/holds a function/)
})

test('of a machine with a history, where it returns to is part of the state', () => {
  const returning = (id: string): string =>
    keyOfRole(stateIn({ status: 'active', value: 'out', context: {}, historyValue: { 'm.hist': [{ id }] } }), machine)
  expect(returning('m.in.a')).toBe(returning('m.in.a'))
  expect(returning('m.in.a')).not.toBe(returning('m.in.b'))
})

test('of many small ones at one address, what each of them is counts, and in which order they came does not', () => {
  const instance = (value: string, context: unknown): RoleSnapshot => ({ status: 'active', value, context })
  const many = (...instances: readonly (readonly [string, RoleSnapshot])[]): string =>
    keyOfRole(stateIn({ status: 'active', value: {}, context: {}, instances: new Map(instances) }), machine)
  const [a, b] = [['a', instance('on', { n: 1 })] as const, ['b', instance('on', { n: 2 })] as const]
  expect(many(a, b)).toBe(many(b, a))
  const others = [
    many(),
    many(a),
    many(b),
    many(['a', instance('off', { n: 1 })]),
    many(['a', instance('on', { n: 2 })]),
  ]
  expect(new Set([...others, many(a, b)]).size).toBe(6)
})

test('what it asked and has no answer to is part of the state', () => {
  const asking = (...among: readonly string[]): string =>
    keyOfRole(stateWith({ questions: [{ type: 'choose', request: 1, among, count: 1 }] }), machine)
  expect(new Set([keyOfRole(stateWith({}), machine), asking('a'), asking('a', 'b')]).size).toBe(3)
})
