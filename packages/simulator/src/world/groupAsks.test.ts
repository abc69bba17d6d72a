import { type Answered, type Codec, type Effect, type GroupDefinition, json, type Message } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import type { InvariantFactory } from '@quorate/core/testing'
import { raft } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { describe, expect, test } from 'vitest'
import { drawLimits } from '../chance/limits.js'
import { generalInvariants } from '../invariants/general.js'
import { explore } from '../search/explore.js'
import { failureOf } from '../search/findings.js'
import type { SimulationSubject } from '../subject/subject.js'
import { type RegisterResult, registers } from '../workload/registers.js'

/** On each node a counter, who counts on in a register of its own, which a group keeps: 1 for 0, 2 for 1, and so on. */
interface Count {
  readonly config: { readonly node: string }
  readonly value: number
  readonly isDue: boolean
  /** How often it has asked: no two commands are the same. */
  readonly asks: number
  /** Nothing that it asked for this value may have been done without its knowing. */
  readonly isFirst: boolean
}
interface Row {
  readonly value: number
  readonly isDue: boolean
  readonly asks: number
  /** What the group said of the first command that may have been executed. */
  readonly firstIsDone?: boolean
}

const resultOf = ({ outcome }: Answered): RegisterResult | undefined =>
  outcome.type === 'returned' ? (registers.codecs.result.decode(outcome.bytes) as RegisterResult) : undefined

const counter = setup({
  types: {} as { context: Count; events: Answered; input: Count; emitted: Effect<Message, Row> },
  delays: { impulse: 50, pause: 20 },
  guards: {
    isDue: ({ context }) => context.isDue,
    isReturned: ({ context, event }) => event.request === context.asks && event.outcome.type === 'returned',
  },
  actions: {
    next: assign(({ context }) => ({ value: context.value + 1, isDue: true, isFirst: true })),
    begin: assign(({ context }) => ({ asks: context.asks + 1 })),
    doubt: assign(({ context, event: { outcome } }) => ({
      isFirst: context.isFirst && outcome.type === 'failed' && outcome.reason === 'notExecuted',
    })),
    counted: assign({ isDue: false }),
    persist: emit(({ context: { value, isDue, asks } }) => ({ type: 'persist', record: { value, isDue, asks } })),
    persistCounted: emit(({ context: { value, asks, isFirst }, event }) => {
      const { isDone = false } = resultOf(event) ?? {}
      return { type: 'persist', record: { value, asks, isDue: false, ...(isFirst && { firstIsDone: isDone }) } }
    }),
    ask: emit(({ context: { value, asks, config } }) => {
      const key = `counter-${config.node}`
      const command = { id: `${key}-${asks}`, f: 'cas', key, value, expected: value - 1 } as const
      return { type: 'ask', group: 'raft', request: asks, bytes: registers.codecs.command.encode(command) }
    }),
  },
}).createMachine({
  id: 'counter',
  context: ({ input }) => input,
  initial: 'opening',
  states: {
    opening: { always: [{ guard: 'isDue', target: 'asking' }, { target: 'idle' }] },
    idle: { after: { impulse: { actions: 'next', target: 'asking' } } },
    asking: {
      entry: ['begin', 'persist', 'ask'],
      on: {
        answered: [
          { guard: 'isReturned', actions: ['counted', 'persistCounted'], target: 'idle' },
          { actions: 'doubt', target: 'pausing' },
        ],
      },
    },
    pausing: { after: { pause: 'asking' } },
  },
})

const codec = json<Message>()

/** `isCareful`: of what it asked before a crash it does not know whether it was executed; else it thinks that it was not. */
const counters = (nodes: readonly string[], isCareful: boolean): GroupDefinition => ({
  protocol: 'counters',
  messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 4096,
  service: { type: 'none' },
  roles: {
    counter: {
      nodes,
      record: json<Row>() as Codec<unknown>,
      logic: (random) => counter.provide({ delays: { impulse: () => 50 + random.below(100) } }),
      input: ({ node, recovered }): Count => {
        const { value, isDue, asks } = (recovered.record as Row | undefined) ?? { value: 0, isDue: false, asks: 0 }
        return { config: { node }, value, isDue, asks, isFirst: !isCareful }
      },
      status: () => ({ state: '', serves: false }),
    },
  },
})

const subjectOf = (isCareful: boolean): SimulationSubject => ({
  name: 'counters',
  nodes: 4,
  make(count, chance) {
    const nodes = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    // The last node is no member of the group that all ask.
    const members = nodes.slice(0, -1)
    const groups = {
      raft: raft({ members, stateMachine: registers, limits: drawLimits(chance) }),
      counters: counters(nodes, isCareful),
    }
    return { nodes, groups }
  },
})

const run = async (isCareful: boolean, seed: number) => {
  const seen = { counted: 0, first: 0, by: new Set<string>() }
  const invariant: InvariantFactory = ({ group, broken }) => {
    if (group !== 'counters') return undefined
    return {
      name: 'Asked Once',
      source: 'this test',
      emitted({ node }, effect) {
        if (effect.type !== 'persist') return
        const { value, isDue, firstIsDone } = effect.record as Row
        if (isDue) return
        seen.counted++
        seen.by.add(node)
        if (firstIsDone === undefined) return
        seen.first++
        if (!firstIsDone) broken(`${node} has asked once for ${value}, and it was executed before`)
      },
    }
  }
  const invariants = [...generalInvariants, ...raftInvariants, invariant]
  const result = await explore({
    subject: subjectOf(isCareful),
    seed,
    faults: 'all',
    nodes: 4,
    lastsMs: 10_000,
    invariants,
  })
  return { seen, result }
}
const seeds = process.env['QUORATE_LONG'] ? Array.from({ length: 40 }, (_, at) => at + 1) : [1, 2]

describe('a role that asks another group in a simulated cluster', { timeout: 300_000 }, () => {
  test('has its commands executed once, whatever fails', async () => {
    const all = { counted: 0, first: 0, by: new Set<string>() }
    for (const seed of seeds) {
      const { seen, result } = await run(true, seed)
      expect(failureOf(result)).toBeUndefined()
      all.counted += seen.counted
      all.first += seen.first
      for (const node of seen.by) all.by.add(node)
    }
    expect([...all.by].sort()).toEqual(['n1', 'n2', 'n3', 'n4'])
    expect(all.first).toBeGreaterThan(100)
    expect(all.counted).toBeGreaterThan(all.first)
  })

  test('that takes what a crash interrupted for not executed is found', async () => {
    const violations: (string | undefined)[] = []
    for (const seed of [2, 4]) violations.push((await run(false, seed)).result.violation?.invariant)
    expect(violations).toContain('Asked Once')
  })

  test('the same seed gives the same run', async () => {
    const [first, again] = [await run(true, 1), await run(true, 1)]
    expect(again.result.hash).toBe(first.result.hash)
  })
})
