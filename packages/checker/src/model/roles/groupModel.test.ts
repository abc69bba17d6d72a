import {
  type GroupDefinition,
  json,
  type Message,
  type MessageCodec,
  type RoleDefinition,
  send,
  type TraceEvent,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import type { ActorStep } from '../actors/actor.js'
import { ofHistory, ofSomeActor } from '../actors/actor.js'
import { check } from '../check.js'
import { always, eventually, sometimes } from '../property.js'
import { type GroupScope, groupModel } from './groupModel.js'
import type { RoleState } from './roleState.js'

/** A counter that says how far it counted when that is on its disk, and a reader that keeps the last it heard. */

const codec: MessageCodec<Message> = {
  types: ['Count'],
  encode: (message) => new TextEncoder().encode(JSON.stringify(message)),
  decode: (_type, bytes) => JSON.parse(new TextDecoder().decode(bytes)),
}

interface Counter {
  readonly count: number
}

const counterWith = (isDurable: boolean, limit = 2) =>
  setup({
    types: {} as { context: Counter; input: Counter; emitted: { readonly type: string } },
    delays: { tick: 100 },
    guards: { isFull: ({ context }) => context.count >= limit },
    actions: {
      count: assign(({ context }) => {
        if (context.count > limit) throw new Error('counted too far')
        return { count: context.count + 1 }
      }),
      persist: emit(({ context }) =>
        isDurable
          ? { type: 'persist', record: { count: context.count } }
          : { type: 'refuse', request: 0, reason: 'overloaded' },
      ),
      tell: emit(({ context }) => send('g/reader/r1', { type: 'Count', count: context.count })),
    },
  }).createMachine({
    id: 'counter',
    context: ({ input }) => input,
    initial: 'waiting',
    states: {
      waiting: {
        after: { tick: { target: 'waiting', reenter: true, actions: ['count', 'persist', 'tell'] } },
      },
    },
  })

const reader = setup({
  types: {} as { context: { readonly heard: number }; events: { type: 'Count'; count: number } },
  guards: { isNew: ({ context, event }) => event.count !== context.heard },
  actions: { keep: assign(({ event }) => ({ heard: event.count })) },
}).createMachine({
  id: 'reader',
  context: { heard: 0 },
  on: { Count: [{ guard: 'isNew', actions: 'keep' }, { description: 'known' }] },
})

const record = json<unknown>()
const status = () => ({ state: '', serves: false })

const groupOf = (isDurable: boolean, limit?: number): GroupDefinition => ({
  protocol: 'counting',
  messages: codec,
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    counter: {
      nodes: ['c1'],
      record,
      logic: () => counterWith(isDurable, limit),
      input: ({ recovered }) => recovered.record ?? { count: 0 },
      status,
    },
    reader: { nodes: ['r1'], record, logic: () => reader, input: () => undefined, status },
  },
})

/** The greatest count that anybody was told, and whether the counter was seen below it after a restart. */
interface Seen {
  readonly told: number
  readonly isForgotten: boolean
}

const countOf = (state: RoleState): number => (state.actor?.snapshot.context as Counter | undefined)?.count ?? 0

const scope = (isDurable: boolean, changed: Partial<GroupScope<number, Seen>> = {}): GroupScope<number, Seen> => ({
  name: 'counting',
  group: groupOf(isDurable),
  network: { kind: 'nondup' },
  writes: 'split',
  timers: { counter: { tick: 'ticks' } },
  crashes: ['counter'],
  budgets: { ticks: 2, crashes: 1 },
  history: {
    initial: { told: 0, isForgotten: false },
    note: ({ event, after, sends }: ActorStep<RoleState, Message>) => {
      const [first] = sends
      if (first) return (first.message as unknown as Counter).count
      return event.type === 'own' && event.name === 'restarts' ? -countOf(after) : undefined
    },
    record: ({ told, isForgotten }, note) =>
      note > 0 ? { told: Math.max(told, note), isForgotten } : { told, isForgotten: isForgotten || -note < told },
  },
  properties: [
    always(
      'what was said is not forgotten',
      ofHistory(({ isForgotten }: Seen) => !isForgotten),
    ),
    sometimes(
      'two are told',
      ofHistory(({ told }: Seen) => told === 2),
    ),
  ],
  ...changed,
})

/** The same, which keeps its count in its table. */
const inTable = (): GroupDefinition => {
  const group = groupOf(true)
  const { counter } = group.roles as { counter: RoleDefinition }
  const rowOf = ({ context: { count } }: { context: Counter }) =>
    ({ type: 'put', key: `counted to ${count}`, bytes: Uint8Array.of(count) }) as const
  return {
    ...group,
    roles: {
      ...group.roles,
      counter: {
        ...counter,
        logic: () => counterWith(true).provide({ actions: { persist: emit(rowOf) } }),
        input: ({ recovered: { table } }) => ({ count: table.at(-1)?.bytes[0] ?? 0 }),
      },
    },
  }
}

const write = { key: 'g/counter', operations: ['persist'] }
const countOfReader = (context: unknown): number | undefined =>
  (context as { readonly heard?: number } | undefined)?.heard

describe('the host of a role', () => {
  test('what is said waits for the disk: a crash at any boundary forgets nothing that was said', () => {
    expect(check(groupModel(scope(true)))).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
    expect(check(groupModel(scope(true, { writes: 'atomic' })))).toMatchObject({
      verdict: 'holds',
      ending: 'exhausted',
    })
  })

  test('a row of a table is as durable as a record, and as many states are told apart', () => {
    for (const writes of ['split', 'atomic'] as const) {
      const [record, row] = [groupOf(true), inTable()].map((group) => check(groupModel(scope(true, { group, writes }))))
      expect(row).toMatchObject({ verdict: 'holds', ending: 'exhausted', distinct: record?.distinct })
    }
  })

  test('who says it before is caught', () => {
    const report = check(groupModel(scope(false)))
    expect(report.properties[0]?.trace?.steps.map(({ text }) => text)).toEqual([
      'counter/c1: tick ends',
      'counter/c1: crashes',
      'counter/c1: restarts',
    ])
  })

  test('a run is told as events: steps with their causes, writes, messages by their ids, crashes', () => {
    const events: TraceEvent[] = []
    const onCrash = sometimes(
      'the reader hears of a counter that is down',
      ofSomeActor(({ actor }: RoleState) => countOfReader(actor?.snapshot.context) === 1),
    )
    const down = sometimes(
      'down',
      ofSomeActor(({ actor }: RoleState) => actor === undefined),
    )
    const report = check(groupModel(scope(true, { properties: [onCrash, down] })))
    const [heard, crashed] = report.properties
    heard?.trace?.tell((event) => events.push(event))
    const [tick, id] = [expect.stringMatching(/^xstate\.after\.tick/), 'c1/0/1']
    expect(events.slice(2)).toEqual([
      {
        type: 'step',
        atUs: 1000,
        who: 'c1',
        actor: 'g/counter/c1',
        cause: { type: 'timer', timer: tick },
        event: { type: tick },
        state: 'waiting',
        context: { count: 1 },
        emitted: [
          { type: 'persist', record: { count: 1 } },
          { type: 'send', to: 'g/reader/r1', message: 'Count' },
        ],
        timers: [
          { type: 'cancel', timer: tick },
          { type: 'schedule', timer: tick, delayMs: 100 },
        ],
      },
      { type: 'written', atUs: 2000, who: 'c1', isDurable: false, writes: [write] },
      { type: 'written', atUs: 3000, who: 'c1', isDurable: true, writes: [write] },
      {
        type: 'sent',
        atUs: 3000,
        who: 'c1',
        id,
        from: 'g/counter/c1',
        to: 'g/reader/r1',
        message: 'Count',
        fields: { count: 1 },
        bytes: 26,
      },
      { type: 'received', atUs: 4000, who: 'r1', id, from: 'c1', message: 'Count' },
      {
        type: 'step',
        atUs: 4000,
        who: 'r1',
        actor: 'g/reader/r1',
        cause: { type: 'message', from: 'g/counter/c1', id },
        event: { type: 'Count', count: 1, from: 'g/counter/c1' },
        state: '',
        context: { heard: 1 },
      },
    ])
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'step', atUs: 0, who: 'c1', cause: { type: 'start' } },
      { type: 'step', atUs: 0, who: 'r1', cause: { type: 'start' } },
    ])
    const faults: TraceEvent[] = []
    crashed?.trace?.tell((event) => faults.push(event))
    expect(faults.at(-1)).toEqual({ type: 'fault', atUs: 1000, who: 'c1', fault: 'crashes' })
  })

  test.each(['nondup', 'dup', 'fifo'] as const)(
    'what is told happened before, in a network that is %s and lossy',
    (kind) => {
      const properties = [
        sometimes(
          'all is told',
          ofSomeActor(({ actor }: RoleState) => countOfReader(actor?.snapshot.context) === 2),
        ),
      ]
      const { budgets } = scope(true)
      const report = check(
        groupModel(scope(true, { properties, network: { kind, lossy: true }, budgets: { ...budgets, losses: 1 } })),
      )
      const sent = new Set<string>()
      const received = new Set<string>()
      report.properties[0]?.trace?.tell((event) => {
        if (event.type === 'sent') sent.add(`${event.id}`)
        if (event.type === 'received') expect(sent).toContain(event.id)
        if (event.type === 'received') received.add(`${event.id}`)
        if (event.type === 'step' && event.cause.type === 'message') expect(received).toContain(event.cause.id)
      })
      expect(received.size).toBeGreaterThan(0)
    },
  )

  test('split, a write begins and ends, and a crash finds it lost or done', () => {
    const steps = new Set<string>()
    const noting = scope(true).history
    check(
      groupModel(
        scope(true, {
          history: {
            ...(noting as NonNullable<typeof noting>),
            note: (step) => {
              if (step.event.type === 'own') steps.add(`${step.event.name}: ${countOf(step.after)}`)
              return noting?.note(step)
            },
          },
        }),
      ),
    )
    expect([...steps].sort()).toEqual([
      'begins a write: 1',
      'begins a write: 2',
      'crashes when its write is durable: 0',
      'crashes: 0',
      'its write is durable: 1',
      'its write is durable: 2',
      'restarts: 0',
      'restarts: 1',
      'restarts: 2',
      'tick ends: 1',
      'tick ends: 2',
    ])
  })

  test('a role that throws is a violation, and says what it threw', () => {
    const report = check(groupModel(scope(true, { group: groupOf(true, 0), writes: 'atomic' })))
    const broken = report.properties.find(({ name }) => name === 'no role finds its own state impossible')
    expect(broken?.verdict).toBe('violated')
    expect(broken?.trace?.final.join()).toContain('counted too far')
  })

  test('a scope may begin in the middle: an actor finds on its disk what it is given', () => {
    const begins = (role: string) =>
      role === 'counter'
        ? {
            record: { count: 1 },
            snapshot: undefined,
            base: { index: 0, term: 0 },
            entries: [],
            table: [],
            doubtful: false,
          }
        : undefined
    const report = check(groupModel(scope(true, { begins, budgets: { ticks: 1, crashes: 1 } })))
    expect(report).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
  })

  test('a role that writes into its context is a mistake of the model, not something that happens to a node', () => {
    const writing = reader.provide({
      actions: {
        keep: assign(({ context, event }) => Object.assign(context, { heard: event.count })),
      },
    })
    const group = groupOf(true)
    const roles = { ...group.roles, reader: { ...group.roles['reader'], logic: () => writing } }
    const model = groupModel(scope(true, { group: { ...group, roles } as GroupDefinition }))
    expect(() => check(model)).toThrow(/reader\/r1, when it receives .* writes into what it was given/)
  })

  test('a message to who is down waits', () => {
    const heard = sometimes(
      'the reader hears 2',
      ofSomeActor(({ actor }: RoleState) => (actor?.snapshot.context as { heard?: number })?.heard === 2),
    )
    const report = check(groupModel(scope(true, { crashes: ['reader'], properties: [heard] })))
    expect(report.verdict).toBe('holds')
  })

  test('what must come, comes, when no budget is needed for it', () => {
    const told = (least: number) =>
      eventually(
        'it is told',
        ofHistory(({ told: most }: Seen) => most >= least),
      )
    const verdictOf = (least: number, crashes: readonly string[]) =>
      check(groupModel(scope(true, { crashes, properties: [sometimes('one', told(1).predicate), told(least)] })))
        .verdict
    // Nobody owes a tick, which costs; so nothing need ever be told.
    expect(verdictOf(1, [])).toBe('violated')
    expect(verdictOf(0, [])).toBe('holds')
  })

  test('reduced and unreduced end in the same states', () => {
    const tells = (role: string) => (role === 'reader' ? [] : ['reader'])
    const [full, reduced] = [false, true].map((reduction) => check(groupModel(scope(true, { tells })), { reduction }))
    expect(reduced).toMatchObject({ verdict: 'holds', terminal: full?.terminal })
    expect(reduced?.distinct).toBeLessThanOrEqual(full?.distinct ?? 0)
  })
})
