import { type Effect, ignore, type KeyedStart, nodeOf, type Received, rulesFor, send } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { everyReplica, type RegisterConfig } from './config.js'
import { isRestored, isToGoWithout, type Restoring } from './doubt.js'
import type { Held, Propagate, Query, RegisterMessage, Restore, RestoreReply, Row } from './generated/register.js'
import { isLater, laterOf, unwritten } from './held.js'
import { lapsesOf, merged, noLapses, withAnswer } from './lapses.js'

/**
 * One key of a replica: each processor stores the latest value that it was told (Attiya, Bar-Noy and Dolev, 1995), here with
 * the tags of several writers (Lynch and Shvartsman, 1997).
 * @module
 */

export interface Replica extends Restoring {
  readonly key: string
  readonly held: Held
  /** So many losses of its own disk are made good. Where there were more, it may hold less than it acknowledged. */
  readonly restored: number
}

export type ReplicaEvent = Received<Query | Propagate | Restore | RestoreReply>

/** A key as its row says. */
export const recoverReplica = ({ shared: config, key, row, doubts }: KeyedStart<RegisterConfig, Row>): Replica => ({
  config,
  key,
  held: row?.held ?? unwritten,
  lapses: merged(row?.lapses ?? noLapses, [{ node: config.id, count: doubts }]),
  restored: row?.restored ?? 0,
  answers: {},
  doubtful: {},
  asks: 0,
})

const on = rulesFor<Replica, ReplicaEvent>()

/** How often its own disk has lost a write. */
const ownLapses = ({ config, lapses }: Replica): number => lapsesOf(lapses, config.id)

const isInDoubt = (self: Replica): boolean => self.restored < ownLapses(self)

export const replica = setup({
  types: {} as {
    context: Replica
    events: ReplicaEvent
    input: Replica
    emitted: Effect<RegisterMessage, Row>
  },
  // Nominal; a group has its own, which grows.
  delays: { retry: 500 },
  guards: {
    isInDoubt: ({ context: self }) => isInDoubt(self),
    /** Otherwise it holds something later, and that is as good. */
    isLater: on('Propagate', (self, { held }) => isLater(held.tag, self.held.tag)),
    isNews: on('Restore', (self, { from, lapse }) => lapse > lapsesOf(self.lapses, nodeOf(from))),
    /** Of this doubt, and of no earlier life of who answers. */
    isCurrent: on(
      'RestoreReply',
      (self, { from, lapse, lapses }) =>
        lapse === ownLapses(self) && lapsesOf(lapses, nodeOf(from)) >= lapsesOf(self.lapses, nodeOf(from)),
    ),
    isRestored: ({ context: self }) => isRestored(self),
    isToGoWithout: ({ context: self }) => isToGoWithout(self),
  },
  actions: {
    record: assign(on('Propagate', (_self, { held }) => ({ held }))),
    persist: emit(({ context: { held, lapses, restored } }) => ({
      type: 'persist',
      record: { held, lapses, restored },
    })),
    replyQuery: emit(
      on('Query', ({ held, lapses }, { from, request }) => send(from, { type: 'QueryReply', request, held, lapses })),
    ),
    replyPropagate: emit(
      on('Propagate', ({ lapses }, { from, request }) => send(from, { type: 'PropagateReply', request, lapses })),
    ),
    askOthers: emit(({ context: self }) =>
      send(everyReplica(self), { type: 'Restore', key: self.key, lapse: ownLapses(self) }),
    ),
    noteAsk: assign(({ context: { asks } }) => ({ asks: asks + 1 })),
    noteLapse: assign(
      on('Restore', (self, { from, lapse }) => ({
        lapses: merged(self.lapses, [{ node: nodeOf(from), count: lapse }]),
      })),
    ),
    replyRestore: emit(
      on('Restore', (self, { from, key, lapse }) => {
        const { held, lapses } = self
        return send(from, { type: 'RestoreReply', key, lapse, held, lapses, doubtful: isInDoubt(self) })
      }),
    ),
    countRestored: assign(
      on('RestoreReply', (self, { from, held, lapses, doubtful }) => ({
        ...withAnswer(self, from, lapses),
        held: laterOf(self.held, held),
        doubtful: { ...self.doubtful, [nodeOf(from)]: doubtful },
      })),
    ),
    restore: assign(({ context: self }) => ({ restored: ownLapses(self) })),
  },
}).createMachine({
  id: 'replica',
  context: ({ input }) => input,
  initial: 'starting',
  on: {
    Restore: [{ guard: 'isNews', actions: ['noteLapse', 'persist', 'replyRestore'] }, { actions: 'replyRestore' }],
    RestoreReply: ignore('it is in no doubt'),
  },
  states: {
    starting: { always: [{ guard: 'isInDoubt', target: 'doubtful' }, { target: 'serving' }] },
    /** What changed is in the row, from which it begins again. */
    serving: {
      on: {
        Query: { actions: 'replyQuery' },
        Propagate: [
          { guard: 'isLater', actions: ['record', 'persist', 'replyPropagate'], target: 'done' },
          { actions: 'replyPropagate' },
        ],
        Restore: [
          { guard: 'isNews', actions: ['noteLapse', 'persist', 'replyRestore'], target: 'done' },
          { actions: 'replyRestore' },
        ],
      },
    },
    /** It may have forgotten what it acknowledged: to those who ask it is as if it were not there. */
    doubtful: {
      entry: ['askOthers', 'noteAsk'],
      always: { guard: 'isRestored', actions: ['restore', 'persist'], target: 'done' },
      after: {
        retry: [
          { guard: 'isToGoWithout', actions: ['restore', 'persist'], target: 'done' },
          { target: 'doubtful', reenter: true },
        ],
      },
      on: {
        Query: ignore('what it acknowledged may be missing'),
        Propagate: ignore('what it was told of the lapses of others may be missing'),
        RestoreReply: [
          { guard: 'isCurrent', actions: 'countRestored' },
          ignore('an answer to an earlier doubt, or of before a lapse'),
        ],
      },
    },
    done: { type: 'final' },
  },
})
