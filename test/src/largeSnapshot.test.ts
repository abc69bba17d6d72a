import { setTimeout as sleep } from 'node:timers/promises'
import { connectKvClient } from '@quorate/kv'
import { nats } from '@quorate/nats'
import { expect, test } from 'vitest'
import { startCluster } from './cluster.js'
import type { NodeProcess } from './nodeProcess.js'
import { replicating } from './programs/groups.js'
import { until } from './until.js'

const keys = 12_000
const valueBytes = 1000
/** After so many milliseconds of being brought up to date a node is killed. */
const killAfterMs = [50, 150, 400]

const kvOf = async (node: NodeProcess) => {
  const kv = (await node.ask({ type: 'status' })).groups['kv']
  if (!kv) throw new Error(`${node.id} has no group kv`)
  return kv
}

test.each(replicating)(
  '%s: a node that was away gets a snapshot in pieces, through SIGKILLs while they come, and starts from it',
  async (protocol) => {
    await using cluster = await startCluster({ protocol, machine: 'kv', snapshotEveryEntries: 4000, entriesKept: 50 })
    const servers = cluster.bus.url
    await using client = await connectKvClient({
      transport: nats({ servers }),
      cluster: cluster.name,
      group: 'kv',
      deadlineMs: 120_000,
    })
    await client.put('first', 'value')
    const away = await until('one does not lead', async () => {
      for (const node of cluster.nodes)
        if (Object.values((await kvOf(node)).roles).every(({ serves }) => !serves)) return node
      return undefined
    })
    await away.stop('SIGKILL')
    let next = 0
    const put = async (): Promise<void> => {
      while (next < keys) await client.put(`key-${next++}`, new Uint8Array(valueBytes).fill(next))
    }
    await Promise.all(Array.from({ length: 256 }, put))
    for (const ms of killAfterMs) {
      await away.startReady()
      await sleep(ms)
      await away.stop('SIGKILL')
    }
    await away.startReady()
    const applied = await until('it has caught up', async () => {
      const kv = await kvOf(away)
      return (kv.applied ?? 0) > keys && kv
    })
    expect(applied.snapshot).toBeGreaterThan(0)
    await away.stop('SIGKILL')
    await away.startReady()
    await until('it has caught up again', async () => ((await kvOf(away)).applied ?? 0) > keys)
    expect(away.log.filter(({ level }) => level === 'error')).toEqual([])
    expect((await client.get(`key-${keys - 1}`))?.value).toEqual(new Uint8Array(valueBytes).fill(keys))
  },
  180_000,
)
