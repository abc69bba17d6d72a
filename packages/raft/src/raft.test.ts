import {
  again,
  become,
  InvalidConfigurationError,
  InvalidNameError,
  origin,
  type QuorateError,
  weighted,
} from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { history } from './cluster.test.fixture.js'
import { candidate, follower, leader, type RaftOptions, raft, server } from './index.js'
import * as given from './role.test.fixture.js'

const members = ['n1', 'n2', 'n3']
const optionsWith = (more: Partial<RaftOptions<typeof history>>) => ({ members, stateMachine: history, ...more })
const recovered = { record: undefined, snapshot: undefined, base: origin, entries: [], table: [], doubtful: false }

/** The role of n1, as a host would run it. */
function hosted(more: Partial<RaftOptions<typeof history>> = {}) {
  const definition = raft(optionsWith(more)).roles['server']
  if (!definition) throw new RangeError('raft() defines no role')
  const logic = definition.logic({ below: () => 0 }, 'n1') as typeof server
  const role: Driven<typeof server> = drive(logic, definition.input({ group: 'g', node: 'n1', recovered }) as never)
  return { definition, role }
}

const refused = (more: Partial<RaftOptions<typeof history>>) => {
  try {
    raft(optionsWith(more))
  } catch (error) {
    return error
  }
  throw new RangeError('raft() took these options')
}

describe('options that cannot work are refused before anything is started', () => {
  test.each([
    ['no members', { members: [] }, 'at least one node'],
    ['a member twice', { members: ['n1', 'n2', 'n1'] }, 'n1 is listed twice'],
    ['a member twice, beside a quorum of its own', { members: ['n1', 'n1'], quorum: weighted({ n1: 1 }) }, 'n1'],
    ['a quorum of others', { quorum: weighted({ n1: 1, n2: 1, n9: 1 }) }, 'n9'],
    [
      'a heartbeat as long as the election timeout',
      { heartbeatMs: 1000, electionTimeoutMs: 1000 },
      'heartbeatMs (1000)',
    ],
    ['a heartbeat longer than half of it', { heartbeatMs: 600, electionTimeoutMs: 1000 }, 'electionTimeoutMs (1000)'],
    ['no heartbeat', { heartbeatMs: 0 }, 'above 0'],
    ['a heartbeat that is no number', { heartbeatMs: Number.NaN }, 'NaN'],
    ['an endless election timeout', { electionTimeoutMs: Number.POSITIVE_INFINITY }, 'Infinity'],
    ['a limit of 0', { limits: { entriesMax: 0 } }, 'entriesMax'],
    ['a limit below 0', { limits: { inflightBytesMax: -1 } }, 'inflightBytesMax'],
    ['a limit that is no whole number', { limits: { bytesMax: 1.5 } }, 'bytesMax'],
  ] as const)('%s', (_case, options, text) => {
    const error = refused(options)
    expect(error).toBeInstanceOf(InvalidConfigurationError)
    expect((error as QuorateError).code).toBe('QUORATE_INVALID_CONFIGURATION')
    expect((error as QuorateError).message).toContain(text)
  })

  test.each([['n.1'], ['all'], [''], ['n 1'], ['n/1'], ['x'.repeat(65)], ['n>']])(
    'a member that no subject can carry: %j',
    (name) => {
      const error = refused({ members: ['n1', name] })
      expect(error).toBeInstanceOf(InvalidNameError)
      expect((error as QuorateError).code).toBe('QUORATE_INVALID_NAME')
    },
  )
})

describe('a group', () => {
  test('has one role, which all members host, which takes commands and runs the state machine', () => {
    const { protocol, roles, service } = raft(optionsWith({}))
    expect({ protocol, ...service }).toMatchObject({
      protocol: 'raft',
      type: 'log',
      orders: 'server',
      applies: 'server',
    })
    expect(roles['server']?.nodes).toEqual(members)
  })

  test('has the limits that its options name, and else the defaults', () => {
    const { service, messageBytesMax } = raft(optionsWith({ limits: { commandBytesMax: 1_000_000, sessionsMax: 7 } }))
    expect(service.limits).toMatchObject({ commandBytesMax: 1_000_000, sessionsMax: 7, snapshotEveryEntries: 50_000 })
    expect(messageBytesMax).toBeGreaterThan(1_000_000)
    expect(raft(optionsWith({})).messageBytesMax).toBeGreaterThan(256 * 1024)
  })

  test('times its roles as told', () => {
    const { role } = hosted({ electionTimeoutMs: 400, heartbeatMs: 40 })
    expect(role.timers).toEqual({ electionTimeout: 400 })
    role.receive(given.appendEntries('n2'))
    expect(role.timers).toEqual({ electionTimeout: 400, minimumElectionTimeout: 400 })
    role.fire('electionTimeout')
    expect(role.timers).toEqual({ electionTimeout: 400 })
    role.receive(given.preVoteReply('n2'))
    role.receive(given.requestVoteReply('n2', { term: 2 }))
    expect(role.timers).toEqual({ heartbeat: 40, quorumCheck: 400 })
  })

  test('decides by the quorum that it was given', () => {
    const { role } = hosted({ quorum: weighted({ n1: 3, n2: 1, n3: 1 }) })
    role.fire('electionTimeout')
    expect(role.snapshot.role).toBe('leader')
  })

  test('says how it stands', () => {
    const { definition, role } = hosted()
    const status = () => definition.status(role.snapshot)
    expect(status()).toEqual({
      state: 'follower.following.free',
      serves: false,
      epoch: 0,
      committed: 0,
      details: { last: 0 },
    })
    role.receive(given.appendEntries('n2', { entries: [given.entry(1, 1)], leaderCommit: 1 }))
    expect(status()).toMatchObject({
      state: 'follower.following.led',
      epoch: 1,
      leader: 'n2',
      committed: 1,
      details: { last: 1 },
    })
    role.fire('electionTimeout')
    expect(status()).toMatchObject({ state: 'candidate.preVoting', leader: undefined })
    role.receive(given.preVoteReply('n2'))
    role.receive(given.requestVoteReply('n2', { term: 2 }))
    expect(status()).toMatchObject({
      state: 'leader.leading',
      serves: true,
      epoch: 2,
      leader: 'n1',
      details: { last: 2 },
    })
  })

  test('its record survives its codec', () => {
    const { record } = hosted().definition
    for (const votedFor of [undefined, 'n2']) {
      const value = { currentTerm: 7, votedFor, doubtful: true, doubt: 0, spentTerm: 0 }
      expect(record.decode(record.encode(value))).toEqual(value)
    }
  })
})

describe("a family of one's own", () => {
  /** Never campaigns. */
  const witness = become({
    id: 'witness',
    initial: 'follower',
    roles: {
      follower: { actor: follower, on: { timedOut: 'follower', outdated: again('follower'), unsettled: 'doubtful' } },
      doubtful: server.roles.doubtful,
    },
  })
  /** The same roles under other names. */
  const renamed = become({
    id: 'renamed',
    initial: 'waiting',
    roles: {
      waiting: { actor: follower, on: { timedOut: 'asking', outdated: again('waiting'), unsettled: 'unsure' } },
      unsure: { actor: server.roles.doubtful.actor, on: { settled: 'waiting' } },
      asking: { actor: candidate, on: { won: 'leader', lost: again('waiting'), timedOut: 'asking' } },
      leader: { actor: leader, on: { deposed: again('waiting') } },
    },
  })
  const of = { n1: server, n2: witness, n3: renamed }
  const roleOf = (node: keyof typeof of) => {
    const definition = raft(
      optionsWith({ electionTimeoutMs: 400, heartbeatMs: 40, family: (member) => of[member as keyof typeof of] }),
    ).roles['server']!
    const logic = definition.logic({ below: () => 7 }, node) as typeof server
    return { definition, role: drive(logic, definition.input({ group: 'g', node, recovered }) as never) }
  }

  test('is asked for by member, and timed as the options say, whatever its rows are called', () => {
    const { role } = roleOf('n3')
    expect(role.timers).toEqual({ electionTimeout: 407 })
    role.fire('electionTimeout')
    expect(role.timers).toEqual({ electionTimeout: 407 })
    expect(role.state).toEqual({ asking: 'preVoting' })
    role.receive(given.preVoteReply('n2', { term: 0, askedTerm: 1 }))
    role.receive(given.requestVoteReply('n2', { term: 1 }))
    expect(role.timers).toEqual({ heartbeat: 40, quorumCheck: 400 })
  })

  test('may leave rows out', () => {
    const { definition, role } = roleOf('n2')
    expect(role.timers).toEqual({ electionTimeout: 407 })
    expect(role.fire('electionTimeout')).toEqual([])
    expect(definition.status(role.snapshot)).toMatchObject({ state: 'follower.following.free', serves: false })
    expect(given.sentOf(role.receive(given.requestVote('n1', { term: 2 })), 'RequestVoteReply')).toMatchObject([
      { voteGranted: true },
    ])
  })

  test('leaves the others as they are', () => {
    const { role } = roleOf('n1')
    role.fire('electionTimeout')
    expect(role.state).toEqual({ candidate: 'preVoting' })
  })
})
