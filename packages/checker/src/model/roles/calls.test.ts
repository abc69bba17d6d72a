import {
  type Answered,
  type AskOutcome,
  type Called,
  type CallOutcome,
  type Effect,
  type GroupDefinition,
  json,
  type Message,
  type QuestionOutcome,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import { ofHistory, ofSomeActor } from '../actors/actor.js'
import { check } from '../check.js'
import { always, sometimes } from '../property.js'
import { type GroupScope, groupModel } from './groupModel.js'
import type { RoleState } from './roleState.js'

/** A keeper has its node prepare two things, side by side. When both said yes it has them kept, here or by another group, again until they are. */
interface Keeper {
  readonly ready: readonly number[]
  readonly phase: 'preparing' | 'decided' | 'done'
}

const textOf = ({ outcome }: Called | Answered): string =>
  outcome.type === 'returned' ? new TextDecoder().decode(outcome.bytes) : outcome.reason
const callOf = (request: number, text: string) =>
  ({ type: 'call', request, bytes: new TextEncoder().encode(text) }) as const

interface Kind {
  /** What it decided is on its disk before it has anything kept. */
  readonly isCareful: boolean
  /** Who keeps it. */
  readonly by: 'call' | 'ask'
}
const kept = [
  { guard: 'isKept', actions: ['end', 'persist'], target: 'done' },
  { target: 'keeping', reenter: true },
] as const
const keeper = ({ isCareful, by }: Kind) =>
  setup({
    types: {} as {
      context: Keeper
      events: Called | Answered
      input: Keeper
      emitted: Effect<Message, Keeper['phase']>
    },
    guards: {
      isDecided: ({ context }) => context.phase === 'decided',
      isDone: ({ context }) => context.phase === 'done',
      isYes: ({ event }) => textOf(event) === 'yes',
      isAll: ({ context }) => context.ready.length === 2,
      isKept: ({ event }) => event.request === 3 && event.outcome.type === 'returned',
    },
    actions: {
      prepareOne: emit(callOf(1, 'prepare')),
      prepareOther: emit(callOf(2, 'prepare')),
      count: assign(({ context, event }) => ({ ready: [...context.ready, event.request as number] })),
      decide: assign({ phase: 'decided', ready: [] }),
      end: assign({ phase: 'done' }),
      persist: emit(({ context }) => ({ type: 'persist', record: context.phase })),
      keep: emit(by === 'call' ? callOf(3, 'keep') : { ...callOf(3, 'keep'), type: 'ask', group: 'vault' }),
    },
  }).createMachine({
    id: 'keeper',
    context: ({ input }) => input,
    initial: 'opening',
    states: {
      opening: {
        always: [
          { guard: 'isDone', target: 'done' },
          { guard: 'isDecided', target: 'keeping' },
          { target: 'preparing' },
        ],
      },
      preparing: {
        entry: ['prepareOne', 'prepareOther'],
        always: { guard: 'isAll', actions: isCareful ? ['decide', 'persist'] : 'decide', target: 'keeping' },
        on: { called: [{ guard: 'isYes', actions: 'count' }, { target: 'refused' }] },
      },
      keeping: {
        entry: 'keep',
        on: { called: kept, answered: kept },
      },
      refused: {},
      done: {},
    },
  })

const codec = json<Message>()
const groupOf = (kind: Kind): GroupDefinition => ({
  protocol: 'keeper',
  messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    keeper: {
      nodes: ['n1'],
      record: json<unknown>(),
      logic: () => keeper(kind),
      input: ({ recovered }): Keeper => ({ ready: [], phase: (recovered.record ?? 'preparing') as Keeper['phase'] }),
      handler: () => {
        throw new Error('a model calls no real handler')
      },
      status: () => ({ state: '', serves: false }),
    },
  },
})

const said = (text: string): QuestionOutcome<never> => ({ type: 'returned', bytes: new TextEncoder().encode(text) })
const outcomes = (bytes: Uint8Array): readonly CallOutcome[] =>
  new TextDecoder().decode(bytes) === 'prepare'
    ? [said('yes'), said('no')]
    : [said('kept'), { type: 'failed', reason: 'threw', text: 'a fault' }]

const nobodyKnows: AskOutcome = { type: 'failed', reason: 'unknown', text: 'no answer came' }

/** What was called for so far. */
interface Seen {
  readonly isKept: boolean
  readonly isPreparedAfter: boolean
}
const isIn = (value: string) => ofSomeActor(({ actor }: RoleState) => actor?.snapshot.value === value)

const careful: Kind = { isCareful: true, by: 'call' }
const scope = (kind = careful, changed: Partial<GroupScope<'prepare' | 'keep', Seen>> = {}) =>
  groupModel<'prepare' | 'keep', Seen>({
    name: 'keeper',
    group: groupOf(kind),
    network: { kind: 'nondup' },
    writes: 'split',
    timers: {},
    crashes: ['keeper'],
    budgets: { crashes: 1 },
    calls: { keeper: outcomes },
    asks: { keeper: (group) => (group === 'vault' ? [said('kept'), nobodyKnows] : []) },
    history: {
      initial: { isKept: false, isPreparedAfter: false },
      note: ({ outputs }) => {
        const call = (outputs as readonly Effect[]).find((effect) => effect.type === 'call' || effect.type === 'ask')
        return call && (call.request === 3 ? 'keep' : 'prepare')
      },
      record: ({ isKept, isPreparedAfter }, note) => ({
        isKept: isKept || note === 'keep',
        isPreparedAfter: isPreparedAfter || (isKept && note === 'prepare'),
      }),
    },
    properties: [
      always(
        'nothing is prepared again that may be kept',
        ofHistory(({ isPreparedAfter }: Seen) => !isPreparedAfter),
      ),
      sometimes('all is kept', isIn('done')),
      sometimes('one refuses', isIn('refused')),
      sometimes(
        'the later call ends first',
        ofSomeActor(({ actor }: RoleState) => (actor?.snapshot.context as Keeper | undefined)?.ready[0] === 2),
      ),
    ],
    ...changed,
  })

describe('calls, and what other groups are asked, in a model', () => {
  test('end at any time, in any order and in every way that the model says, or are forgotten by a crash', () => {
    const report = check(scope())
    expect(report.properties.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['nothing is prepared again that may be kept', 'holds'],
      ['all is kept', 'holds'],
      ['one refuses', 'holds'],
      ['the later call ends first', 'holds'],
      ['no role finds its own state impossible', 'holds'],
    ])
    expect(report).toMatchObject({ ending: 'exhausted', distinct: 32 })
    expect(check(scope({ isCareful: true, by: 'ask' }))).toMatchObject({ verdict: 'holds', distinct: 32 })
    // By hand: 1 with both under way, 2 and 2 with one, 3 refused with none; 3 up to the call to keep, and 3 more up to the end.
    expect(check(scope(careful, { budgets: { crashes: 0 } })).distinct).toBe(14)
  })

  test('of a role that forgets what it called for are found', () => {
    const [{ verdict, trace } = {}] = check(scope({ isCareful: false, by: 'call' })).properties
    expect(verdict).toBe('violated')
    expect(trace?.steps.map(({ text }) => text)).toEqual([
      'n1: call 1 returned (1 of 2)',
      'n1: call 2 returned (1 of 2)',
      'n1: crashes',
      'n1: restarts',
    ])
  })

  test('of which the model does not say what comes cannot be checked', () => {
    const nothingComes = (of: string) => `emits ${of}, of which nothing comes: say what in ${of}s of the scope`
    expect(() => check(scope(careful, { calls: {} }))).toThrow(nothingComes('call'))
    expect(() => check(scope({ isCareful: true, by: 'ask' }, { asks: {} }))).toThrow(nothingComes('ask'))
  })
})
