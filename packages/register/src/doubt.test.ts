import { atLeast, flexible } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import { unwritten } from './held.js'
import { merged } from './lapses.js'
import * as given from './roles.test.fixture.js'

/** A replica whose disk lost its last write: what it may have acknowledged it must hold before it answers. */

const row = given.rowOf(given.held(3, 'old'))
const doubtful = (more: Parameters<typeof given.replicaWith>[2] = {}) => given.replicaWith(row, 1, more)
const five = [...given.three, 'n4', 'n5']

describe('a replica in doubt', () => {
  test('asks all others, and answers nobody meanwhile', () => {
    const role = doubtful()
    expect(role.state).toBe('doubtful')
    expect(given.sent(role.effects)).toEqual([{ to: 'g/replica/all', type: 'Restore', key: 'x', lapse: 1 }])
    expect(role.receive(given.query())).toEqual([])
    expect(role.receive(given.propagate(given.held(9, 'new')))).toEqual([])
    expect(given.sent(role.fire('retry'))).toMatchObject([{ type: 'Restore', lapse: 1 }])
  })

  test('holds the latest of what a quorum of others holds, and writes down that it does', () => {
    const role = doubtful()
    expect(role.receive(given.restoreReply('n2', given.held(5, 'blue')))).toEqual([])
    role.receive(given.restoreReply('n3', given.held(4, 'red'), { lapses: [given.lapse('n2', 0)] }))
    expect(role.effects).toEqual([
      { type: 'persist', record: given.rowOf(given.held(5, 'blue'), [given.lapse('n1')], 1) },
    ])
    expect(role.state).toBe('done')
    const after = given.replicaWith(given.rowOf(given.held(5, 'blue'), [given.lapse('n1')], 1), 1)
    expect(given.sent(after.receive(given.query()))).toMatchObject([
      { held: '5.n9.9 blue', lapses: [given.lapse('n1')] },
    ])
  })

  test('a key that it knows nothing of is in doubt too', () => {
    const role = given.replicaWith(undefined, 1)
    for (const node of ['n2', 'n3']) role.receive(given.restoreReply(node, unwritten))
    expect(role.effects).toEqual([{ type: 'persist', record: given.rowOf(unwritten, [given.lapse('n1')], 1) }])
  })

  test('that was restored is in doubt again after another loss', () => {
    expect(given.replicaWith(given.rowOf(given.held(5, 'blue'), [given.lapse('n1')], 1), 2).state).toBe('doubtful')
  })

  test('ignores answers to an earlier doubt', () => {
    const role = given.replicaWith(row, 2)
    for (const node of ['n2', 'n3']) role.receive(given.restoreReply(node, given.held(5, 'blue'), { lapse: 1 }))
    expect(role.state).toBe('doubtful')
  })

  test('needs others that are in no doubt; or all, who hold what any disk still holds', () => {
    const role = given.replicaWith(row, 1, given.configOf('n1', { replicas: five }))
    const inDoubt = { doubtful: true }
    for (const node of ['n2', 'n3']) role.receive(given.restoreReply(node, given.held(5, 'blue'), inDoubt))
    role.receive(given.restoreReply('n4', unwritten))
    expect(role.state).toBe('doubtful')
    role.receive(given.restoreReply('n5', unwritten, inDoubt))
    expect(role.context).toMatchObject({ held: given.held(5, 'blue'), restored: 1 })
  })

  test('does not count one that has lost a write after it answered, as another one says', () => {
    const role = given.replicaWith(row, 1, given.configOf('n1', { replicas: five }))
    for (const node of ['n2', 'n3']) role.receive(given.restoreReply(node, unwritten))
    role.receive(given.restoreReply('n4', unwritten, { lapses: [given.lapse('n2')] }))
    expect(role.state).toBe('doubtful')
    // What it had said before comes again, and is as old.
    role.receive(given.restoreReply('n2', unwritten))
    expect(role.state).toBe('doubtful')
    role.receive(given.restoreReply('n2', given.held(4, 'red'), { lapses: [given.lapse('n2')] }))
    expect(role.context.held).toEqual(given.held(4, 'red'))
  })

  test('needs a quorum of both phases', () => {
    const quorums = flexible({ phase1: atLeast(3, five), phase2: atLeast(4, five) })
    const role = given.replicaWith(row, 1, given.configOf('n1', { replicas: five, quorums }))
    for (const node of ['n2', 'n3', 'n4']) role.receive(given.restoreReply(node, unwritten))
    expect(role.state).toBe('doubtful')
    role.receive(given.restoreReply('n5', unwritten))
    expect(role.state).toBe('done')
  })

  test('helps others that are in doubt, and says that it is too', () => {
    const role = doubtful()
    const [, answer] = role.receive(given.restore('n2', 3))
    expect(role.effects[0]).toEqual({
      type: 'persist',
      record: given.rowOf(given.held(3, 'old'), [given.lapse('n1'), given.lapse('n2', 3)]),
    })
    expect(answer).toMatchObject({ to: 'g/replica/n2', message: { type: 'RestoreReply', lapse: 3, doubtful: true } })
    expect(role.state).toBe('doubtful')
  })

  test('that decides alone goes on only where the operator accepts the loss', () => {
    const quorums = flexible({ phase1: atLeast(3, given.three), phase2: atLeast(1, given.three) })
    for (const lossAccepted of [false, true]) {
      const role = doubtful({ quorums, lossAccepted })
      for (const node of ['n2', 'n3']) role.receive(given.restoreReply(node, unwritten))
      expect(role.state).toBe(lossAccepted ? 'done' : 'doubtful')
    }
    expect(given.replicaWith(row, 1, given.configOf('n1', { replicas: ['n1'] })).state).toBe('doubtful')
  })

  test('does without others that are gone for good, where the operator accepts the loss', () => {
    const states = [false, true].map((lossAccepted) => {
      const role = doubtful({ lossAccepted })
      role.receive(given.restoreReply('n2', given.held(5, 'blue')))
      for (let count = 0; count < 3; count++) role.fire('retry')
      return role.state
    })
    expect(states).toEqual(['doubtful', 'done'])
  })
})

describe('others', () => {
  test('write down that a replica lost a write, and say it with all that they answer', () => {
    const role = given.replicaWith(row)
    expect(role.receive(given.restore('n2', 1)).map(({ type }) => type)).toEqual(['persist', 'send'])
    const noted = given.rowOf(given.held(3, 'old'), [given.lapse('n2')])
    expect(role.effects[0]).toEqual({ type: 'persist', record: noted })
    const after = given.replicaWith(noted)
    expect(given.sent(after.receive(given.query()))).toMatchObject([{ lapses: [given.lapse('n2')] }])
    expect(given.sent(after.receive(given.restore('n2', 1)))).toMatchObject([{ held: '3.n9.9 old', doubtful: false }])
    expect(after.effects).toHaveLength(1)
  })

  test('what is known of lapses only grows', () => {
    const known = [given.lapse('n1', 2)]
    expect(merged(known, [given.lapse('n1', 1)])).toBe(known)
    expect(merged(known, [given.lapse('n3'), given.lapse('n1', 3)])).toEqual([given.lapse('n1', 3), given.lapse('n3')])
  })
})

describe('a coordinator', () => {
  const propagating = () => {
    const role = given.coordinatorWith()
    role.tell(given.asked(given.write('red')))
    for (const node of ['n1', 'n2']) role.receive(given.queryReply(node, unwritten))
    return role
  }

  test('does not count what was acknowledged before a lapse, once it hears of it', () => {
    const role = propagating()
    role.receive(given.propagateReply('n1'))
    role.receive(given.propagateReply('n2', [given.lapse('n1')]))
    expect(role.state).toBe('propagating')
    role.receive(given.propagateReply('n1'))
    expect(role.state).toBe('propagating')
    role.receive(given.propagateReply('n1', [given.lapse('n1')]))
    expect(role.state).toBe('done')
  })
})

/** The run that a replica which only read its keys back would lose a write in. */
test('a write that was acknowledged, forgotten, and ended by others is on a quorum', () => {
  const { stage, at, ask } = given.stageOf()
  const isTo = (node: string) => (packet: { readonly to: string; readonly message: { readonly type: string } }) =>
    packet.message.type !== 'Propagate' || packet.to === given.replicaAt(node)
  ask('n2', given.write('red'), 1)
  stage.stabilize(isTo('n1'))
  expect(at('n1').replica.disk.table).toHaveLength(1)
  at('n1').replica.crash()
  at('n1').replica.disk = { ...at('n1').replica.disk, table: [] }
  at('n1').replica.start(true)
  ask('n3', given.read, 1)
  stage.stabilize(({ message: { type } }) => type !== 'QueryReply')
  // It is restored, with nothing. Now the write reaches one more: with what n1 had acknowledged that would be a majority.
  at('n2').coordinator.fire('retry')
  stage.stabilize(isTo('n2'))
  expect(given.answersOf(at('n2').coordinator)).toEqual([])
  at('n2').coordinator.fire('retry')
  stage.stabilize()
  expect(given.answersOf(at('n2').coordinator)).toEqual([[1, 'nothing']])
  expect(at('n1').replica.disk.table).toHaveLength(1)
})
