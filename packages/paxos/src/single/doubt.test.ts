import { bothPhases, majority } from '@quorate/core'
import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import type { AcceptorRecord, Proposal } from '../generated/paxos.js'
import { acceptor, recoverAcceptor } from './acceptor.js'
import * as given from './roles.test.fixture.js'

/** An acceptor of one value whose disk lost its last write: how it takes part again, and when its word counts. */

const record = { promised: given.ballot(3), accepted: given.proposal(3, 'blue'), doubtful: false, doubt: 0 }

const reply = (node: string, round: number, fields: { doubt?: number; chosen?: Proposal } = {}) =>
  ({
    type: 'RejoinReply',
    from: `g/proposer/${node}`,
    doubt: 1,
    ballot: given.ballot(round, node),
    ...fields,
  }) as const

const doubtful = (held: AcceptorRecord = record) => given.acceptorWith(held, acceptor, true)
const bounded = (...rounds: readonly number[]) => {
  const role = doubtful()
  rounds.forEach((round, at) => role.receive(reply(`p${at + 1}`, round)))
  return role
}

describe('an acceptor in doubt', () => {
  test('writes it down, asks every proposer how high it has gone, and promises nothing meanwhile', () => {
    const role = doubtful()
    expect(role.effects).toEqual([
      { type: 'persist', record: { ...record, doubtful: true, doubt: 1 } },
      { type: 'send', to: 'g/proposer/all', message: { type: 'Rejoin', doubt: 1 } },
    ])
    for (const message of [given.prepare(9), given.accept(9, 'red')]) expect(role.receive(message)).toEqual([])
    // That it accepted this is as true as it was.
    expect(given.sent(role.receive(given.learn()))).toMatchObject([{ type: 'Accepted', proposal: '3@p1 blue' }])
    role.receive(reply('p1', 4))
    expect(role.state).toBe('doubtful')
    expect(given.sent(role.fire('rejoinAgain'))).toMatchObject([{ type: 'Rejoin' }])
    role.receive(reply('p2', 9, { doubt: 0 }))
    expect(role.state).toBe('doubtful')
    role.receive(reply('p2', 6))
    expect(role.state).toBe('serving')
    expect(role.context).toMatchObject({ promised: given.ballot(6, 'p2'), doubtful: true })
  })

  test('a record of before, and a restart, keep it in the same doubt; another loss begins another', () => {
    const held = { ...record, doubtful: true }
    const before = given.acceptorWith({ promised: given.ballot(3), doubtful: true } as AcceptorRecord)
    expect(before.context.doubt).toBe(1)
    expect(given.acceptorWith({ ...held, doubt: 2 }).context.doubt).toBe(2)
    expect(given.acceptorWith({ ...held, doubt: 2 }, acceptor, true).context.doubt).toBe(3)
  })

  test('says with its promises that it may have forgotten, until it accepts above all that it can have forgotten', () => {
    const role = bounded(4, 6)
    expect(given.sent(role.receive(given.prepare(5)))).toMatchObject([{ type: 'Nack' }])
    expect(given.sent(role.receive(given.prepare(7)))).toMatchObject([{ type: 'Promise', doubtful: true }])
    role.receive(given.accept(7, 'green'))
    expect(given.sent(role.receive(given.prepare(8)))).toMatchObject([
      { type: 'Promise', doubtful: false, accepted: '7@p1 green' },
    ])
  })

  test('one that holds what was accepted in the highest ballot has forgotten nothing that matters', () => {
    expect(bounded(3, 2).context.doubtful).toBe(false)
  })

  test('nor has one that is told what was chosen, by the proposer in whose ballot it was', () => {
    const role = doubtful({ promised: given.ballot(1), doubtful: false, doubt: 0 })
    role.receive(reply('p1', 2, { chosen: given.proposal(2, 'blue') }))
    role.receive(reply('p2', 5))
    expect(role.context).toMatchObject({ promised: given.ballot(5, 'p2'), doubtful: false })
    expect(given.sent(role.receive(given.prepare(8)))).toMatchObject([{ accepted: '2@p1 blue', doubtful: false }])
  })

  test('a group of one goes on only where the operator accepts the loss', () => {
    const alone = { group: 'g', id: 'a1', proposers: ['p1'], acceptors: ['a1'], quorums: bothPhases(majority(['a1'])) }
    const recovered = {
      record,
      snapshot: undefined,
      base: { index: 0, term: 0 },
      entries: [],
      table: [],
      doubtful: true,
    }
    const states = [false, true].map((lossAccepted) => {
      const role = drive(acceptor, recoverAcceptor({ ...alone, lossAccepted }, recovered))
      role.receive(reply('p1', 4))
      return role.state
    })
    expect(states).toEqual(['doubtful', 'serving'])
  })

  test('so it does without proposers that are gone for good', () => {
    const [careful, bold] = [false, true].map((lossAccepted) => {
      const recovered = {
        record,
        snapshot: undefined,
        base: { index: 0, term: 0 },
        entries: [],
        table: [],
        doubtful: true,
      }
      const role = drive(acceptor, recoverAcceptor({ ...doubtful().context.config, lossAccepted }, recovered))
      for (let time = 0; time < 3; time++) role.fire('rejoinAgain')
      return role
    })
    expect(careful?.state).toBe('doubtful')
    expect(bold?.context).toMatchObject({ promised: given.ballot(1003), doubtful: false, mayHaveLost: true })
  })
})

describe('a proposer', () => {
  const promise = (node: string, isDoubtful: boolean) => ({ ...given.promise(node, 1), doubtful: isDoubtful })

  test('needs a quorum of acceptors that forgot nothing, or all', () => {
    const role = given.proposerWith()
    role.tell(given.asked('blue'))
    role.receive(promise('a1', true))
    role.receive(promise('a2', false))
    expect(role.state).toBe('preparing')
    role.receive(promise('a3', true))
    expect(role.state).toBe('accepting')
  })

  test.each([
    ['all acceptors had lost a write', [true, true, true], ['error']],
    ['too many of them had', [true, false, true], ['error']],
    ['a quorum had not', [true, false, false], []],
  ] as const)('when %s, people are told so as long as it matters: %j', (_what, doubts, levels) => {
    const noticesOf = (role: ReturnType<typeof given.proposerWith>) => {
      const { status } = given.groupOf().roles['proposer'] ?? {}
      const snapshot = { value: role.state, context: role.context }
      return status?.(snapshot as never).notices?.map(({ level }) => level) ?? []
    }
    const role = given.proposerWith()
    role.tell(given.asked('blue'))
    const [last, ...others] = doubts.map((isDoubtful, at) => promise(`a${at + 1}`, isDoubtful))
    for (const each of others) role.receive(each)
    if (role.state === 'preparing') {
      // It has not proposed anything yet.
      expect(noticesOf(role)).toEqual([])
      role.receive(last!)
    }
    expect(role.state).toBe('accepting')
    expect(noticesOf(role)).toEqual(levels)
    for (const node of ['a1', 'a2']) role.receive(given.accepted(node, 1, 'blue'))
    expect(role.state).toBe('done')
    expect(noticesOf(role)).toEqual(levels)
    // One that only heard of what was chosen knows nothing of it.
    const other = given.proposerWith()
    other.tell(given.asked('red'))
    other.receive(given.chosen('blue'))
    expect(noticesOf(other)).toEqual([])
  })

  test('says how high it has gone, and what was chosen if it was in its own ballot', () => {
    const role = given.proposerWith({ round: 4 })
    const rejoin = { type: 'Rejoin', from: 'g/acceptor/a1', doubt: 7 } as const
    const said = () => given.sent(role.receive(rejoin))[0]
    expect(said()).toMatchObject({ doubt: 7, ballot: given.ballot(4) })
    role.tell(given.asked('blue'))
    for (const node of ['a1', 'a2']) role.receive(given.promise(node, 5))
    for (const node of ['a1', 'a2']) role.receive(given.accepted(node, 5, 'blue'))
    expect(said()).toMatchObject({ ballot: given.ballot(5), chosen: given.proposal(5, 'blue') })
    const other = given.proposerWith()
    other.receive(given.chosen('blue'))
    expect(other.receive(rejoin)).toMatchObject([{ message: { ballot: { round: 0 } } }])
    expect(given.sent(other.effects)[0]).not.toHaveProperty('chosen')
  })
})
