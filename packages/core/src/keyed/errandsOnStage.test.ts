import { describe, expect, test } from 'vitest'
import type { Called, CallOutcome, Chosen, ClientAsked, Effect, QuestionOutcome } from '../actor/effect.js'
import type { GroupDefinition, RoleDefinition } from '../group/protocol.js'
import type { Message } from '../log/message.js'
import { assign, emit, setup } from '../role/statechart.js'
import { json } from '../stateMachine/stateMachine.js'
import { checkMachine } from '../testing/checkMachine/checkMachine.js'
import { drive } from '../testing/harness.js'
import { Stage } from '../testing/stage.js'
import { errand, errands } from './errand.test.fixture.js'
import { keyedRecord } from './keyed.js'
import { perKey } from './perKey.js'

/** What many small ones at one address call for, and what comes of it. */

const codec = json<Message>()
const group: GroupDefinition = {
  protocol: 'errands',
  messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    errands: {
      nodes: ['n1'],
      record: keyedRecord as never,
      logic: () => errands,
      keyed: errands,
      input: ({ recovered }) => ({ shared: undefined, recovered }),
      status: () => ({ state: '', serves: true }),
    },
  },
}

const office = () => {
  const actor = new Stage(group).actor('errands', 'n1')
  const write = () => {
    actor.beginWrite()
    actor.finishWrite()
  }
  const ask = (name: string, request: number) => {
    actor.tell({ type: 'client.asked', request, body: name })
    write()
  }
  const calls = () =>
    actor.questions.map((each) => (each.type === 'call' ? [each.request, new TextDecoder().decode(each.bytes)] : each))
  return { actor, write, ask, calls }
}
const returned = (text: string): QuestionOutcome<never> => ({ type: 'returned', bytes: new TextEncoder().encode(text) })
const threw: CallOutcome = { type: 'failed', reason: 'threw', text: 'no' }
const of = (key: string) => ({ key, request: 1 })

test('the chart of an errand is checked as any other', () => {
  checkMachine(errand, { 'client.asked': 'local', called: 'local' })
})

describe('calls of many small ones', () => {
  test('wait for what was emitted before to be on the disk', () => {
    const { actor, write, calls } = office()
    actor.tell({ type: 'client.asked', request: 4, body: 'ann' })
    expect(calls()).toEqual([])
    write()
    expect(calls()).toEqual([[of('ann'), 'ann']])
  })

  test('are answered in any order, each to the one that called', () => {
    const { actor, write, ask, calls } = office()
    for (const [at, name] of ['ann', 'bob', 'cid'].entries()) ask(name, at)
    expect(() => actor.endCall(threw)).toThrow(/has open: "ann"\/1, "bob"\/1, "cid"\/1; say which call ends/)
    actor.endCall(returned('bob is done'), of('bob'))
    actor.endCall(threw, of('cid'))
    write()
    expect(actor.answered).toEqual([{ request: 1, body: 'bob is done' }])
    expect(actor.driven?.state).toEqual({ ann: 'calling', cid: 'pausing' })
    expect(calls()).toEqual([[of('ann'), 'ann']])
    actor.endCall(returned('ann is done'))
    write()
    expect(actor.answered).toHaveLength(2)
    expect(() => actor.endCall(threw)).toThrow(/has open: none/)
  })

  test('are forgotten by a crash, and called for again from what is written', () => {
    const { actor, write, ask, calls } = office()
    for (const name of ['ann', 'bob']) ask(name, 1)
    actor.endCall(returned('done'), of('ann'))
    write()
    actor.tell({ type: 'client.asked', request: 9, body: 'cid' })
    actor.crash()
    expect(actor.questions).toEqual([])
    actor.start()
    expect(calls()).toEqual([[of('bob'), 'bob']])
    actor.endCall(returned('done'))
    write()
    expect(actor.driven?.state).toEqual({})
    expect(actor.answered).toHaveLength(1)
  })

  test('of one that has ended are answered to nobody', () => {
    const { actor, ask } = office()
    ask('ann', 1)
    const answer = { type: 'called', request: of('bob'), outcome: threw }
    const before = actor.driven?.snapshot
    actor.tell(answer)
    expect(actor.driven?.snapshot).toBe(before)
  })
})

describe('what many small ones ask another group', () => {
  const asking = errands.provide({
    actions: { call: emit({ type: 'ask', group: 'vault', request: 1, bytes: new Uint8Array() }) },
  } as never)

  test('is answered, as calls are, to the one that asked', () => {
    const role = { ...group.roles['errands'], logic: () => asking } as RoleDefinition
    const actor = new Stage({ ...group, roles: { errands: role } }).actor('errands', 'n1')
    for (const name of ['ann', 'bob']) actor.tell({ type: 'client.asked', request: 4, body: name })
    actor.beginWrite()
    actor.finishWrite()
    expect(() => actor.endAsk(returned('done'))).toThrow(/has open: "ann"\/1, "bob"\/1; say which ask ends/)
    expect(() => actor.endCall(returned('done'), of('ann'))).toThrow(/asked something else, or nothing/)
    expect(actor.questions).toMatchObject([{ type: 'ask', group: 'vault' }, { request: of('bob') }])
    actor.endAsk({ type: 'failed', reason: 'unknown', text: 'no answer came' }, of('bob'))
    expect(actor.questions).toMatchObject([{ request: of('ann') }])
  })
})

/** Who comes calls and chooses, unless it is quiet, and counts what it is told; asked again it goes. */
type VisitEvent = ClientAsked<string> | Called | Chosen
const visit = setup({
  types: {} as { context: { told: number }; events: VisitEvent; input: { told: number }; emitted: Effect<never, null> },
  actions: {
    call: emit({ type: 'call', request: 1, bytes: new Uint8Array() }),
    choose: emit({ type: 'choose', request: 1, among: ['a'], count: 1 }),
    hear: assign(({ context }) => ({ told: context.told + 1 })),
  },
}).createMachine({
  id: 'visit',
  context: ({ input }) => input,
  initial: 'away',
  states: {
    away: {
      on: {
        'client.asked': [
          { guard: ({ event }) => event.body === 'quiet', target: 'there' },
          { actions: ['call', 'choose'], target: 'there' },
        ],
      },
    },
    there: { on: { 'client.asked': 'gone', called: { actions: 'hear' }, chosen: { actions: 'hear' } } },
    gone: { type: 'final' },
  },
})
const visits = perKey<typeof visit, undefined, null>({
  id: 'visits',
  each: visit,
  keyOf: () => 'ann',
  input: () => ({ told: 0 }),
  row: json<null>(),
  refuse: () => undefined,
})

describe('an answer to one that has ended', () => {
  const begun = () => {
    const role = drive(visits, { shared: undefined, recovered: { record: undefined, table: [], doubtful: false } })
    const ask = (body: string) => role.tell({ type: 'client.asked', request: 4, body })
    const told = () => role.snapshot.instances.get('ann')?.context.told
    return { role, ask, told }
  }
  const called = { type: 'called', request: of('ann'), outcome: returned('done') } as const
  const chosen = { type: 'chosen', request: of('ann'), chosen: ['a'] } as const

  test('is told to nobody, and not to the next one of its key', () => {
    const { role, ask, told } = begun()
    ask('')
    ask('')
    ask('quiet')
    expect(told()).toBe(0)
    role.tell(called)
    role.tell(chosen)
    expect(told()).toBe(0)
    expect(role.context.questions.size).toBe(0)
  })

  test('of the next one it is told what came of its own: the later of two calls, and the second of two choices', () => {
    const { role, ask, told } = begun()
    for (let visitor = 0; visitor < 3; visitor++) ask('')
    role.tell(called)
    expect(told()).toBe(1)
    role.tell(called)
    role.tell(chosen)
    expect(told()).toBe(1)
    role.tell(chosen)
    expect(told()).toBe(2)
    expect(role.context.questions.size).toBe(0)
  })
})
