/** A courier has each letter sent by something of the user's, and a key-value group remember that it was. @module */

import { type Answered, type Called, type ClientAsked, type Effect, ignore, noBytes, rulesFor } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { kv } from '@quorate/kv'

/** What somebody wants to be sent. */
export interface Letter {
  /** Names the letter for ever: whoever sends it must not send two of one id. */
  readonly id: string
  readonly text: string
}

/** What is written down of each letter. */
export interface LetterRow {
  readonly text: string
  readonly isSent: boolean
}

export interface Courier extends Letter, LetterRow {
  /** The group that remembers what was sent. */
  readonly book: string
  /** Who waits for it: nobody, after a restart. */
  readonly client: number | undefined
}
type Event = ClientAsked<Letter> | Called | Answered

const textEncoder = new TextEncoder()
const isReturned = (_self: Courier, { outcome }: Called | Answered): boolean => outcome.type === 'returned'
const answerTo = (client: number) => ({ type: 'answer', request: client, body: 'sent' }) as const

const on = rulesFor<Courier, Event>()
export const courier = setup({
  types: {} as { context: Courier; events: Event; input: Courier; emitted: Effect<never, LetterRow> },
  delays: { patience: 1000 },
  guards: {
    isUnderWay: ({ context: { text, isSent } }) => text !== '' && !isSent,
    wasSent: ({ context: { isSent } }) => isSent,
    isAwaited: ({ context: { client } }) => client !== undefined,
    isSent: on('called', isReturned),
    isNoted: on('answered', isReturned),
  },
  actions: {
    note: assign(on('client.asked', (_self, { request, body: { text } }) => ({ client: request, text }))),
    finish: assign({ isSent: true }),
    persist: emit(({ context: { text, isSent } }) => ({ type: 'persist', record: { text, isSent } })),
    callSender: emit(({ context: { id, text } }) => ({
      type: 'call',
      request: 1,
      bytes: textEncoder.encode(JSON.stringify({ id, text } satisfies Letter)),
    })),
    askBook: emit(({ context: { id, book } }) => ({
      type: 'ask',
      group: book,
      request: 2,
      bytes: kv.codecs.command.encode({ operation: 'put', key: `sent/${id}`, value: noBytes }),
    })),
    answer: emit(({ context: { client = 0 } }) => answerTo(client)),
    answerAgain: emit(on('client.asked', (_self, { request }) => answerTo(request))),
    refuse: emit(on('client.asked', (_self, { request }) => ({ type: 'refuse', request, reason: 'overloaded' }))),
  },
}).createMachine({
  id: 'courier',
  context: ({ input }) => input,
  initial: 'opening',
  on: {
    called: ignore('nothing of the kind is under way'),
    answered: ignore('nothing of the kind is under way'),
    'client.asked': { actions: 'refuse' },
  },
  states: {
    /** What a crash interrupted goes on. */
    opening: { always: [{ guard: 'isUnderWay', target: 'sending' }, { target: 'resting' }] },
    resting: {
      on: {
        'client.asked': [
          { guard: 'wasSent', actions: 'answerAgain' },
          { actions: ['note', 'persist'], target: 'sending' },
        ],
      },
    },
    sending: {
      entry: 'callSender',
      after: { patience: { target: 'sending', reenter: true } },
      on: { called: [{ guard: 'isSent', target: 'noting' }, { target: 'waiting' }] },
    },
    noting: {
      entry: 'askBook',
      on: {
        answered: [{ guard: 'isNoted', actions: ['finish', 'persist'], target: 'finished' }, { target: 'waiting' }],
      },
    },
    waiting: { after: { patience: 'sending' } },
    finished: { always: [{ guard: 'isAwaited', actions: 'answer', target: 'ended' }, { target: 'ended' }] },
    ended: { type: 'final' },
  },
})
