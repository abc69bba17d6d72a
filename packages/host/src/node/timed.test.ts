import {
  type AskService,
  type ClientAsked,
  type Effect,
  type GroupDefinition,
  type Instant,
  instantOf,
  json,
  type Timed,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { afterEach, describe, expect, it } from 'vitest'
import { TestCluster } from './cluster.test.fixture.js'
import { fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

/** Says what its clocks show, at once or after a while. */
interface Speaking {
  readonly request: number
}
type Asked = ClientAsked<'now' | 'later'>
const speaking = setup({
  types: {} as { context: Speaking; events: Timed<Asked>; emitted: Effect },
  delays: { pause: 1000 },
  guards: { isLater: ({ event }) => event.body === 'later' },
  actions: {
    note: assign(({ event }) => ({ request: event.request })),
    answer: emit(({ context: { request }, event }) => ({
      type: 'answer',
      request: event.request ?? request,
      body: instantOf(event) ?? null,
    })),
  },
}).createMachine({
  id: 'speaking',
  context: { request: 0 },
  initial: 'idle',
  states: {
    idle: { on: { 'client.asked': [{ guard: 'isLater', actions: 'note', target: 'pausing' }, { actions: 'answer' }] } },
    pausing: { after: { pause: { actions: 'answer', target: 'idle' } } },
  },
})

type Clockwork = AskService<Asked['body'], Instant | null>
const groupWith = (timed: boolean): GroupDefinition<Clockwork> => ({
  protocol: 'clockwork',
  roles: {
    clockwork: {
      nodes: ['n1'],
      logic: () => speaking,
      input: () => undefined,
      remembers: false,
      record: json<unknown>(),
      ...(timed && { timed }),
      status: () => ({ state: '', serves: true, epoch: 1 }),
    },
  },
  messages: jsonMessages([]),
  messageBytesMax: fixtureMessageBytesMax,
  service: {
    type: 'ask',
    answers: 'clockwork',
    request: json(),
    reply: json(),
    routing: 'any',
    isIdempotent: () => true,
    limits: { requestBytesMax: 100 },
  },
})

let cluster: TestCluster<Clockwork>
afterEach(() => cluster.stopAll())
const begin = async (timed: boolean) => {
  cluster = new TestCluster(groupWith(timed))
  const node = await cluster.start('n1')
  await cluster.wait(node.ready)
  return (what: Asked['body']) => cluster.wait(node.group('journal').ask(what))
}

describe('a role that asks for the time', () => {
  it('is told what both clocks of its node show, in whole milliseconds, with events and timers', async () => {
    const ask = await begin(true)
    await cluster.pass(10.75)
    const first = await ask('now')
    expect(first).toEqual({ nowMs: Math.floor(cluster.clock.nowMs()), wallMs: Math.floor(cluster.clock.wallMs()) })
    cluster.clock.setWall(-60_000)
    const later = await ask('later')
    expect((later?.nowMs ?? 0) - (first?.nowMs ?? 0)).toBeGreaterThanOrEqual(1000)
    expect((later?.wallMs ?? 0) - (first?.wallMs ?? 0)).toBeLessThan(-58_000)
  })
})

it('a role that does not ask knows no time', async () => {
  const ask = await begin(false)
  expect([await ask('now'), await ask('later')]).toEqual([null, null])
})
