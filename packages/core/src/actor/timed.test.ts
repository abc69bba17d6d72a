import { describe, expect, test } from 'vitest'
import type { GroupDefinition, RoleDefinition } from '../group/protocol.js'
import { keyedRecord } from '../keyed/keyed.js'
import { perKey } from '../keyed/perKey.js'
import type { Message } from '../log/message.js'
import { type Instant, instantOf, type Timed } from '../log/time.js'
import { assign, setup } from '../role/statechart.js'
import { json } from '../stateMachine/stateMachine.js'
import { Stage } from '../testing/stage.js'
import type { Received } from './effect.js'

/** Notes what clocks showed with each event, and when its timer ended. */
interface Noted {
  readonly at: readonly (Instant | undefined)[]
}
type Ring = Received<{ readonly type: 'Ring'; readonly key: string }>
const watch = setup({
  types: {} as { context: Noted; events: Timed<Ring>; input: Noted },
  delays: { pause: 10 },
  actions: { note: assign(({ context, event }) => ({ at: [...context.at, instantOf(event)] })) },
}).createMachine({
  id: 'watch',
  context: ({ input }) => input,
  initial: 'idle',
  states: {
    idle: { on: { Ring: { actions: 'note', target: 'pausing' } } },
    pausing: { after: { pause: { actions: 'note', target: 'rung' } } },
    rung: {},
  },
})

const codec = json<Message>()
const groupOf = (role: Partial<RoleDefinition>): GroupDefinition => ({
  protocol: 'watch',
  messages: { types: ['Ring'], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    watch: {
      nodes: ['n1'],
      record: codec as never,
      logic: () => watch,
      input: () => ({ at: [] }),
      status: () => ({ state: '', serves: false }),
      ...role,
    },
  },
})
const ring = { from: 'g/watch/n2', to: 'g/watch/n1', message: { type: 'Ring', key: 'a' } as Message } as const
const early = { nowMs: 5, wallMs: 1000 }
const late = { nowMs: 15, wallMs: 900 }

/** Rings it, and lets its timer end later. */
const rung = (role: Partial<RoleDefinition>) => {
  const actor = new Stage(groupOf(role)).actor('watch', 'n1')
  actor.setClock(early)
  actor.receive(ring)
  actor.setClock(late)
  actor.fire('pause')
  return actor
}

describe('a role that asks for the time', () => {
  test('gets it with each event, that of a timer too', () => {
    expect(rung({ timed: true }).driven?.context).toEqual({ at: [early, late] })
  })

  test('gets it in each of many at one address', () => {
    const keyed = perKey({
      id: 'watches',
      each: watch,
      keyOf: ({ key }) => key,
      input: () => ({ at: [] }),
      row: json<Noted>(),
      refuse: () => undefined,
    })
    const input: RoleDefinition['input'] = ({ recovered }) => ({ shared: undefined, recovered })
    const actor = rung({ timed: true, logic: () => keyed, keyed, input, record: keyedRecord as never })
    const instances = actor.driven?.snapshot.instances as ReadonlyMap<string, { readonly context: Noted }>
    expect(instances.get('a')?.context).toEqual({ at: [early, late] })
  })

  test('finds the clocks of its node where they are after a crash', () => {
    const actor = rung({ timed: true })
    actor.crash()
    actor.start()
    actor.receive(ring)
    expect(actor.driven?.context).toEqual({ at: [late] })
  })
})

test('a role that asks for it with some events gets it with no others', () => {
  expect(rung({ timed: ['Ring'] }).driven?.context).toEqual({ at: [early, undefined] })
})

test('a role that does not ask knows no time', () => {
  expect(rung({}).driven?.context).toEqual({ at: [undefined, undefined] })
})
