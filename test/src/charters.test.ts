import { type GroupDefinition, grid, type NodeId } from '@quorate/core'
import { memoryStore, memoryTransport, virtualClock } from '@quorate/core/testing'
import { startNode } from '@quorate/host'
import { kv } from '@quorate/kv'
import { multiPaxos, paxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import { expect, test } from 'vitest'

/** What nodes have on their disks of the groups that they were started with. Another text, and they would not start again. */

const three = ['n1', 'n2', 'n3'] as const
const six = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'] as const

/** As a node of it has it on its disk. */
async function storedOf(group: GroupDefinition): Promise<string> {
  const clock = virtualClock()
  const identity: { cluster: string; node: NodeId } = { cluster: 'c', node: 'n1' }
  const store = memoryStore({ clock })
  const transport = memoryTransport({ clock })
  const wait = <T>(promise: Promise<T>) => clock.wait(promise, 60_000)
  const options = { cluster: 'c', id: 'n1', transport, store, groups: { g: group }, clock, bootstrap: true }
  const node = await wait(startNode(options))
  await wait(node.stop())
  const opened = await wait(store.open(identity))
  const { table } = await wait(opened.recover('$node/peers'))
  await wait(opened.close())
  return new TextDecoder().decode(table.find(({ key }) => key === 'charter/g')?.bytes)
}

test('of Raft', async () => {
  expect(await storedOf(raft({ members: three, stateMachine: kv }))).toMatchInlineSnapshot(`
    "phase 1: 2 of n1, n2, n3
    phase 2: 2 of n1, n2, n3
    protocol: raft
    server: n1, n2, n3
    sessionBytesMax: 8388608
    sessionsBytesMax: 67108864
    sessionsMax: 16384"
  `)
  const limits = { sessionsMax: 7, sessionBytesMax: 1000, sessionsBytesMax: 5000 }
  expect(await storedOf(raft({ members: ['n1'], stateMachine: kv, limits }))).toMatchInlineSnapshot(`
    "phase 1: 1 of n1
    phase 2: 1 of n1
    protocol: raft
    server: n1
    sessionBytesMax: 1000
    sessionsBytesMax: 5000
    sessionsMax: 7"
  `)
})

test('of Multi-Paxos', async () => {
  const places = { proposers: three, acceptors: three, learners: three }
  expect(await storedOf(multiPaxos({ ...places, stateMachine: kv }))).toMatchInlineSnapshot(`
    "acceptor: n1, n2, n3
    learner: n1, n2, n3
    phase 1: 2 of n1, n2, n3
    phase 2: 2 of n1, n2, n3
    proposer: n1, n2, n3
    protocol: multi-paxos
    sessionBytesMax: 8388608
    sessionsBytesMax: 67108864
    sessionsMax: 16384"
  `)
  const apart = { batchers: ['n1', 'n6'], proposers: ['n2', 'n3'], learners: ['n1'], proxyLeaders: ['n5'] }
  const group = multiPaxos({ ...apart, acceptors: six, quorums: grid(2, 3, six), stateMachine: kv })
  expect(await storedOf(group)).toMatchInlineSnapshot(`
    "acceptor: n1, n2, n3, n4, n5, n6
    batcher: n1, n6
    learner: n1
    phase 1: 1 of (3 of n1, n2, n3), (3 of n4, n5, n6)
    phase 2: 1 of (2 of n1, n4), (2 of n2, n5), (2 of n3, n6)
    proposer: n2, n3
    protocol: multi-paxos
    proxyLeader: n5
    sessionBytesMax: 8388608
    sessionsBytesMax: 67108864
    sessionsMax: 16384"
  `)
})

test('of Paxos, which has no sessions and says that it remembers one', async () => {
  const places = { proposers: three, acceptors: three, learners: ['n1'] }
  expect(await storedOf(paxos(places))).toMatchInlineSnapshot(`
    "acceptor: n1, n2, n3
    learner: n1
    phase 1: 2 of n1, n2, n3
    phase 2: 2 of n1, n2, n3
    proposer: n1, n2, n3
    protocol: paxos
    sessionsMax: 1"
  `)
})
