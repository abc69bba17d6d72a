import type { Command } from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster, history } from '../cluster.test.fixture.js'
import { candidate, follower, leader } from '../index.js'
import * as given from '../role.test.fixture.js'

/** Ongaro and Ousterhout (2014), section 7 and Figure 13, "InstallSnapshot RPC". */

const taken = (index: number, term: number) =>
  ({ type: 'snapshot.taken', snapshot: given.snapshotAt(index, term) }) as const

describe('7, compaction', () => {
  const situation = { terms: [1, 1, 2, 2, 2, 3], commitIndex: 5, limits: { entriesKept: 2 } }

  test.each([
    ['follower', () => drive(follower, given.serverIn(situation))],
    ['candidate', () => drive(candidate, given.serverIn(situation))],
    ['leader', () => drive(leader, given.serverIn({ ...situation, currentTerm: 4 }))],
  ])(
    '"each server takes snapshots independently, covering just the committed entries in its log": a %s',
    (_name, start) => {
      const role: Driven<typeof follower> | Driven<typeof candidate> | Driven<typeof leader> = start()
      const last = role.context.log.last
      role.tell(taken(5, 2))
      expect(role.effects).toEqual([
        { type: 'compact', snapshot: taken(5, 2).snapshot, through: { index: 3, term: 2 } },
      ])
      expect(role.context.log.base).toEqual({ index: 3, term: 2 })
      expect(role.context.log.last).toEqual(last)
      expect(role.context.snapshot?.last).toEqual({ index: 5, term: 2 })
    },
  )

  test('some entries before it are kept, for followers that are a little behind', () => {
    for (const [entriesKept, base] of [
      [1, 4],
      [3, 2],
      [100, 0],
    ] as const) {
      const role = drive(follower, given.serverIn({ ...situation, limits: { entriesKept } }))
      role.tell(taken(5, 2))
      expect(role.context.log.base.index).toBe(base)
    }
  })

  test('but no more than so many bytes of them', () => {
    for (const [bytesKept, base] of [
      [72, 4],
      [3 * 72, 2],
      [3 * 72 - 1, 3],
      [1, 5],
    ] as const) {
      const role = drive(follower, given.serverIn({ ...situation, limits: { entriesKept: 100, bytesKept } }))
      role.tell(taken(5, 2))
      expect(role.context.log.base.index).toBe(base)
    }
  })

  test.each([
    ['of what is not committed', taken(6, 3)],
    ['of an entry that the log does not hold', taken(4, 1)],
  ])('a snapshot %s is not kept', (_case, event) => {
    const role = drive(follower, given.serverIn(situation))
    const before = role.snapshot
    expect(role.tell(event)).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('a snapshot that is older than the one that is kept came too late', () => {
    const role = drive(follower, given.serverIn(situation))
    role.tell(taken(4, 2))
    expect(role.tell(taken(3, 2))).toEqual([])
    expect(role.tell(taken(4, 2))).toEqual([])
    expect(role.context.snapshot?.last.index).toBe(4)
  })

  test('"to support the AppendEntries consistency check for the first log entry following the snapshot", its index and term are kept', () => {
    const base = { index: 8, term: 2 }
    const start = () => drive(follower, given.serverIn({ base, snapshot: given.snapshotAt(8, 2), currentTerm: 3 }))
    const role = start()
    const entries = [given.entry(9, 3)]
    role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 8, prevLogTerm: 2, entries }))
    expect(given.sent(role.effects)).toMatchObject([{ success: true, matchIndex: 9 }])
    expect(role.context.log.last).toEqual({ index: 9, term: 3 })
    const gap = start()
    gap.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 9, prevLogTerm: 3 }))
    expect(given.sent(gap.effects)).toMatchObject([{ success: false, conflictTerm: 0, conflictIndex: 9 }])
  })

  test('entries that a snapshot stands for already are acknowledged and not stored again', () => {
    const base = { index: 3, term: 2 }
    const role = drive(follower, given.serverIn({ base, snapshot: given.snapshotAt(3, 2), terms: [2], currentTerm: 2 }))
    const entries = given.entriesOf([1, 2, 2, 2], { index: 1, term: 1 })
    role.receive(given.appendEntries('n2', { term: 2, prevLogIndex: 1, prevLogTerm: 1, entries }))
    expect(given.effectOf(role.effects, 'append').entries.map(({ index }) => index)).toEqual([5])
    expect(given.sent(role.effects)).toMatchObject([{ success: true, matchIndex: 5 }])
  })

  test('after a restart the state machine stands at the snapshot, and so does commitIndex', () => {
    const role = drive(
      follower,
      given.serverIn({ base: { index: 3, term: 2 }, snapshot: given.snapshotAt(5, 2), terms: [2, 2, 3] }),
    )
    expect(role.context).toMatchObject({ commitIndex: 5, log: { last: { index: 6, term: 3 } } })
    role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 6, prevLogTerm: 3, leaderCommit: 6 }))
    expect(given.effectOf(role.effects, 'commit').entries.map(({ index }) => index)).toEqual([6])
  })
})

describe('7: "the leader must occasionally send snapshots to followers that lag behind"', () => {
  const snapshot = given.snapshotAt(8, 2, 25)
  const situation = { base: { index: 6, term: 2 }, snapshot, terms: [2, 2], currentTerm: 3, limits: { bytesMax: 10 } }
  const rejection = given.appendEntriesReply('n2', {
    term: 3,
    success: false,
    prevLogIndex: 8,
    conflictTerm: 0,
    conflictIndex: 3,
  })
  const answer = (offset: number, installed = false) =>
    given.installSnapshotReply('n2', { term: 3, lastIncludedIndex: 8, lastIncludedTerm: 2, offset, installed })

  function installing() {
    const role = drive(leader, given.serverIn(situation))
    role.receive(rejection)
    return role
  }

  test('"when the leader has already discarded the next log entry that it needs to send to a follower"', () => {
    expect(given.sent(installing().effects)).toEqual([
      {
        type: 'InstallSnapshot',
        to: 'n2',
        term: 3,
        lastIncludedIndex: 8,
        lastIncludedTerm: 2,
        offset: 0,
        data: snapshot.bytes.subarray(0, 10),
        size: 25,
        handedOn: false,
      },
    ])
  })

  test('of which the first is that before which the log begins', () => {
    const role = drive(leader, given.serverIn(situation))
    role.receive({ ...rejection, conflictIndex: 6 })
    expect(given.sent(role.effects)).toMatchObject([{ type: 'InstallSnapshot', to: 'n2', offset: 0 }])
  })

  test('and not while the log still reaches back far enough', () => {
    const role = drive(leader, given.serverIn(situation))
    role.receive({ ...rejection, conflictIndex: 7 })
    expect(given.sent(role.effects)).toMatchObject([{ type: 'AppendEntries', prevLogIndex: 6, prevLogTerm: 2 }])
  })

  test('"Leaders always send chunks in order", each when the one before was answered', () => {
    const role = installing()
    expect(given.sent(role.receive(answer(10)))).toMatchObject([{ offset: 10, data: { length: 10 } }])
    expect(given.sent(role.receive(answer(20)))).toMatchObject([{ offset: 20, data: { length: 5 } }])
    expect(given.sentOf(role.receive(answer(25, true)), 'InstallSnapshot')).toEqual([])
  })

  test('when it is installed the log goes on after it', () => {
    const role = installing()
    role.receive(answer(25, true))
    expect(given.sent(role.effects)).toMatchObject([
      { type: 'AppendEntries', to: 'n2', prevLogIndex: 8, entries: [{ index: 9, term: 3 }] },
    ])
    expect(role.context.progress['n2']).toMatchObject({ mode: 'replicating', matchIndex: 8, installing: undefined })
  })

  test('a chunk that was lost, or whose answer was, is sent again with the next heartbeat, once', () => {
    const role = installing()
    role.receive(answer(10))
    expect(given.sentOf(role.tell(given.proposed('meanwhile')), 'InstallSnapshot')).toEqual([])
    expect(given.sentOf(role.fire('heartbeat'), 'InstallSnapshot')).toMatchObject([{ to: 'n2', offset: 10 }])
    expect(given.sentOf(role.fire('heartbeat'), 'InstallSnapshot')).toMatchObject([{ to: 'n2', offset: 10 }])
  })

  test('no entries are sent meanwhile, and a rejection of a heartbeat does not begin the transfer again', () => {
    const role = installing()
    role.receive(answer(20))
    expect(given.sent(role.tell(given.proposed('a'))).filter(({ to }) => to === 'n2')).toEqual([])
    role.fire('heartbeat')
    role.receive(rejection)
    expect(role.context.progress['n2']?.installing).toMatchObject({ offset: 20 })
  })

  test('the follower says where to go on: a restarted one begins from the start, with the next heartbeat', () => {
    const role = installing()
    role.receive(answer(20))
    expect(given.sent(role.receive(answer(0)))).toEqual([])
    expect(given.sentOf(role.fire('heartbeat'), 'InstallSnapshot')).toMatchObject([{ offset: 0 }])
    expect(given.sent(role.receive(answer(10)))).toMatchObject([{ offset: 10 }])
  })

  test('an answer that is repeated, or comes late, has no chunk sent: there would be ever more of both', () => {
    const role = installing()
    expect(given.sent(role.receive(answer(10)))).toMatchObject([{ offset: 10 }])
    expect(given.sent(role.receive(answer(10)))).toEqual([])
    expect(given.sent(role.receive(answer(20)))).toMatchObject([{ offset: 20 }])
    for (const late of [10, 0, 20]) expect(given.sent(role.receive(answer(late)))).toEqual([])
    expect(given.sentOf(role.fire('heartbeat'), 'InstallSnapshot')).toMatchObject([{ offset: 20 }])
  })

  test('the snapshot under way stays the same when the leader takes another', () => {
    const role = drive(leader, given.serverIn({ ...situation, commitIndex: 8 }))
    role.receive(rejection)
    role.tell(given.persisted(9, 3))
    role.receive(given.appendEntriesReply('n3', { term: 3, matchIndex: 9 }))
    role.tell({ type: 'snapshot.taken', snapshot: given.snapshotAt(9, 3, 12) })
    expect(role.context.snapshot?.last.index).toBe(9)
    expect(given.sent(role.receive(answer(10)))).toMatchObject([{ lastIncludedIndex: 8, offset: 10, size: 25 }])
  })

  test('an answer about another snapshot, or of a server that is sent none, changes nothing', () => {
    const role = installing()
    const before = role.context.progress
    expect(
      role.receive(
        given.installSnapshotReply('n2', { term: 3, lastIncludedIndex: 7, lastIncludedTerm: 2, installed: true }),
      ),
    ).toEqual([])
    expect(role.receive({ ...answer(25, true), from: given.at('n3') })).toEqual([])
    expect(role.receive({ ...answer(25, true), from: given.at('n9') })).toEqual([])
    expect(role.context.progress['n2']?.installing).toEqual(before['n2']?.installing)
    expect(role.context.progress['n3']?.matchIndex).toBe(0)
  })

  test('a follower that turns out to hold it all needs no snapshot any more', () => {
    const role = installing()
    role.receive(given.appendEntriesReply('n2', { term: 3, matchIndex: 8, prevLogIndex: 8 }))
    expect(role.context.progress['n2']).toMatchObject({ mode: 'replicating', installing: undefined, nextIndex: 10 })
    expect(given.sent(role.effects)).toMatchObject([{ type: 'AppendEntries', to: 'n2', entries: [{ index: 9 }] }])
  })
})

describe('Figure 13, InstallSnapshot RPC, receiver implementation', () => {
  const snapshot = given.snapshotAt(8, 2, 25)
  const receiving = (terms: readonly number[] = [1, 1], more: given.Situation = {}) =>
    drive(follower, given.serverIn({ terms, currentTerm: 2, ...more }))

  test('2 to 4. "Write data into snapshot file at given offset; reply and wait for more data chunks"', () => {
    const role = receiving()
    expect(given.sent(role.receive(given.chunkOf(snapshot, 0, 10)))).toEqual([
      {
        type: 'InstallSnapshotReply',
        to: 'n2',
        term: 2,
        lastIncludedIndex: 8,
        lastIncludedTerm: 2,
        offset: 10,
        installed: false,
        doubt: 0,
      },
    ])
    expect(given.sent(role.receive(given.chunkOf(snapshot, 10, 10)))).toMatchObject([{ offset: 20, installed: false }])
    expect(given.kindsOf(role.effects)).toEqual(['stage', 'send'])
    expect(given.termsOf(role.context)).toEqual([1, 1])
  })

  test('5, 7 and 8. "Save snapshot file", "Discard the entire log", "Reset state machine using snapshot contents"; only then is it acknowledged', () => {
    const role = receiving([1, 1, 1])
    for (const offset of [0, 10]) role.receive(given.chunkOf(snapshot, offset, 10))
    role.receive(given.chunkOf(snapshot, 20, 5))
    expect(role.effects).toMatchObject([
      { type: 'stage', origin: 'received', number: 2 },
      { type: 'install' },
      { type: 'restore' },
      { type: 'send', message: { installed: true, lastIncludedIndex: 8 } },
    ])
    for (const type of ['install', 'restore'] as const)
      expect(given.inOnePlace(given.effectOf(role.effects, type).snapshot)).toEqual(snapshot)
    expect(role.context).toMatchObject({ commitIndex: 8, log: { base: { index: 8, term: 2 }, length: 0 } })
    expect(given.inOnePlace(role.context.snapshot)).toEqual(snapshot)
  })

  test('each chunk is written as it comes, in the order in which the snapshot has them', () => {
    const role = receiving()
    const staged = [0, 10, 10, 0, 20].flatMap((offset) =>
      role.receive(given.chunkOf(snapshot, offset, 10)).flatMap((effect) => (effect.type === 'stage' ? [effect] : [])),
    )
    expect(staged.map(({ origin, number }) => [origin, number])).toEqual([
      ['received', 0],
      ['received', 1],
      ['received', 2],
    ])
    expect(Buffer.concat(staged.map(({ piece }) => piece.bytes))).toEqual(Buffer.from(given.inOnePlace(snapshot).bytes))
  })

  test('a snapshot of one chunk, and an empty one, are installed at once', () => {
    for (const size of [25, 0]) {
      const role = receiving()
      role.receive(given.chunkOf(given.snapshotAt(8, 2, size), 0, 100))
      expect(given.kindsOf(role.effects)).toEqual(['stage', 'install', 'restore', 'send'])
    }
  })

  test('6. "If existing log entry has same index and term as snapshot\'s last included entry, retain log entries following it and reply"', () => {
    const role = receiving([1, 1, 1, 1, 1, 1, 1, 2, 2], { commitIndex: 3 })
    role.receive(given.chunkOf(snapshot, 0, 10))
    expect(given.sent(role.effects)).toMatchObject([{ installed: true, lastIncludedIndex: 8 }])
    expect(role.context.log.last).toEqual({ index: 9, term: 2 })
    // All that it stands for is committed, so that no snapshot is needed to apply it.
    expect(given.effectOf(role.effects, 'commit').entries.map(({ index }) => index)).toEqual([4, 5, 6, 7, 8])
    expect(given.kindsOf(role.effects)).not.toContain('install')
  })

  test('a snapshot that is older than what is committed here is not installed', () => {
    const role = receiving([1, 1, 2], { base: { index: 8, term: 2 }, snapshot, commitIndex: 10 })
    role.receive(given.chunkOf(given.snapshotAt(7, 1), 0, 10, 2))
    expect(given.sent(role.effects)).toMatchObject([{ installed: true }])
    expect(role.context.commitIndex).toBe(10)
  })

  test('an entry of another term at that index does not stand for it: the log is replaced', () => {
    const role = receiving([1, 1, 1, 1, 1, 1, 1, 1, 1])
    role.receive(given.chunkOf(snapshot, 0, 25))
    expect(given.kindsOf(role.effects)).toContain('install')
    expect(role.context.log.length).toBe(0)
  })

  test('a chunk that comes again, or too early, is answered with where to go on, and stored nowhere', () => {
    const role = receiving()
    role.receive(given.chunkOf(snapshot, 0, 10))
    expect(given.sent(role.receive(given.chunkOf(snapshot, 20, 5)))).toMatchObject([{ offset: 10, installed: false }])
    expect(given.sent(role.receive(given.chunkOf(snapshot, 5, 10)))).toMatchObject([{ offset: 10, installed: false }])
    expect(given.sent(role.receive(given.chunkOf(snapshot, 0, 10)))).toMatchObject([{ offset: 10, installed: false }])
    role.receive(given.chunkOf(snapshot, 10, 10))
    role.receive(given.chunkOf(snapshot, 20, 5))
    expect(given.inOnePlace(given.effectOf(role.effects, 'install').snapshot)).toEqual(snapshot)
  })

  test('chunks in any order, with repetitions, give the snapshot or nothing', () => {
    const orders = [
      [0, 10, 20],
      [20, 10, 0, 10, 20],
      [0, 0, 10, 0, 20, 10, 20],
      [10, 0, 20, 10, 10, 20],
    ]
    for (const order of orders) {
      const role = receiving()
      const installed = order.flatMap((offset) => role.receive(given.chunkOf(snapshot, offset, 10)))
      expect(given.inOnePlace(given.effectOf(installed, 'install').snapshot)).toEqual(snapshot)
    }
    const role = receiving()
    expect(given.kindsOf([20, 10, 0].flatMap((offset) => role.receive(given.chunkOf(snapshot, offset, 10))))).toEqual([
      'send',
      'send',
      'stage',
      'send',
    ])
  })

  test('"2. Create new snapshot file if first chunk": the first chunk of another snapshot begins again', () => {
    const role = receiving()
    role.receive(given.chunkOf(snapshot, 0, 10))
    const other = given.snapshotAt(9, 2, 12)
    expect(given.sent(role.receive(given.chunkOf(other, 5, 5)))).toMatchObject([{ lastIncludedIndex: 9, offset: 0 }])
    role.receive(given.chunkOf(other, 0, 6))
    expect(given.sent(role.effects)).toMatchObject([{ lastIncludedIndex: 9, offset: 6 }])
    role.receive(given.chunkOf(other, 6, 6))
    expect(given.inOnePlace(given.effectOf(role.effects, 'install').snapshot)).toEqual(other)
  })

  test('more bytes than were announced are not taken', () => {
    const role = receiving()
    role.receive({ ...given.chunkOf(snapshot, 0, 10), size: 9 })
    expect(given.sent(role.effects)).toMatchObject([{ offset: 0, installed: false }])
    expect(role.context.incoming).toBeUndefined()
  })

  test.each([
    ['the next one', given.chunkOf(snapshot, 0, 10)],
    ['one too early', given.chunkOf(snapshot, 10, 10)],
    ['the last one', given.chunkOf(snapshot, 0, 25)],
    ['one of what is here already', given.chunkOf(given.snapshotAt(2, 1), 0, 10, 2)],
  ])('a chunk counts as a message of the leader: %s', (_case, chunk) => {
    const role = receiving()
    role.receive(chunk)
    expect(role.state).toEqual({ following: 'led' })
    expect(role.context.leaderId).toBe('n2')
  })

  test('what was collected is let go once it is installed, and the log is known to match up to there', () => {
    const role = receiving()
    for (const offset of [0, 10, 20]) role.receive(given.chunkOf(snapshot, offset, 10))
    expect(role.context).toMatchObject({ incoming: undefined, matchIndex: 8, leaderCommit: 8 })
  })
})

describe('7, from end to end', () => {
  test('a follower that was away while the others compacted their logs is brought up to date, chunk by chunk', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3'])
    cluster.host('n1').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    cluster.host('n3').crash()
    const blank = { session: 0, sequence: 0, answeredBelow: 0 }
    const propose = (command: Command) => {
      cluster.host('n1').do((role) => role.tell({ type: 'client.proposed', request: 1, commands: [command] }))
      cluster.stabilize()
    }
    propose({ ...blank, kind: 'openSession', bytes: history.codecs.command.encode('client') })
    const session = cluster.host('n1').appliedState.applied.index
    for (let sequence = 1; sequence <= 40; sequence++) {
      const bytes = history.codecs.command.encode(`command ${sequence}`)
      propose({ kind: 'command', session, sequence, answeredBelow: sequence, bytes })
    }
    cluster.host('n1').takeSnapshot()
    cluster.stabilize()
    expect(cluster.host('n1').disk.entries.length).toBe(2)
    cluster.host('n3').start()
    let chunks = 0
    // Every third packet is lost.
    for (let round = 0; round < 60; round++) {
      cluster.host('n1').do((role) => role.fire('heartbeat'))
      let count = round
      cluster.stabilize(({ message }) => {
        if (message.type === 'InstallSnapshot') chunks++
        return count++ % 3 !== 0
      })
    }
    expect(chunks).toBeGreaterThan(3)
    const [n1, n3] = [cluster.host('n1'), cluster.host('n3')]
    expect(given.inOnePlace(n3.disk.snapshot)).toEqual(given.inOnePlace(n1.disk.snapshot))
    expect(n3.appliedState.state).toEqual(n1.appliedState.state)
    expect(n3.appliedState.state.length).toBe(40)
  })
})
