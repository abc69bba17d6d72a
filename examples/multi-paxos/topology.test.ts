import { memoryStore, memoryTransport } from '@quorate/core/testing'
import { type QuorateNode, realClock, startNode } from '@quorate/host'
import { connectKvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import topology from './topology.js'

/** The three nodes in this process, on a bus and disks in memory. */
test('what one client writes another reads, also when the leader is gone', async () => {
  const { cluster, nodes: ids, groups } = topology
  const transport = memoryTransport()
  const nodes = new Map<string, QuorateNode>()
  for (const id of ids) {
    const store = memoryStore({ clock: realClock() })
    nodes.set(id, await startNode({ id, cluster, transport, store, groups }))
  }

  const writer = await connectKvClient({ transport, cluster, group: 'kv' })
  const { revision } = await writer.put('greeting', 'hello')
  const leader = writer.leader ?? ''
  expect(ids).toContain(leader)
  await nodes.get(leader)?.stop()

  const reader = await connectKvClient({ transport, cluster, group: 'kv' })
  expect(await reader.getText('greeting')).toBe('hello')
  expect(await reader.compareAndSet('greeting', { revision }, 'hello again')).toMatchObject({
    changed: true,
    version: 2,
  })
  expect(reader.leader).not.toBe(leader)

  await Promise.all([writer.close(), reader.close(), ...[...nodes.values()].map((node) => node.stop())])
})
