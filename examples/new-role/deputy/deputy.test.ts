import { type Address, type Entry, Log, majority, noBytes, origin, type Received } from '@quorate/core'
import { checkFamily, drive } from '@quorate/core/testing'
import { defineTopology } from '@quorate/host'
import { KvClient, kv } from '@quorate/kv'
import { type RaftEvent, type RaftMessage, type RaftOptions, raft, recover, type Server, server } from '@quorate/raft'
import { describe, expect, test } from 'vitest'
import { TestNodes } from '../nodes.test.fixture.js'
import { deputy } from './deputy.js'
import { deputyServer, witness } from './families.js'

const raftEvents: Readonly<Record<RaftEvent['type'], 'message' | 'local'>> = {
  PreVote: 'message',
  PreVoteReply: 'message',
  RequestVote: 'message',
  RequestVoteReply: 'message',
  AppendEntries: 'message',
  AppendEntriesReply: 'message',
  InstallSnapshot: 'message',
  InstallSnapshotReply: 'message',
  Inquiry: 'message',
  InquiryReply: 'message',
  CatchUp: 'message',
  TimeoutNow: 'message',
  'storage.persisted': 'local',
  'client.proposed': 'local',
  'client.read': 'local',
  'snapshot.taken': 'local',
  'leader.transfer': 'local',
  'peer.lost': 'local',
  'peer.found': 'local',
}

test('every event is decided in every state of every role', () => {
  checkFamily(deputyServer, raftEvents)
  checkFamily(witness, raftEvents)
})

const members = ['n1', 'n2', 'n3']
const from: Address = 'g/server/n1'
const limits = {
  entriesMax: 10,
  bytesMax: 1000,
  inflightMessagesMax: 1,
  inflightBytesMax: 1000,
  uncommittedBytesMax: 1000,
  bytesKept: 1000,
  uncommittedEntriesMax: 10,
  entriesKept: 1,
}
const entry = (index: number, term: number): Entry => ({
  index,
  term,
  kind: 'command',
  session: 0,
  sequence: 1,
  answeredBelow: 0,
  bytes: noBytes,
})

/** n3 in term 2, with the entries (1, term 1) and (2, term 2). */
const self: Server = {
  ...recover(
    { group: 'g', id: 'n3', peers: ['n1', 'n2'], quorum: majority(members), limits },
    {
      record: { currentTerm: 2, votedFor: undefined, doubtful: false, doubt: 0, spentTerm: 0 },
      snapshot: undefined,
      base: origin,
      entries: [],
      table: [],
      doubtful: false,
    },
  ),
  log: Log.of([entry(1, 1), entry(2, 2)]),
}

/** The family of n3 when its leader fell silent. */
const deferring = () => {
  const role = drive(deputyServer, self)
  role.fire('electionTimeout')
  expect(role.state).toEqual({ candidate: 'deferring' })
  return role
}

const upToDate = { lastLogIndex: 2, lastLogTerm: 2 }
const behind = { lastLogIndex: 5, lastLogTerm: 1 }

describe('a deputy', () => {
  test('asks nobody for a vote before its patience is at an end', () => {
    const role = deferring()
    expect(role.effects).toEqual([])
    expect(role.timers).toEqual({ patience: 3000 })
    expect(role.fire('patience')).toMatchObject([{ type: 'send', message: { type: 'PreVote', term: 3 } }])
    expect(role.state).toEqual({ campaigner: 'preVoting' })
    role.fire('electionTimeout')
    expect(role.state).toEqual({ candidate: 'deferring' })
  })

  test.each<[string, Received<RaftMessage>, object[]]>([
    [
      'votes in a round of pre-votes',
      { type: 'PreVote', from, term: 3, ...upToDate, commitIndex: 0, suspects: false },
      [{ message: { type: 'PreVoteReply', voteGranted: true } }],
    ],
    [
      'votes, durably, and adopts the newer term first',
      { type: 'RequestVote', from, term: 3, ...upToDate, transfer: false },
      [
        { type: 'persist', record: { currentTerm: 3, votedFor: undefined, doubtful: false, doubt: 0, spentTerm: 0 } },
        { type: 'persist', record: { currentTerm: 3, votedFor: 'n1', doubtful: false } },
        { message: { type: 'RequestVoteReply', term: 3, voteGranted: true } },
      ],
    ],
    [
      'votes in its own term too',
      { type: 'RequestVote', from, term: 2, ...upToDate, transfer: false },
      [{ type: 'persist' }, { message: { type: 'RequestVoteReply', term: 2, voteGranted: true } }],
    ],
    [
      'takes entries of a newer leader',
      {
        type: 'AppendEntries',
        from,
        term: 3,
        prevLogIndex: 2,
        prevLogTerm: 2,
        entries: [entry(3, 3)],
        leaderCommit: 0,
        round: 0,
      },
      [{ type: 'persist' }, { type: 'append' }, { message: { type: 'AppendEntriesReply', success: true } }],
    ],
    [
      'teaches its term to an older leader',
      {
        type: 'AppendEntries',
        from,
        term: 1,
        prevLogIndex: 1,
        prevLogTerm: 1,
        entries: [],
        leaderCommit: 0,
        round: 0,
      },
      [{ message: { type: 'AppendEntriesReply', term: 2, success: false } }],
    ],
  ])('is a follower again, and %s', (_title, message, effects) => {
    const role = deferring()
    expect(role.receive(message)).toMatchObject(effects)
    expect(role.snapshot.role).toBe('follower')
  })

  test('is a follower again for a newer snapshot', () => {
    const role = deferring()
    const chunk = {
      lastIncludedIndex: 9,
      lastIncludedTerm: 3,
      offset: 0,
      data: Uint8Array.of(1),
      size: 1,
      handedOn: false,
    }
    role.receive({ type: 'InstallSnapshot', from, term: 3, ...chunk })
    expect(role.snapshot).toMatchObject({ role: 'follower', context: { currentTerm: 3, commitIndex: 9 } })
  })

  test.each<[string, Received<RaftMessage>]>([
    ['a pre-vote', { type: 'PreVote', from, term: 3, ...behind, commitIndex: 0, suspects: false }],
    ['a vote', { type: 'RequestVote', from, term: 3, ...behind, transfer: false }],
  ])('is not stirred by who cannot win, with a longer log of older terms: %s', (_title, message) => {
    const role = deferring()
    expect(role.receive(message)).toEqual([])
    expect(role.snapshot).toMatchObject({ role: 'candidate', context: { currentTerm: 2 } })
  })

  test('refuses clients, and names no leader', () => {
    const role = drive(deputy, { ...self, leaderId: 'n1' })
    const refusal = [{ type: 'refuse', request: 7, reason: 'notLeader' }]
    expect(role.tell({ type: 'client.proposed', request: 7, commands: [] })).toEqual(refusal)
    expect(role.tell({ type: 'client.read', request: 7 })).toEqual(refusal)
  })
})

const clusterWith = (third: ReturnType<NonNullable<RaftOptions<typeof kv>['family']>>, seed: number) => {
  const family = (member: string) => (member === 'n3' ? third : server)
  const store = raft({ members, stateMachine: kv, electionTimeoutMs: 500, heartbeatMs: 50, family })
  return new TestNodes(defineTopology({ cluster: 'test', nodes: members, groups: { kv: store } }), seed)
}

/** n1 or n2 leads; the other one misses what is written, and then the leader is gone. */
const untilOnlyTheThirdHoldsAll = async (cluster: ReturnType<typeof clusterWith>) => {
  await cluster.startAll()
  await cluster.until(() => cluster.leaders('kv', 'server').length === 1)
  const [leader = ''] = cluster.leaders('kv', 'server')
  const other = leader === 'n1' ? 'n2' : 'n1'
  cluster.cutOff(other)
  await cluster.wait(new KvClient(cluster.node('n3').group('kv')).put('a', 'kept'))
  // It gives its place to nobody before it is gone.
  cluster.cutOff(leader, other)
  await cluster.stop(leader)
  // The third has noticed by then.
  await cluster.pass(1000)
  cluster.cutOff()
  return { leader, other }
}

describe('a group whose third member is a deputy', () => {
  test.each([1, 2, 3, 4, 5])('is led by another one as long as there is one (seed %d)', async (seed) => {
    const cluster = clusterWith(deputyServer, seed)
    await cluster.startAll()
    await cluster.until(() => cluster.leaders('kv', 'server').length === 1)
    const [first = ''] = cluster.leaders('kv', 'server')
    await cluster.stop(first)
    await cluster.until(() => cluster.leaders('kv', 'server').length === 1)
    expect([first, ...cluster.leaders('kv', 'server')].sort()).toEqual(['n1', 'n2'])
    await cluster.stopAll()
  })

  test('is led by it when nobody else holds all that was acknowledged', async () => {
    const cluster = clusterWith(deputyServer, 1)
    const { other } = await untilOnlyTheThirdHoldsAll(cluster)
    await cluster.until(() => cluster.leaders('kv', 'server').length === 1)
    expect(cluster.leaders('kv', 'server')).toEqual(['n3'])
    expect(await cluster.wait(new KvClient(cluster.node(other).group('kv')).getText('a'))).toBe('kept')
    await cluster.stopAll()
  })
})

test('a group whose third member is a witness is led by the other one then, to which the witness hands on what it lacks', async () => {
  const cluster = clusterWith(witness, 1)
  const { other } = await untilOnlyTheThirdHoldsAll(cluster)
  await cluster.until(() => cluster.leaders('kv', 'server').length === 1)
  expect(cluster.leaders('kv', 'server')).toEqual([other])
  expect(await cluster.wait(new KvClient(cluster.node(other).group('kv')).getText('a'))).toBe('kept')
  await cluster.stopAll()
})
