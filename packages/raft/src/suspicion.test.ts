import type { NodeId } from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster, history } from './cluster.test.fixture.js'
import { candidate, follower, leader, raft, server } from './index.js'
import * as given from './role.test.fixture.js'

/** What becomes of a suspicion: `peer.lost` and `peer.found`, which may come at any time, rightly or not. */

const lost = { type: 'peer.lost', node: 'n2' } as const
const found = { type: 'peer.found', node: 'n2' } as const
const heartbeat = given.appendEntries('n2', { term: 3, prevLogIndex: 2, prevLogTerm: 1 })
const campaign = { term: 4, lastLogIndex: 2, lastLogTerm: 1 }
const asked = given.preVote('n3', campaign)
const votes = (effects: readonly given.RaftEffect[]) =>
  given.sentOf(effects, 'PreVoteReply').map(({ to, voteGranted }) => [to, voteGranted])

/** n1, that has just heard n2 lead term 3. */
function led() {
  const role = drive(follower, given.serverIn({ terms: [1, 1], currentTerm: 3 }))
  role.receive(heartbeat)
  expect(role.state).toEqual({ following: 'led' })
  return role
}

function suspecting() {
  const role = led()
  role.tell(lost)
  expect(role.state).toEqual({ following: 'suspecting' })
  return role
}

describe('a follower that is told that its leader is lost', () => {
  test('asks the leader, and nobody else, and says nothing durable', () => {
    expect(led().tell(lost)).toEqual([
      {
        type: 'send',
        to: given.at('n2'),
        message: { type: 'PreVote', ...campaign, commitIndex: 0, suspects: true },
      },
    ])
  })

  test('campaigns soon, and says why; its election timeout goes on as well', () => {
    const role = suspecting()
    expect(Object.keys(role.timers).sort()).toEqual(['electionTimeout', 'suspicion'])
    role.fire('suspicion')
    expect(role.state).toBe('timedOut')
    expect(role.context.campaign).toBe('suspicion')
  })

  test.each([
    ['of entries', heartbeat],
    ['of entries that do not fit', given.appendEntries('n2', { term: 3, prevLogIndex: 9, prevLogTerm: 3 })],
    ['of a piece of a snapshot', given.chunkOf(given.snapshotAt(9, 3), 0, 5)],
  ])('follows it as before after a message %s', (_of, message) => {
    const role = suspecting()
    role.receive(message)
    expect(role.state).toEqual({ following: 'led' })
    expect(role.timers).not.toHaveProperty('suspicion')
    expect(votes(role.receive(asked))).toEqual([['n3', false]])
  })

  test('follows it as before when it is found', () => {
    const role = suspecting()
    expect(role.tell(found)).toEqual([])
    expect(role.state).toEqual({ following: 'led' })
    expect(votes(role.receive(asked))).toEqual([['n3', false]])
  })

  test('is not calmed by a leader of an earlier term', () => {
    const role = suspecting()
    role.receive(given.appendEntries('n3', { term: 2 }))
    expect(role.state).toEqual({ following: 'suspecting' })
  })

  test('grants a pre-vote to who was faster, and does not campaign itself before its election timeout', () => {
    const role = suspecting()
    expect(votes(role.receive(asked))).toEqual([['n3', true]])
    expect(role.state).toEqual({ following: 'free' })
    expect(Object.keys(role.timers)).toEqual(['electionTimeout'])
  })

  test('gives its vote, too', () => {
    const role = suspecting()
    role.receive(given.requestVote('n3', campaign))
    expect(role.state).toBe('outdated')
  })

  test('refuses one whose log is behind, gives it what it lacks, and campaigns itself', () => {
    const role = suspecting()
    const effects = role.receive(given.preVote('n3', { ...campaign, lastLogIndex: 1 }))
    expect(votes(effects)).toEqual([['n3', false]])
    expect(given.sentOf(effects, 'CatchUp')).toHaveLength(1)
    expect(role.state).toEqual({ following: 'suspecting' })
  })

  test('suspects also one that it has not heard for the minimum election timeout', () => {
    const role = led()
    role.fire('minimumElectionTimeout')
    role.tell(lost)
    expect(role.state).toEqual({ following: 'suspecting' })
  })
})

test('a follower that does not suspect its leader grants nothing to who does', () => {
  expect(votes(led().receive({ ...asked, suspects: true }))).toEqual([['n3', false]])
  expect(led().receive(given.requestVote('n3', campaign))).toEqual([])
})

test('whom a server awaits: the leader that it follows', () => {
  const { roles } = raft({ members: ['n1', 'n2', 'n3'], stateMachine: history })
  const whole: Driven<typeof server> = drive(server, given.serverIn({ terms: [1, 1], currentTerm: 3 }))
  const awaited = () => roles['server']?.awaits?.(whole.snapshot)
  expect(awaited()).toEqual([])
  whole.receive(heartbeat)
  expect(awaited()).toEqual(['n2'])
  whole.tell(lost)
  expect(awaited()).toEqual(['n2'])
  whole.fire('suspicion')
  expect(whole.state).toEqual({ candidate: 'preVoting' })
  expect(awaited()).toEqual([])
})

describe('a leader that is asked whether it is there', () => {
  const question = given.preVote('n3', { ...campaign, suspects: true })
  const leading = () => drive(leader, given.serverIn({ terms: [1, 1], currentTerm: 3 }))

  test('answers with a heartbeat, at once', () => {
    const role = leading()
    const effects = role.receive(question)
    expect(given.sent(effects)).toMatchObject([
      { type: 'PreVoteReply', to: 'n3', voteGranted: false },
      { type: 'AppendEntries', to: 'n3', term: 3, entries: [] },
    ])
    expect(given.sent(role.receive(question))).toHaveLength(2)
  })

  test('answers nobody else, and no other pre-vote, with one', () => {
    for (const message of [asked, given.preVote('n9', { ...campaign, suspects: true })])
      expect(given.sent(leading().receive(message))).toMatchObject([{ type: 'PreVoteReply', voteGranted: false }])
  })
})

describe('a candidate in its round of pre-votes, asked by another that suspects the leader', () => {
  const asking = (id: NodeId) => drive(candidate, given.serverIn({ id, terms: [1, 1], currentTerm: 3 }))
  const question = given.preVote('n2', { ...campaign, suspects: true })

  test('gives way to a higher name: it becomes a follower, which grants', () => {
    const role = asking('n1')
    role.receive(question)
    expect(role.state).toBe('lost')
    const whole = drive(server, given.serverIn({ id: 'n1', terms: [1, 1], currentTerm: 3 }))
    whole.fire('electionTimeout')
    expect(votes(whole.receive(question))).toEqual([['n2', true]])
    expect(whole.state).toEqual({ follower: { following: 'free' } })
  })

  test('grants to a lower name, and goes on', () => {
    const role = asking('n3')
    expect(votes(role.receive(question))).toEqual([['n2', true]])
    expect(role.state).toBe('preVoting')
  })

  test('goes on where it would not vote for it, or where that one did not suspect the leader', () => {
    const behind = asking('n1')
    expect(votes(behind.receive({ ...question, lastLogIndex: 1 }))).toEqual([['n2', false]])
    const timedOut = asking('n1')
    expect(votes(timedOut.receive({ ...question, suspects: false }))).toEqual([['n2', true]])
    for (const role of [behind, timedOut]) expect(role.state).toBe('preVoting')
  })
})

describe('a group whose leader', () => {
  const five = ['n1', 'n2', 'n3', 'n4', 'n5']

  /** n1 leads term 1, and all have heard it. */
  function ledByFirst(members: readonly NodeId[]) {
    const cluster = new Cluster(members)
    cluster.host('n1').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    expect(cluster.leaders).toEqual(['n1'])
    return cluster
  }
  const suspect = (cluster: Cluster, ...nodes: readonly NodeId[]) => {
    for (const node of nodes) cluster.host(node).actor.lose('n1')
  }
  const campaigning = (cluster: Cluster, ...nodes: readonly NodeId[]) => {
    for (const node of nodes) cluster.host(node).do((role) => role.fire('suspicion'))
  }
  const terms = (cluster: Cluster) => [...cluster.hosts.values()].map(({ role }) => role?.context.currentTerm)

  test('is gone has another one without any time-out', () => {
    const cluster = ledByFirst(['n1', 'n2', 'n3'])
    cluster.host('n1').crash()
    suspect(cluster, 'n2', 'n3')
    campaigning(cluster, 'n2')
    cluster.stabilize()
    expect(cluster.leaders).toEqual(['n2'])
    expect(cluster.host('n3').role?.state).toEqual({ follower: { following: 'led' } })
  })

  test('is gone has one also where the second follower learns it later than the first asks', () => {
    const cluster = ledByFirst(['n1', 'n2', 'n3'])
    cluster.host('n1').crash()
    suspect(cluster, 'n2')
    campaigning(cluster, 'n2')
    cluster.stabilize()
    expect(cluster.leaders).toEqual([])
    suspect(cluster, 'n3')
    campaigning(cluster, 'n3')
    cluster.stabilize()
    expect(cluster.leaders).toEqual(['n3'])
  })

  test.each([3, 5])('is gone has one where all others ask in the same moment, of %i', (count) => {
    const members = five.slice(0, count)
    const cluster = ledByFirst(members)
    cluster.host('n1').crash()
    suspect(cluster, ...members.slice(1))
    campaigning(cluster, ...members.slice(1))
    cluster.stabilize()
    expect(cluster.leaders).toEqual([members.at(-1)])
    expect(terms(cluster).slice(1)).toEqual(members.slice(1).map(() => 2))
  })

  test('lives stays where fewer than a quorum suspect it, whatever they do', () => {
    const cluster = ledByFirst(five)
    suspect(cluster, 'n2', 'n3')
    // It is not heard either.
    const isOpen = ({ from }: { readonly from: string }) => from !== given.at('n1')
    cluster.stabilize(isOpen)
    campaigning(cluster, 'n2', 'n3')
    cluster.stabilize(isOpen)
    expect([cluster.leaders, new Set(terms(cluster))]).toEqual([['n1'], new Set([1])])
    cluster.host('n1').do((role) => role.fire('heartbeat'))
    cluster.stabilize()
    for (const node of ['n2', 'n3']) expect(cluster.host(node).role?.state).toEqual({ follower: { following: 'led' } })
  })

  test('lives stays where all suspect it, and its answers come in time', () => {
    const cluster = ledByFirst(five)
    suspect(cluster, 'n2', 'n3', 'n4', 'n5')
    cluster.stabilize()
    for (const node of ['n2', 'n3', 'n4', 'n5']) {
      expect(cluster.host(node).role?.state).toEqual({ follower: { following: 'led' } })
      expect(Object.keys(cluster.host(node).role?.timers ?? {})).not.toContain('suspicion')
    }
    expect([cluster.leaders, new Set(terms(cluster))]).toEqual([['n1'], new Set([1])])
  })
})
