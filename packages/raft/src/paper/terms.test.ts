import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { candidate, follower, leader, server } from '../index.js'
import * as given from '../role.test.fixture.js'

/** Ongaro and Ousterhout (2014), section 5.1 and Figure 2, "Rules for Servers: All Servers". */

const inTerm = (currentTerm: number, more: given.Situation = {}) =>
  given.serverIn({ terms: [1, 1], currentTerm, votedFor: 'n1', ...more })

const requests = {
  AppendEntries: (term: number) => given.appendEntries('n2', { term, prevLogIndex: 2, prevLogTerm: 1 }),
  InstallSnapshot: (term: number) => given.chunkOf(given.snapshotAt(9, 1), 0, 5, term),
  RequestVote: (term: number) => given.requestVote('n2', { term, lastLogIndex: 2, lastLogTerm: 1 }),
}
const responses = {
  AppendEntriesReply: (term: number) => given.appendEntriesReply('n2', { term, success: false }),
  InstallSnapshotReply: (term: number) => given.installSnapshotReply('n2', { term }),
  RequestVoteReply: (term: number) => given.requestVoteReply('n2', { term, voteGranted: false }),
  PreVoteReply: (term: number) => given.preVoteReply('n2', { term, voteGranted: false, askedTerm: 4 }),
}

describe('5.1, Figure 2: "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower"', () => {
  test.each(Object.entries(requests))('a follower, by %s', (type, request) => {
    const role = drive(server, inTerm(3))
    role.receive(request(5))
    expect(role.snapshot.role).toBe('follower')
    expect(role.context.currentTerm).toBe(5)
    // The vote of the older term is gone; the candidate is given that of the newer one.
    expect(role.context.votedFor).toBe(type === 'RequestVote' ? 'n2' : undefined)
  })

  test.each([...Object.entries(requests), ...Object.entries(responses)])('a candidate, by %s', (_type, message) => {
    for (const start of [preVoting, voting]) {
      const role = start()
      const [first] = role.receive(message(9))
      expect(role.snapshot.role).toBe('follower')
      expect(role.context.currentTerm).toBe(9)
      expect(first).toEqual(writtenTerm(9))
    }
  })

  // But not by a RequestVote: see the dissertation, section 4.2.3.
  const toLeader = { AppendEntries: requests.AppendEntries, InstallSnapshot: requests.InstallSnapshot, ...responses }
  test.each(Object.entries(toLeader))('a leader, by %s', (_type, message) => {
    const role = leading()
    const [first] = role.receive(message(9))
    expect(role.snapshot.role).toBe('follower')
    expect(role.context.currentTerm).toBe(9)
    expect(first).toEqual(writtenTerm(9))
  })

  test('a server that votes in the newer term is free to: the vote of the older term does not count', () => {
    const role = drive(server, inTerm(3))
    role.receive(requests.RequestVote(4))
    expect(role.context.votedFor).toBe('n2')
    expect(given.sentOf(role.effects, 'RequestVoteReply')).toMatchObject([{ to: 'n2', term: 4, voteGranted: true }])
  })

  test('and the message is handled in the newer term: an AppendEntries is answered, not asked for again', () => {
    for (const start of [voting, leading]) {
      const role = start()
      const { index, term } = role.context.log.last
      role.receive(given.appendEntries('n3', { term: 9, prevLogIndex: index, prevLogTerm: term }))
      expect(given.sentOf(role.effects, 'AppendEntriesReply')).toMatchObject([{ to: 'n3', term: 9, success: true }])
    }
  })
})

/** The vote of the older term is gone. */
const writtenTerm = (currentTerm: number) => ({
  type: 'persist',
  record: { currentTerm, votedFor: undefined, doubtful: false, doubt: 0, spentTerm: 0 },
})

function preVoting() {
  const role = drive(server, inTerm(3))
  role.fire('electionTimeout')
  expect(role.state).toEqual({ candidate: 'preVoting' })
  return role
}

function voting() {
  const role = preVoting()
  role.receive(given.preVoteReply('n2', { term: 3, askedTerm: 4 }))
  expect(role.state).toEqual({ candidate: 'voting' })
  return role
}

function leading() {
  const role = voting()
  role.receive(given.requestVoteReply('n2', { term: 4 }))
  expect(role.snapshot.role).toBe('leader')
  return role
}

/** Nothing in a rejection but the term means anything to who sent the request. */
const rejections = {
  AppendEntries: {
    type: 'AppendEntriesReply',
    success: false,
    matchIndex: 0,
    conflictTerm: 0,
    conflictIndex: 0,
    round: 0,
    prevLogIndex: 2,
    doubt: 0,
  },
  InstallSnapshot: {
    type: 'InstallSnapshotReply',
    lastIncludedIndex: 9,
    lastIncludedTerm: 1,
    offset: 0,
    installed: false,
    doubt: 0,
  },
  RequestVote: { type: 'RequestVoteReply', voteGranted: false, doubtful: false },
}

describe('5.1: "If a server receives a request with a stale term number, it rejects the request"', () => {
  test.each(Object.entries(requests))('%s, and the rejection teaches the newer term', (type, request) => {
    for (const role of [drive(follower, inTerm(3)), drive(candidate, inTerm(3)), drive(leader, inTerm(3))]) {
      const before = role.context
      const [reply, ...others] = given.sent(role.receive(request(2)))
      expect(others).toEqual([])
      expect(reply).toEqual({ to: 'n2', term: 3, ...rejections[type as keyof typeof requests] })
      expect(role.context).toEqual(before)
    }
  })

  test('a stale leader does not keep a follower from campaigning', () => {
    const role = drive(follower, inTerm(3))
    role.receive(requests.AppendEntries(2))
    expect(role.state).toEqual({ following: 'free' })
    expect(role.context.leaderId).toBeUndefined()
  })

  test('a stale answer counts for nothing', () => {
    const role = drive(leader, inTerm(3))
    role.receive(given.appendEntriesReply('n2', { term: 2, matchIndex: 3 }))
    expect(role.context.progress['n2']?.matchIndex).toBe(0)
    const asking = voting()
    asking.receive(given.requestVoteReply('n2', { term: 3 }))
    expect(asking.snapshot.role).toBe('candidate')
  })
})

describe('5.1: "Current terms are exchanged whenever servers communicate"', () => {
  test('every message of a server that knows its term bears it', () => {
    const said = [
      ...given.sent(voting().effects),
      ...given.sent(leading().effects),
      ...given.sent(drive(follower, inTerm(3)).receive(requests.AppendEntries(3))),
      ...given.sent(drive(follower, inTerm(3)).receive(requests.RequestVote(3))),
      ...given.sent(drive(follower, inTerm(3)).receive(requests.InstallSnapshot(3))),
      ...given.sent(drive(follower, inTerm(3)).receive(given.preVote('n2', { term: 3 }))),
    ]
    expect(said.map((message) => [message.type, 'term' in message && message.term])).toEqual([
      ['RequestVote', 4],
      ['AppendEntries', 4],
      ['AppendEntries', 4],
      ['AppendEntriesReply', 3],
      ['RequestVoteReply', 3],
      ['InstallSnapshotReply', 3],
      ['PreVoteReply', 3],
    ])
  })
})

describe('Figure 2, "Persistent state on all servers": "Updated on stable storage before responding to RPCs"', () => {
  test.each(Object.entries(requests))('a newer term stands before the answer to %s', (_type, request) => {
    const role = drive(server, inTerm(3))
    const effects = role.receive(request(5))
    expect(effects[0]).toMatchObject({ type: 'persist', record: { currentTerm: 5 } })
    const durable = effects.findLastIndex(({ type }) => type !== 'send')
    expect(effects.findIndex(({ type }) => type === 'send')).toBeGreaterThan(durable)
  })

  test('a newer term is written also when the vote is refused', () => {
    for (const start of [() => drive(server, inTerm(3)), preVoting, voting]) {
      const role = start()
      role.receive(given.requestVote('n2', { term: 9, lastLogIndex: 1, lastLogTerm: 1 }))
      expect(role.effects).toMatchObject([writtenTerm(9), { type: 'send', message: { term: 9, voteGranted: false } }])
    }
  })

  test('the term stands before the entries that came with it, and these before the answer', () => {
    const role = drive(server, inTerm(3))
    const entries = [given.entry(3, 5)]
    role.receive(given.appendEntries('n2', { term: 5, prevLogIndex: 2, prevLogTerm: 1, entries }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'append', 'send'])
  })

  test('a candidate has written its new term and its vote before it asks', () => {
    const { effects } = voting()
    expect(given.kindsOf(effects)).toEqual(['persist', 'send'])
    expect(effects[0]).toMatchObject({ record: { currentTerm: 4, votedFor: 'n1' } })
  })

  test('term, vote and log come back after a restart; nothing else does', () => {
    const role = drive(server, given.serverIn({ terms: [1, 1, 2], currentTerm: 6, votedFor: 'n3' }))
    expect(role.context).toMatchObject({ currentTerm: 6, votedFor: 'n3', commitIndex: 0, leaderId: undefined })
    expect(given.termsOf(role.context)).toEqual([1, 1, 2])
    role.receive(given.requestVote('n2', { term: 6, lastLogIndex: 3, lastLogTerm: 2 }))
    expect(given.sentOf(role.effects, 'RequestVoteReply')).toMatchObject([{ voteGranted: false }])
  })
})
