import {
  atLeast,
  bothPhases,
  flexible,
  InvalidConfigurationError,
  InvalidNameError,
  majority,
  type QuorateError,
} from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import type { batcher, multiPaxosAcceptor, multiPaxosLearner, multiPaxosProposer, proxyLeader } from '../index.js'
import { history, three } from './history.test.fixture.js'
import { type MultiPaxosOptions, multiPaxos } from './multiPaxos.js'
import * as given from './role.test.fixture.js'

type Options = Partial<MultiPaxosOptions<typeof history>>

const groupWith = (more: Options = {}) =>
  multiPaxos({ proposers: three, acceptors: three, learners: three, stateMachine: history, ...more })

function refused(more: Options): QuorateError {
  try {
    groupWith(more)
  } catch (error) {
    return error as QuorateError
  }
  throw new RangeError('multiPaxos() took these options')
}

/** Two names whose bearers would issue the same ballots. */
const twins = ['n49', 'n418'] as const

describe('options that cannot work are refused before anything is started', () => {
  test.each<readonly [string, Options, string]>([
    ['no proposers', { proposers: [] }, 'there are no proposers'],
    ['no acceptors', { acceptors: [] }, 'there are no acceptors'],
    ['no learners', { learners: [] }, 'there are no learners'],
    ['no batchers, but a list of them', { batchers: [] }, 'there are no batchers'],
    ['no proxy leaders, but a list of them', { proxyLeaders: [] }, 'there are no proxyLeaders'],
    ['a proposer twice', { proposers: ['n1', 'n1'] }, 'n1 is listed twice among the proposers'],
    ['an acceptor twice', { acceptors: ['n1', 'n2', 'n2'] }, 'n2 is listed twice among the acceptors'],
    ['a learner twice', { learners: ['n1', 'n1'] }, 'n1 is listed twice among the learners'],
    ['a batcher twice', { batchers: ['b1', 'b1'] }, 'b1 is listed twice among the batchers'],
    ['a proxy leader twice', { proxyLeaders: ['x1', 'x1'] }, 'x1 is listed twice among the proxyLeaders'],
    ['proposers whose ballots are equal', { proposers: twins }, 'n49 and n418'],
    ['a quorum of others', { quorums: bothPhases(majority(['n1', 'n2', 'n9'])) }, 'n9'],
    [
      'a quorum of others in one phase',
      { quorums: flexible({ phase1: majority(three), phase2: atLeast(2, ['n1', 'n8']) }) },
      'n8',
    ],
    ['a heartbeat as long as the timeout', { heartbeatMs: 1000, electionTimeoutMs: 1000 }, 'heartbeatMs (1000)'],
    ['a heartbeat longer than half of it', { heartbeatMs: 600 }, 'electionTimeoutMs (1000)'],
    ['no heartbeat', { heartbeatMs: 0 }, 'above 0'],
    ['a heartbeat that is no number', { heartbeatMs: Number.NaN }, 'NaN'],
    ['an endless election timeout', { electionTimeoutMs: Number.POSITIVE_INFINITY }, 'Infinity'],
    ['an election timeout that no timer holds', { electionTimeoutMs: 2 ** 31 }, 'at most'],
    ['a limit of 0', { limits: { pollsMax: 0 } }, 'pollsMax'],
    ['a limit below 0', { limits: { openSlotsMax: -1 } }, 'openSlotsMax'],
    ['a limit that is no whole number', { limits: { bytesMax: 1.5 } }, 'bytesMax'],
    ['a limit that is no number', { limits: { sessionsMax: Number.NaN } }, 'sessionsMax'],
  ])('%s', (_case, options, text) => {
    const error = refused(options)
    expect(error).toBeInstanceOf(InvalidConfigurationError)
    expect(error.code).toBe('QUORATE_INVALID_CONFIGURATION')
    expect(error.message).toContain(text)
  })

  test.each(['proposers', 'acceptors', 'learners', 'batchers', 'proxyLeaders'] as const)(
    'names that no subject can carry, among the %s',
    (role) => {
      for (const name of ['n.1', 'all', '', 'n 1', 'n/1', 'x'.repeat(65), 'n>']) {
        const error = refused({ [role]: ['n1', name] })
        expect(error).toBeInstanceOf(InvalidNameError)
        expect(error.code).toBe('QUORATE_INVALID_NAME')
      }
    },
  )
})

/** The role of a group on a node, as a host would run it. */
function hosted<Logic>(role: string, more: Options = {}, node = 'n1') {
  const definition = groupWith(more).roles[role]
  if (!definition) throw new RangeError(`the group has no ${role}`)
  const logic = definition.logic({ below: () => 7 }, node)
  const driven = drive(logic, definition.input({ group: 'g', node, recovered: given.nothing }) as never)
  return { definition, role: driven as unknown as Logic, status: () => definition.status(driven.snapshot) }
}
const times = { electionTimeoutMs: 400, heartbeatMs: 40 }

describe('a group', () => {
  test('has the roles that it was given nodes for', () => {
    expect(Object.keys(groupWith().roles)).toEqual(['proposer', 'acceptor', 'learner'])
    const { roles, protocol } = groupWith({ batchers: ['b1'], proxyLeaders: ['x1', 'x2'], learners: ['l1'] })
    expect(protocol).toBe('multi-paxos')
    expect(Object.fromEntries(Object.entries(roles).map(([name, { nodes }]) => [name, nodes]))).toEqual({
      proposer: three,
      acceptor: three,
      learner: ['l1'],
      batcher: ['b1'],
      proxyLeader: ['x1', 'x2'],
    })
  })

  test('clients ask proposers, or batchers where there are any; state machines run with learners', () => {
    expect(groupWith().service).toMatchObject({ orders: 'proposer', applies: 'learner' })
    const apart = groupWith({ batchers: ['b1'], proxyLeaders: ['x1'] })
    expect(apart.service).toMatchObject({ orders: 'batcher', applies: 'learner' })
  })

  test('decides by the quorums that it was given, and else by a majority of acceptors in both phases', () => {
    expect(groupWith({ acceptors: ['a1', 'a2', 'a3'] }).quorums?.phase1.members).toEqual(['a1', 'a2', 'a3'])
    const quorums = flexible({ phase1: atLeast(3, three), phase2: atLeast(1, three) })
    expect(groupWith({ quorums }).quorums).toBe(quorums)
  })

  test('has the limits that its options name, and else the defaults', () => {
    const { service, messageBytesMax } = groupWith({ limits: { commandBytesMax: 1_000_000, sessionsMax: 7 } })
    expect(service.limits).toMatchObject({ commandBytesMax: 1_000_000, sessionsMax: 7, snapshotEveryEntries: 50_000 })
    expect(messageBytesMax).toBeGreaterThan(1_000_000)
    expect(groupWith().messageBytesMax).toBeGreaterThan(256 * 1024)
  })

  test('no more Accepts are on their way than a proxy leader keeps', () => {
    const { role } = hosted<Driven<typeof multiPaxosProposer>>('proposer', { limits: { pollsMax: 1000 } })
    expect(role.context.config.limits.pollsMax).toBe(128)
  })
})

describe('roles are timed as told', () => {
  test('a proposer', () => {
    const { role } = hosted<Driven<typeof multiPaxosProposer>>('proposer', times)
    expect(role.timers).toEqual({ electionTimeout: 407 })
    role.fire('electionTimeout')
    expect(role.timers).toEqual({ prepareAgain: 40 })
    role.fire('prepareAgain')
    expect(role.timers).toEqual({ prepareAgain: 80 })
    for (const node of ['n2', 'n3']) role.receive(given.said.promise(node))
    // A quorum has just promised: its first answers may take longer than between two checks.
    expect(role.timers).toEqual({ heartbeat: 40, quorumCheck: 1200 })
    for (const node of ['n2', 'n3']) role.receive(given.said.accepted(node))
    role.receive(given.said.heartbeatReply('learner', 'n2'))
    role.fire('quorumCheck')
    expect(role.timers).toEqual({ heartbeat: 40, quorumCheck: 400 })
  })

  test('the others', () => {
    const { role: acceptor } = hosted<Driven<typeof multiPaxosAcceptor>>('acceptor', times)
    acceptor.receive(given.said.accept('n1'))
    expect(acceptor.timers).toEqual({ minimumElectionTimeout: 400 })
    const { role: learner } = hosted<Driven<typeof multiPaxosLearner>>('learner', times)
    learner.receive(given.said.heartbeat('n1', { chosenThrough: 1 }))
    expect(learner.timers).toEqual({ learnAgain: 40 })
    // Two rounds over two other learners and the acceptors.
    for (let time = 0; time < 1 + 2 * 3; time++) learner.fire('learnAgain')
    expect(learner.timers).toEqual({ learnAgain: 160 })
    const { role: taker } = hosted<Driven<typeof batcher>>('batcher', { ...times, batchers: ['b1'] }, 'b1')
    taker.receive(given.said.heartbeat('n1'))
    expect(taker.timers).toEqual({ leaderTimeout: 400 })
  })
})

describe('each role says how it stands', () => {
  const idle = { serves: false, committed: 0, details: { last: 0 } }

  test('a proposer', () => {
    const { role, status } = hosted<Driven<typeof multiPaxosProposer>>('proposer')
    expect(status()).toEqual({ ...idle, state: 'standby.listening', epoch: 0 })
    role.receive(given.said.heartbeat('n2', { ballot: given.ballot(3, 'n2'), chosenThrough: 4 }))
    expect(status()).toMatchObject({ serves: false, epoch: 3, leader: 'n2', committed: 4, details: { last: 4 } })
    role.fire('electionTimeout')
    expect(status()).toMatchObject({ state: 'preparing.asking', epoch: 4, leader: undefined })
    const answer = { ballot: given.ballot(4), first: 5 }
    role.receive(given.said.promise('n2', { ...answer, through: 5, last: 5, entries: given.entries(5, 5) }))
    role.receive(given.said.promise('n3', { ...answer, through: 4, last: 4 }))
    expect(status()).toMatchObject({ state: 'leading', serves: true, leader: 'n1', committed: 4, details: { last: 5 } })
  })

  test('an acceptor', () => {
    const { role, status } = hosted<Driven<typeof multiPaxosAcceptor>>('acceptor')
    expect(status()).toEqual({ ...idle, state: 'serving.free', epoch: 0 })
    role.receive(
      given.said.accept('n1', {
        ballot: given.ballot(3),
        entries: given.entries(1, 2, given.ballot(3)),
        chosenThrough: 1,
      }),
    )
    expect(status()).toEqual({ state: 'serving.led', serves: false, epoch: 3, committed: 1, details: { last: 2 } })
  })

  test('a learner', () => {
    const { role, status } = hosted<Driven<typeof multiPaxosLearner>>('learner')
    expect(status()).toEqual({ ...idle, state: 'current' })
    role.receive(given.said.chosen('n1', { entries: given.entries(1, 2) }))
    role.receive(given.said.heartbeat('n1', { chosenThrough: 5 }))
    expect(status()).toEqual({ state: 'behind', serves: false, committed: 2, details: { last: 5 } })
  })

  test('a batcher serves while it knows whom to hand commands to', () => {
    const { role, status } = hosted<Driven<typeof batcher>>('batcher', { batchers: ['b1'] }, 'b1')
    expect(status()).toEqual({ state: 'leaderless', serves: false, epoch: 0 })
    role.receive(given.said.heartbeat('n2', { ballot: given.ballot(3, 'n2') }))
    expect(status()).toEqual({ state: 'led', serves: true, epoch: 3, leader: 'n2' })
    role.fire('leaderTimeout')
    expect(status()).toMatchObject({ serves: false, leader: undefined })
  })

  test('a proxy leader', () => {
    const { role, status } = hosted<Driven<typeof proxyLeader>>('proxyLeader', { proxyLeaders: ['x1'] }, 'x1')
    role.receive(given.said.accept('n1', { ballot: given.ballot(2), entries: given.entries(1, 1, given.ballot(2)) }))
    expect(status()).toEqual({ state: 'relaying', serves: false, epoch: 2 })
  })
})

test('records survive their codecs', () => {
  const { roles } = groupWith()
  const records = {
    proposer: { round: 7 },
    acceptor: { promised: given.ballot(3, 'n2'), doubtful: true, chosenThrough: 9 },
  }
  for (const [name, record] of Object.entries(records)) {
    const codec = roles[name]?.record
    expect(codec?.decode(codec.encode(record))).toEqual(record)
  }
})
