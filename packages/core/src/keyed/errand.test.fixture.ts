import type { Called, ClientAsked, Effect } from '../actor/effect.js'
import { ignore, rulesFor } from '../role/rules.js'
import { assign, emit, setup } from '../role/statechart.js'
import { json } from '../stateMachine/stateMachine.js'
import { perKey } from './perKey.js'

/** An errand for each name: it is written down, run by the handler of its node, again until that succeeds, and answered. */
interface Row {
  readonly isDone: boolean
}
interface Errand extends Row {
  readonly name: string
  /** Of the client that waits; none after a restart. */
  readonly client: number | undefined
}
export type ErrandEvent = ClientAsked<string> | Called

const textOf = ({ outcome }: Called): string =>
  outcome.type === 'returned' ? new TextDecoder().decode(outcome.bytes) : outcome.text

const on = rulesFor<Errand, ErrandEvent>()
export const errand = setup({
  types: {} as { context: Errand; events: ErrandEvent; input: Errand; emitted: Effect<never, Row> },
  delays: { pause: 100 },
  guards: {
    isBegun: ({ context: { isDone } }) => !isDone,
    isForClient: on('called', ({ client }, { outcome }) => client !== undefined && outcome.type === 'returned'),
    isReturned: on('called', (_self, { outcome }) => outcome.type === 'returned'),
  },
  actions: {
    note: assign(on('client.asked', (_self, { request }) => ({ client: request, isDone: false }))),
    done: assign({ isDone: true }),
    persist: emit(({ context: { isDone } }) => ({ type: 'persist', record: { isDone } })),
    call: emit(({ context: { name } }) => ({ type: 'call', request: 1, bytes: new TextEncoder().encode(name) })),
    answer: emit(on('called', ({ client = 0 }, event) => ({ type: 'answer', request: client, body: textOf(event) }))),
    refuse: emit(on('client.asked', (_self, { request }) => ({ type: 'refuse', request, reason: 'overloaded' }))),
  },
}).createMachine({
  id: 'errand',
  context: ({ input }) => input,
  initial: 'opening',
  states: {
    /** What a restart interrupted is called for again. */
    opening: { always: [{ guard: 'isBegun', target: 'calling' }, { target: 'resting' }] },
    resting: {
      on: {
        'client.asked': { actions: ['note', 'persist'], target: 'calling' },
        called: ignore('it has called for nothing'),
      },
    },
    calling: {
      entry: 'call',
      on: {
        'client.asked': { actions: 'refuse' },
        called: [
          { guard: 'isForClient', actions: ['done', 'persist', 'answer'], target: 'settled' },
          { guard: 'isReturned', actions: ['done', 'persist'], target: 'settled' },
          { target: 'pausing' },
        ],
      },
    },
    pausing: {
      after: { pause: 'calling' },
      on: { 'client.asked': { actions: 'refuse' }, called: ignore('it calls again') },
    },
    settled: { type: 'final' },
  },
})

export const errands = perKey<typeof errand, undefined, Row>({
  id: 'errands',
  each: errand,
  keyOf: (event) => event.body,
  input: ({ key, row }) => ({ name: key, client: undefined, isDone: row?.isDone ?? true }),
  row: json<Row>(),
  resumes: ({ isDone }) => !isDone,
  refuse: (event) => ({ type: 'refuse', request: event.request, reason: 'overloaded' }),
})
