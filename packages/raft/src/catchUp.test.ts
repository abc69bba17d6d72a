import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster, type Packet } from './cluster.test.fixture.js'
import { candidate, follower, leader } from './index.js'
import * as given from './role.test.fixture.js'

/** A candidate whose log is behind is given what it lacks by those who would vote for it otherwise. */

const preVote = (fields: Parameters<typeof given.preVote>[1]) => given.preVote('n2', { term: 4, ...fields })

describe('who is asked for a pre-vote, and holds more,', () => {
  const holding = { terms: [1, 1, 2, 3, 3], currentTerm: 3, commitIndex: 3 }

  test.each([
    ['follower', () => drive(follower, given.serverIn(holding))],
    ['candidate', () => drive(candidate, given.serverIn(holding))],
  ])('as a %s refuses it, and sends what follows the last entry of the candidate', (_role, start) => {
    const role = start()
    const before = role.snapshot
    const message = preVote({ lastLogIndex: 3, lastLogTerm: 2, commitIndex: 1 })
    expect(given.sent((role as Driven<typeof follower>).receive(message))).toMatchObject([
      { type: 'PreVoteReply', voteGranted: false },
      {
        type: 'CatchUp',
        term: 3,
        prevLogIndex: 3,
        prevLogTerm: 2,
        entries: [{ index: 4 }, { index: 5 }],
        lastLogIndex: 5,
        lastLogTerm: 3,
      },
    ])
    // It is no promise, and leaves no trace.
    expect(role.snapshot).toBe(before)
  })

  test('or what follows the last one that the candidate knows to be committed, where its own conflicts', () => {
    const role = drive(follower, given.serverIn(holding))
    role.receive(preVote({ lastLogIndex: 7, lastLogTerm: 2, commitIndex: 2 }))
    expect(given.sentOf(role.effects, 'CatchUp')).toMatchObject([{ prevLogIndex: 2, prevLogTerm: 1 }])
  })

  test('no more than fits into a message', () => {
    const role = drive(follower, given.serverIn({ ...holding, limits: { entriesMax: 1 } }))
    role.receive(preVote({ lastLogIndex: 3, lastLogTerm: 2 }))
    expect(given.sentOf(role.effects, 'CatchUp')[0]?.entries).toHaveLength(1)
  })

  test('sends nothing to one whose log is as good, or that may not stand, or while it hears a leader', () => {
    const quiet = drive(follower, given.serverIn(holding))
    quiet.receive(preVote({ lastLogIndex: 5, lastLogTerm: 3 }))
    expect(given.sent(quiet.effects)).toMatchObject([{ voteGranted: true }])
    quiet.receive(preVote({ term: 3, lastLogIndex: 3, lastLogTerm: 2 }))
    expect(given.sent(quiet.effects)).toMatchObject([{ voteGranted: false }])
    quiet.receive(given.appendEntries('n3', { term: 3, prevLogIndex: 5, prevLogTerm: 3 }))
    quiet.receive(preVote({ lastLogIndex: 3, lastLogTerm: 2 }))
    expect(given.sent(quiet.effects)).toMatchObject([{ voteGranted: false }])
    const leading = drive(leader, given.serverIn(holding))
    expect(given.sent(leading.receive(preVote({ lastLogIndex: 3, lastLogTerm: 2 })))).toMatchObject([
      { type: 'PreVoteReply', voteGranted: false },
    ])
  })

  test('hands on its snapshot where its log begins too late, a chunk for each answer, and remembers nothing of it', () => {
    const snapshot = given.snapshotAt(3, 2, 25)
    const role = drive(
      follower,
      given.serverIn({ base: snapshot.last, snapshot, terms: [3, 3], currentTerm: 3, limits: { bytesMax: 10 } }),
    )
    const before = role.snapshot
    role.receive(preVote({ lastLogIndex: 1, lastLogTerm: 1, commitIndex: 1 }))
    const chunk = {
      type: 'InstallSnapshot',
      to: 'n2',
      term: 3,
      lastIncludedIndex: 3,
      lastIncludedTerm: 2,
      handedOn: true,
    }
    expect(given.sent(role.effects)).toMatchObject([{ voteGranted: false }, { ...chunk, offset: 0, size: 25 }])
    const answer = { term: 3, lastIncludedIndex: 3, lastIncludedTerm: 2 }
    role.receive(given.installSnapshotReply('n2', { ...answer, offset: 10 }))
    expect(given.sent(role.effects)).toMatchObject([{ ...chunk, offset: 10 }])
    expect(role.receive(given.installSnapshotReply('n2', { ...answer, installed: true }))).toEqual([])
    expect(role.receive(given.installSnapshotReply('n2', { ...answer, lastIncludedIndex: 2, offset: 10 }))).toEqual([])
    expect(role.receive(given.installSnapshotReply('n2', { ...answer, term: 2, offset: 10 }))).toEqual([])
    expect(role.snapshot).toBe(before)
  })
})

describe('the candidate', () => {
  const asking = (more: given.Situation = {}) =>
    drive(candidate, given.serverIn({ terms: [1, 1, 2], currentTerm: 3, commitIndex: 1, ...more }))
  const more = { term: 3, prevLogIndex: 3, prevLogTerm: 2, lastLogIndex: 5, lastLogTerm: 3 }
  const entries = [given.entry(4, 2), given.entry(5, 3)]

  test('takes what it lacks, and asks again, when it is on its disk', () => {
    const role = asking()
    const effects = role.receive(given.catchUp('n2', { ...more, entries }))
    expect(given.kindsOf(effects)).toEqual(['append', 'send'])
    expect(given.sent(effects)).toMatchObject([
      { type: 'PreVote', term: 4, lastLogIndex: 5, lastLogTerm: 3, commitIndex: 1, suspects: false },
    ])
    expect(role.context).toMatchObject({ currentTerm: 3, commitIndex: 1, leaderId: undefined, votes: { n1: true } })
  })

  test('gives up what conflicts, and nothing that is committed', () => {
    const role = asking({ terms: [1, 2, 2], commitIndex: 1 })
    const message = { ...more, prevLogIndex: 1, prevLogTerm: 1, entries: [given.entry(2, 3)] }
    expect(given.kindsOf(role.receive(given.catchUp('n2', message)))).toEqual(['truncate', 'append', 'send'])
    expect(given.termsOf(role.context)).toEqual([1, 3])
    const committed = asking({ terms: [1, 2, 2], commitIndex: 3 })
    expect(() => committed.receive(given.catchUp('n2', message))).toThrow('committed')
  })

  test.each([
    ['of a log that is no more up-to-date than its own', { lastLogIndex: 3, lastLogTerm: 2, entries }],
    ['of an older log, that came late', { lastLogIndex: 9, lastLogTerm: 1, entries }],
    ['after a gap', { prevLogIndex: 4, prevLogTerm: 3, entries: [given.entry(5, 3)] }],
    ['that it has', { prevLogIndex: 1, prevLogTerm: 1, entries: [given.entry(2, 1), given.entry(3, 2)] }],
    ['that no server sends', { entries: [given.entry(4, 3), given.entry(5, 2)] }],
    ['of a later term than the sender knows', { lastLogTerm: 4, entries }],
  ])('does not take entries %s', (_case, fields) => {
    const role = asking()
    const before = role.snapshot
    expect(role.receive(given.catchUp('n2', { ...more, ...fields }))).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('learns a newer term from it, and does not take them in an older one', () => {
    const role = asking()
    role.receive(given.catchUp('n2', { ...more, term: 5, entries }))
    expect(role.state).toBe('lost')
    expect(role.context).toMatchObject({ currentTerm: 5, votedFor: undefined })
    expect(given.kindsOf(role.effects)).toEqual(['persist'])
  })

  test('does not take who hands on a snapshot for a leader, and takes each chunk once', () => {
    const role = drive(follower, given.serverIn({ terms: [1], currentTerm: 3 }))
    const chunk = given.chunkOf(given.snapshotAt(9, 2, 20), 0, 10, 3)
    role.receive({ ...chunk, handedOn: true })
    expect(given.sent(role.effects)).toMatchObject([{ type: 'InstallSnapshotReply', to: 'n2', offset: 10 }])
    expect(role.context.leaderId).toBeUndefined()
    // Another server hands on the same.
    expect(role.receive({ ...chunk, from: given.at('n3'), handedOn: true })).toEqual([])
  })
})

describe('a constrained election: n1 alone reaches a majority, and has missed what the others committed', () => {
  const isOpen = (packet: Packet) => packet.from.endsWith('n1') || packet.to.endsWith('n1')

  test.each([
    ['from logs', false],
    ['from a snapshot', true],
  ])('it is given that, %s, and elected', (_how, isCompacted) => {
    const cluster = new Cluster(['n1', 'n2', 'n3', 'n4', 'n5'])
    const without = (id: string) => (packet: Packet) => !packet.from.endsWith(id) && !packet.to.endsWith(id)
    cluster.host('n2').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    for (let at = 0; at < 12; at++) {
      cluster.propose('n2', `command ${at}`)
      cluster.stabilize(without('n1'))
    }
    cluster.host('n2').do((role) => role.fire('heartbeat'))
    cluster.stabilize(without('n1'))
    if (isCompacted) for (const id of ['n3', 'n4', 'n5']) cluster.host(id).takeSnapshot()
    cluster.stabilize(without('n1'))
    cluster.host('n2').crash()
    for (const host of cluster.hosts.values()) host.do((role) => role.fire('minimumElectionTimeout'))
    for (let time = 0; time < 6 && cluster.leaders.length === 0; time++) {
      for (const id of ['n3', 'n4', 'n5', 'n1']) {
        if (cluster.host(id).role?.timers['electionTimeout'] === undefined) continue
        cluster.host(id).do((role) => role.fire('electionTimeout'))
        cluster.stabilize(isOpen)
      }
    }
    expect(cluster.leaders).toEqual(['n1'])
    cluster.stabilize(isOpen)
    // What the leader before had, and an entry of its own.
    expect(cluster.host('n1').role?.context.commitIndex).toBe(14)
  })
})
