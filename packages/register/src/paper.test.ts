import { atLeast, flexible, grid } from '@quorate/core'
import { checkMachine } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { coordinator } from './coordinator.js'
import { isLater, unwritten } from './held.js'
import { replica } from './replica.js'
import * as given from './roles.test.fixture.js'

/**
 * The rules of Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing Systems" (1995), and of Lynch and
 * Shvartsman, "Robust Emulation of Shared Memory Using Dynamic Quorum-Acknowledged Broadcasts" (1997), in short ABD and LS.
 */

describe('every cell of every role is decided', () => {
  test('coordinator', () => checkMachine(coordinator, given.events.coordinator))
  test('replica', () => checkMachine(replica, given.events.replica))
})

/** A coordinator that was asked, and whose query n1 and n2 answered so. */
const queried = (body: Parameters<typeof given.asked>[0], held = [given.held(3, 'old'), given.held(5, 'blue')]) => {
  const role = given.coordinatorWith()
  role.tell(given.asked(body))
  held.forEach((each, at) => role.receive(given.queryReply(`n${at + 1}`, each)))
  return role
}

describe('LS, query phase', () => {
  test('asks all replicas what they hold, and ends when a quorum has answered', () => {
    const role = given.coordinatorWith()
    expect(given.sent(role.tell(given.asked(given.read)))).toEqual([
      { to: 'g/replica/all', type: 'Query', key: 'x', request: 7 },
    ])
    role.receive(given.queryReply('n1', given.held(3, 'old')))
    role.receive(given.queryReply('n1', given.held(3, 'old')))
    expect(role.state).toBe('querying')
    role.receive(given.queryReply('n2', given.held(5, 'blue')))
    expect(role.state).toBe('propagating')
  })

  test('ABD: what is lost is asked again, and answers that came still count', () => {
    const role = given.coordinatorWith()
    role.tell(given.asked(given.read))
    role.receive(given.queryReply('n1', given.held(3, 'old')))
    expect(given.sent(role.fire('retry'))).toMatchObject([{ to: 'g/replica/all', type: 'Query', request: 7 }])
    role.receive(given.queryReply('n3', unwritten))
    expect(role.state).toBe('propagating')
  })

  test('ends when no quorum answers: nobody was told of a value, so the client may ask another coordinator', () => {
    const role = given.coordinatorWith()
    role.tell(given.asked(given.write('red')))
    for (let count = 1; count < 3; count++) expect(given.sent(role.fire('retry'))).toMatchObject([{ type: 'Query' }])
    expect(role.fire('retry')).toEqual([{ type: 'refuse', request: 7, reason: 'noQuorum' }])
    expect(role.state).toBe('done')
  })
})

describe('LS, propagation phase', () => {
  test('ABD: a reader writes back what it is about to return, and then returns it', () => {
    const role = queried(given.read)
    expect(given.sent(role.effects)).toMatchObject([{ to: 'g/replica/all', type: 'Propagate', held: '5.n9.9 blue' }])
    expect(given.answerIn(role.receive(given.propagateReply('n1')))).toBeUndefined()
    expect(given.answerIn(role.receive(given.propagateReply('n3')))).toBe('blue')
    expect(role.state).toBe('done')
  })

  test('a writer takes a greater sequence than any that a quorum holds, and a tag that nobody else has', () => {
    const role = queried(given.write('red'))
    expect(given.sent(role.effects)).toMatchObject([{ type: 'Propagate', held: '6.n1.7 red' }])
    role.receive(given.propagateReply('n1'))
    expect(given.answerIn(role.receive(given.propagateReply('n2')))).toBe('nothing')
  })

  test('asks again what is lost, with the same tag', () => {
    const role = queried(given.write('red'))
    role.receive(given.queryReply('n3', given.held(8, 'late')))
    expect(given.sent(role.fire('retry'))).toMatchObject([{ type: 'Propagate', held: '6.n1.7 red' }])
  })

  test('of a key that nobody wrote there is nothing to return', () => {
    const role = queried(given.read, [unwritten, unwritten])
    role.receive(given.propagateReply('n1'))
    expect(given.answerIn(role.receive(given.propagateReply('n2')))).toBe('nothing')
  })
})

describe('LS, tags: they are ordered by sequence, then by the writer', () => {
  const tag = (sequence: number, node: string, request: number) => ({ sequence, node, request })
  test.each([
    [tag(2, 'n1', 1), tag(1, 'n2', 2)],
    [tag(1, 'n2', 1), tag(1, 'n1', 2)],
    [tag(1, 'n1', 2), tag(1, 'n1', 1)],
  ])('%j is later than %j', (a, b) => {
    expect([isLater(a, b), isLater(b, a), isLater(a, a)]).toEqual([true, false, false])
  })
})

describe('ABD: a replica', () => {
  const row = given.rowOf(given.held(3, 'old'))

  test('says what it holds', () => {
    expect(given.sent(given.replicaWith(row).receive(given.query()))).toEqual([
      { to: 'g/coordinator/n9', type: 'QueryReply', request: 7, held: '3.n9.9 old', lapses: [] },
    ])
    expect(given.sent(given.replicaWith().receive(given.query()))).toMatchObject([{ held: '0..0 nothing' }])
  })

  test('takes what is later than what it holds, and says so when that is on its disk', () => {
    const role = given.replicaWith(row)
    expect(role.receive(given.propagate(given.held(4, 'blue'))).map(({ type }) => type)).toEqual(['persist', 'send'])
    expect(role.context.held).toEqual(given.held(4, 'blue'))
  })

  test.each([
    ['the same', given.held(3, 'old')],
    ['something earlier', given.held(2, 'older')],
    ['what ties, and is of a lower node', given.held(3, 'other', 'n8')],
  ])('acknowledges %s, and keeps what it holds', (_what, other) => {
    const role = given.replicaWith(row)
    expect(given.sent(role.receive(given.propagate(other)))).toMatchObject([{ type: 'PropagateReply', request: 7 }])
    expect(role.effects).toHaveLength(1)
    expect(role.context.held).toEqual(row.held)
  })
})

describe('LS, quorums: those of readers and writers are systems of their own', () => {
  test('of phase 1 for the query, of phase 2 for the propagation', () => {
    const quorums = flexible({ phase1: atLeast(1, given.three), phase2: atLeast(3, given.three) })
    const role = given.coordinatorWith({ quorums })
    role.tell(given.asked(given.write('red')))
    role.receive(given.queryReply('n2', given.held(1, 'old')))
    expect(role.state).toBe('propagating')
    for (const node of ['n1', 'n2']) role.receive(given.propagateReply(node))
    expect(role.state).toBe('propagating')
    role.receive(given.propagateReply('n3'))
    expect(role.state).toBe('done')
  })

  test('a grid is one', () => {
    const replicas = ['n1', 'n2', 'n3', 'n4']
    const role = given.coordinatorWith({ replicas, quorums: grid(2, 2, replicas) })
    role.tell(given.asked(given.read))
    role.receive(given.queryReply('n1', unwritten))
    role.receive(given.queryReply('n3', unwritten))
    expect(role.state).toBe('querying')
    role.receive(given.queryReply('n2', unwritten))
    expect(role.state).toBe('propagating')
  })
})

describe('ABD: a run', () => {
  test('what was written through one node is read through another, key by key, while a minority is down', () => {
    const { stage, at, ask } = given.stageOf()
    at('n3').replica.crash()
    ask('n1', given.write('red'), 1)
    stage.stabilize()
    ask('n2', given.read, 1)
    ask('n2', { type: 'read', key: 'y' }, 2)
    stage.stabilize()
    expect(given.answersOf(at('n1').coordinator)).toEqual([[1, 'nothing']])
    expect(given.answersOf(at('n2').coordinator)).toEqual([
      [1, 'red'],
      [2, 'nothing'],
    ])
    expect(at('n1').coordinator.status).toMatchObject({ serves: true, state: 'resting', details: { operations: 0 } })
    expect(at('n1').replica.status).toMatchObject({ serves: false, details: { keys: 1 } })
    expect(at('n3').replica.disk.table).toEqual([])
  })

  test('two writes of one node at the same time have tags of their own', () => {
    const { stage, at, ask } = given.stageOf()
    ask('n1', given.write('red'), 1)
    ask('n1', given.write('blue'), 2)
    stage.stabilize()
    ask('n2', given.read, 1)
    stage.stabilize()
    expect(given.answersOf(at('n2').coordinator)).toEqual([[1, 'blue']])
    const rows = given.three.map((node) => at(node).replica.disk.table.map(({ bytes }) => bytes))
    expect(rows[1]).toEqual(rows[0])
    expect(rows[2]).toEqual(rows[0])
  })

  test('a write that its coordinator left half done is not taken for a later one of the same node', () => {
    const { stage, at, ask } = given.stageOf()
    ask('n1', given.write('red'), 1)
    stage.stabilize(({ message, to }) => message.type !== 'Propagate' || to === given.replicaAt('n1'))
    at('n1').coordinator.crash()
    at('n1').coordinator.start()
    // As of the next start: a host's numbers only grow. This write does not hear of the other.
    ask('n1', given.write('blue'), 2)
    stage.stabilize(({ from, to }) => to !== given.replicaAt('n1') && from !== given.replicaAt('n1'))
    expect(given.answersOf(at('n1').coordinator)).toEqual([[2, 'nothing']])
    for (const node of ['n2', 'n3']) {
      ask(node, given.read, 9)
      stage.stabilize()
      expect(given.answersOf(at(node).coordinator)).toEqual([[9, 'blue']])
    }
  })

  test('what crashes goes on with what its disk holds', () => {
    const { stage, at, ask } = given.stageOf()
    ask('n1', given.write('red'), 1)
    stage.stabilize(({ to }) => to !== given.replicaAt('n3'))
    for (const node of ['n1', 'n2']) {
      at(node).replica.crash()
      at(node).replica.start()
    }
    ask('n3', given.read, 1)
    stage.stabilize(({ from, to }) => from !== given.replicaAt('n1') && to !== given.replicaAt('n1'))
    expect(given.answersOf(at('n3').coordinator)).toEqual([[1, 'red']])
  })

  test('an acknowledgement waits for the disk', () => {
    const { stage, at, ask } = given.stageOf()
    ask('n1', given.write('red'), 1)
    const step = () => stage.packets.splice(0).forEach((packet) => stage.deliver(packet))
    for (let count = 0; count < 3; count++) step()
    expect(stage.packets).toEqual([])
    at('n1').replica.beginWrite()
    expect(at('n1').replica.outbox.waiting).not.toEqual([])
    at('n1').replica.finishWrite()
    expect(stage.packets).toMatchObject([{ from: 'g/replica/n1', message: { type: 'PropagateReply' } }])
  })
})
