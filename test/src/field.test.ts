import { describe, expect, test } from 'vitest'
import { fullDisks, noDisks } from './field/fullDisks.js'
import { kills } from './field/kills.js'
import { replicating } from './programs/groups.js'

const count = process.env['QUORATE_LONG'] ? 60 : 2
const timeoutMs = 120_000 + count * 15_000

describe('processes that are killed in the midst of large writes', () => {
  test.each(replicating.flatMap((protocol) => ([1, 3] as const).map((nodes) => ({ protocol, nodes }))))(
    '$protocol of $nodes: nothing acknowledged is lost, and the group comes back by itself',
    async (group) => {
      expect(await kills({ ...group, valueBytes: 200_000 }, count)).toMatchObject({ wrong: [] })
    },
    timeoutMs,
  )
})

const reason = await noDisks()

describe('disks that fill up', () => {
  test.skipIf(reason !== undefined && !process.env['CI']).each(replicating)(
    `%s: with room again and a plain restart the group is whole${reason ? ` (${reason})` : ''}`,
    async (protocol) => {
      expect(await fullDisks({ protocol, nodes: 3, valueBytes: 20_000 }, count)).toMatchObject({ wrong: [] })
    },
    timeoutMs,
  )
})
