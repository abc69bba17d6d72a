import { drive } from '@quorate/core/testing'
import { expect, test } from 'vitest'
import { Cluster, type Host } from './cluster.test.fixture.js'
import { leader } from './index.js'
import * as given from './role.test.fixture.js'
import { statusOf } from './status.js'

/** A follower whose disk went back to an older copy, and that does not know it. */

const noticesOf = ({ role }: Host) => statusOf(role?.snapshot as Parameters<typeof statusOf>[0]).notices

/** n3 acknowledged entries up to 5, and comes back as it was when it held so many. */
function afterRollback(kept: number, snapshots = false) {
  const cluster = new Cluster(['n1', 'n2', 'n3'])
  const n3 = cluster.host('n3')
  cluster.host('n1').do((role) => role.fire('electionTimeout'))
  cluster.stabilize()
  for (const command of ['a', 'b', 'c', 'd']) {
    cluster.propose('n1', command)
    cluster.stabilize()
  }
  expect(cluster.host('n1').role?.context.commitIndex).toBe(5)
  if (snapshots) cluster.host('n1').takeSnapshot()
  cluster.stabilize()
  n3.crash()
  n3.disk = { ...n3.disk, entries: n3.disk.entries.slice(0, kept) }
  n3.start()
  return cluster
}

const beat = (cluster: Cluster, times: number) => {
  for (let time = 0; time < times; time++) {
    cluster.host('n1').do((role) => role.fire('heartbeat'))
    cluster.stabilize()
  }
}

test.each([0, 1, 2, 4])('is brought up to date from %i entries, and people are told', (kept) => {
  const cluster = afterRollback(kept)
  const [n1, n3] = [cluster.host('n1'), cluster.host('n3')]
  expect(noticesOf(n1)).toBeUndefined()
  beat(cluster, 3)
  expect(n3.disk.entries).toEqual(n1.disk.entries)
  expect(noticesOf(n1)).toMatchObject([{ level: 'error', text: expect.stringContaining('n3'), count: 1 }])
  // It is no news a second time.
  beat(cluster, 3)
  expect(noticesOf(n1)).toMatchObject([{ count: 1 }])
  cluster.propose('n1', 'e')
  cluster.stabilize()
  beat(cluster, 1)
  expect(n3.role?.context.commitIndex).toBe(6)
})

test('also while clients write', () => {
  const cluster = afterRollback(2)
  cluster.propose('n1', 'e')
  cluster.stabilize()
  beat(cluster, 3)
  expect(cluster.host('n3').disk.entries).toEqual(cluster.host('n1').disk.entries)
  expect(cluster.host('n1').role?.context.commitIndex).toBe(6)
})

test('also when the leader has compacted what it lacks: by a snapshot', () => {
  const cluster = afterRollback(1, true)
  const n1 = cluster.host('n1')
  expect(n1.disk.base.index).toBe(3)
  beat(cluster, 4)
  expect(cluster.host('n3').role?.context.log.last).toEqual(n1.role?.context.log.last)
  expect(noticesOf(n1)).toMatchObject([{ count: 1 }])
})

test('each time that it happens it is counted', () => {
  const cluster = afterRollback(2)
  beat(cluster, 3)
  const n3 = cluster.host('n3')
  n3.crash()
  n3.disk = { ...n3.disk, entries: n3.disk.entries.slice(0, 3) }
  n3.start()
  beat(cluster, 3)
  expect(noticesOf(cluster.host('n1'))).toMatchObject([{ count: 2 }])
})

test('what it acknowledged counts no more', () => {
  const role = drive(leader, given.serverIn({ members: ['n1', 'n2', 'n3', 'n4', 'n5'], terms: [1, 1], currentTerm: 1 }))
  role.tell(given.persisted(3, 1))
  role.receive(given.appendEntriesReply('n2', { matchIndex: 3 }))
  const denial = { success: false, prevLogIndex: 3, conflictIndex: 2 }
  role.receive(given.appendEntriesReply('n2', denial))
  role.fire('heartbeat')
  role.receive(given.appendEntriesReply('n2', { ...denial, round: 1 }))
  expect(role.context.progress['n2']).toMatchObject({ matchIndex: 0, nextIndex: 2, wentBack: 1 })
  role.receive(given.appendEntriesReply('n3', { matchIndex: 3 }))
  expect(role.context.commitIndex).toBe(0)
})

test('an answer that came late is not taken for it: only one to a round that began after the acknowledgement shows it', () => {
  const role = drive(leader, given.serverIn({ terms: [1, 1], currentTerm: 1 }))
  const denial = { success: false, prevLogIndex: 2, conflictIndex: 1 }
  role.receive(given.appendEntriesReply('n2', { matchIndex: 3 }))
  for (let time = 0; time < 3; time++) {
    expect(role.receive(given.appendEntriesReply('n2', denial))).toEqual([])
    role.fire('heartbeat')
  }
  expect(role.context.progress['n2']).toMatchObject({ matchIndex: 3, deniedIn: 0, wentBack: 0 })
  // One more round was begun, and no others: nobody denies anything in it.
  expect(role.context.round).toBe(1)
  // An acknowledgement in that round, and a denial that was given before it.
  role.tell(given.proposed('a'))
  role.receive(given.appendEntriesReply('n2', { matchIndex: 4, round: 1 }))
  role.receive(given.appendEntriesReply('n2', { ...denial, prevLogIndex: 3, round: 1 }))
  expect(role.context.progress['n2']).toMatchObject({ matchIndex: 4, deniedIn: 1, wentBack: 0 })
})
