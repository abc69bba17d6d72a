import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster, withoutCatchUp } from '../cluster.test.fixture.js'
import { follower, leader } from '../index.js'
import * as given from '../role.test.fixture.js'

/** Ongaro and Ousterhout (2014), section 5.3 and Figure 2, "AppendEntries RPC" and "Leaders". */

/** A leader of term 3 whose no-op is entry 4, and who has heard from n2 and n3 that they hold it. */
function leading(limits: given.Situation['limits'] = {}) {
  const role = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3, limits }))
  for (const node of ['n2', 'n3']) role.receive(success(node, 4))
  role.tell(given.persisted(4, 3))
  return role
}

const success = (node: string, matchIndex: number) => given.appendEntriesReply(node, { term: 3, matchIndex })

describe('Figure 2, leaders', () => {
  test('"Upon election: send initial empty AppendEntries RPCs (heartbeat) to each server"; here they bring the no-op of section 8', () => {
    const role = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3 }))
    expect(given.sentOf(role.effects, 'AppendEntries')).toMatchObject([
      { to: 'n2', term: 3, prevLogIndex: 3, prevLogTerm: 2, entries: [{ index: 4, term: 3, kind: 'noop' }] },
      { to: 'n3', term: 3, prevLogIndex: 3, prevLogTerm: 2, entries: [{ index: 4, term: 3, kind: 'noop' }] },
    ])
  })

  test('"repeat during idle periods to prevent election timeouts"', () => {
    const role = leading()
    for (const _time of [1, 2, 3]) {
      expect(given.sent(role.fire('heartbeat'))).toMatchObject([
        { type: 'AppendEntries', to: given.everyone, entries: [], prevLogIndex: 4, prevLogTerm: 3, leaderCommit: 4 },
      ])
      expect(role.timers).toMatchObject({ heartbeat: 100 })
    }
  })

  test('"If command received from client: append entry to local log, respond after entry applied to state machine"', () => {
    const role = leading()
    const effects = role.tell(given.proposed('a', 'b'))
    expect(given.effectOf(effects, 'append').entries).toMatchObject([
      { index: 5, term: 3, kind: 'command', bytes: new TextEncoder().encode('a') },
      { index: 6, term: 3, kind: 'command', bytes: new TextEncoder().encode('b') },
    ])
    expect(given.kindsOf(effects)).not.toContain('commit')
    expect(role.context.log.last).toEqual({ index: 6, term: 3 })
  })

  test('the first of commands that came together is stamped with the time at which they came, in the term of the leader', () => {
    const role = leading()
    const effects = role.tell({ ...given.proposed('a', 'b'), nowMs: 5, wallMs: 6 } as ReturnType<typeof given.proposed>)
    const stamp = { by: 3, nowMs: 5, wallMs: 6 }
    expect(given.effectOf(effects, 'append').entries.map((entry) => entry.stamp)).toEqual([stamp, undefined])
    expect(given.sentOf(effects, 'AppendEntries')[0]?.entries.map((entry) => entry.stamp)).toEqual([stamp, undefined])
  })

  test('nextIndex is "initialized to leader last log index + 1", matchIndex "to 0"', () => {
    const { progress } = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3 })).context
    for (const node of ['n2', 'n3']) expect(progress[node]).toMatchObject({ nextIndex: 4, matchIndex: 0 })
  })

  test('"If last log index >= nextIndex for a follower: send AppendEntries RPC with log entries starting at nextIndex"', () => {
    const role = leading()
    role.tell(given.proposed('a'))
    role.receive(given.appendEntriesReply('n3', { term: 3, success: false, prevLogIndex: 5, conflictIndex: 5 }))
    expect(given.sentOf(role.effects, 'AppendEntries')).toMatchObject([
      { to: 'n3', prevLogIndex: 4, prevLogTerm: 3, entries: [{ index: 5, term: 3 }] },
    ])
  })

  test('"If successful: update nextIndex and matchIndex for follower"', () => {
    const { progress } = leading().context
    expect(progress['n2']).toMatchObject({ nextIndex: 5, matchIndex: 4 })
  })

  test('an answer that came late does not take matchIndex back', () => {
    const role = leading()
    role.receive(success('n2', 2))
    expect(role.context.progress['n2']).toMatchObject({ nextIndex: 5, matchIndex: 4 })
  })

  test('"If AppendEntries fails because of log inconsistency: decrement nextIndex and retry"', () => {
    const role = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3 }))
    const rejection = { term: 3, success: false, prevLogIndex: 3, conflictTerm: 0, conflictIndex: 2 }
    role.receive(given.appendEntriesReply('n2', rejection))
    expect(given.sent(role.effects)).toMatchObject([
      { to: 'n2', prevLogIndex: 1, prevLogTerm: 1, entries: [{ index: 2 }, { index: 3 }, { index: 4 }] },
    ])
  })

  test('"the leader retries AppendEntries RPCs indefinitely", after what it sent was lost too', () => {
    const role = leading()
    role.tell(given.proposed('lost'))
    expect(given.sent(role.fire('heartbeat'))).toMatchObject([{ to: given.everyone, prevLogIndex: 5 }])
    const rejection = { term: 3, success: false, prevLogIndex: 5, conflictTerm: 0, conflictIndex: 5 }
    role.receive(given.appendEntriesReply('n2', rejection))
    expect(given.sent(role.effects)).toMatchObject([{ to: 'n2', prevLogIndex: 4, entries: [{ index: 5 }] }])
    // That is lost as well; the next heartbeat asks again.
    role.fire('heartbeat')
    role.receive(given.appendEntriesReply('n2', { ...rejection, prevLogIndex: 4 }))
    expect(role.context.progress['n2']?.nextIndex).toBe(5)
    role.receive(success('n2', 4))
    expect(given.sent(role.effects)).toMatchObject([{ to: 'n2', prevLogIndex: 4, entries: [{ index: 5 }] }])
  })

  test('"a leader never overwrites or deletes entries in its log; it only appends new entries" (Leader Append-Only)', () => {
    const role = leading()
    const before = [...role.context.log]
    role.tell(given.proposed('a'))
    role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 1, prevLogTerm: 1, entries: [given.entry(2, 3)] }))
    role.receive(given.appendEntriesReply('n2', { term: 3, success: false, prevLogIndex: 5, conflictIndex: 1 }))
    expect([...role.context.log].slice(0, before.length)).toEqual(before)
    role.receive(given.appendEntries('n2', { term: 9 }))
    expect(role.state).toBe('deposed')
    expect([...role.context.log].slice(0, before.length)).toEqual(before)
  })
})

describe('5.3, back-up of nextIndex: "the follower can include the term of the conflicting entry and the first index it stores for that term"', () => {
  const rejectionOf = (terms: readonly number[], prevLogIndex: number, prevLogTerm: number) => {
    const role = drive(follower, given.serverIn({ terms, currentTerm: 9 }))
    return given.sentOf(
      role.receive(given.appendEntries('n2', { term: 9, prevLogIndex, prevLogTerm })),
      'AppendEntriesReply',
    )[0]
  }

  test('the follower names the first index of the whole conflicting term', () => {
    expect(rejectionOf([1, 2, 2, 2, 3], 4, 5)).toMatchObject({ conflictTerm: 2, conflictIndex: 2, prevLogIndex: 4 })
    expect(rejectionOf([2, 2, 2, 2], 4, 5)).toMatchObject({ conflictTerm: 2, conflictIndex: 1 })
  })

  test('or, when its log ends before, where it ends', () => {
    expect(rejectionOf([1, 2, 2], 7, 5)).toMatchObject({ conflictTerm: 0, conflictIndex: 4, prevLogIndex: 7 })
    expect(rejectionOf([], 7, 5)).toMatchObject({ conflictTerm: 0, conflictIndex: 1 })
  })

  const nextAfter = (terms: readonly number[], conflictTerm: number, conflictIndex: number) => {
    const role = drive(leader, given.serverIn({ terms, currentTerm: 9 }))
    const prevLogIndex = terms.length
    role.receive(given.appendEntriesReply('n2', { term: 9, success: false, prevLogIndex, conflictTerm, conflictIndex }))
    return role.context.progress['n2']?.nextIndex
  }

  test('"the leader can decrement nextIndex to bypass all of the conflicting entries in that term"', () => {
    // The leader has no entry of term 3: it goes to the first index of it in the follower's log.
    expect(nextAfter([1, 1, 2, 2, 4, 4], 3, 4)).toBe(4)
    // It has some of term 2: the last of them may be in common.
    expect(nextAfter([1, 1, 2, 2, 4, 4], 2, 3)).toBe(5)
    expect(nextAfter([1, 1, 2, 2, 4, 4], 1, 1)).toBe(3)
    // The follower's log ends before.
    expect(nextAfter([1, 1, 2, 2, 4, 4], 0, 2)).toBe(2)
  })

  test('nextIndex never rises by a rejection, and never falls to what is known to match', () => {
    expect(nextAfter([1, 1, 2, 2, 4, 4], 0, 70)).toBe(7)
    expect(nextAfter([1, 1, 2, 2, 4, 4], 0, 0)).toBe(1)
    const role = leading()
    role.tell(given.proposed('a', 'b'))
    const rejection = { term: 3, success: false, prevLogIndex: 6, conflictTerm: 0, conflictIndex: 1 }
    role.receive(given.appendEntriesReply('n2', rejection))
    expect(role.context.progress['n2']).toMatchObject({ matchIndex: 4, nextIndex: 5 })
  })

  test('a rejection that came late changes nothing', () => {
    const role = leading()
    const before = role.context.progress['n2']
    const late = (prevLogIndex: number, conflictIndex: number) =>
      given.appendEntriesReply('n2', { term: 3, success: false, prevLogIndex, conflictIndex })
    for (const prevLogIndex of [3, 4]) expect(role.receive(late(prevLogIndex, 1))).toEqual([])
    expect(role.context.progress['n2']).toEqual({ ...before, heard: true, deniedIn: 0 })
    // While it looks for the last entry in common, only the answer to the probe on its way counts.
    const probing = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3 }))
    expect(given.sent(probing.receive(late(3, 3)))).toMatchObject([{ prevLogIndex: 2 }])
    expect(probing.receive(late(3, 3))).toEqual([])
    expect(probing.receive(late(3, 1))).toEqual([])
    expect(given.sent(probing.receive(late(2, 1)))).toMatchObject([{ prevLogIndex: 0 }])
  })

  test('while entries flow, the rejection of any that is on its way counts, not only of the last', () => {
    const role = leading()
    for (const command of ['lost', 'a', 'b']) role.tell(given.proposed(command))
    const gap = { term: 3, success: false, prevLogIndex: 5, conflictIndex: 5 }
    role.receive(given.appendEntriesReply('n2', gap))
    expect(given.sent(role.effects)).toMatchObject([{ to: 'n2', prevLogIndex: 4, entries: [{}, {}, {}] }])
    // That of the next one tells nothing new.
    expect(role.receive(given.appendEntriesReply('n2', { ...gap, prevLogIndex: 6 }))).toEqual([])
  })
})

describe('Figure 2, AppendEntries RPC, receiver implementation', () => {
  const received = (terms: readonly number[], fields: Parameters<typeof given.appendEntries>[1]) => {
    const role = drive(follower, given.serverIn({ terms, currentTerm: 9 }))
    role.receive(given.appendEntries('n2', { term: 9, ...fields }))
    return role
  }

  test.each([
    ['the log ends before', [1, 1], 3, 1],
    ['another term stands there', [1, 1, 1], 3, 2],
    ['it is empty', [], 1, 1],
  ])(
    '2. "Reply false if log doesn\'t contain an entry at prevLogIndex whose term matches prevLogTerm": %s',
    (_case, terms, prevLogIndex, prevLogTerm) => {
      const entries = [given.entry(prevLogIndex + 1, 9)]
      const role = received(terms, { prevLogIndex, prevLogTerm, entries, leaderCommit: 3 })
      expect(given.sent(role.effects)).toMatchObject([
        { type: 'AppendEntriesReply', to: 'n2', success: false, matchIndex: 0 },
      ])
      expect(given.kindsOf(role.effects)).toEqual(['send'])
      expect(given.termsOf(role.context)).toEqual(terms)
      expect(role.context).toMatchObject({ commitIndex: 0, leaderId: 'n2' })
    },
  )

  test('3. "If an existing entry conflicts with a new one (same index but different terms), delete the existing entry and all that follow it"', () => {
    const entries = given.entriesOf([1, 4], { index: 1, term: 1 })
    const role = received([1, 1, 2, 2, 2], { prevLogIndex: 1, prevLogTerm: 1, entries })
    expect(given.termsOf(role.context)).toEqual([1, 1, 4])
    expect(given.kindsOf(role.effects)).toEqual(['truncate', 'append', 'send'])
    expect(given.effectOf(role.effects, 'truncate').after).toEqual({ index: 2, term: 1 })
    // Entry 2 is held already, so that only entry 3 is written.
    expect(given.effectOf(role.effects, 'append').entries).toMatchObject([{ index: 3, term: 4 }])
    expect(given.sent(role.effects)).toMatchObject([{ success: true, matchIndex: 3 }])
  })

  test('4. "Append any new entries not already in the log"', () => {
    const entries = given.entriesOf([1, 1, 2], { index: 1, term: 1 })
    const role = received([1, 1, 1], { prevLogIndex: 1, prevLogTerm: 1, entries })
    expect(given.termsOf(role.context)).toEqual([1, 1, 1, 2])
    expect(given.effectOf(role.effects, 'append').entries).toMatchObject([{ index: 4, term: 2 }])
    expect(given.sent(role.effects)).toMatchObject([{ success: true, matchIndex: 4 }])
  })

  test('5. "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)"', () => {
    const entries = given.entriesOf([1, 1], { index: 1, term: 1 })
    const beyond = received([1], { prevLogIndex: 1, prevLogTerm: 1, entries, leaderCommit: 7 })
    expect(beyond.context.commitIndex).toBe(3)
    expect(given.effectOf(beyond.effects, 'commit').entries.map(({ index }) => index)).toEqual([1, 2, 3])
    const within = received([1], { prevLogIndex: 1, prevLogTerm: 1, entries, leaderCommit: 2 })
    expect(within.context.commitIndex).toBe(2)
  })

  test('5. what the log holds beyond the last entry that was named may be of a former leader, and is not committed', () => {
    const role = received([1, 1, 2, 2], { prevLogIndex: 2, prevLogTerm: 1, leaderCommit: 4 })
    expect(role.context.commitIndex).toBe(2)
    expect(role.context.log.last.index).toBe(4)
  })

  test.each([
    ['replaces entries', 1, [given.entry(2, 9)]],
    ['brings entries', 2, [given.entry(3, 9)]],
    ['brings none', 2, []],
    ['does not fit', 7, []],
  ])('a message that %s tells who leads, and how far it has committed', (_case, prevLogIndex, entries) => {
    const role = received([1, 1], { prevLogIndex, prevLogTerm: 1, entries, leaderCommit: 1 })
    expect(role.context.leaderId).toBe('n2')
    expect(role.context.leaderCommit).toBe(1)
    expect(role.context.commitIndex).toBe(prevLogIndex === 7 ? 0 : 1)
  })

  test('"Once a follower learns that a log entry is committed, it applies the entry to its local state machine (in log order)"', () => {
    const role = received([1, 1, 1], { prevLogIndex: 3, prevLogTerm: 1, leaderCommit: 1 })
    expect(given.effectOf(role.effects, 'commit').entries.map(({ index }) => index)).toEqual([1])
    role.receive(given.appendEntries('n2', { term: 9, prevLogIndex: 3, prevLogTerm: 1, leaderCommit: 3 }))
    expect(given.effectOf(role.effects, 'commit').entries.map(({ index }) => index)).toEqual([2, 3])
    // A smaller one, of a message that came late, takes nothing back.
    role.receive(given.appendEntries('n2', { term: 9, prevLogIndex: 1, prevLogTerm: 1, leaderCommit: 1 }))
    expect(given.kindsOf(role.effects)).toEqual(['send'])
    expect(role.context.commitIndex).toBe(3)
  })

  test('5.5: "Raft RPCs are idempotent": what is in the log already is acknowledged and not written again', () => {
    const entries = given.entriesOf([1, 1], { index: 1, term: 1 })
    const role = received([1], { prevLogIndex: 1, prevLogTerm: 1, entries })
    const log = role.context.log
    role.receive(given.appendEntries('n2', { term: 9, prevLogIndex: 1, prevLogTerm: 1, entries }))
    expect(given.kindsOf(role.effects)).toEqual(['send'])
    expect(given.sent(role.effects)).toMatchObject([{ success: true, matchIndex: 3 }])
    expect(role.context.log).toBe(log)
  })

  test.each([
    ['with a gap between them', [given.entry(2, 1), given.entry(4, 1)]],
    ['that do not follow prevLogIndex', [given.entry(3, 1)]],
    ['whose terms fall', [given.entry(2, 3), given.entry(3, 2)]],
    ['of a term that has not begun', [given.entry(2, 10)]],
  ])('entries %s are of no server: nothing is taken of them, and nothing said', (_case, entries) => {
    const role = received([1], { prevLogIndex: 1, prevLogTerm: 1, entries })
    expect(role.effects).toEqual([])
    expect(given.termsOf(role.context)).toEqual([1])
  })
})

describe('Figure 7: "it is possible that any of scenarios (a-f) could occur in follower logs"', () => {
  const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
  test.each([
    ['a', [1, 1, 1, 4, 4, 5, 5, 6, 6]],
    ['b', [1, 1, 1, 4]],
    ['c', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
    ['d', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
    ['e', [1, 1, 1, 4, 4, 4, 4]],
    ['f', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ])(
    '(%s): "the leader handles inconsistencies by forcing the followers\' logs to duplicate its own"',
    (_scenario, terms) => {
      const logs = { n1: leaderLog, n2: terms, n3: leaderLog }
      const cluster = new Cluster(Object.keys(logs))
      for (const [id, log] of Object.entries(logs)) {
        const host = cluster.host(id)
        host.crash()
        const record = { currentTerm: 7, votedFor: undefined, doubtful: false, doubt: 0, spentTerm: 0 }
        host.disk = { ...host.disk, record, entries: given.entriesOf(log) }
        host.start()
      }
      cluster.host('n1').do((role) => role.fire('electionTimeout'))
      cluster.stabilize(withoutCatchUp)
      expect(cluster.leaders).toEqual(['n1'])
      for (const host of cluster.hosts.values()) {
        expect(host.disk.entries.map(({ term }) => term)).toEqual([...leaderLog, 8])
        expect(given.termsOf(host.role!.context)).toEqual([...leaderLog, 8])
      }
      // The next message tells them what is committed.
      cluster.host('n1').do((role) => role.fire('heartbeat'))
      cluster.stabilize()
      for (const host of cluster.hosts.values()) expect(host.appliedState.applied).toEqual({ index: 11, term: 8 })
    },
  )
})
