import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { batcher, multiPaxosAcceptor, multiPaxosLearner } from '../../index.js'
import { newBatcher } from '../batcher/state.js'
import * as given from '../role.test.fixture.js'
import { bytesOf } from './bytes.js'

/** Every limit by count has one by bytes beside it. */

const { said, entry } = given
/** A hundred bytes each, and what an entry takes besides. */
const large = (index: number) => entry(index, given.ballot(1), 'x'.repeat(100))
const size = bytesOf([large(1)])

describe('the distinguished proposer', () => {
  const accepted = (role: ReturnType<typeof given.leadingIn>, number: number) => {
    for (const node of ['n2', 'n3']) role.receive(said.accepted(node, { number }))
  }

  test('refuses when the slots that are not chosen yet take too many bytes, and takes again what fits', () => {
    const role = given.leadingIn({ limits: { openBytesMax: 2 * size } })
    const text = 'x'.repeat(100)
    role.tell(given.proposed(text, text))
    expect(role.tell(given.proposed('y'))).toEqual([{ type: 'refuse', request: 1, reason: 'overloaded' }])
    expect(given.sent(role.receive(said.batch('b1')))).toMatchObject([{ taken: false }])
    accepted(role, 2)
    expect(role.context).toMatchObject({ openBytes: 0 })
    expect(given.acceptsOf(role.tell(given.proposed('y')))).toHaveLength(1)
  })

  test('counts what it must propose again when it begins to lead', () => {
    expect(given.leadingIn({}, [large(1), large(2)]).context).toMatchObject({ openBytes: 2 * size })
  })

  test('keeps little of what is chosen, however few slots that are', () => {
    const role = given.leadingIn({ limits: { bytesKept: 8 * size, openBytesMax: 100 * size } })
    const bases = [2, 3, 4, 5].map((number) => {
      role.tell(given.proposed('x'.repeat(100)))
      accepted(role, number)
      return 'log' in role.context ? role.context.log.base.index : undefined
    })
    expect(bases).toEqual([0, 2, 2, 4])
  })
})

test('a batcher refuses when what waits takes too many bytes', () => {
  const place = { nodes: { batcher: ['b1'] }, limits: { openBytesMax: 2 * size } }
  const role = drive(batcher, newBatcher(given.configOf({ id: 'b1', ...place })))
  role.receive(said.heartbeat('n1'))
  const text = 'x'.repeat(100)
  // The first is on its way; two wait.
  for (let time = 0; time < 3; time++) role.tell(given.proposed(text))
  expect(role.tell(given.proposed(text))).toMatchObject([{ type: 'refuse', reason: 'overloaded' }])
  role.receive(said.batchReply('n1', { number: 1 }))
  expect(role.context.bytes).toBe(0)
  expect(role.tell(given.proposed(text))).toEqual([])
})

describe('a learner', () => {
  test('keeps no more bytes than it may behind a slot that is missing', () => {
    const role = drive(multiPaxosLearner, given.learnerIn({ limits: { bytesAheadMax: 2 * size } }))
    const chosen = (index: number) => role.receive(said.chosen('n1', { entries: [large(index)], answeredBy: 'n2' }))
    for (const index of [2, 3, 4]) chosen(index)
    expect(role.context.ahead).toHaveLength(2)
    expect(given.committed(chosen(1))).toMatch(/^1:x+ 2:x+ 3:x+$/)
    expect(role.context.aheadBytes).toBe(0)
  })

  test('keeps no more bytes than it may before its snapshot', () => {
    const role = drive(multiPaxosLearner, given.learnerIn({ limits: { entriesKept: 10, bytesKept: 2 * size } }))
    role.receive(said.chosen('n1', { entries: [1, 2, 3, 4, 5].map(large), answeredBy: 'n2' }))
    role.tell({ type: 'snapshot.taken', snapshot: given.snapshotAt(5) })
    expect(role.context.log.base.index).toBe(3)
  })
})

test('an acceptor writes down what is chosen when that takes many bytes, however few slots it is', () => {
  const limits = { noteEverySlots: 1000, noteEveryBytes: 2 * size }
  const role = drive(
    multiPaxosAcceptor,
    given.acceptorIn({ promised: given.ballot(1), accepted: [1, 2, 3, 4, 5].map(large), limits }),
  )
  const noted = (chosenThrough: number) =>
    role
      .receive(said.accept('n1', { chosenThrough }))
      .flatMap((effect) => (effect.type === 'persist' ? [effect.record.chosenThrough] : []))
  expect([1, 2, 3, 3, 5].map(noted)).toEqual([[], [2], [], [], [5]])
})

test('an acceptor forgets what learners hold when that takes many bytes, however few slots it is', () => {
  const limits = { forgetEverySlots: 1000, forgetEveryBytes: 3 * size }
  const role = drive(multiPaxosAcceptor, given.acceptorIn({ accepted: [1, 2, 3, 4, 5].map(large), limits }))
  const forgetThrough = (through: number) => {
    role.receive(said.accept('n1', { chosenThrough: 5, forgetThrough: through }))
    return role.context.log.base.index
  }
  expect([1, 2, 2, 3, 4].map(forgetThrough)).toEqual([0, 0, 0, 3, 3])
  expect(forgetThrough(5)).toBe(3)
})
