import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { audit, spotless } from './audit.js'
import { type Cluster, startCluster } from './cluster.js'
import { echoEverything } from './echoing.js'
import { replicating } from './programs/groups.js'
import { until } from './until.js'
import { Writers } from './writers.js'

const kills = process.env['QUORATE_LONG'] ? 200 : 20

/** Kills all nodes at once, as a power cut would, and starts them again. */
const killAll = async (cluster: Cluster): Promise<void> => {
  await Promise.all(cluster.nodes.map((node) => node.stop('SIGKILL')))
  await cluster.start()
}

describe('processes that are killed', () => {
  test.each(replicating)(
    `%s, each node in turn, ${kills} times, while clients write: nothing is lost, nothing done twice, all are equal`,
    async (protocol) => {
      // Small, so that killed nodes come back through snapshots too.
      await using cluster = await startCluster({ protocol, snapshotEveryEntries: 2000, entriesKept: 500 })
      // What clients ask comes again later: not only a client's own retries must be recognized.
      await using _echoes = await echoEverything(cluster)
      const clients = await Promise.all([
        cluster.client(),
        cluster.client(),
        cluster.client({ commandsPerMessageMax: 1 }),
      ])
      const writers = new Writers(clients, 8)
      for (let kill = 0; kill < kills; kill++) {
        const before = writers.count
        const node = cluster.nodes[kill % cluster.nodes.length]
        // Or there was nothing to lose.
        await until(`a write is acknowledged after ${kill} kills`, () => writers.count > before)
        await sleep(randomInt(200))
        await node?.stop('SIGKILL')
        await node?.startReady()
        if (node) await cluster.caughtUp(node)
      }
      await killAll(cluster)
      const written = await writers.stop()
      const applied = await cluster.equal()
      expect(audit(applied, written)).toEqual(spotless)
    },
    30_000 + kills * 8_000,
  )

  test('a store that says too early that it has written is found out', async () => {
    await using cluster = await startCluster({ mistake: 'earlyDone' })
    const writers = new Writers([await cluster.client()], 1)
    while (writers.count < 200) await sleep(10)
    const written = await writers.stop()
    await killAll(cluster)
    const { lost } = audit(await cluster.equal(), written)
    expect(lost.length).toBeGreaterThan(0)
  }, 60_000)
})
