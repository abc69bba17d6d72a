import type { NodeId } from '@quorate/core'
import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster, history } from './cluster.test.fixture.js'
import { follower, leader, raft, server } from './index.js'
import * as given from './role.test.fixture.js'

/** Ongaro, "Consensus: Bridging Theory and Practice" (2014), section 3.10: leadership transfer extension. */

const transfer = (to?: NodeId, request = 7) =>
  ({ type: 'leader.transfer', request, ...(to !== undefined && { to }) }) as const
const refusals = (effects: readonly given.RaftEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'refuse' ? [[effect.request, effect.reason]] : []))
const appointed = (effects: readonly given.RaftEffect[]) =>
  given.sentOf(effects, 'TimeoutNow').map(({ to, term }) => [to, term])

describe('a leader that is to give its place away', () => {
  /** n1 leads term 2, in which it has appended entry 2; n2 has all of it, n3 nothing. */
  function leading() {
    const role = drive(leader, given.serverIn({ terms: [1], currentTerm: 2 }))
    role.tell(given.persisted(2, 2))
    role.receive(given.appendEntriesReply('n2', { term: 2, matchIndex: 2, prevLogIndex: 1 }))
    return role
  }
  /** That n2 or n3 has heard it since, and holds so much. */
  const answer = (node: NodeId, matchIndex: number, round = 1) =>
    given.appendEntriesReply(node, { term: 2, matchIndex, round, prevLogIndex: matchIndex })

  test('asks all whether they are there, and tells nobody to campaign before that', () => {
    const effects = leading().tell(transfer())
    expect(given.sentOf(effects, 'AppendEntries').map(({ to, round }) => [to, round])).toEqual([
      ['n2', 1],
      ['n3', 1],
    ])
    expect(appointed(effects)).toEqual([])
  })

  test('tells the first that answers and has all entries, once', () => {
    const role = leading()
    role.tell(transfer())
    expect(appointed(role.receive(answer('n2', 2, 0)))).toEqual([])
    expect(appointed(role.receive(answer('n2', 2)))).toEqual([['n2', 2]])
    expect(appointed(role.receive(answer('n2', 2)))).toEqual([])
    expect(appointed(role.receive(answer('n3', 2)))).toEqual([])
  })

  test('waits for the one that it was asked to give it to, until its log is as long', () => {
    const role = leading()
    role.tell(transfer('n3'))
    expect(appointed(role.receive(answer('n2', 2)))).toEqual([])
    const behind = given.appendEntriesReply('n3', {
      term: 2,
      success: false,
      conflictIndex: 1,
      prevLogIndex: 1,
      round: 1,
    })
    expect(appointed(role.receive(behind))).toEqual([])
    expect(appointed(role.receive(answer('n3', 2)))).toEqual([['n3', 2]])
  })

  test('takes no commands meanwhile, goes on with what it has taken, and says that it does not serve', () => {
    const { status } = raft({ members: ['n1', 'n2', 'n3'], stateMachine: history }).roles['server']!
    const role = leading()
    const now = () => status({ role: 'leader', value: role.state, context: role.context })
    expect(now()).toMatchObject({ serves: true, leader: 'n1' })
    role.tell(transfer())
    expect(now()).toMatchObject({ serves: false, leader: undefined, epoch: 2 })
    const { log } = role.context
    expect(refusals(role.tell(given.proposed('x')))).toEqual([[1, 'notLeader']])
    expect(role.context.log).toBe(log)
    expect(refusals(role.tell(transfer('n2', 8)))).toEqual([[8, 'overloaded']])
    role.tell({ type: 'client.read', request: 9 })
    role.receive(answer('n2', 2, 2))
    expect(role.context.commitIndex).toBe(2)
  })

  test('gives up after an election timeout, says so, and serves again', () => {
    const role = leading()
    role.tell(transfer())
    role.receive(answer('n2', 2))
    expect(refusals(role.fire('transferTimeout'))).toEqual([[7, 'noQuorum']])
    expect(role.context.transfer).toBeUndefined()
    expect(given.kindsOf(role.tell(given.proposed('x')))).toContain('append')
    role.tell(transfer(undefined, 8))
    expect(appointed(role.receive(answer('n2', 3, 2)))).toEqual([['n2', 2]])
  })

  test('refuses where there is nobody to give it to', () => {
    expect(refusals(leading().tell(transfer('n9')))).toEqual([[7, 'noQuorum']])
    expect(refusals(leading().tell(transfer('n1')))).toEqual([[7, 'noQuorum']])
    const alone = drive(leader, given.serverIn({ currentTerm: 2, members: ['n1'] }))
    expect(refusals(alone.tell(transfer()))).toEqual([[7, 'noQuorum']])
  })

  test('gives way to the candidate that it has told, and to no other one', () => {
    const vote = given.requestVote('n2', { term: 3, lastLogIndex: 2, lastLogTerm: 2 })
    expect(leading().receive(vote)).toEqual([])
    const role = leading()
    role.receive({ ...vote, transfer: true })
    expect([role.state, role.context.currentTerm]).toEqual(['deposed', 3])
  })
})

describe('a follower', () => {
  const led = () => {
    const role = drive(server, given.serverIn({ terms: [1, 1], currentTerm: 3 }))
    role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 2, prevLogTerm: 1 }))
    return role
  }

  test('that its leader tells to, campaigns at once, without asking for pre-votes, and says that it may', () => {
    const role = led()
    const effects = role.receive(given.timeoutNow('n2', { term: 3 }))
    expect(role.state).toEqual({ candidate: 'voting' })
    expect(given.sent(effects)).toEqual([
      { type: 'RequestVote', to: given.everyone, term: 4, lastLogIndex: 2, lastLogTerm: 1, transfer: true },
    ])
    expect(given.kindsOf(effects)).toEqual(['persist', 'send'])
  })

  test('whose log may lack what it acknowledged does not campaign unasked, whoever tells it to', () => {
    const role = drive(server, { ...given.serverIn({ terms: [1, 1], currentTerm: 3 }), doubtful: true })
    role.receive(given.appendEntries('n2', { term: 3, prevLogIndex: 2, prevLogTerm: 1 }))
    expect(role.receive(given.timeoutNow('n2', { term: 3 }))).toEqual([])
    expect(role.state).toEqual({ follower: { following: 'led' } })
  })

  test('that was told so once has to ask for pre-votes the next time', () => {
    const role = led()
    role.receive(given.timeoutNow('n2', { term: 3 }))
    const effects = role.fire('electionTimeout')
    expect(role.state).toEqual({ candidate: 'preVoting' })
    expect(given.sent(effects)).toMatchObject([{ type: 'PreVote', term: 5, suspects: false }])
  })

  test.each([
    ['one that does not lead', given.timeoutNow('n3', { term: 3 })],
    ['the leader of an earlier term', given.timeoutNow('n2', { term: 2 })],
    ['one of a later term', given.timeoutNow('n2', { term: 4 })],
  ])('does not listen to %s', (_who, message) => {
    const role = led()
    expect(role.receive(message)).toEqual([])
    expect(role.state).toEqual({ follower: { following: 'led' } })
  })

  test('votes for whom its leader has told to campaign, although it has just heard the leader', () => {
    const vote = given.requestVote('n3', { term: 4, lastLogIndex: 2, lastLogTerm: 1, transfer: true })
    const role = led()
    expect(given.sentOf(role.receive(vote), 'RequestVoteReply')).toMatchObject([{ to: 'n3', voteGranted: true }])
    expect(given.sentOf(led().receive({ ...vote, lastLogIndex: 1 }), 'RequestVoteReply')).toMatchObject([
      { voteGranted: false },
    ])
    expect(given.sentOf(led().receive({ ...vote, term: 3 }), 'RequestVoteReply')).toMatchObject([
      { voteGranted: false },
    ])
  })

  test('gives no place away that it does not have, and says who has it', () => {
    const role = drive(follower, given.serverIn({ currentTerm: 3 }))
    role.receive(given.appendEntries('n2', { term: 3 }))
    expect(role.tell(transfer())).toEqual([{ type: 'refuse', request: 7, reason: 'notLeader', leader: 'n2' }])
  })
})

test.each([undefined, 'n3'])(
  'in a group the place is given to %s with everything that was taken, without any time-out',
  (to) => {
    const cluster = new Cluster(['n1', 'n2', 'n3'])
    cluster.host('n1').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    cluster.propose('n1', 'a')
    cluster.host('n1').do((role) => role.tell(transfer(to)))
    cluster.stabilize()
    const next = to ?? 'n2'
    expect(cluster.leaders).toEqual([next])
    cluster.propose(next, 'b', 2)
    cluster.stabilize()
    cluster.host(next).do((role) => role.fire('heartbeat'))
    cluster.stabilize()
    for (const { applied } of cluster.hosts.values()) {
      const commands = applied.filter(({ entry }) => entry.kind === 'command')
      expect(commands.map(({ entry }) => history.codecs.command.decode(entry.bytes))).toEqual(['a', 'b'])
    }
  },
)
