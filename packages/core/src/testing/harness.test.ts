import { expect, expectTypeOf, test } from 'vitest'
import { BrokenInvariantError } from '../errors/errors.js'
import { type Emitted, type Follower, follower, server } from '../role/miniRaft.test.fixture.js'
import { setup } from '../role/statechart.js'
import { drive } from './harness.js'

const input = { currentTerm: 0, votedFor: undefined }
const requestVote = { type: 'RequestVote', from: 'g/server/n2', term: 1 } as const

test('drives a machine', () => {
  const role = drive(follower, input)
  expect(role.state).toBe('following')
  expect(role.timers).toEqual({ electionTimeout: 150 })
  expect(role.effects).toEqual([])

  const effects = role.receive(requestVote)
  expectTypeOf(effects).toEqualTypeOf<readonly Emitted[]>()
  expectTypeOf(role.context).toEqualTypeOf<Follower>()
  expect(role.context.currentTerm).toBe(1)
  expect(role.effects).toBe(effects)
  expect(effects.map(({ type }) => type)).toEqual(['persist', 'send'])
  expect(role.timers).toEqual({ electionTimeout: 150 })

  expect(role.tell({ type: 'client.read', request: 1 })).toEqual([])
  expect(role.effects).toEqual([])
})

test('drives a family, whose role narrows the context', () => {
  const role = drive(server, input)
  expect(role.fire('electionTimeout').map(({ type }) => type)).toEqual(['persist', 'send'])
  expect(role.state).toEqual({ candidate: 'campaigning' })
  expect(role.timers).toEqual({ electionTimeout: 200 })
  role.receive({ type: 'Vote', from: 'g/server/n2', term: 1 })
  expect(role.timers).toEqual({ heartbeat: 50 })
  role.fire('heartbeat')
  expect(role.snapshot.role === 'leader' && role.snapshot.context.beats).toBe(1)
})

test('a timer that is not pending cannot fire', () => {
  const role = drive(server, input)
  expect(() => role.fire('heartbeat')).toThrow(BrokenInvariantError)
  expect(() => role.fire('heartbeat')).toThrow('no timer "heartbeat" is pending, only: electionTimeout')
})

test('a machine that has ended takes no further event', () => {
  const role = drive(follower, input)
  role.fire('electionTimeout')
  expect(role.state).toBe('timedOut')
  expect(role.timers).toEqual({})
  expect(() => role.receive(requestVote)).toThrow('the role has ended in "timedOut"')
})

test('timers whose delays share a name are told apart by their ids', () => {
  const waiting = { after: { pause: {} } } as const
  const twice = setup({ delays: { pause: 10 } }).createMachine({
    id: 'twice',
    ...waiting,
    initial: 'inner',
    states: { inner: waiting },
  })
  const role = drive(twice, undefined)
  expect(role.timers).toEqual({ 'xstate.after.pause.twice': 10, 'xstate.after.pause.twice.inner': 10 })
  role.fire('xstate.after.pause.twice')
  expect(role.timers).toEqual({ pause: 10 })
})

export function refused() {
  const role = drive(server, input)
  // @ts-expect-error a local event is told, not received
  role.receive({ type: 'client.read', request: 1 })
  // @ts-expect-error a message is received, not told
  role.tell(requestVote)
}
