import {
  type AskService,
  type ClientAsked,
  type Effect,
  type GroupDefinition,
  json,
  type NodeId,
  type PeerFound,
  type PeerLost,
  type Received,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { afterEach, describe, expect, it } from 'vitest'
import { TestCluster } from './cluster.test.fixture.js'
import { fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

/** Looks out for the others while it is asked to, and tells whom it was told of. */
interface Lookout {
  readonly id: NodeId
  readonly told: readonly string[]
}
type Hello = Received<{ readonly type: 'Hello' }>
type Event = ClientAsked<string> | PeerLost | PeerFound | Hello

const isAsked = (what: string) => (args: { event: Event }) => (args.event as ClientAsked<string>).body === what
const lookout = setup({
  types: {} as { context: Lookout; events: Event; input: Lookout; emitted: Effect },
  delays: { greeting: 20 },
  guards: { isToWatch: isAsked('watch'), isToRest: isAsked('rest'), isToGreet: isAsked('greet') },
  actions: {
    note: assign(({ context, event }) => {
      const { type, node } = event as PeerLost | PeerFound
      return { told: [...context.told, `${type} ${node}`] }
    }),
    greet: emit(send('journal/lookout/all', { type: 'Hello' })),
    answer: emit(({ context, event }) => {
      const { request } = event as ClientAsked<string>
      return { type: 'answer', request, body: context.told }
    }),
  },
}).createMachine({
  id: 'lookout',
  context: ({ input }) => input,
  initial: 'watching',
  on: {
    'peer.lost': { actions: 'note' },
    'peer.found': { actions: 'note' },
    'client.asked': [
      { guard: 'isToWatch', actions: 'answer', target: '.watching' },
      { guard: 'isToRest', actions: 'answer', target: '.resting' },
      { guard: 'isToGreet', actions: 'answer', target: '.greeting' },
      { actions: 'answer' },
    ],
  },
  states: {
    watching: {},
    resting: {},
    greeting: { after: { greeting: { target: 'greeting', reenter: true, actions: 'greet' } } },
  },
})

type Lookouts = AskService<string, readonly string[]>
const nodes = ['n1', 'n2', 'n3']
const groupWith = (isTold: boolean): GroupDefinition<Lookouts> => ({
  protocol: 'lookout',
  roles: {
    lookout: {
      nodes,
      logic: () => lookout,
      input: ({ node }) => ({ id: node, told: [] }),
      remembers: false,
      record: json<unknown>(),
      ...(isTold && {
        awaits: (snapshot: unknown) => {
          const { value } = snapshot as { readonly value: string }
          return value === 'watching' ? nodes : []
        },
      }),
      status: () => ({ state: '', serves: true, epoch: 1 }),
    },
  },
  messages: jsonMessages(['Hello']),
  messageBytesMax: fixtureMessageBytesMax,
  service: {
    type: 'ask',
    answers: 'lookout',
    request: json(),
    reply: json(),
    routing: 'any',
    isIdempotent: () => true,
    limits: { requestBytesMax: 100 },
  },
})

let cluster: TestCluster<Lookouts>
afterEach(() => cluster.stopAll())

/** Links that are cut, `n1>n2`, and how often n1 probed. */
const cut = new Set<string>()
let probes: string[] = []
const begin = async (options: { isTold?: boolean; probeEveryMs?: number } = {}) => {
  const { isTold = true, probeEveryMs } = options
  cluster = new TestCluster(groupWith(isTold))
  cut.clear()
  probes = []
  cluster.bus.setFilter(({ from, receiver, bytes }) => {
    if (bytes.length === 0 && from === 'n1') probes.push(receiver)
    return !cut.has(`${from}>${receiver}`)
  })
  for (const id of nodes) await cluster.start(id, probeEveryMs === undefined ? {} : { probeEveryMs })
  await cluster.wait(Promise.all([...cluster.nodes.values()].map(({ ready }) => ready)))
}
const handle = (id: string) => cluster.nodes.get(id)!.group('journal')
const ask = (id: string, what: string): Promise<readonly string[]> => cluster.wait(handle(id).ask(what))

describe('a node that is gone', () => {
  it('is told of once, one to two intervals later, and again when it is back', async () => {
    await begin()
    await cluster.kill('n2')
    await cluster.pass(40)
    expect(await ask('n1', '?')).toEqual([])
    await cluster.pass(70)
    expect(await ask('n1', '?')).toEqual(['peer.lost n2'])
    await cluster.pass(2000)
    await cluster.start('n2')
    await cluster.pass(250)
    expect(await ask('n1', '?')).toEqual(['peer.lost n2', 'peer.found n2'])
    expect(await ask('n3', '?')).toEqual(['peer.lost n2', 'peer.found n2'])
  })

  it('is told of sooner where that is asked for', async () => {
    await begin({ probeEveryMs: 10 })
    await cluster.kill('n2')
    await cluster.pass(25)
    expect(await ask('n1', '?')).toEqual(['peer.lost n2'])
  })

  it('is told of to who begins to expect something of it, and is forgotten by who does no more', async () => {
    await begin()
    await ask('n1', 'rest')
    await cluster.kill('n2')
    await cluster.pass(500)
    expect(await ask('n1', '?')).toEqual([])
    probes = []
    await cluster.pass(500)
    expect(probes).toEqual([])
    await ask('n1', 'watch')
    await cluster.pass(250)
    expect(await ask('n1', 'rest')).toEqual(['peer.lost n2'])
    await ask('n1', 'watch')
    await cluster.pass(250)
    expect(await ask('n1', 'rest')).toEqual(['peer.lost n2', 'peer.lost n2'])
    await cluster.start('n2')
    await cluster.pass(250)
    expect(await ask('n1', 'watch')).toEqual(['peer.lost n2', 'peer.lost n2'])
    await cluster.pass(250)
    expect(await ask('n1', '?')).toHaveLength(2)
  })

  it('is told of to nobody whose role does not say that it listens, and nobody asks for it', async () => {
    await begin({ isTold: false })
    await cluster.kill('n2')
    await cluster.pass(1000)
    expect(await ask('n1', '?')).toEqual([])
    expect(probes).toEqual([])
  })
})

describe('a node that is there', () => {
  it('is asked for only when it was silent', async () => {
    await begin()
    await ask('n3', 'greet')
    await cluster.pass(200)
    probes = []
    await cluster.pass(1000)
    expect(probes.filter((to) => to === 'n2').length).toBeGreaterThanOrEqual(19)
    expect(probes.filter((to) => to === 'n3')).toEqual([])
    // Of itself it expects nothing.
    expect(probes.filter((to) => to === 'n1')).toEqual([])
  })

  it('and is not reached is no suspect: nobody knows', async () => {
    await begin()
    for (const link of ['n1>n2', 'n2>n1']) cut.add(link)
    await cluster.pass(5000)
    expect(await ask('n1', '?')).toEqual([])
  })

  it('is found as soon as something comes from it', async () => {
    await begin({ probeEveryMs: 60_000 })
    await cluster.kill('n2')
    await cluster.pass(61_000)
    expect(await ask('n1', '?')).toEqual(['peer.lost n2'])
    await cluster.start('n2')
    await ask('n2', 'greet')
    await cluster.pass(100)
    expect(await ask('n1', '?')).toEqual(['peer.lost n2', 'peer.found n2'])
  })
})

it('an interval that is none is refused', async () => {
  await begin()
  for (const probeEveryMs of [9, 60_001, Number.NaN, '100' as never]) {
    await expect(cluster.start('n4', { probeEveryMs })).rejects.toMatchObject({ code: 'QUORATE_INVALID_CONFIGURATION' })
  }
})
