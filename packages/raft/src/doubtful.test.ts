import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster } from './cluster.test.fixture.js'
import { candidate, follower, leader, recover, server } from './index.js'
import * as given from './role.test.fixture.js'

/** A server whose disk lost its last write: it may have forgotten a vote, or an entry that it acknowledged, or both. */

const doubt = (fields: { currentTerm?: number; votedFor?: string; spentTerm?: number; doubtful?: boolean } = {}) => ({
  currentTerm: 3,
  votedFor: 'n3',
  doubtful: true,
  doubt: 1,
  spentTerm: 0,
  ...fields,
})
const inDoubt = (more: given.Situation = {}) =>
  given.serverIn({ terms: [1, 1, 2], currentTerm: 3, votedFor: 'n3', doubtful: true, ...more })
const heartbeat = (fields: Parameters<typeof given.appendEntries>[1]) =>
  given.appendEntries('n2', { term: 3, ...fields })

/** It has asked all others, which answered, `n2` as the leader of term 3. */
function settled(more: given.Situation = {}, answers: Parameters<typeof given.inquiryReply>[1] = {}) {
  const role = drive(server, inDoubt(more))
  for (const node of role.context.config.peers)
    role.receive(given.inquiryReply(node, { term: 3, spentTerm: 3, ...answers }))
  return role
}

describe('a server whose disk lost its last write', () => {
  test('says so to its disk, so that another restart does not forget it, and asks all others', () => {
    const role = drive(server, inDoubt())
    expect(role.effects).toEqual([
      { type: 'persist', record: doubt() },
      { type: 'send', to: 'g/server/all', message: { type: 'Inquiry', doubt: 1 } },
    ])
    const record = doubt()
    const again = drive(
      server,
      recover(inDoubt().config, {
        record,
        snapshot: undefined,
        base: { index: 0, term: 0 },
        entries: [],
        table: [],
        doubtful: false,
      }),
    )
    expect(again.state).toEqual({ doubtful: { asking: { patience: 'waiting', question: 'asked' } } })
    expect(given.sent(again.effects)).toMatchObject([{ type: 'Inquiry', doubt: 1 }])
  })

  test('asks again, for as long as it has no answer, and an old answer is as good as a new one', () => {
    const role = drive(server, inDoubt())
    for (let time = 0; time < 30; time++)
      expect(given.sent(role.fire('inquiry'))).toMatchObject([{ type: 'Inquiry', doubt: 1 }])
    role.receive(given.inquiryReply('n2', { term: 3, spentTerm: 3 }))
    for (let time = 0; time < 30; time++) role.fire('inquiry')
    expect(role.receive(given.inquiryReply('n3', { term: 3, spentTerm: 3 }))).not.toEqual([])
    expect(role.state).toEqual({ follower: { following: 'free' } })
  })

  test('until all have answered it neither votes, nor follows, nor stands, whatever it is told', () => {
    const role = drive(server, inDoubt())
    role.receive(given.inquiryReply('n2', { term: 3 }))
    const before = role.snapshot
    for (const term of [2, 3, 4, 9]) {
      const campaign = { term, lastLogIndex: 99, lastLogTerm: 9 }
      expect(role.receive(given.requestVote('n2', campaign))).toEqual([])
      expect(role.receive(given.preVote('n2', campaign))).toEqual([])
      expect(role.receive(given.appendEntries('n2', { term, prevLogIndex: 3, prevLogTerm: 2 }))).toEqual([])
      expect(role.receive(given.chunkOf(given.snapshotAt(9, 3), 0, 10, term))).toEqual([])
    }
    expect(role.snapshot).toBe(before)
    expect(Object.keys(role.timers).sort()).toEqual(['inquiry', 'patience'])
    role.fire('patience')
    expect(role.snapshot.role).toBe('doubtful')
  })

  test('does not take an answer to an earlier doubt: it has made promises since', () => {
    const role = drive(server, { ...inDoubt(), doubt: 2 })
    for (const node of ['n2', 'n3']) role.receive(given.inquiryReply(node, { doubt: 1 }))
    expect(role.snapshot.role).toBe('doubtful')
  })

  test('then it is in no term below that of any other, and votes above every term in which anybody may have stood', () => {
    const role = settled({}, { term: 5, spentTerm: 7 })
    expect(role.state).toEqual({ follower: { following: 'free' } })
    const record = doubt({ currentTerm: 5, spentTerm: 7 })
    expect(role.effects).toEqual([{ type: 'persist', record: { ...record, votedFor: undefined } }])
    const ask = (term: number) => role.receive(given.requestVote('n2', { term, lastLogIndex: 9, lastLogTerm: 4 }))
    expect(given.sent(ask(7))).toMatchObject([{ term: 7, voteGranted: false }])
    expect(given.sent(ask(8))).toMatchObject([{ term: 8, voteGranted: true, doubtful: true }])
  })

  test('it does not stand again in the term in which it may have stood', () => {
    const role = settled()
    expect(role.context).toMatchObject({ currentTerm: 3, votedFor: 'n3', spentTerm: 4 })
    expect(given.sent(role.fire('electionTimeout'))).toMatchObject([{ type: 'PreVote', term: 5 }])
    for (const node of ['n2', 'n3']) role.receive(given.preVoteReply(node, { term: 3, askedTerm: 5 }))
    expect(role.effects[0]).toMatchObject({ record: { currentTerm: 5, votedFor: 'n1' } })
  })

  test('a candidate learns that a term is spent, or it would ask in it for ever', () => {
    const role = settled()
    const campaign = { lastLogIndex: 9, lastLogTerm: 2 }
    expect(given.sent(role.receive(given.preVote('n2', { term: 4, ...campaign })))).toMatchObject([
      { voteGranted: false, term: 4 },
    ])
    expect(given.sent(role.receive(given.preVote('n2', { term: 5, ...campaign })))).toMatchObject([
      { voteGranted: true, term: 3, doubtful: true },
    ])
  })

  test('is in doubt of its log until what the leader committed in its own term is here, and what any server had', () => {
    const role = settled({}, { commitIndex: 5 })
    const isDoubtful = () => role.context.doubtful
    // What is committed here is of an earlier term.
    role.receive(heartbeat({ prevLogIndex: 2, prevLogTerm: 1, leaderCommit: 2 }))
    expect(isDoubtful()).toBe(true)
    role.receive(heartbeat({ prevLogIndex: 3, prevLogTerm: 2, entries: [given.entry(4, 3)], leaderCommit: 4 }))
    // The leader said so before it was asked: it may have committed entry 5 since, since this server had acknowledged it.
    expect(role.context.commitIndex).toBe(4)
    expect(isDoubtful()).toBe(true)
    role.receive(heartbeat({ prevLogIndex: 4, prevLogTerm: 3, entries: [given.entry(5, 3)], leaderCommit: 5 }))
    expect(isDoubtful()).toBe(false)
    expect(role.context).toMatchObject({ commitIndex: 5, votedFor: 'n2' })
    // The entries are on the disk before it says that it is in doubt no more.
    expect(given.kindsOf(role.effects)).toEqual(['append', 'send', 'commit', 'persist'])
    expect(role.effects.at(-1)).toMatchObject({ record: doubt({ votedFor: 'n2', doubtful: false, spentTerm: 4 }) })
  })

  test("is in doubt of its log while nothing of the leader's own term is committed: an old acknowledgement may still count", () => {
    const role = settled({}, { commitIndex: 2 })
    role.receive(heartbeat({ prevLogIndex: 2, prevLogTerm: 1, leaderCommit: 2 }))
    expect(role.context).toMatchObject({ commitIndex: 2, doubtful: true })
    role.receive(heartbeat({ prevLogIndex: 3, prevLogTerm: 2, entries: [given.entry(4, 3)], leaderCommit: 4 }))
    expect(role.context).toMatchObject({ commitIndex: 4, doubtful: false })
  })

  test('is brought up to date by a snapshot as well', () => {
    const role = settled()
    role.receive(given.chunkOf(given.snapshotAt(9, 3), 0, 10))
    expect(role.context.doubtful).toBe(false)
    expect(given.kindsOf(role.effects)).toEqual(['stage', 'install', 'restore', 'send', 'persist'])
  })

  test('then votes as any other', () => {
    const role = settled()
    role.receive(heartbeat({ prevLogIndex: 3, prevLogTerm: 2, entries: [given.entry(4, 3)], leaderCommit: 4 }))
    role.fire('minimumElectionTimeout')
    const campaign = { term: 5, lastLogIndex: 4, lastLogTerm: 3 }
    expect(given.sent(role.receive(given.preVote('n3', campaign)))).toMatchObject([
      { voteGranted: true, doubtful: false },
    ])
  })

  test('a record of an earlier version says that it is in doubt, and not how often', () => {
    const record = { currentTerm: 3, votedFor: undefined, doubtful: true } as never
    const recovered = {
      record,
      snapshot: undefined,
      base: { index: 0, term: 0 },
      entries: [],
      table: [],
      doubtful: false,
    }
    expect(recover(inDoubt().config, recovered)).toMatchObject({
      doubtful: true,
      doubt: 1,
      spentTerm: 0,
      isSettled: false,
    })
  })
})

describe('who is asked', () => {
  test('tells its term, and where nobody else can have been asked for votes by it, what is committed', () => {
    const situation = { terms: [1, 1, 2], currentTerm: 3, commitIndex: 2 }
    for (const role of [drive(follower, given.serverIn(situation)), drive(candidate, given.serverIn(situation))]) {
      expect(given.sent(role.receive(given.inquiry('n2')))).toEqual([
        { type: 'InquiryReply', to: 'n2', doubt: 1, term: 3, spentTerm: 3, commitIndex: 2 },
      ])
    }
    // In doubt itself it may have stood in the next term, and forgotten it.
    expect(given.sent(drive(server, inDoubt()).receive(given.inquiry('n2')))).toMatchObject([{ term: 3, spentTerm: 4 }])
    expect(given.sent(settled().receive(given.inquiry('n2')))).toMatchObject([{ term: 3, spentTerm: 5 }])
  })

  test('a leader counts nothing from then on that was acknowledged before', () => {
    const role = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3 }))
    role.receive(given.appendEntriesReply('n2', { term: 3, matchIndex: 4 }))
    expect(role.context.commitIndex).toBe(0)
    expect(given.sent(role.receive(given.inquiry('n2')))).toMatchObject([
      { type: 'InquiryReply', term: 3, spentTerm: 3, commitIndex: 0 },
    ])
    expect(role.context.progress['n2']).toMatchObject({ matchIndex: 0, nextIndex: 5, doubt: 1 })
    role.tell(given.persisted(4, 3))
    // It was on its way.
    role.receive(given.appendEntriesReply('n2', { term: 3, matchIndex: 4 }))
    role.receive(given.installSnapshotReply('n2', { term: 3, lastIncludedIndex: 4, installed: true }))
    expect(role.context).toMatchObject({ commitIndex: 0, progress: { n2: { matchIndex: 0 } } })
    // It asks again: that is no other doubt.
    role.receive(given.appendEntriesReply('n2', { term: 3, matchIndex: 3, doubt: 1 }))
    role.receive(given.inquiry('n2'))
    expect(role.context.progress['n2']).toMatchObject({ matchIndex: 3 })
    role.receive(given.appendEntriesReply('n2', { term: 3, matchIndex: 4, doubt: 1 }))
    expect(role.context.commitIndex).toBe(4)
  })

  test('does not answer a stranger', () => {
    const role = drive(leader, given.serverIn({ terms: [1], currentTerm: 1 }))
    expect(role.receive(given.inquiry('n9'))).toEqual([])
  })
})

describe('an election among servers in doubt', () => {
  const five = ['n1', 'n2', 'n3', 'n4', 'n5']

  test('takes every vote', () => {
    for (const members of [['n1', 'n2', 'n3'], five]) {
      const role = settled({ members })
      const others = members.slice(1)
      role.fire('electionTimeout')
      for (const node of others.slice(1))
        role.receive(given.preVoteReply(node, { term: 3, askedTerm: 5, doubtful: true }))
      expect(role.state).toEqual({ candidate: 'preVoting' })
      role.receive(given.preVoteReply(others[0] ?? '', { term: 3, askedTerm: 5 }))
      expect(role.state).toEqual({ candidate: 'voting' })
      for (const node of others.slice(1)) role.receive(given.requestVoteReply(node, { term: 5, doubtful: true }))
      expect(role.state).toEqual({ candidate: 'voting' })
      role.receive(given.requestVoteReply(others[0] ?? '', { term: 5, doubtful: true }))
      expect(role.snapshot.role).toBe('leader')
      expect(role.context).toMatchObject({ doubtful: true, mayHaveLost: true })
    }
  })

  test('a majority in no doubt is enough, as ever, and then nothing is lost', () => {
    const role = settled({ members: five })
    role.fire('electionTimeout')
    for (const node of ['n2', 'n3']) role.receive(given.preVoteReply(node, { term: 3, askedTerm: 5 }))
    expect(role.state).toEqual({ candidate: 'preVoting' })
    role.receive(given.preVoteReply('n4', { term: 3, askedTerm: 5 }))
    for (const node of ['n2', 'n3', 'n4']) role.receive(given.requestVoteReply(node, { term: 5 }))
    expect(role.snapshot.role).toBe('leader')
    expect(role.context.mayHaveLost).toBe(false)
  })

  test('a refusal of one is enough to lose it', () => {
    const role = settled()
    role.fire('electionTimeout')
    role.receive(given.preVoteReply('n2', { term: 3, askedTerm: 5, doubtful: true }))
    role.receive(given.preVoteReply('n3', { term: 3, askedTerm: 5, doubtful: true, voteGranted: false }))
    expect(role.state).toEqual({ candidate: 'preVoting' })
  })

  test('the leader is in doubt until it has committed in its own term', () => {
    const role = settled()
    role.fire('electionTimeout')
    for (const node of ['n2', 'n3']) role.receive(given.preVoteReply(node, { term: 3, askedTerm: 5, doubtful: true }))
    for (const node of ['n2', 'n3']) role.receive(given.requestVoteReply(node, { term: 5, doubtful: true }))
    role.tell(given.persisted(4, 5))
    expect(role.context.doubtful).toBe(true)
    role.receive(given.appendEntriesReply('n2', { term: 5, matchIndex: 4, doubt: 1 }))
    expect(role.context).toMatchObject({ commitIndex: 4, doubtful: false, mayHaveLost: true })
    expect(role.effects).toContainEqual(
      expect.objectContaining({
        type: 'persist',
        record: expect.objectContaining({ doubtful: false, votedFor: 'n1' }),
      }),
    )
  })
})

describe('an operator who lets it go on without what may be lost', () => {
  const accepting = (members: readonly string[]) => {
    const { config } = given.serverIn({ members })
    const record = { currentTerm: 3, votedFor: 'n1', doubtful: false, doubt: 0, spentTerm: 0 }
    const disk = {
      record,
      snapshot: undefined,
      base: { index: 0, term: 0 },
      entries: given.entriesOf([1, 1]),
      table: [],
      doubtful: true,
    }
    return (lossAccepted: boolean) => drive(server, recover({ ...config, lossAccepted }, disk))
  }

  test('a group of one waits for that', () => {
    const group = accepting(['n1'])
    const waiting = group(false)
    for (let time = 0; time < 5; time++) waiting.fire('inquiry')
    waiting.fire('patience')
    expect(waiting.snapshot.role).toBe('doubtful')
    const role = group(true)
    expect(role.state).toEqual({ follower: { following: 'free' } })
    role.fire('electionTimeout')
    expect(role.snapshot.role).toBe('leader')
    expect(role.context).toMatchObject({ currentTerm: 5, doubtful: false, mayHaveLost: true })
  })

  test('in a larger group it still asks all, and goes without them only where a quorum answers', () => {
    const role = accepting(['n1', 'n2', 'n3', 'n4', 'n5'])(true)
    role.receive(given.inquiryReply('n2', { term: 6, spentTerm: 6 }))
    role.fire('patience')
    expect(role.snapshot.role).toBe('doubtful')
    role.receive(given.inquiryReply('n3', { term: 3, spentTerm: 3 }))
    expect(role.state).toEqual({ follower: { following: 'free' } })
    // One of those that are gone may have had its vote in a later term.
    expect(role.context).toMatchObject({ currentTerm: 1006, spentTerm: 1006, doubtful: false, mayHaveLost: true })
  })

  test('where all answer nothing is given up', () => {
    const role = accepting(['n1', 'n2', 'n3'])(true)
    role.receive(given.inquiryReply('n2', { term: 3, spentTerm: 3 }))
    role.receive(given.inquiryReply('n3', { term: 3, spentTerm: 3 }))
    expect(role.context).toMatchObject({ currentTerm: 3, doubtful: true, mayHaveLost: false })
  })
})

describe('in a group', () => {
  const members = ['n1', 'n2', 'n3']

  /** All acknowledged all of a log; then some went down, and came back without their last entries. */
  function afterLoss(lost: number, ...losers: readonly string[]) {
    const cluster = new Cluster(members)
    cluster.host('n1').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    for (const command of ['a', 'b', 'c']) {
      cluster.propose('n1', command)
      cluster.stabilize()
    }
    expect(cluster.host('n1').role?.context.commitIndex).toBe(4)
    for (const id of losers) cluster.host(id).crash()
    cluster.packets = []
    for (const id of losers) {
      const host = cluster.host(id)
      host.disk = { ...host.disk, entries: host.disk.entries.slice(0, host.disk.entries.length - lost) }
      host.start(true)
    }
    cluster.stabilize()
    return cluster
  }

  const beat = (cluster: Cluster, times: number) => {
    for (let time = 0; time < times; time++) {
      for (const id of cluster.leaders) cluster.host(id).do((role) => role.fire('heartbeat'))
      cluster.stabilize()
    }
  }
  const elect = (cluster: Cluster, id: string) => {
    for (const host of cluster.hosts.values()) {
      if (host.role?.state === undefined) continue
      if (host.role.timers['minimumElectionTimeout'] !== undefined)
        host.do((role) => role.fire('minimumElectionTimeout'))
    }
    cluster.host(id).do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
  }

  test.each([0, 1, 3, 4])(
    'the leader brings it up to date, although it had acknowledged the %i entries that it lost',
    (lost) => {
      const cluster = afterLoss(lost, 'n3')
      beat(cluster, 3)
      const { role, disk } = cluster.host('n3')
      expect(disk.entries).toEqual(cluster.host('n1').disk.entries)
      expect(role?.state).toEqual({ follower: { following: 'led' } })
      expect(disk.record?.doubtful).toBe(false)
      // The leader was not disturbed.
      expect(cluster.host('n1').role?.context.currentTerm).toBe(1)
    },
  )

  test('also while clients write', () => {
    const cluster = afterLoss(2, 'n3')
    cluster.propose('n1', 'd')
    cluster.stabilize()
    beat(cluster, 3)
    cluster.propose('n1', 'e')
    cluster.stabilize()
    beat(cluster, 1)
    expect(cluster.host('n3').disk.entries).toEqual(cluster.host('n1').disk.entries)
    expect(cluster.host('n3').role?.context.commitIndex).toBe(6)
  })

  test('a majority in doubt follows the leader that is left', () => {
    const cluster = afterLoss(2, 'n2', 'n3')
    beat(cluster, 3)
    cluster.propose('n1', 'd')
    cluster.stabilize()
    beat(cluster, 1)
    for (const id of members) {
      expect(cluster.host(id).role?.context).toMatchObject({ commitIndex: 5, doubtful: false, currentTerm: 1 })
    }
  })

  test('all in doubt: the most up-to-date is elected, and only that, and what it holds is not lost', () => {
    const cluster = afterLoss(1, 'n1', 'n2', 'n3')
    const n2 = cluster.host('n2')
    n2.crash()
    n2.disk = { ...n2.disk, entries: [...n2.disk.entries, { ...given.entry(4, 1) }] }
    n2.start()
    cluster.stabilize()
    elect(cluster, 'n3')
    expect(cluster.leaders).toEqual([])
    // The first time it learns which terms are spent.
    elect(cluster, 'n2')
    elect(cluster, 'n2')
    expect(cluster.leaders).toEqual(['n2'])
    expect(n2.role?.context.mayHaveLost).toBe(true)
    beat(cluster, 2)
    for (const id of members) {
      expect(cluster.host(id).role?.context).toMatchObject({ commitIndex: 5, doubtful: false })
      expect(cluster.host(id).disk.entries).toEqual(n2.disk.entries)
    }
  })

  test('while one is missing nobody is elected among servers in doubt: it may hold what they lost', () => {
    const cluster = afterLoss(1, 'n2', 'n3')
    cluster.host('n1').crash()
    for (const id of ['n2', 'n3', 'n2']) elect(cluster, id)
    expect(cluster.leaders).toEqual([])
    cluster.host('n1').start()
    cluster.stabilize()
    elect(cluster, 'n1')
    // The first time it learns which terms are spent.
    elect(cluster, 'n1')
    expect(cluster.leaders).toEqual(['n1'])
    expect(cluster.host('n1').role?.context.commitIndex).toBe(5)
  })
})
