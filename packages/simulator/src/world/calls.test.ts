import {
  type Called,
  type Codec,
  type Effect,
  type GroupDefinition,
  json,
  type Message,
  type TraceEvent,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import type { InvariantFactory } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { generalInvariants } from '../invariants/general.js'
import { explore } from '../search/explore.js'
import type { SimulatedHandler, SimulationSubject } from '../subject/subject.js'

/** On each node a payer, who pays one bill after the other at a bank that all nodes use. */
interface Bill {
  readonly number: number
  readonly isDue: boolean
}

/** `isCareful`: what a restart finds due is paid, or paid again; else it is taken for paid. */
const payer = (isCareful: boolean) =>
  setup({
    types: {} as { context: Bill; events: Called; input: Bill; emitted: Effect<Message, Bill> },
    delays: { impulse: 50, pause: 20 },
    guards: {
      isDue: ({ context }) => context.isDue,
      isPaid: ({ context, event }) => event.outcome.type === 'returned' && event.request === context.number,
    },
    actions: {
      next: assign(({ context }) => ({ number: context.number + 1, isDue: true })),
      paid: assign({ isDue: false }),
      persist: emit(({ context }) => ({ type: 'persist', record: context })),
      call: emit(({ context: { number } }) => ({ type: 'call', request: number, bytes: new Uint8Array([number]) })),
    },
  }).createMachine({
    id: 'payer',
    context: ({ input }) => input,
    initial: 'opening',
    states: {
      opening: {
        always: isCareful
          ? [{ guard: 'isDue', target: 'paying' }, { target: 'idle' }]
          : [{ guard: 'isDue', actions: ['paid', 'persist'], target: 'idle' }, { target: 'idle' }],
      },
      idle: { after: { impulse: { actions: ['next', 'persist'], target: 'paying' } } },
      paying: {
        entry: 'call',
        on: { called: [{ guard: 'isPaid', actions: ['paid', 'persist'], target: 'idle' }, { target: 'pausing' }] },
      },
      pausing: { after: { pause: 'paying' } },
    },
  })

const codec = json<Message>()

/** What became of all bills of a run. */
const bank = () => {
  const paid = new Map<string, number>()
  const seen = { calls: 0, done: 0 }
  const handler: SimulatedHandler = (bytes, { node }) => {
    if (++seen.calls % 10 === 0) throw new Error('the bank is closed')
    const bill = `${node} ${bytes[0]}`
    paid.set(bill, (paid.get(bill) ?? 0) + 1)
    return bytes
  }
  /** What a payer writes down as paid is. */
  const invariant: InvariantFactory = ({ broken }) => ({
    name: 'Paid Is Paid',
    source: 'this test',
    emitted({ node }, effect) {
      if (effect.type !== 'persist') return
      const { number, isDue } = effect.record as Bill
      if (isDue) return
      seen.done++
      if (!paid.has(`${node} ${number % 256}`)) broken(`${node} takes bill ${number} for paid`)
    },
  })
  return { paid, seen, handler, invariant }
}

const subjectOf = (isCareful: boolean, handler: SimulatedHandler | undefined): SimulationSubject => ({
  name: 'payers',
  nodes: 3,
  make(count) {
    const nodes = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    const group: GroupDefinition = {
      protocol: 'payers',
      messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
      messageBytesMax: 4096,
      service: { type: 'none' },
      roles: {
        payer: {
          nodes,
          record: json<Bill>() as Codec<unknown>,
          logic: (random) => payer(isCareful).provide({ delays: { impulse: () => 20 + random.below(60) } }),
          input: ({ recovered }): Bill => (recovered.record as Bill | undefined) ?? { number: 0, isDue: false },
          handler: () => {
            throw new Error('a simulation pays nothing')
          },
          status: () => ({ state: '', serves: false }),
        },
      },
    }
    return { nodes, groups: { g: group }, ...(handler && { handlers: { g: { payer: handler } } }) }
  },
})

const run = async (isCareful: boolean, seed: number) => {
  const { paid, seen, handler, invariant } = bank()
  const subject = subjectOf(isCareful, handler)
  const invariants = [...generalInvariants, invariant]
  const down = new Set<string>()
  let effectsWhileDown = 0
  const observe = (event: TraceEvent) => {
    if (event.type !== 'note') return
    if (event.text.startsWith('crashes')) down.add(event.who)
    else if (event.text === 'starts') down.delete(event.who)
    else if (event.text.endsWith('takes effect') && down.has(event.who)) effectsWhileDown++
  }
  const result = await explore({ subject, seed, faults: 'all', nodes: 3, lastsMs: 20_000, invariants, observe })
  return { paid, seen, result, effectsWhileDown }
}
const seeds = Array.from({ length: process.env['QUORATE_LONG'] ? 100 : 6 }, (_, at) => at + 1)

describe('calls in a simulated cluster', { timeout: 300_000 }, () => {
  test('are answered, or made again: what a role takes for done is done, whatever fails', async () => {
    const all = { done: 0, twice: 0, whileDown: 0, faults: new Set<string>() }
    for (const seed of seeds) {
      const { paid, seen, result, effectsWhileDown } = await run(true, seed)
      expect(result.violation).toBeUndefined()
      all.done += seen.done
      all.whileDown += effectsWhileDown
      for (const times of paid.values()) if (times > 1) all.twice++
      for (const fault of Object.keys(result.faults)) all.faults.add(fault)
    }
    expect(all.done).toBeGreaterThan(1000)
    // At least once, and not once.
    expect(all.twice).toBeGreaterThan(0)
    expect(all.whileDown).toBeGreaterThan(0)
    for (const fault of ['lost call', 'lost answer of a call', 'call that outlives its node'])
      expect(all.faults).toContain(fault)
  })

  test('that a crash interrupted and nobody makes again are found', async () => {
    const violations = await Promise.all(
      seeds.map(async (seed) => (await run(false, seed)).result.violation?.invariant),
    )
    expect(violations).toContain('Paid Is Paid')
  })

  test('the same seed gives the same run', async () => {
    const [first, again, other] = [await run(true, 1), await run(true, 1), await run(true, 2)]
    expect(again.result.hash).toBe(first.result.hash)
    expect(other.result.hash).not.toBe(first.result.hash)
    expect(again.paid).toEqual(first.paid)
  })

  test('are not made of a handler that works on the real world', async () => {
    const real = explore({ subject: subjectOf(true, undefined), seed: 1, faults: 'all', nodes: 3, lastsMs: 1000 })
    await expect(real).rejects.toMatchObject({
      code: 'QUORATE_INVALID_CONFIGURATION',
      message: expect.stringMatching(/role payer of group g has a handler, .* give another one in handlers/),
    })
  })
})
