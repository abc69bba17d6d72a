import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { history } from '../cluster.test.fixture.js'
import { candidate, follower, leader, messages, raft, server } from '../index.js'
import * as given from '../role.test.fixture.js'
import { isUpToDate } from '../server.js'

/** Ongaro and Ousterhout (2014), sections 5.2 and 5.4.1, and Figure 2, "RequestVote RPC", "Followers", "Candidates". */

const five = ['n1', 'n2', 'n3', 'n4', 'n5']

/** A candidate that has passed the round of pre-votes and asks for votes in term 2. */
function campaigning(members = ['n1', 'n2', 'n3']) {
  const role = drive(candidate, given.serverIn({ terms: [1, 1], members }))
  for (const voter of members.slice(1)) {
    if (role.state === 'preVoting') role.receive(given.preVoteReply(voter, { askedTerm: 2 }))
  }
  expect(role.state).toBe('voting')
  return role
}

/** Each time the follower's election timer is set it waits longer, so that it shows when it was set again. */
function withCountedTimer() {
  let times = 0
  const electionTimeout = () => 1000 + ++times
  return drive(follower.provide({ delays: { electionTimeout } }), given.serverIn({ terms: [1, 1], currentTerm: 3 }))
}

describe('5.2, followers', () => {
  test('"When servers start up, they begin as followers"', () => {
    const role = drive(server, given.serverIn())
    expect(role.state).toEqual({ follower: { following: 'free' } })
    expect(role.effects).toEqual([])
  })

  test('"If election timeout elapses without receiving AppendEntries RPC from current leader or granting vote to candidate: convert to candidate"', () => {
    const role = drive(server, given.serverIn())
    role.fire('electionTimeout')
    expect(role.snapshot.role).toBe('candidate')
  })

  test('"A server remains in follower state as long as it receives valid RPCs from a leader": each sets the timer again', () => {
    const role = withCountedTimer()
    expect(role.timers).toMatchObject({ electionTimeout: 1001 })
    role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 2, prevLogTerm: 1 }))
    expect(role.timers).toMatchObject({ electionTimeout: 1002 })
    // One whose entries do not fit yet is valid too, and so is a chunk of a snapshot.
    role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 7, prevLogTerm: 1 }))
    expect(role.timers).toMatchObject({ electionTimeout: 1003 })
    role.receive(given.chunkOf(given.snapshotAt(9, 1), 0, 5, 3))
    expect(role.timers).toMatchObject({ electionTimeout: 1004 })
  })

  test('granting a vote sets the timer again; refusing one does not', () => {
    const role = withCountedTimer()
    role.receive(given.requestVote('n2', { term: 3, lastLogIndex: 1, lastLogTerm: 1 }))
    expect(role.timers).toMatchObject({ electionTimeout: 1001 })
    role.receive(given.requestVote('n2', { term: 3, lastLogIndex: 2, lastLogTerm: 1 }))
    expect(role.timers).toMatchObject({ electionTimeout: 1002 })
    role.receive(given.requestVote('n3', { term: 3, lastLogIndex: 2, lastLogTerm: 1 }))
    expect(role.timers).toMatchObject({ electionTimeout: 1002 })
  })

  test('an RPC of an older term is not valid: the timer runs on', () => {
    const role = withCountedTimer()
    role.receive(given.appendEntries('n2', { term: 2, prevLogIndex: 2, prevLogTerm: 1 }))
    expect(role.timers).toMatchObject({ electionTimeout: 1001 })
  })
})

describe('5.2, candidates', () => {
  test('"On conversion to candidate, start election: increment currentTerm, vote for self, reset election timer, send RequestVote RPCs to all other servers"', () => {
    const role = campaigning()
    expect(role.context).toMatchObject({ currentTerm: 2, votedFor: 'n1', votes: { n1: true } })
    expect(role.timers).toEqual({ electionTimeout: 1000 })
    expect(given.sent(role.effects)).toEqual([
      { type: 'RequestVote', to: given.everyone, term: 2, lastLogIndex: 2, lastLogTerm: 1, transfer: false },
    ])
  })

  test.each([
    [['n1', 'n2', 'n3'], 1],
    [five, 2],
    [['n1', 'n2', 'n3', 'n4'], 2],
  ])('"If votes received from majority of servers: become leader" (%j: %i besides its own)', (members, needed) => {
    const role = campaigning(members)
    for (const [position, voter] of members.slice(1).entries()) {
      if (role.state === 'won') break
      expect(position).toBeLessThan(needed)
      role.receive(given.requestVoteReply(voter, { term: 2 }))
      expect(role.state).toBe(position + 1 < needed ? 'voting' : 'won')
    }
    expect(role.state).toBe('won')
  })

  test('a server that is alone leads by its own vote', () => {
    const role = drive(server, given.serverIn({ members: ['n1'] }))
    role.fire('electionTimeout')
    expect(role.snapshot.role).toBe('leader')
    role.tell(given.persisted(1, 2))
    expect(role.context.commitIndex).toBe(1)
  })

  test('a vote that is repeated counts once', () => {
    const role = campaigning(five)
    role.receive(given.requestVoteReply('n2', { term: 2 }))
    role.receive(given.requestVoteReply('n2', { term: 2 }))
    expect(role.state).toBe('voting')
  })

  test('a vote that is refused, of another term, or of a server that is no member does not count', () => {
    const role = campaigning(five)
    role.receive(given.requestVoteReply('n2', { term: 2, voteGranted: false }))
    role.receive(given.requestVoteReply('n3', { term: 1 }))
    role.receive(given.requestVoteReply('n8', { term: 2 }))
    role.receive(given.requestVoteReply('n9', { term: 2 }))
    expect(role.state).toBe('voting')
    role.receive(given.requestVoteReply('n4', { term: 2 }))
    expect(role.state).toBe('voting')
    role.receive(given.requestVoteReply('n5', { term: 2 }))
    expect(role.state).toBe('won')
  })

  test('"If AppendEntries RPC received from new leader: convert to follower", in the term of its own campaign too', () => {
    const role = drive(server, given.serverIn({ terms: [1, 1] }))
    role.fire('electionTimeout')
    role.receive(given.preVoteReply('n2', { askedTerm: 2 }))
    expect(role.state).toEqual({ candidate: 'voting' })
    role.receive(given.appendEntries('n3', { term: 2, prevLogIndex: 2, prevLogTerm: 1 }))
    expect(role.state).toEqual({ follower: { following: 'led' } })
    expect(role.context).toMatchObject({ currentTerm: 2, votedFor: 'n1', leaderId: 'n3' })
    expect(given.sentOf(role.effects, 'AppendEntriesReply')).toMatchObject([{ to: 'n3', success: true }])
  })

  test('"If election timeout elapses: start new election"', () => {
    const role = campaigning()
    role.fire('electionTimeout')
    expect(role.state).toBe('timedOut')
    const family = drive(server, given.serverIn())
    family.fire('electionTimeout')
    family.fire('electionTimeout')
    expect(family.state).toEqual({ candidate: 'preVoting' })
    expect(given.sentOf(family.effects, 'PreVote')).toMatchObject([{ term: 2 }])
  })

  test('"Raft uses randomized election timeouts": between the configured one and twice as long', () => {
    const definition = raft({
      members: ['n1', 'n2', 'n3'],
      stateMachine: history,
      electionTimeoutMs: 500,
      heartbeatMs: 50,
    })
    expect(definition.messages).toBe(messages)
    const role = definition.roles['server']
    const place = {
      group: 'g',
      node: 'n1',
      recovered: {
        record: undefined,
        snapshot: undefined,
        base: { index: 0, term: 0 },
        entries: [],
        table: [],
        doubtful: false,
      },
    }
    const timeoutAt = (draw: (limit: number) => number) => {
      const driven = drive(role!.logic({ below: draw }, 'n1') as typeof server, role!.input(place) as never)
      const asFollower = driven.timers['electionTimeout']
      driven.fire('electionTimeout')
      return [asFollower, driven.timers['electionTimeout']]
    }
    expect(timeoutAt(() => 0)).toEqual([500, 500])
    expect(timeoutAt((limit) => limit - 1)).toEqual([999, 999])
  })
})

describe('5.2, votes', () => {
  test('"Each server will vote for at most one candidate in a given term, on a first-come-first-served basis"', () => {
    const role = drive(follower, given.serverIn())
    role.receive(given.requestVote('n2'))
    expect(given.sentOf(role.effects, 'RequestVoteReply')).toMatchObject([{ to: 'n2', voteGranted: true }])
    role.receive(given.requestVote('n3'))
    expect(given.sent(role.effects)).toMatchObject([{ to: 'n3', voteGranted: false }])
    expect(role.context.votedFor).toBe('n2')
  })

  test('"If votedFor is null or candidateId": who asks again, because the answer was lost, hears the same', () => {
    const role = drive(follower, given.serverIn())
    for (const _time of [1, 2]) {
      role.receive(given.requestVote('n2'))
      expect(given.sentOf(role.effects, 'RequestVoteReply')).toMatchObject([{ to: 'n2', voteGranted: true }])
    }
  })

  test('the vote is on the disk before it is said', () => {
    const role = drive(follower, given.serverIn())
    expect(given.kindsOf(role.receive(given.requestVote('n2')))).toEqual(['persist', 'send'])
    expect(role.effects[0]).toMatchObject({ record: { currentTerm: 1, votedFor: 'n2' } })
  })

  test('a candidate has voted for itself, and a leader too', () => {
    const request = given.requestVote('n2', { term: 2, lastLogIndex: 9, lastLogTerm: 1 })
    const rivals = [campaigning(), drive(leader, given.serverIn({ currentTerm: 2 }))]
    for (const role of rivals) {
      expect(given.sent(role.receive(request))).toMatchObject([{ to: 'n2', term: 2, voteGranted: false }])
    }
  })

  test('a candidate that only asks whether it could win still has its vote to give', () => {
    const role = drive(server, given.serverIn())
    role.fire('electionTimeout')
    role.receive(given.requestVote('n2'))
    expect(role.snapshot.role).toBe('follower')
    expect(given.sentOf(role.effects, 'RequestVoteReply')).toMatchObject([{ to: 'n2', voteGranted: true }])
  })
})

describe('5.2, "At most one leader can be elected in a given term" (Election Safety)', () => {
  test('a leader, like a follower of another one, takes no entries of a second leader of its own term', () => {
    const role = drive(leader, given.serverIn({ terms: [1], currentTerm: 2 }))
    const before = role.context
    const entries = [given.entry(2, 2)]
    expect(role.receive(given.appendEntries('n2', { term: 2, prevLogIndex: 1, prevLogTerm: 1, entries }))).toEqual([])
    expect(role.receive(given.chunkOf(given.snapshotAt(9, 1), 0, 10, 2))).toEqual([])
    expect(role.context).toBe(before)
  })
})

describe('5.4.1: "the voter denies its vote if its own log is more up-to-date than that of the candidate"', () => {
  test.each([
    ['the same log', [1, 2, 2], 3, 2, true],
    ['a longer log that ends in the same term', [1, 2, 2], 4, 2, true],
    ['a shorter log that ends in the same term', [1, 2, 2], 2, 2, false],
    ['a shorter log that ends in a later term', [1, 2, 2], 1, 3, true],
    ['a longer log that ends in an earlier term', [1, 2, 2], 9, 1, false],
    ['an empty log, asked by one that has entries', [], 1, 1, true],
    ['entries, asked by one that has none', [1], 0, 0, false],
  ])('%s', (_case, terms, lastLogIndex, lastLogTerm, voteGranted) => {
    const self = given.serverIn({ terms, currentTerm: 4 })
    const [reply] = given.sent(
      drive(follower, self).receive(given.requestVote('n2', { term: 4, lastLogIndex, lastLogTerm })),
    )
    expect(reply).toMatchObject({ type: 'RequestVoteReply', voteGranted })
    const [answer] = given.sent(
      drive(follower, self).receive(given.preVote('n2', { term: 5, lastLogIndex, lastLogTerm })),
    )
    expect(answer).toMatchObject({ type: 'PreVoteReply', voteGranted })
  })

  test('of a log that was compacted to nothing, the snapshot tells the last entry', () => {
    const snapshot = given.snapshotAt(8, 3)
    const role = drive(follower, given.serverIn({ base: snapshot.last, snapshot, currentTerm: 4 }))
    role.receive(given.requestVote('n2', { term: 4, lastLogIndex: 7, lastLogTerm: 3 }))
    expect(given.sent(role.effects)).toMatchObject([{ voteGranted: false }])
    role.receive(given.requestVote('n2', { term: 4, lastLogIndex: 8, lastLogTerm: 3 }))
    expect(given.sent(role.effects)).toMatchObject([{ voteGranted: true }])
  })

  test('"more up-to-date" orders all logs: of any two one is, and equal ones both are', () => {
    const marks = [0, 1, 2, 3].flatMap((index) => [0, 1, 2, 3].map((term) => ({ index, term })))
    const holds = new Set(
      marks.flatMap((own) => {
        const self = given.serverIn({ base: own })
        const upToDate = marks.filter(({ index, term }) => isUpToDate(self, { lastLogIndex: index, lastLogTerm: term }))
        return upToDate.map((other) => `${marks.indexOf(own)} ${marks.indexOf(other)}`)
      }),
    )
    const isHeld = (own: number, other: number) => holds.has(`${own} ${other}`)
    for (const a of marks.keys()) {
      for (const b of marks.keys()) {
        expect(isHeld(a, b) || isHeld(b, a)).toBe(true)
        expect(isHeld(a, b) && isHeld(b, a)).toBe(a === b)
        for (const c of marks.keys()) if (isHeld(a, b) && isHeld(b, c)) expect(isHeld(a, c)).toBe(true)
      }
    }
  })
})
