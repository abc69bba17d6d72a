import {
  addressOf,
  type Effect,
  everyNode,
  ignore,
  type NodeId,
  nodeOf,
  type QuorumSystem,
  type Received,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import type { PresenceMessage } from './generated/presence.js'

/**
 * Says that it is there, and sees whether a majority of the members is too. Each of them remembers, on its disk, how often
 * the others were started. It decides nothing: this is where a protocol of your own begins.
 * @module
 */

/** The role's name in addresses. */
export const role = 'presence'

/** What must not be forgotten: what was said of it leaves only when it is on the disk. */
export interface MemberRecord {
  /** How often this node was started. */
  readonly starts: number
  /** How often others were, as far as they said. */
  readonly known: Readonly<Record<NodeId, number>>
}

export interface Member extends MemberRecord {
  readonly group: string
  readonly id: NodeId
  readonly quorum: QuorumSystem
  /** Who answered in this round; itself among them. */
  readonly answers: Readonly<Record<NodeId, true>>
}

type Event = Received<PresenceMessage>

/** Binds a rule to the one message that it speaks about. */
const on = rulesFor<Member, Event>()

const startsOf = ({ known }: Member, node: NodeId): number => (Object.hasOwn(known, node) ? (known[node] ?? 0) : 0)

const behaviour = setup({
  types: {} as {
    context: Member
    events: Event
    input: Member
    emitted: Effect<PresenceMessage, MemberRecord>
  },
  // Nominal; the group's definition provides a randomized one.
  delays: { round: 1000 },
  guards: {
    isNewStart: on('Hello', (self, { from, starts }) => starts > startsOf(self, nodeOf(from))),
    isKnownStart: on('Hello', (self, { from, starts }) => starts === startsOf(self, nodeOf(from))),
    isOfThisStart: on('Welcome', (self, { starts }) => starts === self.starts),
    hasMajority: ({ context: self }) => self.quorum.tally(self.answers) === 'won',
  },
  actions: {
    persist: emit(({ context: { starts, known } }) => ({ type: 'persist', record: { starts, known } })),
    noteStart: assign(on('Hello', (self, { from, starts }) => ({ known: { ...self.known, [nodeOf(from)]: starts } }))),
    replyWelcome: emit(on('Hello', (_self, { from, starts }) => send(from, { type: 'Welcome', starts }))),
    beginRound: assign(({ context: self }) => ({ answers: { [self.id]: true as const } })),
    broadcastHello: emit(({ context: { group, starts } }) =>
      send(addressOf(group, role, everyNode), { type: 'Hello', starts }),
    ),
    count: assign(on('Welcome', (self, { from }) => ({ answers: { ...self.answers, [nodeOf(from)]: true as const } }))),
  },
})

export const machine = behaviour.createMachine({
  id: 'presence',
  context: ({ input }) => input,
  initial: 'starting',
  on: {
    Hello: [
      // The order is what makes it safe: the reply waits until the record is on the disk.
      { guard: 'isNewStart', actions: ['noteStart', 'persist', 'replyWelcome'] },
      { guard: 'isKnownStart', actions: 'replyWelcome' },
      ignore('it was said before that node was started again'),
    ],
    Welcome: [{ guard: 'isOfThisStart', actions: 'count' }, ignore('an answer to an earlier start')],
  },
  states: {
    starting: {
      always: { actions: 'persist', target: 'alone' },
    },
    /** No majority answered in the last round. */
    alone: {
      entry: ['beginRound', 'broadcastHello'],
      after: {
        round: [
          { guard: 'hasMajority', target: 'together' },
          { target: 'alone', reenter: true },
        ],
      },
    },
    together: {
      entry: ['beginRound', 'broadcastHello'],
      after: { round: [{ guard: 'hasMajority', target: 'together', reenter: true }, { target: 'alone' }] },
    },
  },
})
