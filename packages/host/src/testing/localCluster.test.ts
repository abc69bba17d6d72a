import { raft } from '@quorate/raft'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type { ConnectedClient } from '../client/connectClient.js'
import { journal, type Note } from '../node/cluster.test.fixture.js'
import { defineTopology } from '../topology/topology.js'
import { localCluster } from './localCluster.js'

const nodes = ['n1', 'n2', 'n3']
const topology = defineTopology({
  cluster: 'test',
  nodes,
  groups: { journal: raft({ members: nodes, stateMachine: journal, electionTimeoutMs: 200, heartbeatMs: 20 }) },
})

describe('a local cluster', () => {
  test('runs every node; who leads may be killed; what a client wrote is on the others, and on that one when it is back', async () => {
    await using cluster = await localCluster(topology)
    expect(cluster.running).toEqual(nodes)
    const client = await cluster.connect('journal')
    expectTypeOf(client).toEqualTypeOf<ConnectedClient<Note, number, number, string>>()
    await client.propose({ text: 'one' })
    const [leader = ''] = cluster.leaders('journal')
    expect(cluster.leaders('journal', 'server')).toEqual([leader])
    expect(cluster.leaders('journal', 'other')).toEqual([])

    await cluster.kill(leader)
    expect(cluster.running).toEqual(nodes.filter((id) => id !== leader))
    expect(cluster.status().map(({ node }) => node)).toEqual(cluster.running)
    expect(() => cluster.node(leader)).toThrow(expect.objectContaining({ code: 'QUORATE_UNKNOWN_NODE' }))
    expect(await client.propose({ text: 'two' })).toMatchObject({ result: 2 })

    await cluster.kill(leader)
    for (const act of ['start', 'stop', 'kill'] as const) {
      await expect(cluster[act]('n4')).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_NODE' })
    }

    await cluster.start(leader, ...cluster.running)
    expect(
      await cluster
        .node(leader)
        .group('journal')
        .read((texts) => texts),
    ).toEqual(['one', 'two'])
  })

  test('a node that is killed says nothing more and keeps its disk; one that is stopped takes its leave', async () => {
    await using cluster = await localCluster(topology)
    const client = await cluster.connect('journal')
    await client.propose({ text: 'one' })
    const [killed, stopped] = [cluster.node('n1'), cluster.node('n2')]
    const heard: string[] = []
    cluster.transport.setFilter(({ from }) => {
      heard.push(from)
      return true
    })
    await cluster.kill('n1')
    heard.length = 0
    await client.propose({ text: 'two' })
    expect(heard).not.toContain('n1')
    expect(heard).toContain('n2')
    expect(killed.status().state).toBe('running')
    await cluster.stop('n2')
    expect(stopped.status().state).toBe('stopped')
    await cluster.start('n1')
    expect(
      await cluster
        .node('n1')
        .group('journal')
        .read((texts) => texts),
    ).toEqual(['one', 'two'])
  })

  test('clients do not outlive it', async () => {
    const cluster = await localCluster(topology)
    const client = await cluster.connect('journal', { deadlineMs: 100 })
    await cluster.close()
    await expect(client.propose({ text: 'late' })).rejects.toMatchObject({ code: 'QUORATE_CLIENT_CLOSED' })
    expect(cluster.running).toEqual([])
  })

  test('a node that the topology does not list is refused', async () => {
    await using cluster = await localCluster(topology)
    await expect(cluster.start('n9')).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_NODE' })
  })

  test('what startNode refuses it refuses', async () => {
    const cluster = 'two words'
    await expect(localCluster({ ...topology, cluster })).rejects.toMatchObject({ code: 'QUORATE_INVALID_NAME' })
  })
})
