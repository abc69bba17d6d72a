import {
  type Effect,
  type GroupDefinition,
  json,
  type Message,
  type NodeId,
  type PeerFound,
  type PeerLost,
  type TraceEvent,
} from '@quorate/core'
import { assign, setup } from '@quorate/core/statechart'
import type { InvariantFactory } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { generalInvariants } from '../invariants/general.js'
import type { Script, Step } from '../script/script.js'
import { explore } from '../search/explore.js'
import type { SimulationSubject } from '../subject/subject.js'
import { simulate } from './simulate.js'

/** On each node one that looks out for all others, and says nothing. */
const lookout = setup({
  types: {} as { context: { told: number }; events: PeerLost | PeerFound; emitted: Effect<Message> },
  actions: { count: assign(({ context }) => ({ told: context.told + 1 })) },
}).createMachine({
  id: 'lookout',
  context: { told: 0 },
  on: { 'peer.lost': { actions: 'count' }, 'peer.found': { actions: 'count' } },
})

const codec = json<Message>()
const subject = (probeEveryMs = 10): SimulationSubject => ({
  name: 'lookouts',
  nodes: 3,
  make(count) {
    const nodes = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    const group: GroupDefinition = {
      protocol: 'lookouts',
      messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
      messageBytesMax: 4096,
      service: { type: 'none' },
      roles: {
        lookout: {
          nodes,
          remembers: false,
          record: json<unknown>(),
          logic: () => lookout,
          input: () => undefined,
          awaits: () => nodes,
          status: () => ({ state: '', serves: false }),
        },
      },
    }
    return { nodes, groups: { g: group }, probeEveryMs }
  },
})

const quiet: Script = {
  subject: 'lookouts',
  nodes: 3,
  seed: 1,
  variant: 1,
  bootstrap: true,
  endUs: 4_000_000,
  steps: [],
  messages: new Map(),
  writes: new Map(),
}

interface Told {
  readonly atMs: number
  readonly what: string
}

/** What the lookout of n1 was told, and when. */
function listening() {
  const told: Told[] = []
  let atMs = 0
  const invariant: InvariantFactory = () => ({
    name: 'What Was Told',
    source: 'this test',
    stepped({ node }, _before, event) {
      if (node === 'n1' && event) told.push({ atMs, what: `${event.type} ${(event as PeerLost).node}` })
    },
  })
  const observe = ({ atUs }: TraceEvent) => {
    atMs = atUs / 1000
  }
  return { told, invariants: [...generalInvariants, invariant], observe }
}

async function toldIn(changed: Partial<Script>, probeEveryMs = 10) {
  const { told, ...options } = listening()
  const result = await simulate({ subject: subject(probeEveryMs), script: { ...quiet, ...changed }, ...options })
  return { told, result }
}

const crash = (node: NodeId, atMs: number, forMs: number): Step => ({
  atUs: atMs * 1000,
  do: 'crash',
  node,
  afterEffects: 0,
  forMs,
  unsynced: 'lost',
})

describe('in a simulated cluster a node that crashed', () => {
  test('is told of within milliseconds, and that it is back', async () => {
    const { told } = await toldIn({ steps: [crash('n2', 1000, 500)] })
    expect(told.map(({ what }) => what)).toEqual(['peer.lost n2', 'peer.found n2'])
    const [lost, found] = told
    // It struck in place of its next probe, one to two intervals and a message before.
    expect(lost?.atMs).toBeGreaterThan(1000)
    expect(lost?.atMs).toBeLessThan(1035)
    expect(found?.atMs).toBeGreaterThan(1500)
    expect(found?.atMs).toBeLessThan(1535)
  })

  test('is told of later where nodes ask less often', async () => {
    const { told } = await toldIn({ steps: [crash('n2', 1100, 2000)] }, 500)
    expect(told[0]?.what).toBe('peer.lost n2')
    expect(told[0]?.atMs).toBeGreaterThan(1400)
  })
})

describe('in a simulated cluster a node that lives', () => {
  test('is suspected by those who do not reach it, and nobody knows what becomes of an answer that is lost', async () => {
    const cut = (from: NodeId, to: NodeId): Step => {
      return { atUs: 1_000_000, do: 'cut', from: [from], to: [to], forMs: 500, as: 'one-way partition' }
    }
    expect((await toldIn({ steps: [cut('n1', 'n2')] })).told.map(({ what }) => what)).toEqual([
      'peer.lost n2',
      'peer.found n2',
    ])
    expect((await toldIn({ steps: [cut('n2', 'n1')] })).told).toEqual([])
  })

  test('and is paused is not suspected, nor is anybody by who has lost the bus', async () => {
    const pause = { atUs: 1_000_000, do: 'pause', node: 'n2', forMs: 900 } as const
    const disconnect = { atUs: 1_000_000, do: 'disconnect', process: 'n1', forMs: 900 } as const
    expect((await toldIn({ steps: [pause] })).told).toEqual([])
    expect((await toldIn({ steps: [disconnect] })).told).toEqual([])
  })

  test('is suspected where a script says so', async () => {
    const { told, result } = await toldIn({ messages: new Map([['Probe#5 n1>n2', { isDenied: true }]]) })
    expect(told.map(({ what }) => what)).toEqual(['peer.lost n2', 'peer.found n2'])
    expect(result.faults).toEqual({ 'wrong suspicion': 1 })
  })
})

describe('drawn runs', { timeout: 120_000 }, () => {
  const run = (seed: number, faults: 'none' | 'network') => {
    const { told, ...options } = listening()
    return { told, result: explore({ subject: subject(100), seed, faults, nodes: 3, lastsMs: 10_000, ...options }) }
  }

  test('suspect wrongly at a rate of their own, and only where the network fails', async () => {
    let wrong = 0
    for (let seed = 1; seed <= 6; seed++) {
      const { violation, faults } = await run(seed, 'network').result
      expect(violation).toBeUndefined()
      wrong += faults['wrong suspicion'] ?? 0
      const quietly = run(seed, 'none')
      await quietly.result
      expect(quietly.told).toEqual([])
    }
    expect(wrong).toBeGreaterThan(0)
  })

  test('of one seed suspect the same', async () => {
    const [first, again] = [run(3, 'network'), run(3, 'network')]
    expect((await again.result).hash).toBe((await first.result).hash)
    expect(again.told).toEqual(first.told)
  })
})
