import type { Chosen, ClientAsked, Effect, Received } from '../actor/effect.js'
import { send } from '../actor/effect.js'
import { ignore, rulesFor } from '../role/rules.js'
import { assign, emit, setup } from '../role/statechart.js'
import { json } from '../stateMachine/stateMachine.js'
import type { Address } from '../values/address.js'
import type { KeyedLimits, KeyedStart } from './keyed.js'
import { perKey } from './perKey.js'

/** An account of a bank for each name: small, durable, and busy only while an amount is on hold. */
export type Message =
  | { readonly type: 'Add'; readonly name: string; readonly amount: number }
  | { readonly type: 'Hold'; readonly name: string; readonly amount: number }
  | { readonly type: 'Total'; readonly name: string; readonly total: number }
  | { readonly type: 'Close'; readonly name: string }
  /** To all accounts that are busy. */
  | { readonly type: 'Audit' }
export type Event = Received<Message> | ClientAsked<string> | Chosen

interface Row {
  readonly total: number
  readonly held: number
}
interface Account extends Row {
  readonly name: string
  readonly bank: string
  readonly doubts: number
}
type Emitted = Effect<Message, Row>

const on = rulesFor<Account, Event>()
export const account = setup({
  types: {} as { context: Account; events: Event; input: Account; emitted: Emitted },
  delays: { patience: 100 },
  guards: {
    isHeld: ({ context }) => context.held > 0,
    isNothing: on('Add', (_self, { amount }) => amount === 0),
  },
  actions: {
    add: assign(on('Add', ({ total }, { amount }) => ({ total: total + amount }))),
    hold: assign(on('Hold', (_self, { amount }) => ({ held: amount }))),
    spend: assign(({ context: { total, held } }) => ({ total: total - held, held: 0 })),
    release: assign({ held: 0 }),
    persist: emit(({ context: { total, held } }) => ({ type: 'persist', record: { total, held } })),
    delete: emit(({ context: { name } }) => ({ type: 'delete', key: name })),
    replyAdd: emit(on('Add', ({ name, total }, { from }) => send(from, { type: 'Total', name, total }))),
    replyAudit: emit(on('Audit', ({ name, total }, { from }) => send(from, { type: 'Total', name, total }))),
    tellBank: emit(({ context: { bank, name, total } }) => send(bank as Address, { type: 'Total', name, total })),
    answer: emit(
      on('client.asked', ({ total, doubts }, { request }) => ({
        type: 'answer',
        request,
        body: { total, doubts },
      })),
    ),
    chooseWhat: emit({ type: 'choose', request: 1, among: ['spend', 'release'], count: 1 }),
  },
}).createMachine({
  id: 'account',
  context: ({ input }) => input,
  initial: 'opening',
  on: {
    Total: ignore('it is said to the bank'),
    'client.asked': { actions: 'answer' },
    Audit: { actions: 'replyAudit' },
    Close: { actions: 'delete', target: '.closed' },
  },
  states: {
    /** What a restart interrupted goes on. */
    opening: { always: [{ guard: 'isHeld', target: 'holding' }, { target: 'resting' }] },
    resting: {
      on: {
        Add: [
          { guard: 'isNothing', actions: 'replyAdd' },
          { actions: ['add', 'persist', 'replyAdd'], target: 'settled' },
        ],
        Hold: { actions: ['hold', 'persist'], target: 'holding' },
        chosen: ignore('it asked nothing'),
      },
    },
    holding: {
      after: { patience: 'deciding' },
      on: {
        Add: { actions: ['add', 'persist', 'replyAdd'] },
        Hold: ignore('one at a time'),
        chosen: ignore('it has not asked yet'),
      },
    },
    deciding: {
      entry: 'chooseWhat',
      on: {
        Add: { actions: ['add', 'persist', 'replyAdd'] },
        Hold: ignore('one at a time'),
        chosen: { actions: ['spend', 'persist', 'tellBank'], target: 'settled' },
      },
    },
    settled: { type: 'final' },
    closed: { type: 'final' },
  },
})

const startOf = ({ shared: { bank }, key: name, row, doubts }: KeyedStart<{ bank: string }, Row>): Account => ({
  name,
  bank,
  doubts,
  ...(row ?? { total: 0, held: 0 }),
})

export const textBytes = (text: string) => new TextEncoder().encode(text)

export const accountsWith = (limits: Partial<KeyedLimits> = {}, resumes?: (row: Row, doubts: number) => boolean) =>
  perKey<typeof account, { bank: string }, Row>({
    id: 'accounts',
    each: account,
    keyOf: (event) => {
      if (event.type === 'Audit') return undefined
      return event.type === 'client.asked' ? event.body : event.name
    },
    isForAll: ({ type }) => type === 'Audit',
    input: startOf,
    row: json<Row>(),
    refuse: (event, why) =>
      event.type === 'client.asked'
        ? { type: 'refuse', request: event.request, reason: 'overloaded' }
        : why === 'noKey'
          ? undefined
          : send(event.from, { type: 'Total', name: why, total: -1 }),
    ...(resumes && { resumes }),
    limits,
  })

export const accounts = accountsWith()
