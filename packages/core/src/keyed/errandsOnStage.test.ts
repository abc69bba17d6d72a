import { describe, expect, test } from 'vitest'
import type { CallOutcome } from '../actor/effect.js'
import type { GroupDefinition } from '../group/protocol.js'
import type { Message } from '../log/message.js'
import { json } from '../stateMachine/stateMachine.js'
import { checkMachine } from '../testing/checkMachine/checkMachine.js'
import { Stage } from '../testing/stage.js'
import { errand, errands } from './errand.test.fixture.js'
import { keyedRecord } from './keyed.js'

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
const returned = (text: string): CallOutcome => ({ type: 'returned', bytes: new TextEncoder().encode(text) })
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
    expect(() => actor.endCall(threw)).toThrow(/waits for calls "ann"\/1, "bob"\/1, "cid"\/1: say which/)
    actor.endCall(returned('bob is done'), of('bob'))
    actor.endCall(threw, of('cid'))
    write()
    expect(actor.answered).toEqual([{ request: 1, body: 'bob is done' }])
    expect(actor.driven?.state).toEqual({ ann: 'calling', cid: 'pausing' })
    expect(calls()).toEqual([[of('ann'), 'ann']])
    actor.endCall(returned('ann is done'))
    write()
    expect(actor.answered).toHaveLength(2)
    expect(() => actor.endCall(threw)).toThrow(/waits for calls of none/)
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

  test('that are made again take the place of the earlier ones', () => {
    const { actor, ask, calls } = office()
    ask('ann', 1)
    actor.endCall(threw)
    actor.fire('pause')
    expect(calls()).toEqual([[of('ann'), 'ann']])
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
