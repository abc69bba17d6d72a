import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster } from './cluster.test.fixture.js'
import { follower, leader, server } from './index.js'
import * as given from './role.test.fixture.js'

/** A server whose disk lost its last write: it may have forgotten a vote, or an entry that it acknowledged. */

const torn = (more: given.Situation = {}) =>
  given.serverIn({ terms: [1, 1, 2], currentTerm: 3, votedFor: 'n3', torn: true, ...more })
const heartbeat = (fields: Parameters<typeof given.appendEntries>[1]) =>
  given.appendEntries('n2', { term: 3, ...fields })
const isDoubtful = (role: Driven<typeof follower>) => role.state === 'doubtful'

describe('a server whose disk lost its last write', () => {
  test('says so to its disk, so that another restart does not forget it', () => {
    const role = drive(follower, torn())
    expect(role.effects).toEqual([{ type: 'persist', record: { currentTerm: 3, votedFor: 'n3', doubtful: true } }])
    const again = drive(follower, { ...given.serverIn({ terms: [1, 1, 2], currentTerm: 3 }), doubtful: true })
    expect(isDoubtful(again)).toBe(true)
  })

  test('neither votes nor says that it would', () => {
    for (const term of [2, 3, 4, 9]) {
      const role = drive(follower, torn())
      const before = role.snapshot
      const campaign = { term, lastLogIndex: 99, lastLogTerm: 9 }
      expect(given.sent(role.receive(given.requestVote('n2', campaign)))).toMatchObject([{ voteGranted: false }])
      expect(given.sent(role.receive(given.preVote('n2', campaign)))).toMatchObject([{ voteGranted: false }])
      expect(role.snapshot).toBe(before)
    }
  })

  test('does not campaign', () => {
    const role = drive(follower, torn())
    expect(role.timers).toEqual({})
    role.receive(heartbeat({ prevLogIndex: 3, prevLogTerm: 2 }))
    expect(role.timers).toEqual({})
  })

  test('takes entries, and is in doubt until what the leader committed in its own term is here', () => {
    const role = drive(follower, torn())
    role.receive(heartbeat({ prevLogIndex: 4, prevLogTerm: 3, leaderCommit: 4 }))
    expect(isDoubtful(role)).toBe(true)
    // What is committed here is of an earlier term.
    role.receive(heartbeat({ prevLogIndex: 2, prevLogTerm: 1, leaderCommit: 2 }))
    expect(isDoubtful(role)).toBe(true)
    role.receive(heartbeat({ prevLogIndex: 3, prevLogTerm: 2, leaderCommit: 4 }))
    expect(isDoubtful(role)).toBe(true)
    role.receive(heartbeat({ prevLogIndex: 3, prevLogTerm: 2, entries: [given.entry(4, 3)], leaderCommit: 5 }))
    expect(role.context.commitIndex).toBe(4)
    expect(isDoubtful(role)).toBe(true)
    role.receive(heartbeat({ prevLogIndex: 4, prevLogTerm: 3, entries: [given.entry(5, 3)], leaderCommit: 5 }))
    expect(role.state).toEqual({ following: 'led' })
    expect(role.context).toMatchObject({ doubtful: false, commitIndex: 5, votedFor: 'n2' })
    // The entries are on the disk before it says that it is in doubt no more.
    expect(given.kindsOf(role.effects)).toEqual(['append', 'send', 'commit', 'persist'])
    expect(role.effects.at(-1)).toMatchObject({ record: { currentTerm: 3, votedFor: 'n2', doubtful: false } })
  })

  test('is in doubt in a newer term too', () => {
    const role = drive(server, torn())
    role.receive(given.appendEntries('n2', { term: 5, prevLogIndex: 3, prevLogTerm: 2, leaderCommit: 3 }))
    expect(role.state).toEqual({ follower: 'doubtful' })
    expect(role.effects[0]).toMatchObject({ type: 'persist', record: { currentTerm: 5, doubtful: true } })
  })

  test('is brought up to date by a snapshot as well', () => {
    const role = drive(follower, torn())
    const snapshot = given.snapshotAt(9, 3)
    role.receive(given.chunkOf(snapshot, 0, 10))
    expect(role.state).toEqual({ following: 'led' })
    expect(given.kindsOf(role.effects)).toEqual(['stage', 'install', 'restore', 'send', 'persist'])
  })

  test('tells the leader with every answer, which then counts nothing that it acknowledged before', () => {
    const role = drive(follower, torn())
    for (const prevLogIndex of [3, 9]) {
      role.receive(heartbeat({ prevLogIndex, prevLogTerm: 2 }))
      expect(given.sent(role.effects)).toMatchObject([{ success: prevLogIndex === 3, doubtful: true }])
    }
    const leading = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3 }))
    leading.receive(given.appendEntriesReply('n2', { term: 3, matchIndex: 4 }))
    const gap = { term: 3, success: false, prevLogIndex: 4, conflictTerm: 0, conflictIndex: 3 }
    expect(leading.receive(given.appendEntriesReply('n2', gap))).toEqual([])
    expect(leading.context.progress['n2']).toMatchObject({ matchIndex: 4, nextIndex: 5 })
    leading.receive(given.appendEntriesReply('n2', { ...gap, doubtful: true }))
    expect(leading.context.progress['n2']).toMatchObject({ matchIndex: 0, nextIndex: 3 })
    expect(given.sent(leading.effects)).toMatchObject([
      { to: 'n2', prevLogIndex: 2, entries: [{ index: 3 }, { index: 4 }] },
    ])
  })

  test('then votes as any other', () => {
    const role = drive(follower, torn())
    role.receive(heartbeat({ prevLogIndex: 3, prevLogTerm: 2, entries: [given.entry(4, 3)], leaderCommit: 4 }))
    role.fire('minimumElectionTimeout')
    expect(given.sent(role.receive(given.preVote('n3', { term: 4, lastLogIndex: 4, lastLogTerm: 3 })))).toMatchObject([
      { voteGranted: true },
    ])
  })
})

describe('in a group', () => {
  /** n3 acknowledged all of a log, went down, and came back without its last entries. */
  function afterLoss(lost: number) {
    const cluster = new Cluster(['n1', 'n2', 'n3'])
    cluster.host('n1').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    for (const command of ['a', 'b', 'c']) {
      cluster.propose('n1', command)
      cluster.stabilize()
    }
    const n3 = cluster.host('n3')
    expect(cluster.host('n1').role?.context.commitIndex).toBe(4)
    n3.crash()
    n3.disk = { ...n3.disk, entries: n3.disk.entries.slice(0, n3.disk.entries.length - lost) }
    n3.start(true)
    return cluster
  }

  const beat = (cluster: Cluster, times: number) => {
    for (let time = 0; time < times; time++) {
      cluster.host('n1').do((role) => role.fire('heartbeat'))
      cluster.stabilize()
    }
  }

  test.each([0, 1, 3, 4])(
    'the leader brings it up to date, although it had acknowledged the %i entries that it lost',
    (lost) => {
      const cluster = afterLoss(lost)
      beat(cluster, 3)
      const { role, disk } = cluster.host('n3')
      expect(disk.entries).toEqual(cluster.host('n1').disk.entries)
      expect(role?.state).toEqual({ follower: { following: 'led' } })
      expect(disk.record?.doubtful).toBe(false)
    },
  )

  test('also while clients write', () => {
    const cluster = afterLoss(2)
    cluster.propose('n1', 'd')
    cluster.stabilize()
    beat(cluster, 3)
    cluster.propose('n1', 'e')
    cluster.stabilize()
    beat(cluster, 1)
    expect(cluster.host('n3').disk.entries).toEqual(cluster.host('n1').disk.entries)
    expect(cluster.host('n3').role?.context.commitIndex).toBe(6)
  })
})
