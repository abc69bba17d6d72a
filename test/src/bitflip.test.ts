import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { audit, spotless } from './audit.js'
import { type Cluster, type LedgerClient, startCluster, statusOf } from './cluster.js'
import { fingerprint, flipBit, newestLog, sizeOf } from './files.js'
import type { NodeProcess } from './nodeProcess.js'
import { until } from './until.js'

/** Writes some commands one after the other, so that each is a record of its own, and gives their ids. */
const writeSome = async (client: LedgerClient, name: string, count: number): Promise<string[]> => {
  const ids = Array.from({ length: count }, (_, at) => `${name}-${at}`)
  for (const id of ids) await client.propose({ id })
  return ids
}

const nodesOf = (cluster: Cluster): readonly [NodeProcess, NodeProcess, NodeProcess] => {
  const [first, second, third] = cluster.nodes
  if (!first || !second || !third) throw new Error('three nodes were expected')
  return [first, second, third]
}

describe('one bit of a log on the disk is another', () => {
  test('in the middle: the node refuses to start, says why and what to do, and the others go on', async () => {
    await using cluster = await startCluster()
    const client = await cluster.client()
    const acknowledged = await writeSome(client, 'before', 100)
    const [broken] = nodesOf(cluster)
    const { directory } = broken.settings
    await broken.stop()
    const log = await newestLog(directory)
    const middle = Math.floor((await sizeOf(log)) / 2)
    await flipBit(log, middle)
    const damaged = await fingerprint(directory)

    broken.start()
    const { code, message } = await broken.end()
    expect(code).toBe('QUORATE_STORE_DAMAGED')
    expect(message).toContain(log)
    expect(message).toContain('Nothing was deleted. Check the disk')
    expect(await fingerprint(directory)).toBe(damaged)
    acknowledged.push(...(await writeSome(client, 'without', 20)))

    // As from a backup.
    await flipBit(log, middle)
    await broken.startReady()
    expect(audit(await cluster.equal(), { acknowledged, unknown: [] })).toEqual(spotless)
  }, 60_000)

  test('at the very end: the node says so, does not vote until a leader has brought it up to date, and nothing is lost', async () => {
    await using cluster = await startCluster()
    const client = await cluster.client({ deadlineMs: 60_000 })
    const [torn, witness, behind] = nodesOf(cluster)
    const acknowledged = await writeSome(client, 'three', 20)
    await behind.stop('SIGKILL')
    // Only these two have them, so each must vouch for them: together with the one that is behind, neither may decide alone.
    acknowledged.push(...(await writeSome(client, 'two', 20)))
    await torn.stop('SIGKILL')
    await witness.stop('SIGKILL')
    await flipBit(await newestLog(torn.settings.directory), -1)

    await torn.startReady()
    await behind.startReady()
    expect(torn.log).toContainEqual(
      expect.objectContaining({ level: 'warn', text: expect.stringContaining('lost or damaged') }),
    )
    const { epoch } = await statusOf(torn)
    // Whoever is behind campaigns all the time; with the vote of the other it would win, and what was acknowledged be gone.
    await sleep(3000)
    for (const node of [torn, behind]) {
      const status = await statusOf(node)
      expect(status.serves).toBe(false)
      expect(status.epoch).toBeLessThanOrEqual(epoch)
    }
    expect((await statusOf(torn)).state).toContain('doubtful')

    await witness.startReady()
    // The witness, or one to which it handed on what only it had: the audit says that nothing is lost.
    await cluster.leader()
    await until('the torn one is trusted again', async () => !(await statusOf(torn)).state.includes('doubtful'))
    acknowledged.push(...(await writeSome(client, 'after', 5)))
    expect(audit(await cluster.equal(), { acknowledged, unknown: [] })).toEqual(spotless)

    // Trusted again for good.
    await torn.stop()
    await torn.startReady()
    expect((await statusOf(torn)).state).not.toContain('doubtful')
  }, 60_000)
})
