import { describe, expect, test } from 'vitest'
import { type ActorState, actorOf } from '../actor/actor.js'
import type { Cause } from '../actor/cause.js'
import { stepRecord } from '../actor/stepRecord.js'
import { server } from '../role/miniRaft.test.fixture.js'
import type { Address } from '../values/address.js'
import { wireVersion } from '../wire/envelope.js'
import { encodeTrace, TraceReader, traceHeader } from './traceCodec.js'
import type { StepEvent } from './traceEvent.js'
import { traceEventOf } from './traceEventOf.js'

const [n1, n2]: Address[] = ['g/server/n1', 'g/server/n2']
const envelope = {
  version: wireVersion,
  cluster: 'c',
  from: n2 as Address,
  to: n1 as Address,
  fromStore: new Uint8Array(16),
  type: 'RequestVote',
  payload: new Uint8Array(4),
}

describe('what was observed, as data', () => {
  const actor = actorOf(server as never)
  const place = { address: n1 as Address, group: 'g', role: 'server', logic: server as never }
  const begun = actor.begin({ currentTerm: 0, votedFor: undefined })
  const told = (before: ActorState, event: { readonly type: string }, cause?: Cause) => {
    const step = actor.deliver(before, event)
    return {
      state: step.state,
      event: traceEventOf(stepRecord(place, event, before, step, cause), 7, 'n1') as StepEvent,
    }
  }

  test('of an actor that begins: its context, and the timers that it sets', () => {
    expect(traceEventOf(stepRecord(place, undefined, undefined, begun), 5, 'n1')).toEqual({
      type: 'step',
      atUs: 5,
      who: 'n1',
      actor: n1,
      cause: { type: 'start' },
      state: 'follower.following',
      context: { currentTerm: 0 },
      timers: [{ type: 'schedule', timer: expect.stringMatching(/^xstate\.after\.electionTimeout/), delayMs: 150 }],
    })
  })

  test('of a step: what it took and why, what changed, and what it emitted; of messages only the type', () => {
    const vote = { type: 'RequestVote', from: n2, term: 3 }
    const cause = { type: 'message', from: n2 as Address, id: 'n2/1/4' } as const
    const { state, event } = told(begun.state, vote, cause)
    expect(event).toMatchObject({
      cause,
      event: vote,
      context: { currentTerm: 3, votedFor: n2 },
      emitted: [
        { type: 'persist', record: { currentTerm: 3, votedFor: n2 } },
        { type: 'send', to: n2, message: 'Vote' },
      ],
    })
    const idle = told(state, { type: 'client.read', request: 4 } as never)
    expect(idle.event).toEqual({
      type: 'step',
      atUs: 7,
      who: 'n1',
      actor: n1,
      cause: { type: 'client', request: 4 },
      event: { type: 'client.read', request: 4 },
      state: 'follower.following',
    })
    expect(told(state, { type: 'storage.persisted' }).event.cause).toEqual({ type: 'write' })
  })

  test('why it was taken, whoever told the actor so', () => {
    const proposed = (...kinds: string[]) => ({
      type: 'client.proposed',
      request: 5,
      commands: kinds.map((kind) => ({ kind })),
    })
    const causes = [
      [{ type: 'storage.persisted', last: { index: 1, term: 1 } }, { type: 'write' }],
      [proposed('command', 'tick'), { type: 'client', request: 5 }],
      [proposed('tick'), { type: 'deadline' }],
      [
        { type: 'client.asked', request: 6, body: {} },
        { type: 'client', request: 6 },
      ],
      [{ type: 'chosen', request: 7, chosen: [] }, { type: 'choice' }],
      [{ type: 'called', request: 7, outcome: {} }, { type: 'call' }],
      [{ type: 'answered', request: 7, outcome: {} }, { type: 'ask' }],
      [{ type: 'snapshot.taken', snapshot: {} }, { type: 'snapshot' }],
      [{ type: 'peer.lost', node: 'n2' }, { type: 'suspicion' }],
      [{ type: 'peer.found', node: 'n2' }, { type: 'suspicion' }],
      // Where nobody counts messages: a test, a role by itself.
      [
        { type: 'RequestVote', from: n2, term: 3 },
        { type: 'message', from: n2 },
      ],
      [{ type: 'later.told' }, { type: 'host' }],
    ] as const
    for (const [event, cause] of causes) expect(stepRecord(place, event, undefined, begun).cause).toEqual(cause)
  })

  test('of entries that it emits: how many, and where they stand', () => {
    const entry = { kind: 'noop', session: 0, sequence: 0, answeredBelow: 0, bytes: new Uint8Array(), term: 2 } as const
    const entries = [4, 5, 6].map((index) => ({ ...entry, index }))
    const emitted = [{ type: 'append', entries } as const, { type: 'commit', entries: [], passes: 'append' } as const]
    const event = traceEventOf(stepRecord(place, undefined, undefined, { ...begun, emitted }), 7, 'n1')
    expect((event as StepEvent).emitted).toEqual([
      { type: 'append', entries: { count: 3, first: { index: 4, term: 2 }, last: { index: 6, term: 2 } } },
      { type: 'commit', entries: { count: 0 }, passes: 'append' },
    ])
  })

  test('of a timer: its id is the cause', () => {
    const [timer = ''] = begun.state.timers.keys()
    const record = stepRecord(place, { type: timer }, begun.state, actor.fire(begun.state, timer))
    const event = traceEventOf(record, 7, 'n1')
    expect(event).toMatchObject({ cause: { type: 'timer', timer }, event: { type: timer } })
    const context = (event as StepEvent).context
    // The candidate has no leader any more, and what never changes is not told.
    expect(context).toMatchObject({ leader: null, votes: expect.anything() })
  })

  test('messages: what is received has the id of what was sent', () => {
    const message = { type: 'RequestVote', term: 3, data: Uint8Array.of(104, 105) }
    const numbers = { fromStart: 8, number: 1 }
    expect(
      traceEventOf({ type: 'sent', from: n2 as Address, ...numbers, to: n1 as Address, message, bytes: 9 }, 1, 'n2'),
    ).toEqual({
      type: 'sent',
      atUs: 1,
      who: 'n2',
      id: 'n2/8/1',
      from: n2,
      to: n1,
      message: 'RequestVote',
      fields: { term: 3, data: '2 bytes "hi"' },
      bytes: 9,
    })
    const received = { ...envelope, fromStart: 8, message: 1 }
    const about = { atUs: 2, who: 'n1', id: 'n2/8/1', from: 'n2', message: 'RequestVote' }
    expect(traceEventOf({ type: 'received', envelope: received }, 2, 'n1')).toEqual({ type: 'received', ...about })
    expect(traceEventOf({ type: 'dropped', why: 'otherCharter', envelope: received }, 2, 'n1')).toEqual({
      type: 'dropped',
      by: 'node',
      why: 'otherCharter',
      ...about,
    })
    expect(traceEventOf({ type: 'dropped', why: 'malformed', envelope: undefined }, 2, 'n1')).not.toHaveProperty('id')
    expect(traceEventOf({ type: 'received', envelope }, 2, 'n1')).not.toHaveProperty('id')
  })

  test('writes and what was applied: how much, and not what', () => {
    const entry = {
      index: 4,
      term: 2,
      kind: 'noop',
      session: 0,
      sequence: 0,
      answeredBelow: 0,
      bytes: new Uint8Array(),
    } as const
    const outcome = { status: 'ok', index: 4, bytes: entry.bytes } as const
    const events = [
      traceEventOf(
        {
          type: 'written',
          isDurable: false,
          writes: [{ key: 'g/server', operations: [{ type: 'append', entries: [entry] }] }],
        },
        3,
        'n1',
      ),
      traceEventOf({ type: 'applied', group: 'g', applied: [{ entry, outcome }] }, 3, 'n1'),
    ]
    expect(events).toEqual([
      { type: 'written', atUs: 3, who: 'n1', isDurable: false, writes: [{ key: 'g/server', operations: ['append'] }] },
      { type: 'applied', atUs: 3, who: 'n1', group: 'g', entries: 1, last: { index: 4, term: 2 } },
    ])
    const reader = new TraceReader()
    reader.read(encodeTrace(traceHeader({ place: 'host', title: '' })))
    expect(events.map((event) => reader.read(encodeTrace(event)))).toEqual(events)
  })
})
