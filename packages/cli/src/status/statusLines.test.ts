import { localCluster } from '@quorate/host/testing'
import { kv } from '@quorate/kv'
import { multiPaxos, paxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import { expect, test } from 'vitest'
import { viewOf } from './cluster.js'
import { statusLines } from './statusLines.js'

const times = { electionTimeoutMs: 200, heartbeatMs: 20 }
const stateMachine = kv

test('each role shows what it has: an acceptor has no leader, a batcher no entries, who applies says how far', async () => {
  const places = { batchers: ['b1'], proposers: ['p1'], acceptors: ['a1'], learners: ['l1'] }
  const nodes = Object.values(places).flat()
  const groups = { store: multiPaxos({ ...places, ...times, stateMachine }) }
  await using cluster = await localCluster({ cluster: 'test', nodes, groups })
  const client = await cluster.connect('store')
  await client.propose({ operation: 'put', key: 'a', value: new Uint8Array(1) })

  const shown = () => statusLines(viewOf(cluster.status()))
  const stateIs = (state: string) => expect.stringMatching(new RegExp(`^${state.replaceAll(' ', ' +')}$`))
  await expect
    .poll(shown)
    .toEqual([
      stateIs('NODE IS GROUP ROLE STATE EPOCH LEADER COMMITTED APPLIED DETAILS'),
      stateIs('b1 running store batcher led 1 p1 - - -'),
      stateIs('p1 running store proposer leading 1 p1 2 - last=2'),
      stateIs('a1 running store acceptor \\S+ 1 - 2 - last=2'),
      stateIs('l1 running store learner current - - 2 2 last=2'),
    ])

  await cluster.kill('l1')
  expect(shown().slice(-2)).toEqual([
    stateIs('l1 no answer - - - - - - - -'),
    'group store has no node that executes commands',
  ])
  await cluster.kill('b1')
  expect(shown().at(-1)).toBe('group store has no node that takes commands')
  await cluster.kill('p1')
  expect(shown().at(-1)).toBe('group store has no leader')
  expect(statusLines(viewOf(cluster.status(), ['store', 'stock'])).at(-1)).toBe(
    'group stock is on no node that answers',
  )
})

test('of several groups it names those that lack something; one without a log needs nobody to execute', async () => {
  const [nodes, three] = [['n1'], ['n1', 'n2', 'n3']]
  const places = { proposers: three, acceptors: three, learners: three }
  const once = paxos({ proposers: nodes, acceptors: nodes, learners: nodes })
  const groups = { once, store: multiPaxos({ ...places, ...times, stateMachine }) }
  await using cluster = await localCluster({ cluster: 'test', nodes: three, groups })
  await expect.poll(() => statusLines(viewOf(cluster.status()))).toHaveLength(1 + 3 + 3 * 3)
  await cluster.kill('n2', 'n3')
  await expect.poll(() => statusLines(viewOf(cluster.status())).at(-1)).toBe('group store has no leader')
  expect(statusLines(viewOf(cluster.status()))).toHaveLength(1 + 2 * 3 + 2 + 1)
})

test('a group that takes nothing from clients lacks nothing, whoever leads', async () => {
  const [node] = await withGroup()
  const { kv: store } = node!.groups
  const roles = { server: { ...store!.roles['server']!, serves: false } }
  const report = { ...node!, groups: { kv: { ...store!, roles, service: { type: 'none' } as const } } }
  const { lacks, silent } = viewOf([report])
  expect({ lacks, silent }).toEqual({ lacks: {}, silent: [] })
})

test('a group that is asked lacks nobody but those who answer', async () => {
  const groups = { once: paxos({ proposers: ['n1'], acceptors: ['n1'], learners: ['n1'] }) }
  await using cluster = await localCluster({ cluster: 'test', nodes: ['n1'], groups })
  const [node] = cluster.status()
  expect(viewOf([node!]).lacks).toEqual({})
  const { once } = node!.groups
  const roles = { ...once!.roles, proposer: { ...once!.roles['proposer']!, serves: false } }
  expect(viewOf([{ ...node!, groups: { once: { ...once!, roles } } }]).lacks).toEqual({
    once: 'has no node that answers',
  })
})

test('what people should know of a node is told below', async () => {
  const groups = { store: paxos({ proposers: ['n1'], acceptors: ['n1'], learners: ['n1'] }) }
  await using cluster = await localCluster({ cluster: 'test', nodes: ['n1'], groups })
  const [node] = cluster.status()
  const role = { state: 'leader', serves: true, epoch: 1, leader: 'n1', committed: 1, waitingEffects: 0 }
  const notices = [
    { level: 'error', text: 'it lost something', count: 2 },
    { level: 'warn', text: 'it may lose something' },
  ] as const
  const store = {
    ...node!.groups['store']!,
    roles: { server: { ...role, notices } },
    isJoining: true,
    denials: ['n3'],
    disagrees: ['n2'],
  }
  const report = { ...node!, groups: { store } }
  expect(statusLines(viewOf([report])).slice(-5)).toEqual([
    'node n1, group store: it joins, and no member has taken it in',
    'node n1, group store: it was removed, as n3 says',
    'node n1, group store: n2 was started with other members, and neither hears the other',
    'node n1, group store: it lost something (2 times)',
    'node n1, group store: it may lose something',
  ])
})

test('a state machine that gives no snapshot is told of below; when its log is full, the group serves nobody', async () => {
  const [node] = await withGroup()
  const viewWith = (isLogFull: boolean, serves = true) => {
    const { kv: group } = node!.groups
    const snapshotFailure = { attempts: 4, reason: 'Invalid string length', isLogFull }
    const roles = { server: { ...group!.roles['server']!, serves } }
    return viewOf([{ ...node!, groups: { kv: { ...group!, roles, snapshotFailure } } }])
  }
  const tried = 'node n1, group kv: the state machine gives no snapshot (tried 4 times: Invalid string length)'
  expect(viewWith(false).lacks).toEqual({})
  expect(statusLines(viewWith(false)).at(-1)).toBe(`${tried}; the log grows, and when it is full no commands are taken`)
  expect(statusLines(viewWith(true)).slice(-2)).toEqual([
    'group kv takes no commands: node n1 has no room in its log, because its state machine gives no snapshot',
    `${tried}; the log is full`,
  ])
  // One that does not lead only keeps a long log.
  expect(viewWith(true, false).lacks).toEqual({ kv: 'has no leader' })
})

/** What a group of one says of itself. */
const withGroup = async () => {
  const groups = { kv: raft({ members: ['n1'], ...times, stateMachine }) }
  await using cluster = await localCluster({ cluster: 'test', nodes: ['n1'], groups })
  return cluster.status()
}

test('a node that fell silent before it had told of all its groups is named', async () => {
  const [node] = await withGroup()
  expect(statusLines(viewOf([node!])).join()).not.toContain('silent')
  expect(statusLines(viewOf([{ ...node!, next: 'kv', groupCount: 9 }]))).toContain(
    'node n1 told of its groups up to kv, and has 9: then it fell silent',
  )
})
