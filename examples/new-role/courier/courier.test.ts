import type { AskOutcome, CallOutcome } from '@quorate/core'
import { checkMachine, Stage } from '@quorate/core/testing'
import { defineTopology } from '@quorate/host'
import { KvClient, kv } from '@quorate/kv'
import { raft } from '@quorate/raft'
import { describe, expect, test } from 'vitest'
import { TestNodes } from '../nodes.test.fixture.js'
import { courier, type Letter } from './courier.js'
import { couriers } from './group.js'

test('every event is decided in every state', () => {
  checkMachine(courier, { 'client.asked': 'local', called: 'local', answered: 'local' })
})

const done: CallOutcome & AskOutcome = { type: 'returned', bytes: new Uint8Array() }
const failed: CallOutcome = { type: 'failed', reason: 'threw', text: 'the line is cut' }

/** A courier with no host, no sender and no other group. */
const alone = () => {
  const nobody = () => Promise.reject(new Error('nobody sends in this test'))
  const actor = new Stage(couriers({ members: ['n1'], book: 'kv', send: nobody })).actor('courier', 'n1')
  const write = () => {
    actor.beginWrite()
    actor.finishWrite()
  }
  const ask = (id: string, request = 1) => actor.tell({ type: 'client.asked', request, body: { id, text: 'hello' } })
  return { actor, write, ask, asked: () => actor.questions.map(({ type }) => type) }
}

describe('a courier', () => {
  test('has a letter sent when it is written down, then noted, and answers when that is written down too', () => {
    const { actor, write, ask, asked } = alone()
    ask('a')
    expect(asked()).toEqual([])
    write()
    expect(asked()).toEqual(['call'])
    actor.endCall(done)
    expect(asked()).toEqual(['ask'])
    actor.endAsk(done)
    expect(actor.answered).toEqual([])
    write()
    expect(actor.answered).toEqual([{ request: 1, body: 'sent' }])
  })

  test('has it sent again after a crash, unless all was written down', () => {
    const { actor, write, ask, asked } = alone()
    ask('a')
    write()
    actor.endCall(done)
    actor.crash()
    actor.start()
    expect(asked()).toEqual(['call'])
    actor.endCall(done)
    actor.endAsk(done)
    write()
    actor.crash()
    actor.start()
    expect(asked()).toEqual([])
    ask('a', 7)
    expect(actor.answered).toEqual([{ request: 7, body: 'sent' }])
  })

  test('tries again what failed, and what takes too long', () => {
    const { actor, write, ask, asked } = alone()
    ask('a')
    write()
    actor.endCall(failed)
    expect(asked()).toEqual([])
    actor.fire('patience')
    expect(asked()).toEqual(['call'])
    actor.fire('patience')
    expect(asked()).toEqual(['call'])
    expect(actor.driven?.state).toEqual({ a: 'sending' })
  })
})

test('on three nodes each letter is sent, and noted, although the sender fails and a node is stopped', async () => {
  const sent = new Map<string, number>()
  let tries = 0
  const send = async ({ id }: Letter) => {
    if (++tries % 2 === 1) throw new Error('the line is cut')
    sent.set(id, (sent.get(id) ?? 0) + 1)
  }
  const nodes = ['n1', 'n2', 'n3']
  const groups = {
    kv: raft({ members: nodes, stateMachine: kv, electionTimeoutMs: 500, heartbeatMs: 50 }),
    couriers: couriers({ members: nodes, book: 'kv', send }),
  }
  const cluster = new TestNodes(defineTopology({ cluster: 'test', nodes, groups }))
  await cluster.startAll()
  const ids = Array.from({ length: 12 }, (_, at) => `letter ${at}`)
  const group = cluster.node('n1').group('couriers')
  const answers = Promise.all(ids.map((id) => group.ask({ id, text: 'hello' })))
  await cluster.pass(300)
  await cluster.stop('n2')
  await cluster.start('n2')
  expect(new Set(await cluster.wait(answers))).toEqual(new Set(['sent']))
  expect([...sent.keys()].sort()).toEqual([...ids].sort())
  const book = new KvClient(cluster.node('n3').group('kv'))
  for (const id of ids) expect(await cluster.wait(book.get(`sent/${id}`))).toBeDefined()
  await cluster.stopAll()
})
