import {
  type Chosen,
  type Codec,
  type Effect,
  type GroupDefinition,
  json,
  keyedRecord,
  type Message,
  type NodeId,
  perKey,
  type Received,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import type { InvariantFactory } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { generalInvariants } from '../invariants/general.js'
import { explore } from '../search/explore.js'
import type { SimulationSubject } from '../subject/subject.js'

/** Polls by name at one address of each node, and on each node a voter that chooses where it votes, and for what. */

type Vote = Received<{ readonly type: 'Vote'; readonly poll: string; readonly voter: string; readonly number: number }>
interface Counted extends Message {
  readonly type: 'Counted'
  readonly poll: string
  readonly votes: number
  readonly doubts: number
}

/** By voter, how many votes of it were counted. */
type Row = Readonly<Record<string, number>>
interface Poll {
  readonly poll: string
  readonly row: Row
  readonly doubts: number
}
const votesIn = (row: Row): number => Object.values(row).reduce((sum, number) => sum + number, 0)

const poll = (isDurable: boolean) =>
  setup({
    types: {} as { context: Poll; events: Vote; input: Poll; emitted: Effect<Counted, Row> },
    delays: { closing: 200 },
    guards: { isNew: ({ context: { row }, event }) => event.number > (row[event.voter] ?? 0) },
    actions: {
      count: assign(({ context: { row }, event: { voter, number } }) => ({ row: { ...row, [voter]: number } })),
      persist: emit(({ context }) =>
        isDurable ? { type: 'persist' as const, record: context.row } : { type: 'delete' as const, key: context.poll },
      ),
      reply: emit(({ context, event }) => {
        const { row, doubts } = context
        return send(event.from, { type: 'Counted', poll: context.poll, votes: votesIn(row), doubts })
      }),
    },
  }).createMachine({
    id: 'poll',
    context: ({ input }) => input,
    initial: 'resting',
    states: {
      resting: {
        on: {
          Vote: [{ guard: 'isNew', actions: ['count', 'persist', 'reply'], target: 'open' }, { actions: 'reply' }],
        },
      },
      open: {
        on: { Vote: [{ guard: 'isNew', actions: ['count', 'persist', 'reply'] }, { actions: 'reply' }] },
        after: { closing: 'closed' },
      },
      closed: { type: 'final' },
    },
  })

const polls = (isDurable: boolean) =>
  perKey({
    id: 'polls',
    each: poll(isDurable),
    keyOf: (event) => event.poll,
    input: ({ key, row = {}, doubts }) => ({ poll: key, row, doubts }),
    row: json<Row>(),
    refuse: () => undefined,
  })

interface Voter {
  readonly id: NodeId
  readonly choices: readonly string[]
  readonly number: number
}
const voter = setup({
  types: {} as { context: Voter; input: Voter; events: Chosen | Received<Counted>; emitted: Effect<Message> },
  delays: { impulse: 50 },
  actions: {
    next: assign(({ context }) => ({ number: context.number + 1 })),
    choose: emit(({ context }) => ({ type: 'choose' as const, request: 1, among: context.choices, count: 1 })),
    vote: emit(({ context: { id, number }, event }) => {
      const [place = '', name = ''] = ((event as Chosen).chosen[0] ?? '').split(' ')
      return send(`g/polls/${place}`, { type: 'Vote', poll: name, voter: id, number } as Message)
    }),
  },
}).createMachine({
  id: 'voter',
  context: ({ input }) => input,
  initial: 'idle',
  states: {
    idle: { after: { impulse: 'choosing' } },
    choosing: { entry: ['next', 'choose'], on: { chosen: { actions: 'vote', target: 'idle' } } },
  },
})

const status = () => ({ state: '', serves: false })
const codec = json<Message>()

const subject = (isDurable: boolean): SimulationSubject => ({
  name: 'polls',
  nodes: 3,
  make(count) {
    const nodes = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    const choices = nodes.flatMap((node) => ['a', 'b', 'c'].map((name) => `${node} ${name}`))
    const group: GroupDefinition = {
      protocol: 'polls',
      messages: { types: ['Vote', 'Counted'], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
      messageBytesMax: 4096,
      service: { type: 'none' },
      roles: {
        polls: {
          nodes,
          record: keyedRecord as Codec<unknown>,
          logic: (random) => polls(isDurable).provide({ delays: { closing: () => 100 + random.below(200) } }),
          input: ({ recovered }) => ({ shared: undefined, recovered }),
          status,
        },
        voter: {
          nodes,
          record: json<unknown>(),
          remembers: false,
          logic: (random) => voter.provide({ delays: { impulse: () => 20 + random.below(60) } }),
          input: ({ node }): Voter => ({ id: node, choices, number: 0 }),
          status,
        },
      },
    }
    return { nodes, groups: { g: group } }
  },
})

/** Votes that were told are not forgotten, but by a store that says that it may have. Counts what was told. */
function whatWasTold() {
  const seen = { told: 0, doubts: 0, chosen: new Set<string>() }
  const invariant: InvariantFactory = ({ broken }) => {
    const most = new Map<string, Counted>()
    return {
      name: 'What Was Told',
      source: 'this test',
      spoke({ node }, message) {
        if (message.type === 'Vote') seen.chosen.add((message as Vote).poll)
        if (message.type !== 'Counted') return
        const counted = message as Counted
        const key = `${node}/${counted.poll}`
        const before = most.get(key)
        seen.told++
        seen.doubts = Math.max(seen.doubts, counted.doubts)
        if (before && before.doubts === counted.doubts && before.votes > counted.votes)
          broken(`${key} had ${before.votes} votes, and now has ${counted.votes}`)
        most.set(key, counted)
      },
    }
  }
  return { seen, invariant }
}

const run = (isDurable: boolean, seed: number) => {
  const { seen, invariant } = whatWasTold()
  const options = { subject: subject(isDurable), seed, faults: 'all', nodes: 3, lastsMs: 20_000 } as const
  return { seen, result: explore({ ...options, invariants: [...generalInvariants, invariant] }) }
}
const seeds = [1, 2, 3, 4, 5, 6]

describe('many small ones at one address, and chance, in a simulated cluster', { timeout: 300_000 }, () => {
  test('forget nothing that they said, whatever fails', async () => {
    const all = { told: 0, doubts: 0, faults: new Set<string>(), chosen: new Set<string>() }
    for (const seed of seeds) {
      const { seen, result } = run(true, seed)
      const { violation, faults } = await result
      expect(violation).toBeUndefined()
      for (const chosen of seen.chosen) all.chosen.add(chosen)
      all.told += seen.told
      all.doubts += seen.doubts
      for (const fault of Object.keys(faults)) all.faults.add(fault)
    }
    expect([...all.chosen].sort()).toEqual(['a', 'b', 'c'])
    expect(all.told).toBeGreaterThan(1000)
    expect(all.doubts).toBeGreaterThan(0)
    expect([...all.faults].some((fault) => fault.startsWith('unsynced write'))).toBe(true)
  })

  test('that write nothing down are caught', async () => {
    const violations = await Promise.all(
      seeds.map(async (seed) => (await run(false, seed).result).violation?.invariant),
    )
    expect(violations).toContain('What Was Told')
  })

  test('the same seed makes the same choices', async () => {
    const [first, again, other] = [await run(true, 1).result, await run(true, 1).result, await run(true, 2).result]
    expect(again.hash).toBe(first.hash)
    expect(other.hash).not.toBe(first.hash)
  })
})
