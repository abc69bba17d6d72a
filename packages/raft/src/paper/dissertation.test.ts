import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster } from '../cluster.test.fixture.js'
import { candidate, follower, leader, server } from '../index.js'
import * as given from '../role.test.fixture.js'

/** Ongaro, "Consensus: Bridging Theory and Practice" (2014), sections 4.2.3, 6.2, 6.4 and 9.6. */

const five = ['n1', 'n2', 'n3', 'n4', 'n5']

/** A follower of n2 in term 3 that has just heard from it. */
function led() {
  const role = drive(follower, given.serverIn({ terms: [1, 1], currentTerm: 3 }))
  role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 2, prevLogTerm: 1 }))
  expect(role.state).toEqual({ following: 'led' })
  return role
}

const vote = given.requestVote('n3', { term: 4, lastLogIndex: 2, lastLogTerm: 1 })
const asked = given.preVote('n3', { term: 4, lastLogIndex: 2, lastLogTerm: 1 })

describe('4.2.3, disruptive servers: "if a server receives a RequestVote request within the minimum election timeout of hearing from a current leader, it does not update its term or grant its vote"', () => {
  test('nor does it say anything', () => {
    const role = led()
    const before = role.snapshot
    expect(role.receive(vote)).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('in its own term it refuses', () => {
    const role = led()
    expect(given.sent(role.receive({ ...vote, term: 3 }))).toMatchObject([{ to: 'n3', term: 3, voteGranted: false }])
  })

  test('after the minimum election timeout it votes as ever', () => {
    const role = led()
    role.fire('minimumElectionTimeout')
    expect(role.state).toEqual({ following: 'free' })
    role.receive(vote)
    expect(role.state).toBe('outdated')
  })

  test('each message of the leader begins that time anew', () => {
    let times = 0
    const minimumElectionTimeout = () => 1000 + ++times
    const role = drive(follower.provide({ delays: { minimumElectionTimeout } }), given.serverIn({ currentTerm: 3 }))
    expect(role.timers).not.toHaveProperty('minimumElectionTimeout')
    for (const expected of [1001, 1002, 1003]) {
      role.receive(given.appendEntries('n2', { term: 3 }))
      expect(role.timers).toMatchObject({ minimumElectionTimeout: expected })
    }
  })

  test('the leader itself hears no disruptive server either', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 3 }))
    const before = role.snapshot
    expect(role.receive({ ...vote, term: 9 })).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('a server that was elected nevertheless deposes it, by its entries or by who answers in the newer term', () => {
    for (const message of [
      given.appendEntries('n3', { term: 9 }),
      given.appendEntriesReply('n3', { term: 9, success: false }),
      given.installSnapshotReply('n3', { term: 9 }),
    ]) {
      const role = drive(leader, given.serverIn({ currentTerm: 3 }))
      role.receive(message)
      expect(role.state).toBe('deposed')
      expect(role.context.currentTerm).toBe(9)
    }
  })
})

describe('6.2, CheckQuorum: "a leader steps down if an election timeout elapses without a successful round of heartbeats to a majority of its cluster"', () => {
  const answer = (node: string) => given.appendEntriesReply(node, { term: 2, matchIndex: 0 })

  function leading() {
    const role = drive(leader, given.serverIn({ currentTerm: 2, members: five }))
    role.tell(given.persisted(1, 2))
    return role
  }

  test('it steps down, without a new term', () => {
    const role = leading()
    role.receive(answer('n2'))
    expect(role.fire('quorumCheck')).toEqual([])
    expect(role.state).toBe('deposed')
    expect(role.context).toMatchObject({ currentTerm: 2, leaderId: undefined })
  })

  test('it leads on while a majority, itself among them, answers, and asks anew each time', () => {
    const role = leading()
    for (const _time of [1, 2]) {
      role.receive(answer('n2'))
      role.receive(given.appendEntriesReply('n3', { term: 2, success: false, prevLogIndex: 0, conflictIndex: 1 }))
      role.fire('quorumCheck')
      expect(role.state).toEqual({ leading: { heart: 'resting', office: 'held', quorum: 'listening' } })
      expect(role.timers).toMatchObject({ quorumCheck: 1000 })
    }
    role.fire('quorumCheck')
    expect(role.state).toBe('deposed')
  })

  test('an answer about a chunk of a snapshot counts; one of an older term, or of no follower, does not', () => {
    const role = leading()
    for (const node of ['n2', 'n3']) role.receive(given.installSnapshotReply(node, { term: 2 }))
    role.fire('quorumCheck')
    expect(role.state).not.toBe('deposed')
    for (const node of ['n2', 'n3']) role.receive({ ...answer(node), term: 1 })
    for (const node of ['n8', 'n9']) role.receive(answer(node))
    role.fire('quorumCheck')
    expect(role.state).toBe('deposed')
  })

  test('so that its clients are told: reads that wait are refused', () => {
    const role = leading()
    for (const request of [7, 8]) role.tell({ type: 'client.read', request })
    expect(role.fire('quorumCheck')).toEqual([
      { type: 'refuse', request: 7, reason: 'notLeader' },
      { type: 'refuse', request: 8, reason: 'notLeader' },
    ])
  })

  test('its disk has until the second check for its first write', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 2 }))
    role.receive(answer('n2'))
    role.fire('quorumCheck')
    expect(role.state).not.toBe('deposed')
    role.receive(answer('n2'))
    role.fire('quorumCheck')
    expect(role.state).toBe('deposed')
  })

  test('a leader that is alone in its group has its quorum', () => {
    const role = drive(leader, given.serverIn({ members: ['n1'] }))
    role.tell(given.persisted(1, 1))
    role.fire('quorumCheck')
    role.fire('quorumCheck')
    expect(role.state).not.toBe('deposed')
  })
})

describe('6.4, ReadIndex', () => {
  const success = (node: string, matchIndex: number, round = 0) =>
    given.appendEntriesReply(node, { term: 3, matchIndex, round })
  const read = (request: number) => ({ type: 'client.read', request }) as const
  const answers = (effects: readonly given.RaftEffect[]) =>
    effects.flatMap((effect) => (effect.type === 'readable' ? [[effect.request, effect.at]] : []))

  /** A leader of term 3 of three, whose no-op is entry 4 and committed. */
  function leading(members?: readonly string[]) {
    const role = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3, ...(members ? { members } : {}) }))
    role.tell(given.persisted(4, 3))
    for (const node of role.context.config.peers) role.receive(success(node, 4))
    expect(role.context.commitIndex).toBe(4)
    return role
  }

  test('1. "If the leader has not yet marked an entry from its current term committed, it waits until it has done so"', () => {
    const role = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3, commitIndex: 3 }))
    expect(role.tell(read(7))).toEqual([])
    role.receive(success('n2', 3))
    expect(answers(role.effects)).toEqual([])
    role.tell(given.persisted(4, 3))
    role.receive(success('n2', 4))
    expect(given.sentOf(role.effects, 'AppendEntries').map(({ round }) => round)).toContain(1)
    expect(answers(role.receive(success('n2', 4, 1)))).toEqual([[7, 4]])
  })

  test('2. "The leader saves its current commit index in a local variable readIndex": that of when it began to ask', () => {
    const role = leading()
    role.tell(read(7))
    role.tell(given.proposed('later'))
    role.tell(given.persisted(5, 3))
    role.receive(success('n2', 5))
    expect(role.context.commitIndex).toBe(5)
    expect(answers(role.receive(success('n2', 5, 1)))).toEqual([[7, 4]])
  })

  test('3. "It issues a new round of heartbeats and waits for their acknowledgments from a majority of the cluster"', () => {
    const role = leading(five)
    expect(given.sent(role.tell(read(7)))).toMatchObject([
      { type: 'AppendEntries', to: given.everyone, entries: [], round: 1 },
    ])
    expect(answers(role.receive(success('n2', 4, 1)))).toEqual([])
    // An answer to what was sent before the read says nothing about who leads since.
    expect(answers(role.receive(success('n3', 4, 0)))).toEqual([])
    // Nor does that of a server that is no member.
    expect(answers(role.receive(success('n9', 4, 1)))).toEqual([])
    expect(answers(role.receive(success('n2', 4, 1)))).toEqual([])
    expect(answers(role.receive(success('n3', 4, 1)))).toEqual([[7, 4]])
    expect(answers(role.receive(success('n4', 4, 1)))).toEqual([])
  })

  test('a follower that lacks entries confirms who leads all the same', () => {
    const role = leading()
    role.tell(read(7))
    const gap = given.appendEntriesReply('n2', { term: 3, success: false, prevLogIndex: 4, conflictIndex: 2, round: 1 })
    expect(answers(role.receive(gap))).toEqual([[7, 4]])
  })

  test('a follower echoes the round that it was asked in, whether it has a gap or not', () => {
    const role = drive(follower, given.serverIn({ terms: [1], currentTerm: 3 }))
    for (const prevLogIndex of [1, 9]) {
      role.receive(given.appendEntries('n2', { term: 3, prevLogIndex, prevLogTerm: 1, round: 12 }))
      expect(given.sent(role.effects)).toMatchObject([{ success: prevLogIndex === 1, round: 12 }])
    }
  })

  test('an answer with a round that has not begun is no answer to it', () => {
    const role = leading()
    role.receive(success('n2', 4, 99))
    expect(answers(role.tell(read(7)))).toEqual([])
    expect(answers(role.receive(success('n2', 4, 1)))).toEqual([[7, 4]])
  })

  test('"it can use a single round of heartbeats for any number of read-only queries that it has accumulated"', () => {
    const role = leading()
    role.tell(read(1))
    expect([2, 3, 4].flatMap((request) => role.tell(read(request)))).toEqual([])
    const effects = role.receive(success('n2', 4, 1))
    expect(answers(effects)).toEqual([[1, 4]])
    expect(given.sent(effects)).toMatchObject([{ round: 2 }])
    expect(answers(role.receive(success('n3', 4, 2)))).toEqual([
      [2, 4],
      [3, 4],
      [4, 4],
    ])
    expect(role.context).toMatchObject({ readsWaiting: [], readsAsked: [] })
  })

  test('a round whose heartbeat was lost is confirmed by the next message', () => {
    const role = leading()
    role.tell(read(7))
    expect(given.sent(role.fire('heartbeat'))).toMatchObject([{ round: 1 }])
    expect(answers(role.receive(success('n2', 4, 1)))).toEqual([[7, 4]])
  })

  test("a read does not wait for the leader's own disk: the answer may pass its appends", () => {
    const role = leading()
    role.tell(read(7))
    expect(role.receive(success('n2', 4, 1))).toEqual([{ type: 'readable', request: 7, at: 4, passes: 'append' }])
  })

  test('a leader that is alone answers at once', () => {
    const role = drive(leader, given.serverIn({ members: ['n1'] }))
    role.tell(given.persisted(1, 1))
    expect(answers(role.tell(read(7)))).toEqual([[7, 1]])
  })

  test('a leader that is deposed answers none of its reads, asked or waiting', () => {
    const role = leading()
    for (const request of [1, 2]) role.tell(read(request))
    const effects = role.receive(given.appendEntriesReply('n2', { term: 9, success: false, round: 1 }))
    expect(answers(effects)).toEqual([])
    expect(effects).toMatchObject([
      { type: 'persist' },
      { type: 'refuse', request: 1, reason: 'notLeader' },
      { type: 'refuse', request: 2, reason: 'notLeader' },
    ])
  })

  test('followers and candidates take no reads; a follower says who leads', () => {
    expect(led().tell(read(7))).toEqual([{ type: 'refuse', request: 7, reason: 'notLeader', leader: 'n2' }])
    expect(drive(follower, given.serverIn()).tell(read(7))).toEqual([
      { type: 'refuse', request: 7, reason: 'notLeader' },
    ])
    expect(drive(candidate, given.serverIn()).tell(read(7))).toEqual([
      { type: 'refuse', request: 7, reason: 'notLeader' },
    ])
  })
})

describe('9.6, PreVote', () => {
  const preVoting = (members?: readonly string[]) =>
    drive(
      candidate,
      given.serverIn({ terms: [1, 1, 2], currentTerm: 3, votedFor: 'n2', ...(members ? { members } : {}) }),
    )
  const granted = (node: string, askedTerm = 4) => given.preVoteReply(node, { term: 3, askedTerm })

  test('"a candidate only increments its term if it first learns from a majority of the cluster that they would be willing to grant the candidate their votes"', () => {
    const role = preVoting(five)
    role.receive(granted('n2'))
    role.receive(granted('n2'))
    expect(role.state).toBe('preVoting')
    expect(role.context.currentTerm).toBe(3)
    role.receive(granted('n3'))
    expect(role.state).toBe('voting')
    expect(role.context.currentTerm).toBe(4)
  })

  test('it asks about the term that it would campaign in, and leaves no trace: neither term nor vote changes, nothing is written', () => {
    const role = preVoting()
    expect(role.effects).toEqual([
      {
        type: 'send',
        to: 'g/server/all',
        message: { type: 'PreVote', term: 4, lastLogIndex: 3, lastLogTerm: 2, commitIndex: 0, suspects: false },
      },
    ])
    expect(role.context).toMatchObject({ currentTerm: 3, votedFor: 'n2' })
  })

  test('a server that a partition keeps from the others goes on asking, and its term does not grow', () => {
    const role = drive(server, given.serverIn({ currentTerm: 3 }))
    for (const _time of [1, 2, 3, 4]) {
      role.fire('electionTimeout')
      expect(given.sent(role.effects)).toMatchObject([{ type: 'PreVote', term: 4 }])
      expect(role.state).toEqual({ candidate: 'preVoting' })
    }
    expect(role.context.currentTerm).toBe(3)
    role.receive(given.appendEntries('n2', { term: 3 }))
    expect(role.state).toEqual({ follower: { following: 'led' } })
  })

  test('pre-votes that are refused, of another round, or of no member do not count', () => {
    const role = preVoting()
    role.receive({ ...granted('n2'), voteGranted: false })
    role.receive(granted('n3', 3))
    role.receive(granted('n9'))
    expect(role.state).toBe('preVoting')
    role.receive(granted('n3'))
    expect(role.state).toBe('voting')
  })

  test('a vote is no pre-vote, and a pre-vote no vote', () => {
    const role = preVoting()
    role.receive(given.requestVoteReply('n2', { term: 3 }))
    expect(role.state).toBe('preVoting')
    role.receive(granted('n2'))
    role.receive(granted('n3'))
    role.receive(granted('n2', 5))
    expect(role.state).toBe('voting')
  })

  test('who is asked changes neither its term, nor its vote, nor its timer, and writes nothing', () => {
    const role = drive(follower, given.serverIn({ terms: [1, 1], currentTerm: 3, votedFor: 'n2' }))
    const before = role.snapshot
    expect(role.receive(asked)).toEqual([
      {
        type: 'send',
        to: given.at('n3'),
        message: { type: 'PreVoteReply', term: 3, voteGranted: true, askedTerm: 4, doubtful: false },
      },
    ])
    expect(role.snapshot).toBe(before)
  })

  test('it may grant pre-votes to several, which promises nothing', () => {
    const role = drive(follower, given.serverIn({ currentTerm: 3 }))
    for (const node of ['n2', 'n3']) {
      expect(given.sent(role.receive(given.preVote(node, { term: 4 })))).toMatchObject([
        { to: node, voteGranted: true },
      ])
    }
    role.receive(given.requestVote('n3', { term: 3 }))
    expect(role.context.votedFor).toBe('n3')
  })

  test('and only if "the voters have not received heartbeats from a valid leader for at least a baseline election timeout"; who leads grants none', () => {
    for (const role of [led(), drive(leader, given.serverIn({ currentTerm: 3 }))]) {
      expect(given.sent(role.receive({ ...asked, term: 9, lastLogIndex: 99, lastLogTerm: 8 }))).toMatchObject([
        { term: 3, voteGranted: false, askedTerm: 9 },
      ])
    }
    const role = led()
    role.fire('minimumElectionTimeout')
    expect(given.sent(role.receive(asked))).toMatchObject([{ voteGranted: true }])
  })

  test('one for a term that is not ahead of its own it refuses, and its term teaches the candidate', () => {
    const voter = drive(follower, given.serverIn({ currentTerm: 5 }))
    for (const term of [4, 5]) {
      expect(given.sent(voter.receive({ ...asked, term, lastLogIndex: 9, lastLogTerm: 9 }))).toMatchObject([
        { term: 5, voteGranted: false, askedTerm: term },
      ])
    }
    const role = drive(server, given.serverIn({ terms: [1, 1, 2], currentTerm: 3 }))
    role.fire('electionTimeout')
    role.receive(given.preVoteReply('n2', { term: 5, voteGranted: false, askedTerm: 4 }))
    expect(role.snapshot.role).toBe('follower')
    expect(role.context.currentTerm).toBe(5)
    expect(given.kindsOf(role.effects)).toEqual(['persist'])
    role.fire('electionTimeout')
    expect(given.sent(role.effects)).toMatchObject([{ type: 'PreVote', term: 6 }])
  })

  test('candidates grant each other pre-votes', () => {
    const role = preVoting()
    expect(given.sent(role.receive({ ...asked, lastLogIndex: 3, lastLogTerm: 2 }))).toMatchObject([
      { voteGranted: true },
    ])
    expect(given.sentOf(role.receive({ ...asked, lastLogIndex: 2, lastLogTerm: 2 }), 'PreVoteReply')).toMatchObject([
      { voteGranted: false },
    ])
    expect(role.state).toBe('preVoting')
  })

  test('an answer that comes after the election was won changes nothing', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 4 }))
    const before = role.snapshot
    expect(role.receive(granted('n2'))).toEqual([])
    expect(role.receive({ ...granted('n3'), voteGranted: false })).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('a server that comes back from a partition does not disturb the leader', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3'])
    cluster.host('n1').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    const isCut = ({ from, to }: { from: string; to: string }) => !from.endsWith('n3') && !to.endsWith('n3')
    for (const _time of [1, 2, 3, 4, 5]) {
      cluster.host('n3').do((role) => role.fire('electionTimeout'))
      cluster.stabilize(isCut)
    }
    cluster.propose('n1', 'meanwhile')
    cluster.stabilize(isCut)
    cluster.host('n3').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    expect(cluster.leaders).toEqual(['n1'])
    cluster.host('n1').do((role) => role.fire('heartbeat'))
    cluster.stabilize()
    for (const { role } of cluster.hosts.values()) {
      expect(role?.context).toMatchObject({ currentTerm: 1, leaderId: 'n1', log: { last: { index: 2 } } })
    }
  })
})
