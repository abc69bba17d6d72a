import { localCluster } from '@quorate/host/testing'
import { raftInvariants } from '@quorate/raft/testing'
import { explore, failureOf, type SimulationSubject } from '@quorate/simulator'
import { expect, test } from 'vitest'
import topology, { workload } from './topology.js'

test('nobody takes more than there are, also after the loss of a node', async () => {
  await using cluster = await localCluster(topology)
  const client = await cluster.connect('stock')
  const propose = async (f: 'put' | 'take', count: number) => (await client.propose({ f, item: 'nails', count })).result
  expect(await propose('put', 5)).toBe(5)
  await cluster.kill('n1')
  expect(await propose('take', 3)).toBe(2)
  expect(await propose('take', 3)).toBeNull()
  expect(await client.query('nails')).toBe(2)
})

test('the stock itself is simulated under faults, and its clients are told nothing wrong', {
  timeout: 120_000,
}, async () => {
  const { nodes, groups } = topology
  const subject: SimulationSubject = {
    name: 'stock',
    nodes: nodes.length,
    invariants: raftInvariants,
    make: () => ({ nodes, groups, workload }),
  }
  for (const seed of [1, 2, 3]) {
    const result = await explore({ subject, seed, faults: 'all', nodes: 3, lastsMs: 10_000 })
    expect(failureOf(result)).toBeUndefined()
    expect(new Set(result.history.map(({ f }) => f))).toEqual(new Set(['put', 'take', 'count']))
  }
})
