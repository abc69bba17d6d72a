import {
  type AskService,
  type Called,
  type CallHandler,
  type ClientAsked,
  type Codec,
  type Effect,
  type GroupDefinition,
  json,
  keyedRecord,
  perKey,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { afterEach, describe, expect, it } from 'vitest'
import { TestCluster } from './cluster.test.fixture.js'
import { fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

/** An errand for each name: it is written down, run by the handler of the node, and answered; after a crash, run again. */
interface Errand {
  readonly name: string
  readonly isDue: boolean
  readonly client: number | undefined
}
type Event = ClientAsked<string> | Called

const textOf = ({ outcome }: Called): string =>
  outcome.type === 'returned' ? new TextDecoder().decode(outcome.bytes) : `${outcome.reason}: ${outcome.text}`

const errand = setup({
  types: {} as { context: Errand; events: Event; input: Errand; emitted: Effect<never, boolean> },
  guards: {
    isDue: ({ context }) => context.isDue,
    isForClient: ({ context }) => context.client !== undefined,
  },
  actions: {
    note: assign(({ event }) => ({ client: (event as ClientAsked).request, isDue: true })),
    done: assign({ isDue: false }),
    persist: emit(({ context }) => ({ type: 'persist' as const, record: context.isDue })),
    call: emit(({ context }) => ({
      type: 'call' as const,
      request: 1,
      bytes: new TextEncoder().encode(context.name),
    })),
    answer: emit(({ context: { client = 0 }, event }) => ({
      type: 'answer' as const,
      request: client,
      body: textOf(event as Called),
    })),
  },
}).createMachine({
  id: 'errand',
  context: ({ input }) => input,
  initial: 'opening',
  states: {
    opening: { always: [{ guard: 'isDue', target: 'calling' }, { target: 'resting' }] },
    resting: { on: { 'client.asked': { actions: ['note', 'persist'], target: 'calling' } } },
    calling: {
      entry: 'call',
      on: {
        called: [
          { guard: 'isForClient', actions: ['done', 'persist', 'answer'], target: 'done' },
          { actions: ['done', 'persist'], target: 'done' },
        ],
      },
    },
    done: { type: 'final' },
  },
})

const errands = perKey<typeof errand, undefined, boolean>({
  id: 'errands',
  each: errand,
  keyOf: (event) => event.body,
  input: ({ key, row = false }) => ({ name: key, isDue: row, client: undefined }),
  row: json<boolean>(),
  resumes: (isDue) => isDue,
  refuse: ({ request }) => ({ type: 'refuse' as const, request, reason: 'overloaded' as const }),
})

const groupWith = (handler: CallHandler | undefined): GroupDefinition<AskService<string, string>> => ({
  protocol: 'errands',
  roles: {
    errands: {
      nodes: ['n1'],
      logic: () => errands,
      keyed: errands,
      input: ({ recovered }) => ({ shared: undefined, recovered }),
      record: keyedRecord as Codec<unknown>,
      ...(handler && { handler }),
      status: () => ({ state: '', serves: true }),
    },
  },
  messages: jsonMessages([]),
  messageBytesMax: fixtureMessageBytesMax,
  service: {
    type: 'ask',
    answers: 'errands',
    request: json(),
    reply: json(),
    routing: 'any',
    isIdempotent: () => true,
    limits: { requestBytesMax: 1000 },
  },
})

let cluster: TestCluster<AskService<string, string>>
afterEach(() => cluster.stopAll())

const begin = async (handler: CallHandler | undefined) => {
  cluster = new TestCluster(groupWith(handler), { writeDelayMs: 10 })
  await cluster.start('n1')
  await cluster.wait(node().ready)
}
const node = () => cluster.nodes.get('n1')!
const asking = (name: string) => node().group('journal').ask(name)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (said: string) => new TextEncoder().encode(said)

/** A handler whose calls end when the test says so. */
const slow = () => {
  const calls: { readonly name: string; readonly signal: AbortSignal; readonly end: (said: string) => void }[] = []
  const handler: CallHandler = (given, { signal }) =>
    new Promise((resolve) => calls.push({ name: text(given), signal, end: (said) => resolve(bytes(said)) }))
  return { calls, handler }
}

describe('a handler of the user on a node', () => {
  it('is called where the role runs, and what it returns answers the one that called', async () => {
    const places: object[] = []
    await begin((given, { signal: _signal, ...place }) => {
      places.push(place)
      return bytes(`${text(given)} is done`)
    })
    expect(await cluster.wait(Promise.all(['a', 'b'].map(asking)))).toEqual(['a is done', 'b is done'])
    expect(places).toEqual(Array(2).fill({ group: 'journal', role: 'errands', node: 'n1' }))
  })

  it('may take any time, and its calls may end in any order: nothing waits for them', async () => {
    const { calls, handler } = slow()
    await begin(handler)
    const [a, b] = [asking('a'), asking('b')]
    await cluster.pass(5000)
    expect(calls.map(({ name }) => name)).toEqual(['a', 'b'])
    calls[1]?.end('second')
    expect(await cluster.wait(b)).toBe('second')
    calls[0]?.end('first')
    expect(await cluster.wait(a)).toBe('first')
  })

  it('may throw, or return what is none: the role is told, and the node goes on', async () => {
    await begin((given) => {
      if (text(given) === 'none') return 'none' as never
      if (text(given) === 'rejects') return Promise.reject(new Error('not now'))
      throw new Error('not that')
    })
    expect(await cluster.wait(asking('throws'))).toBe('threw: not that')
    expect(await cluster.wait(asking('rejects'))).toBe('threw: not now')
    expect(await cluster.wait(asking('none'))).toMatch(/^malformed: what was returned is string/)
    expect(node().status().state).toBe('running')
  })

  it('is called after what was emitted before is on the disk, and again when a crash came in between', async () => {
    const { calls, handler } = slow()
    await begin(handler)
    void asking('a').catch(() => {})
    await cluster.pass(5)
    expect(calls).toEqual([])
    await cluster.pass(50)
    expect(calls).toHaveLength(1)
    await cluster.kill('n1')
    await cluster.start('n1')
    await cluster.pass(50)
    calls[0]?.end('of a former life')
    await cluster.pass(50)
    expect(calls.map(({ name }) => name)).toEqual(['a', 'a'])
    calls[1]?.end('done')
    await cluster.pass(50)
    await cluster.kill('n1')
    await cluster.start('n1')
    await cluster.pass(50)
    expect(calls).toHaveLength(2)
  })

  it('hears by its signal when the group is closed, or the node stops, which do not wait for it', async () => {
    const { calls, handler } = slow()
    await begin(handler)
    void asking('a').catch(() => {})
    await cluster.pass(50)
    await cluster.wait(node().close('journal'))
    expect(calls[0]?.signal.aborted).toBe(true)
    await cluster.wait(node().open('journal', groupWith(handler)))
    await cluster.pass(50)
    calls[0]?.end('nobody hears it')
    await cluster.pass(50)
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, false])
    await cluster.wait(node().stop())
    expect(calls[1]?.signal.aborted).toBe(true)
  })

  it('is missing only by a defect of the definition, and then the node stops and says so', async () => {
    await begin(undefined)
    void asking('a').catch(() => {})
    const error = await cluster.wait(node().stopped)
    expect(error?.message).toMatch(/errands\/n1 emits call, and the definition of its role has no handler/)
  })
})
