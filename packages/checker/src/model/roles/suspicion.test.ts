import {
  type Effect,
  type GroupDefinition,
  json,
  type Message,
  type NodeId,
  type PeerFound,
  type PeerLost,
  type Received,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import { ofEveryActor, ofSomeActor } from '../actors/actor.js'
import { check } from '../check.js'
import { always, sometimes } from '../property.js'
import { type GroupScope, groupModel } from './groupModel.js'
import type { RoleState } from './roleState.js'

/** Standbys of a keeper: one that is told that the keeper is gone asks the others, and takes its place when all agree. */
interface Standby {
  readonly config: { readonly id: NodeId; readonly others: number }
  readonly agreed: readonly NodeId[]
}
type Said = Message & { readonly node: NodeId }
type Event = PeerLost | PeerFound | Received<{ readonly type: 'Ask' | 'Agree'; readonly node: NodeId }>

/** `trusts`: whoever suspects takes the keeper's place at once. */
const standby = (trusts: boolean) =>
  setup({
    types: {} as { context: Standby; events: Event; input: Standby; emitted: Effect<Said> },
    guards: { isEnough: ({ context: { agreed, config } }) => trusts || agreed.length === config.others },
    actions: {
      ask: emit(({ context: { config } }) => send('g/standby/all', { type: 'Ask', node: config.id } as Said)),
      agree: emit(({ context: { config }, event }) => {
        return send((event as Received<Said>).from, { type: 'Agree', node: config.id } as Said)
      }),
      count: assign(({ context: { agreed }, event }) => {
        return { agreed: [...new Set([...agreed, (event as Received<Said> & Said).node])].sort() }
      }),
      forget: assign({ agreed: [] }),
      take: emit(({ context: { config } }) => send('g/keeper/k1', { type: 'Taken', node: config.id } as Said)),
    },
  }).createMachine({
    id: 'standby',
    context: ({ input }) => input,
    initial: 'watching',
    states: {
      watching: { on: { 'peer.lost': { actions: 'ask', target: 'suspecting' } } },
      suspecting: {
        always: { guard: 'isEnough', actions: 'take', target: 'keeping' },
        on: {
          'peer.found': { actions: 'forget', target: 'watching' },
          Ask: { actions: 'agree' },
          Agree: { actions: 'count' },
        },
      },
      keeping: {},
    },
  })

const keeper = setup({
  types: {} as { events: Received<{ readonly type: 'Taken' }> },
}).createMachine({ id: 'keeper', initial: 'keeping', context: {}, states: { keeping: {} } })

const codec = json<Message>()
const record = json<unknown>()
const status = () => ({ state: '', serves: false })
const groupOf = (trusts: boolean, standbys: readonly NodeId[]): GroupDefinition => ({
  protocol: 'standby',
  messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    keeper: { record, nodes: ['k1'], logic: () => keeper, input: () => undefined, status },
    standby: {
      record,
      nodes: standbys,
      logic: () => standby(trusts),
      input: ({ node }): Standby => ({ config: { id: node, others: standbys.length - 1 }, agreed: [] }),
      awaits: (snapshot) => ((snapshot as { readonly value: string }).value === 'keeping' ? [] : ['k1']),
      status,
    },
  },
})

const isIn = (value: string) => ofSomeActor(({ actor }: RoleState) => actor?.snapshot.value === value)
const isStandby = (context: unknown): context is Standby => (context as Partial<Standby>).config !== undefined
const suspects = sometimes('somebody suspects', isIn('suspecting'))
interface Options {
  readonly trusts?: boolean
  readonly standbys?: readonly NodeId[]
  readonly changed?: Partial<GroupScope>
}
const scope = ({ trusts = false, standbys = ['s1', 's2'], changed }: Options = {}) =>
  groupModel({
    name: 'standby',
    group: groupOf(trusts, standbys),
    network: { kind: 'nondup' },
    writes: 'atomic',
    timers: {},
    suspects: ['standby'],
    budgets: { suspicions: 2 },
    properties: [
      always(
        'nobody takes the place unless all agree',
        ofEveryActor(({ actor }: RoleState) => {
          const { value, context } = actor?.snapshot ?? {}
          if (value !== 'keeping' || !isStandby(context)) return true
          return context.agreed.length === context.config.others
        }),
      ),
      suspects,
      sometimes('somebody keeps', isIn('keeping')),
    ],
    ...changed,
  })

const verdicts = (model: Parameters<typeof check>[0], options?: Parameters<typeof check>[1]) =>
  Object.fromEntries(check(model, options).properties.map(({ name, verdict }) => [name, verdict]))

describe('a suspicion', () => {
  test('may come at any time, and be taken back: each costs one of the budget', () => {
    const [place] = check(scope({ trusts: true })).properties
    expect(place).toMatchObject({ verdict: 'violated' })
    expect(place?.trace?.steps.map(({ text }) => text)).toEqual([expect.stringMatching(/^standby\/s\d: suspects k1$/)])
    const none = check(scope({ trusts: true, changed: { budgets: { suspicions: 0 } } }))
    expect(none.properties[0]?.verdict).toBe('holds')
  })

  test('counts: two standbys, which two suspicions are told and taken back in every order', () => {
    const report = check(scope())
    expect(report.ending).toBe('exhausted')
    expect(report.distinct).toBe(34)
  })

  test('of a node that is found is taken back', () => {
    const found = sometimes(
      'who suspected watches again',
      ofSomeActor(({ actor, suspected }: RoleState) => actor?.snapshot.value === 'watching' && suspected.length === 0),
    )
    const never = always(
      'who watches suspects nobody',
      ofEveryActor(({ actor, suspected }: RoleState) => actor?.snapshot.value !== 'watching' || suspected.length === 0),
    )
    expect(check(scope({ changed: { properties: [found, never] } })).verdict).toBe('holds')
  })

  test('comes to no role that the scope does not name', () => {
    expect(verdicts(scope({ changed: { suspects: [] } }))).toMatchObject({ 'somebody suspects': 'violated' })
    expect(verdicts(scope({ changed: { suspects: ['keeper'] } }))).toMatchObject({ 'somebody suspects': 'violated' })
  })

  test('is forgotten by a crash', () => {
    const changed = { crashes: ['standby'], budgets: { suspicions: 1, crashes: 1 } }
    const forgets = always(
      'who is down suspects nobody',
      ofEveryActor(({ actor, suspected }: RoleState) => actor !== undefined || suspected.length === 0),
    )
    expect(check(scope({ changed: { ...changed, properties: [forgets, suspects] } })).verdict).toBe('holds')
  })

  test('changes names with the nodes: as many states as without, divided', () => {
    const standbys = ['s1', 's2', 's3']
    const [all, fewer] = [false, true].map((symmetry) =>
      check(scope({ standbys, changed: { alike: standbys } }), { symmetry }),
    )
    expect(fewer).toMatchObject({ ending: 'exhausted' })
    expect(fewer?.distinct).toBeLessThan((all?.distinct ?? 0) / 3)
    expect((all?.distinct ?? 0) / (fewer?.distinct ?? 1)).toBeLessThanOrEqual(6)
  })
})
