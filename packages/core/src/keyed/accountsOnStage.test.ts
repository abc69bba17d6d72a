import { describe, expect, test } from 'vitest'
import type { GroupDefinition } from '../group/protocol.js'
import type { Message } from '../log/message.js'
import { json } from '../stateMachine/stateMachine.js'
import { Stage } from '../testing/stage.js'
import { accounts } from './account.test.fixture.js'
import { keyedRecord } from './keyed.js'

const codec = json<Message>()
const status = () => ({ state: '', serves: false })
const group: GroupDefinition = {
  protocol: 'accounts',
  messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: {
    type: 'ask',
    answers: 'bank',
    request: json(),
    reply: json(),
    routing: 'any',
    isIdempotent: () => true,
    limits: { requestBytesMax: 1 },
  },
  roles: {
    bank: {
      nodes: ['n1'],
      record: keyedRecord as never,
      logic: () => accounts,
      keyed: accounts,
      input: ({ recovered }) => ({ shared: { bank: 'g/bank/n1' }, recovered }),
      status,
    },
  },
}

/** A bank whose clerk is nobody: what is said to it stays on its way. */
const bank = () => {
  const stage = new Stage(group)
  const actor = stage.actor('bank', 'n1')
  const receive = (message: Message) => actor.receive({ from: 'g/clerk/n9', to: actor.address, message })
  const totals = () => stage.packets.map(({ message }) => message)
  const write = () => {
    actor.beginWrite()
    actor.finishWrite()
  }
  const rows = () => actor.disk.table.map(({ key, bytes }) => [key, JSON.parse(new TextDecoder().decode(bytes))])
  return { stage, actor, receive, totals, write, rows }
}

describe('many small ones on a stage', () => {
  test('all their rows are one write, and each reply waits for its own', () => {
    const { actor, receive, rows, stage } = bank()
    for (const name of ['bob', 'ann']) receive({ type: 'Add', name, amount: 2 } as Message)
    stage.say(actor.address, 'g/bank/all', { type: 'Add' })
    expect(stage.packets).toEqual([])
    actor.beginWrite()
    receive({ type: 'Add', name: 'ann', amount: 1 } as Message)
    actor.finishWrite()
    expect(rows()).toEqual([
      ['ann', { total: 2, held: 0 }],
      ['bob', { total: 2, held: 0 }],
    ])
    actor.beginWrite()
    actor.finishWrite()
    expect(rows()[0]).toEqual(['ann', { total: 3, held: 0 }])
  })

  test('what a crash interrupted goes on from its row, with a timer of its own', () => {
    const { actor, receive, write, rows } = bank()
    receive({ type: 'Hold', name: 'ann', amount: 2 } as Message)
    write()
    receive({ type: 'Hold', name: 'bob', amount: 2 } as Message)
    actor.crash()
    actor.start()
    expect(actor.driven?.state).toEqual({ ann: 'holding' })
    actor.fire('patience')
    expect(actor.questions).toHaveLength(1)
    actor.choose('spend')
    write()
    expect(rows()).toEqual([['ann', { total: -2, held: 0 }]])
    expect(actor.driven?.state).toEqual({})
  })

  test('questions are answered in the order in which they were asked, and a crash takes them', () => {
    const { actor, receive, write } = bank()
    for (const name of ['ann', 'bob']) {
      receive({ type: 'Hold', name, amount: 2 } as Message)
      write()
      actor.fire('patience')
    }
    expect(() => actor.choose('give')).toThrow(/asked for 1 of spend,release, not for give/)
    actor.choose('release')
    expect(actor.driven?.state).toEqual({ bob: 'deciding' })
    actor.crash()
    expect(actor.questions).toEqual([])
    expect(() => actor.choose('spend')).toThrow(/asked nothing/)
  })

  test('a question waits for the disk as everything else does', () => {
    const { actor, receive } = bank()
    receive({ type: 'Hold', name: 'ann', amount: 2 } as Message)
    actor.fire('patience')
    expect(actor.questions).toEqual([])
    actor.beginWrite()
    actor.finishWrite()
    expect(actor.questions).toMatchObject([{ request: { key: 'ann', request: 1 } }])
  })

  test('a client is answered by the instance of the key that it names', () => {
    const { actor, receive, write } = bank()
    receive({ type: 'Add', name: 'ann', amount: 7 } as Message)
    write()
    actor.tell({ type: 'client.asked', request: 4, body: 'ann' })
    actor.tell({ type: 'client.asked', request: 5, body: '' })
    expect(actor.answered).toEqual([{ request: 4, body: { total: 7, doubts: 0 } }])
    expect(actor.refused).toEqual([5])
  })

  test('a store in doubt is told of once, and the number of doubts stays', () => {
    const { actor, write } = bank()
    actor.crash()
    actor.start(true)
    write()
    for (const doubtful of [false, true]) {
      actor.crash()
      actor.start(doubtful)
    }
    write()
    actor.tell({ type: 'client.asked', request: 4, body: 'ann' })
    expect(actor.answered).toEqual([{ request: 4, body: { total: 0, doubts: 2 } }])
  })
})
