import {
  type ClientAsked,
  type Effect,
  ignore,
  invariant,
  type Received,
  type RequestId,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { everyReplica, type RegisterConfig } from './config.js'
import type { RegisterReply, RegisterRequest } from './contract.js'
import type { Held, PropagateReply, QueryReply, RegisterMessage } from './generated/register.js'
import { laterOf, unwritten } from './held.js'
import { type Gathered, isPropagated, isQueried, noLapses, withAnswer } from './lapses.js'

/**
 * One operation of a client, a read or a write, on the node that was asked: Attiya, Bar-Noy and Dolev (1995), with the two
 * phases that Lynch and Shvartsman (1997) have for readers and writers alike, query and propagation.
 * @module
 */

export interface Coordinator extends Gathered {
  readonly config: RegisterConfig
  /** What is to be done, and who asked: known from the first event on. */
  readonly asked: { readonly request: RequestId; readonly body: RegisterRequest } | undefined
  /** The latest that those who answered the query hold; then what is propagated. */
  readonly held: Held
  /** How often this phase has asked. */
  readonly asks: number
}

export type CoordinatorEvent = Received<QueryReply | PropagateReply> | ClientAsked<RegisterRequest>

export const newCoordinator = (config: RegisterConfig): Coordinator => ({
  config,
  asked: undefined,
  held: unwritten,
  answers: {},
  lapses: noLapses,
  asks: 0,
})

const on = rulesFor<Coordinator, CoordinatorEvent>()

function operationOf({ asked }: Coordinator): NonNullable<Coordinator['asked']> {
  invariant(asked !== undefined, 'an operation begins with a question')
  return asked
}

/**
 * What is propagated. A reader writes back what it is about to return, or a later reader could miss it. A writer takes a tag
 * that is greater than all that a quorum holds; it is its own, since no other operation of its node has the number of this
 * request.
 */
function chosen(self: Coordinator): Held {
  const { request, body } = operationOf(self)
  if (body.type === 'read') return self.held
  const tag = { sequence: self.held.tag.sequence + 1, node: self.config.id, request }
  return { tag, value: body.value }
}

/** So often all had the time to answer. */
const asksEnough = 3

const replyTo = ({ type }: RegisterRequest, { value }: Held): RegisterReply =>
  type === 'read' && value !== undefined ? { value } : {}

export const coordinator = setup({
  types: {} as {
    context: Coordinator
    events: CoordinatorEvent
    input: Coordinator
    emitted: Effect<RegisterMessage, never, RegisterReply>
  },
  // Nominal; a group has its own, which grows.
  delays: { retry: 500 },
  guards: {
    isQueried: ({ context: self }) => isQueried(self.config.quorums, self),
    /** It reaches no quorum, and another coordinator may: nobody was told of a value yet. */
    isInVain: ({ context: self }) => self.asks >= asksEnough,
    isPropagated: ({ context: self }) => isPropagated(self.config.quorums, self),
  },
  actions: {
    begin: assign(on('client.asked', (_self, { request, body }) => ({ asked: { request, body } }))),
    noteAsk: assign(({ context: { asks } }) => ({ asks: asks + 1 })),
    broadcastQuery: emit(({ context: self }) => {
      const { request, body } = operationOf(self)
      return send(everyReplica(self), { type: 'Query', key: body.key, request })
    }),
    countQueried: assign(
      on('QueryReply', (self, { from, held, lapses }) => ({
        ...withAnswer(self, from, lapses),
        held: laterOf(self.held, held),
      })),
    ),
    choose: assign(({ context: self }) => ({ held: chosen(self), answers: {}, asks: 0 })),
    broadcastPropagate: emit(({ context: self }) => {
      const { request, body } = operationOf(self)
      return send(everyReplica(self), { type: 'Propagate', key: body.key, request, held: self.held })
    }),
    countPropagated: assign(on('PropagateReply', (self, { from, lapses }) => withAnswer(self, from, lapses))),
    refuse: emit(({ context: self }) => ({
      type: 'refuse' as const,
      request: operationOf(self).request,
      reason: 'noQuorum' as const,
    })),
    answer: emit(({ context: self }) => {
      const { request, body } = operationOf(self)
      return { type: 'answer', request, body: replyTo(body, self.held) }
    }),
  },
}).createMachine({
  id: 'coordinator',
  context: ({ input }) => input,
  initial: 'idle',
  states: {
    idle: {
      on: {
        'client.asked': { actions: 'begin', target: 'querying' },
        QueryReply: ignore('an answer to an operation that is over'),
        PropagateReply: ignore('an answer to an operation that is over'),
      },
    },
    /** What is lost is asked again: answers that came still count. */
    querying: {
      entry: ['broadcastQuery', 'noteAsk'],
      always: { guard: 'isQueried', actions: 'choose', target: 'propagating' },
      after: {
        retry: [
          { guard: 'isInVain', actions: 'refuse', target: 'done' },
          { target: 'querying', reenter: true },
        ],
      },
      on: {
        QueryReply: { actions: 'countQueried' },
        PropagateReply: ignore('nothing was propagated yet'),
        'client.asked': ignore('no two questions have one number'),
      },
    },
    propagating: {
      entry: ['broadcastPropagate', 'noteAsk'],
      always: { guard: 'isPropagated', actions: 'answer', target: 'done' },
      after: { retry: { target: 'propagating', reenter: true } },
      on: {
        PropagateReply: { actions: 'countPropagated' },
        QueryReply: ignore('an answer to a phase that is over'),
        'client.asked': ignore('no two questions have one number'),
      },
    },
    done: { type: 'final' },
  },
})
