import {
  actorOf,
  type Chosen,
  type Effect,
  emptyOutbox,
  type GroupDefinition,
  json,
  keyedRecord,
  type Message,
  type NodeId,
  nothingStored,
  perKey,
  type Received,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import { ofHistory, ofSomeActor } from '../actors/actor.js'
import { check } from '../check.js'
import { always, sometimes } from '../property.js'
import { alikeNodes } from './alikeNodes.js'
import { type GroupScope, groupModel } from './groupModel.js'
import { Names } from './names.js'
import { RoleActor } from './roleActor.js'
import { keyOfRole, type RoleState } from './roleState.js'

/** Polls at one address, each with a row of who voted, and voters who choose where they vote and for what. */

type Vote = Received<{ readonly type: 'Vote'; readonly poll: string; readonly voter: string }>
type Counted = Received<{ readonly type: 'Counted'; readonly poll: string; readonly votes: number }>
type Said = Message & { readonly poll: string }

interface Poll {
  readonly poll: string
  readonly voters: readonly string[]
}

const pollWith = (isDurable: boolean) =>
  setup({
    types: {} as { context: Poll; events: Vote; input: Poll; emitted: Effect<Said, readonly string[]> },
    delays: { closing: 100 },
    guards: { isNew: ({ context, event }) => !context.voters.includes(event.voter) },
    actions: {
      count: assign(({ context, event }) => ({ voters: [...context.voters, event.voter].sort() })),
      persist: emit(({ context: { voters, poll } }) =>
        isDurable ? { type: 'persist', record: voters } : { type: 'delete', key: poll },
      ),
      reply: emit(({ context: { poll, voters }, event }) => {
        return send(event.from, { type: 'Counted', poll, votes: voters.length } as Said)
      }),
    },
  }).createMachine({
    id: 'poll',
    context: ({ input }) => input,
    initial: 'resting',
    states: {
      resting: {
        on: {
          Vote: [{ guard: 'isNew', actions: ['count', 'persist', 'reply'], target: 'open' }, { actions: 'reply' }],
        },
      },
      open: {
        on: { Vote: [{ guard: 'isNew', actions: ['count', 'persist', 'reply'] }, { actions: 'reply' }] },
        after: { closing: 'closed' },
      },
      closed: { type: 'final' },
    },
  })

const polls = (isDurable: boolean) =>
  perKey({
    id: 'polls',
    each: pollWith(isDurable),
    keyOf: ({ poll }) => poll,
    input: ({ key, row }) => ({ poll: key, voters: row ?? [] }),
    row: json<readonly string[]>(),
    refuse: () => undefined,
  })

interface Voter {
  readonly config: { readonly id: string; readonly choices: readonly string[] }
  readonly heard: number
}
const voter = setup({
  types: {} as { context: Voter; input: Voter; events: Chosen | Counted; emitted: Effect<Said> },
  delays: { impulse: 100 },
  actions: {
    choose: emit(({ context }) => ({ type: 'choose', request: 1, among: context.config.choices, count: 1 })),
    vote: emit(({ context, event }) => {
      const [poll = ''] = (event as Chosen).chosen
      return send('g/polls/p1', { type: 'Vote', poll, voter: context.config.id } as Said)
    }),
    hear: assign(({ event }) => ({ heard: (event as Counted).votes })),
  },
}).createMachine({
  id: 'voter',
  context: ({ input }) => input,
  initial: 'idle',
  on: { Counted: { actions: 'hear' } },
  states: {
    idle: { after: { impulse: 'choosing' } },
    choosing: { entry: 'choose', on: { chosen: { actions: 'vote', target: 'idle' } } },
  },
})

const status = () => ({ state: '', serves: false })
const codec = json<Message>()

const groupOf = (isDurable: boolean, voters: readonly NodeId[], choices: readonly string[]): GroupDefinition => ({
  protocol: 'polls',
  messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    polls: {
      nodes: ['p1'],
      record: keyedRecord as never,
      logic: () => polls(isDurable),
      keyed: polls(isDurable),
      input: ({ recovered }) => ({ shared: undefined, recovered }),
      status,
    },
    voter: {
      nodes: voters,
      record: json<unknown>(),
      logic: () => voter,
      input: ({ node }): Voter => ({ config: { id: node, choices }, heard: 0 }),
      status,
    },
  },
})

/** The most votes of each poll that anybody was told of, and whether fewer were told later. */
interface Told {
  readonly most: Readonly<Record<string, number>>
  readonly isForgotten: boolean
}

interface Options {
  readonly isDurable?: boolean
  readonly voters?: readonly NodeId[]
  readonly choices?: readonly string[]
  readonly changed?: Partial<GroupScope<readonly [string, number], Told>>
}

const scope = ({ isDurable = true, voters = ['v1', 'v2'], choices = ['a', 'b'], changed }: Options = {}) =>
  groupModel<readonly [string, number], Told>({
    name: 'polls',
    group: groupOf(isDurable, voters, choices),
    network: { kind: 'nondup' },
    writes: 'split',
    timers: { polls: { closing: 'closings' }, voter: { impulse: 'impulses' } },
    crashes: ['polls'],
    budgets: { impulses: 3, closings: 1, crashes: 1 },
    history: {
      initial: { most: {}, isForgotten: false },
      note: ({ actor, sends }) => {
        const { poll, votes } = (sends[0]?.message ?? {}) as Partial<Counted>
        return actor === 'polls/p1' && poll !== undefined && votes !== undefined ? ([poll, votes] as const) : undefined
      },
      record: ({ most, isForgotten }, [poll, votes]) => ({
        most: { ...most, [poll]: Math.max(most[poll] ?? 0, votes) },
        isForgotten: isForgotten || votes < (most[poll] ?? 0),
      }),
    },
    properties: [
      always(
        'what was told is not forgotten',
        ofHistory(({ isForgotten }: Told) => !isForgotten),
      ),
      sometimes(
        'both polls are told of',
        ofHistory(({ most }: Told) => most['a'] === 1 && most['b'] === 1),
      ),
      sometimes(
        'one poll has both votes, and both are open',
        ofSomeActor(
          ({ actor, stored }: RoleState) =>
            actor?.snapshot.instances?.size === 1 && stored.table.get('a')?.length === 11,
        ),
      ),
    ],
    ...changed,
  })

describe('many small ones at one address', () => {
  test('forget nothing that they said, whatever is chosen and wherever a crash strikes', () => {
    for (const writes of ['split', 'atomic'] as const) {
      const report = check(scope({ changed: { writes } }))
      expect(report.properties.map(({ name, verdict }) => [name, verdict])).toEqual([
        ['what was told is not forgotten', 'holds'],
        ['both polls are told of', 'holds'],
        ['one poll has both votes, and both are open', 'holds'],
        ['no role finds its own state impossible', 'holds'],
      ])
      expect(report.ending).toBe('exhausted')
    }
  })

  test('that write nothing down are caught', () => {
    const report = check(scope({ isDurable: false, changed: { writes: 'atomic' } }))
    expect(report.properties[0]?.verdict).toBe('violated')
    expect(report.properties[0]?.trace?.steps.map(({ text }) => text)).toContain('voter/v1: chooses 1 of 2')
  })

  test('are told apart by what they hold, in whatever order they came to it', () => {
    const actor = actorOf(polls(true))
    const vote = (poll: string, by: string) => ({ type: 'Vote', from: `g/voter/${by}`, poll, voter: by }) as const
    const after = (...votes: ReturnType<typeof vote>[]): string => {
      const begun = actor.begin({
        shared: undefined,
        recovered: { record: undefined, table: [], doubtful: false },
      }).state
      const voted = votes.reduce((state, event) => actor.deliver(state, event).state, begun)
      const local = { actor: { ...voted, outbox: emptyOutbox }, stored: nothingStored, appliedState: undefined }
      return keyOfRole({ ...local, questions: [], suspected: [], members: undefined, failure: undefined }, undefined)
    }
    const [one, two, three] = [vote('a', 'v1'), vote('b', 'v1'), vote('b', 'v2')]
    expect(after(one, two, three)).toBe(after(three, two, one))
    expect(new Set([after(), after(one), after(one, two), after(one, three), after(one, two, three)]).size).toBe(5)
  })

  test('change names wherever they hold one: keys, rows, timers, what is to be written, what each of them knows', () => {
    const group = groupOf(true, ['v1', 'v2'], ['a'])
    const names = new Names(group)
    const actor = new RoleActor(group, 'polls', 'p1', names, { writes: 'split', timers: {} })
    const [renaming] = alikeNodes(['v1', 'v2'], { definition: group, names, actors: [actor] })
    const states = (by: string): RoleState[] => {
      const message = { type: 'Vote', poll: by, voter: by } as Message
      const voted = actor.receive(actor.start().state, message, `voter/${by}`)?.state as RoleState
      const writing = actor.act(voted, 'begins a write')?.state as RoleState
      return [voted, writing, actor.act(writing, 'its write is durable')?.state as RoleState]
    }
    const others = states('v2')
    for (const [at, state] of states('v1').entries()) {
      const renamedState = renaming?.state(state, 'polls/p1') as RoleState
      expect(actor.keyOf(renamedState)).toBe(actor.keyOf(others[at] as RoleState))
      expect(actor.keyOf(renamedState)).not.toBe(actor.keyOf(state))
    }
  })

  test('whose nodes change names are as many as without, divided', () => {
    const changed = { alike: ['v1', 'v2'], budgets: { impulses: 2, closings: 1, crashes: 1 } }
    const [all, fewer] = [false, true].map((symmetry) => check(scope({ changed }), { symmetry }))
    expect(fewer).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
    expect(fewer?.distinct).toBeLessThan(all?.distinct ?? 0)
    expect((all?.distinct ?? 0) / (fewer?.distinct ?? 1)).toBeLessThanOrEqual(2)
  })
})
