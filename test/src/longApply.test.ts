import { describe, expect, test } from 'vitest'
import { startCluster, statusOf } from './cluster.js'
import { replicating } from './programs/groups.js'

/** What each command costs, and how many come at once: together several times the longest election timeout. */
const busyMs = 5
const commands = 600

describe('a state machine that takes its time (heartbeats behind work)', () => {
  test.each(replicating)(
    '%s: much to apply at once costs nobody the leadership',
    async (protocol) => {
      await using cluster = await startCluster({ protocol, electionTimeoutMs: 400, heartbeatMs: 50 })
      const client = await cluster.client({ deadlineMs: 60_000 })
      await client.propose({ id: 'first' })
      const leader = await cluster.leader()
      const { epoch } = await statusOf(leader)
      await Promise.all(Array.from({ length: commands }, (_, at) => client.propose({ id: `busy-${at}`, busyMs })))
      const after = await statusOf(leader)
      expect(after).toMatchObject({ epoch, serves: true })
      expect(await cluster.equal()).toHaveLength(commands + 1)
    },
    90_000,
  )
})
