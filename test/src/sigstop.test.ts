import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { audit, spotless } from './audit.js'
import { startCluster } from './cluster.js'
import { replicating } from './programs/groups.js'
import { Writers } from './writers.js'

/** How long is looked at. Short of the ten seconds after which nats-server gives up on a reader. */
const windowMs = 4000

describe('a process that is stopped', { timeout: 60_000 }, () => {
  test.for(replicating)(
    '%s, one follower stopped under load: the others are not slowed, and it catches up',
    async (protocol, { annotate }) => {
      await using cluster = await startCluster({ protocol })
      const [stopped] = await cluster.followers()
      const writers = new Writers([await cluster.client(), await cluster.client()], 32)
      const inWindow = async (): Promise<number> => {
        const before = writers.count
        await sleep(windowMs)
        return writers.count - before
      }
      await sleep(1000)
      const before = await inWindow()
      stopped?.pause()
      const meanwhile = await inWindow()
      stopped?.continue()
      await inWindow()
      const written = await writers.stop()
      const applied = await cluster.equal()
      expect(audit(applied, written)).toEqual(spotless)
      await annotate(`${before} commands before, ${meanwhile} in as long a time while one follower was stopped`)
      // It frees a part of the machine; on a busy one the figures vary.
      expect(meanwhile / before).toBeGreaterThan(0.4)
    },
  )

  test.each(replicating)(
    '%s, the leader stopped: another one leads, and the old one follows when it goes on',
    async (protocol) => {
      await using cluster = await startCluster({ protocol })
      const writers = new Writers([await cluster.client()], 8)
      const old = await cluster.leader()
      await sleep(500)
      old.pause()
      const before = writers.count
      const untilMs = performance.now() + 20_000
      while (writers.count < before + 500 && performance.now() < untilMs) await sleep(20)
      expect(writers.count).toBeGreaterThanOrEqual(before + 500)
      old.continue()
      await sleep(500)
      const written = await writers.stop()
      expect(audit(await cluster.equal(), written)).toEqual(spotless)
      expect((await cluster.leader()).id).not.toBe(old.id)
    },
  )
})
