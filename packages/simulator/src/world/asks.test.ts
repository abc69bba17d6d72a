import {
  type AskContract,
  type ClientAsked,
  type Codec,
  type Effect,
  type GroupDefinition,
  json,
  keyedRecord,
  type Message,
  perKey,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import { explore } from '../search/explore.js'
import { failureOf } from '../search/findings.js'
import type { SimulationSubject } from '../subject/subject.js'
import type { SimulatedWorkload } from '../workload/simulatedWorkload.js'

/** Registers on one node that clients ask for: no log, and no other copy. A write that is taken twice shows in what others read. */

interface Question {
  readonly f: 'read' | 'write'
  readonly key: string
  readonly value: number
}
type Contract = AskContract<Question, number>

const contractWith = (isIdempotent: Contract['isIdempotent']): Contract => ({
  request: json<Question>(),
  reply: json<number>(),
  routing: 'any',
  isIdempotent,
})

interface Register {
  readonly value: number
}

const register = setup({
  types: {} as {
    context: Register
    events: ClientAsked<Question>
    input: Register
    emitted: Effect<never, Register, number>
  },
  guards: { isWrite: ({ event }) => event.body.f === 'write' },
  actions: {
    write: assign(({ event }) => ({ value: event.body.value })),
    persist: emit(({ context: { value } }) => ({ type: 'persist', record: { value } }) as const),
    answer: emit(({ context: { value }, event }) => ({ type: 'answer', request: event.request, body: value }) as const),
  },
}).createMachine({
  id: 'register',
  context: ({ input }) => input,
  initial: 'resting',
  states: {
    resting: {
      on: { 'client.asked': [{ guard: 'isWrite', actions: ['write', 'persist', 'answer'] }, { actions: 'answer' }] },
    },
  },
})

const registers = perKey({
  id: 'registers',
  each: register,
  keyOf: (event) => event.body.key,
  input: ({ row }) => row ?? { value: 0 },
  row: json<Register>(),
  refuse: ({ request }) => ({ type: 'refuse' as const, request, reason: 'overloaded' as const }),
})

const orNull = (value: unknown) => (value === 0 ? null : Number(value))

const workload: SimulatedWorkload<Contract> = {
  name: 'registers that are asked',
  model: 'register',
  operations: {
    read: { fields: { key: 'text', value: 'count' }, isQuery: true },
    write: { fields: { key: 'text', value: 'count' } },
  },
  perSecond: 20,
  draw: () => (own, ordinal) => ({ f: own.isOne(500) ? 'read' : 'write', key: 'x', value: ordinal + 1 }),
  probe: (number) => [{ f: 'write', key: 'probe', value: number }],
  perform: (client, { f, key, value }) => client.ask({ f: f as Question['f'], key: String(key), value: Number(value) }),
  argumentOf: ({ f, value }) => (f === 'read' ? null : Number(value)),
  resultOf: ({ f }, result) => (f === 'read' ? orNull(result) : undefined),
}

const codec = json<Message>()

const subject = (contract: Contract): SimulationSubject => ({
  name: 'registers',
  nodes: 1,
  make() {
    const group: GroupDefinition = {
      protocol: 'registers',
      messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
      messageBytesMax: 4096,
      service: { ...contract, type: 'ask', answers: 'registers', limits: { requestBytesMax: 1000 } },
      roles: {
        registers: {
          nodes: ['n1'],
          record: keyedRecord as Codec<unknown>,
          logic: () => registers,
          input: ({ recovered }) => ({ shared: undefined, recovered }),
          status: () => ({ state: '', serves: true }),
        },
      },
    }
    return { nodes: ['n1'], groups: { g: group }, workload: { clients: 3, groups: { g: workload } } }
  },
})

const run = (contract: Contract, seed: number) =>
  explore({ subject: subject(contract), seed, faults: 'all', nodes: 1, lastsMs: 20_000 })
const seeds = Array.from({ length: 12 }, (_, at) => at + 1)

describe('a group that is asked, in a simulated cluster', { timeout: 300_000 }, () => {
  test('takes at most once what must not be taken twice, whatever fails', async () => {
    const outcomes = { answered: 0, unknown: 0 }
    for (const seed of seeds) {
      const result = await run(
        contractWith(({ f }) => f === 'read'),
        seed,
      )
      expect(failureOf(result), `seed ${seed}`).toBeUndefined()
      outcomes.answered += result.history.filter(({ type }) => type === 'ok').length
      outcomes.unknown += result.history.filter(({ type }) => type === 'info').length
    }
    expect(outcomes.answered).toBeGreaterThan(1000)
    expect(outcomes.unknown).toBeGreaterThan(0)
  })

  test('and where that is asked again, what comes of it is found', async () => {
    const found: (string | undefined)[] = []
    for (const seed of seeds)
      found.push(
        (
          await run(
            contractWith(() => true),
            seed,
          )
        ).violation?.invariant,
      )
    expect(found).toContain('Linearizability')
  })
})
