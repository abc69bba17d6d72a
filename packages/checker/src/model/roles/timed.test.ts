import { type GroupDefinition, instantOf, json, type Message, type Timed } from '@quorate/core'
import { assign, setup } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import { ofSomeActor } from '../actors/actor.js'
import { check } from '../check.js'
import { always, sometimes } from '../property.js'
import { type GroupScope, groupModel } from './groupModel.js'
import type { RoleState } from './roleState.js'

/** Notes by how much each clock went on between two rings. */
interface Noted {
  readonly last: { readonly nowMs: number; readonly wallMs: number } | undefined
  readonly passed: number | undefined
  readonly wall: number | undefined
}
type Ring = { readonly type: 'ring' }
const watch = setup({
  types: {} as { context: Noted; events: Timed<Ring> },
  actions: {
    note: assign(({ context: { last }, event }) => {
      const at = instantOf(event)
      return { last: at, passed: last && at && at.nowMs - last.nowMs, wall: last && at && at.wallMs - last.wallMs }
    }),
  },
}).createMachine({
  id: 'watch',
  context: { last: undefined, passed: undefined, wall: undefined },
  on: { ring: { actions: 'note' } },
})

const codec = json<Message>()
const group = (timed: boolean): GroupDefinition => ({
  protocol: 'watch',
  messages: { types: [], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    watch: {
      nodes: ['n1'],
      record: json<unknown>(),
      logic: () => watch,
      input: () => undefined,
      timed,
      status: () => ({ state: '', serves: false }),
    },
  },
})

const contextIs = (holds: (noted: Noted) => boolean) =>
  ofSomeActor(({ actor }: RoleState) => actor !== undefined && holds(actor.snapshot.context as Noted))
const scope = (changed: Partial<GroupScope> = {}, timed = true) =>
  groupModel({
    name: 'watch',
    group: group(timed),
    network: { kind: 'nondup' },
    writes: 'atomic',
    timers: {},
    requests: [{ name: 'rings', role: 'watch', event: { type: 'ring' } }],
    clocks: { passesMs: 10, jumpsMs: 100 },
    budgets: { rings: 2, time: 2, jumps: 1 },
    properties: [
      always(
        'what passes is what passes',
        contextIs(({ passed = 0 }) => [0, 10, 20].includes(passed)),
      ),
      sometimes(
        'all of the time passes between two rings',
        contextIs(({ passed, wall }) => passed === 20 && wall === 20),
      ),
      sometimes(
        'a wall clock is set back',
        contextIs(({ passed, wall }) => passed === 10 && wall === -90),
      ),
      sometimes(
        'a wall clock is set forward',
        contextIs(({ passed, wall }) => passed === 0 && wall === 100),
      ),
    ],
    ...changed,
  })
const verdicts = (model: ReturnType<typeof scope>) => check(model).properties.map(({ verdict }) => verdict)

describe('time in a model', () => {
  test('passes at any time, and wall clocks are set, as often as the budgets say', () => {
    expect(check(scope())).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
    expect(verdicts(scope({ budgets: { rings: 2, time: 2, jumps: 0 } }))).toEqual([
      'holds',
      'holds',
      'violated',
      'violated',
      'holds',
    ])
  })

  test('stands still for roles that do not ask', () => {
    expect(verdicts(scope({}, false))).toEqual(['holds', 'violated', 'violated', 'violated', 'holds'])
  })

  test('goes on while an actor is down', () => {
    const changed = { crashes: ['watch'], budgets: { rings: 1, time: 1, jumps: 0, crashes: 1 } }
    const later = sometimes(
      'it begins again later',
      contextIs(({ last }) => last?.nowMs === 10),
    )
    expect(check(scope({ ...changed, properties: [later] })).verdict).toBe('holds')
  })
})
