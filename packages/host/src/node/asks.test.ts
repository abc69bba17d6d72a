import {
  type AskService,
  asBytes,
  type ClientAsked,
  type Codec,
  decodeEnvelope,
  type Effect,
  encodeEnvelope,
  type GroupDefinition,
  json,
  type LocalEvent,
  type NodeId,
  type RoleStatus,
  wireVersion,
} from '@quorate/core'
import { emit, setup } from '@quorate/core/statechart'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClientOptions } from '../client/clientOptions.js'
import { type ConnectedAskClient, connectAskClient } from '../client/connectAskClient.js'
import { messages } from '../generated/client.js'
import { seededRandom, TestCluster } from './cluster.test.fixture.js'
import { fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

/** Says back what it is asked, or does what that says: nothing, another thing, or to stop leading. */
const oracle = setup({
  types: {} as { events: ClientAsked<string> | LocalEvent; emitted: Effect<never, null, string> },
  guards: {
    isToAnswer: ({ event }) => event.type === 'client.asked' && !['silence', 'refuse', 'resign'].includes(event.body),
    isToRefuse: ({ event }) => event.type === 'client.asked' && event.body === 'refuse',
    isToResign: ({ event }) => event.type === 'client.asked' && event.body === 'resign',
  },
  actions: {
    answer: emit(({ event }) => {
      const asked = event.type === 'client.asked' ? event : undefined
      const body = asked?.body === 'much' ? 'much'.repeat(500_000) : (asked?.body ?? '')
      return { type: 'answer', request: asked?.request ?? 0, body }
    }),
    refuse: emit(({ event }) => ({
      type: 'refuse',
      request: event.type === 'client.asked' ? event.request : 0,
      reason: 'overloaded',
    })),
  },
}).createMachine({
  id: 'oracle',
  initial: 'leading',
  states: {
    leading: {
      on: {
        'client.asked': [
          { guard: 'isToAnswer', actions: 'answer' },
          { guard: 'isToRefuse', actions: 'refuse' },
          { guard: 'isToResign', target: 'resigned' },
          {},
        ],
      },
    },
    resigned: {},
  },
})

const contract = { request: json<string>(), reply: json<string>() }
const requestBytesMax = 1000

/** A group without a log: all of the nodes serve. */
const oracles = (nodes: readonly NodeId[]): GroupDefinition<AskService<string, string>> => ({
  protocol: 'oracle',
  roles: {
    oracle: {
      nodes,
      logic: () => oracle,
      input: () => undefined,
      record: json<null>() as Codec<unknown>,
      status: (snapshot): RoleStatus => {
        const { value: state } = snapshot as { value: string }
        return { state, serves: state === 'leading' }
      },
    },
  },
  messages: jsonMessages([]),
  messageBytesMax: fixtureMessageBytesMax,
  service: { type: 'ask', answers: 'oracle', ...contract, limits: { requestBytesMax } },
})

type OracleClient = ConnectedAskClient<string, string>

let cluster: TestCluster<AskService<string, string>>
const clients: OracleClient[] = []

afterEach(async () => {
  cluster.bus.setFilter(() => true)
  await cluster.wait(Promise.all(clients.splice(0).map((client) => client.close())))
  await cluster.stopAll()
})

type Options = Pick<ClientOptions, 'deadlineMs'>

async function begin(options: Options = {}): Promise<OracleClient> {
  cluster = new TestCluster(oracles(['n1', 'n2']))
  await cluster.startAll(['n1', 'n2'])
  return connect(options)
}

async function connect(options: Options = {}): Promise<OracleClient> {
  const client = await cluster.wait(
    connectAskClient({
      transport: cluster.bus,
      cluster: 'test',
      group: 'journal',
      contract,
      clock: cluster.clock,
      random: seededRandom(5),
      ...options,
    }),
  )
  clients.push(client)
  return client
}

const ask = (client: Pick<OracleClient, 'ask'>, text: string): Promise<string> => cluster.wait(client.ask(text))
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  cluster.wait(
    promise.then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    ),
  )
const asksOf = (id: string) => cluster.nodes.get(id)?.status().groups['journal']?.inFlight?.asks

/** Messages of these types are lost, as often as `isLost` says; counts those that came. */
function lose(types: readonly string[], isLost: () => boolean = () => true) {
  const seen: string[] = []
  cluster.bus.setFilter(({ bytes }) => {
    const { type } = decodeEnvelope(bytes)
    seen.push(type)
    return !types.includes(type) || !isLost()
  })
  return { countOf: (type: string) => seen.filter((each) => each === type).length }
}

describe('a group that orders no log', () => {
  it('is asked, by clients and on its nodes', async () => {
    const client = await begin()
    expect(await ask(client, 'hello')).toBe('hello')
    expect(await ask(cluster.nodes.get('n2')!.group('journal'), 'hello')).toBe('hello')
    const answers = await cluster.wait(Promise.all(Array.from({ length: 3000 }, (_, at) => client.ask(`number ${at}`))))
    expect(answers).toEqual(Array.from({ length: 3000 }, (_, at) => `number ${at}`))
    for (const id of ['n1', 'n2']) expect(asksOf(id)).toBe(0)
  })

  it('is given what it cannot decode: that is refused and counted, and no role hears of it', async () => {
    const client = await begin()
    await ask(client, 'hello')
    const other = await cluster.wait(
      connectAskClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'journal',
        contract: { ...contract, request: asBytes },
        clock: cluster.clock,
      }),
    )
    await expect(cluster.wait(other.ask(Uint8Array.of(123, 255)))).rejects.toMatchObject({
      code: 'QUORATE_MALFORMED_REQUEST',
      message: expect.stringContaining('cannot decode this question'),
    })
    await cluster.wait(other.close())
    const dropped = [...cluster.nodes.values()].map((node) => node.status().dropped.malformed ?? 0)
    expect(dropped.sort()).toEqual([0, 1])
    expect(await ask(client, 'again')).toBe('again')
  })

  it.each([['Ask'], ['Answered'], ['Leader']])('is asked again when half of %s is lost', async (type) => {
    const client = await begin({ deadlineMs: 600_000 })
    const random = seededRandom(9)
    lose([type], () => random.below(2) === 0)
    const texts = Array.from({ length: 50 }, (_, at) => `number ${at}`)
    const answers = await cluster.wait(Promise.all(texts.map((text) => client.ask(text))))
    expect(answers).toEqual(texts)
    for (const id of ['n1', 'n2']) expect(asksOf(id)).toBe(0)
  })
})

describe('what a caller is told who asked', () => {
  it('an unknown outcome when no answer came in time, and that it may ask again', async () => {
    const client = await begin({ deadlineMs: 5000 })
    await expect(cluster.wait(client.ask('silence'))).rejects.toMatchObject({
      code: 'QUORATE_UNKNOWN_OUTCOME',
      message: expect.stringContaining('it does no harm to ask again'),
    })
    expect(await ask(client, 'again')).toBe('again')
  })

  it('the same by its own signal', async () => {
    const client = await begin()
    const { signal, abort } = aborting()
    const asked = client.ask('silence', { signal })
    await cluster.pass(100)
    abort()
    expect(await codeOf(asked)).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(await codeOf(client.ask('too late', { signal }))).toBe('QUORATE_NOT_EXECUTED')
  })

  it('overloaded, when the role refused each time', async () => {
    const client = await begin({ deadlineMs: 5000 })
    const seen = lose([])
    expect(await codeOf(client.ask('refuse'))).toBe('QUORATE_OVERLOADED')
    expect(seen.countOf('Ask')).toBeGreaterThan(3)
    expect(seen.countOf('Refused')).toBe(seen.countOf('Ask'))
  })

  it('not executed, when nobody is there', async () => {
    const client = await begin({ deadlineMs: 5000 })
    for (const id of ['n1', 'n2']) await cluster.kill(id)
    expect(await codeOf(client.ask('hello'))).toBe('QUORATE_NOT_EXECUTED')
  })

  it('too large, of the question and of the answer', async () => {
    const client = await begin()
    expect(await codeOf(client.ask('x'.repeat(requestBytesMax)))).toBe('QUORATE_COMMAND_TOO_LARGE')
    expect(await codeOf(client.ask('x'.repeat(2_000_000)))).toBe('QUORATE_COMMAND_TOO_LARGE')
    expect(await codeOf(client.ask('much'))).toBe('QUORATE_RESULT_TOO_LARGE')
    expect(await ask(client, 'hello')).toBe('hello')
  })

  it('that it is closed', async () => {
    const client = await begin()
    const asked = client.ask('silence')
    await cluster.pass(10)
    const code = codeOf(asked)
    await cluster.wait(client.close())
    expect(await code).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(await codeOf(client.ask('hello'))).toBe('QUORATE_CLIENT_CLOSED')
  })
})

describe('nodes that are asked and lead in the same term', () => {
  it('are as good as each other, when one is killed', async () => {
    const client = await begin()
    await ask(client, 'hello')
    const { leader } = client
    await cluster.kill(leader ?? '')
    const beganAtMs = cluster.clock.nowMs()
    expect(await ask(client, 'hello')).toBe('hello')
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(500)
    expect(client.leader).not.toBe(leader)
  })

  it('or leads no more: then who waits is told at once', async () => {
    const client = await begin()
    const { signal, abort } = aborting()
    await ask(client, 'hello')
    const { leader } = client
    const waiting = client.ask('silence', { signal })
    await cluster.pass(10)
    expect(asksOf(leader ?? '')).toBe(1)
    const other = await connect()
    await ask(other, 'hello')
    expect(other.leader).toBe(leader)
    const resigns = other.ask('resign', { signal })
    await cluster.pass(10)
    expect(asksOf(leader ?? '')).toBe(0)
    expect(client.leader).not.toBe(leader)
    abort()
    expect(await Promise.all([codeOf(waiting), codeOf(resigns)])).toEqual(Array(2).fill('QUORATE_UNKNOWN_OUTCOME'))
  })

  it('or stops, and remembers nobody', async () => {
    const client = await begin({ deadlineMs: 5000 })
    await ask(client, 'hello')
    const { leader } = client
    const node = cluster.nodes.get(leader ?? '')!
    const waiting = codeOf(client.ask('silence'))
    await cluster.pass(10)
    const seen = lose([])
    await cluster.wait(node.stop())
    expect(seen.countOf('Refused')).toBe(1)
    expect(node.status().groups['journal']?.inFlight?.asks).toBe(0)
    expect(await waiting).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(client.leader).not.toBe(leader)
  })

  it('remember who asked for half a minute', async () => {
    const client = await begin({ deadlineMs: 20_000 })
    await ask(client, 'hello')
    const id = client.leader ?? ''
    expect(await codeOf(client.ask('silence'))).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(asksOf(id)).toBeGreaterThan(3)
    await cluster.pass(30_000)
    expect(await ask(client, 'hello')).toBe('hello')
    expect(asksOf(id)).toBe(0)
  })

  it('take no more than 16,384 questions at once', async () => {
    const client = await begin()
    const connection = await cluster.bus.connect({ cluster: 'test', name: 'flood' })
    const refused: unknown[] = []
    connection.subscribe('journal/answers/flood', (bytes) => {
      const { type, payload } = decodeEnvelope(bytes)
      refused.push(messages.decode(type, payload))
    })
    const say = (request: number) => {
      const payload = messages.encode({ type: 'Ask', request, bytes: contract.request.encode('silence') })
      const to = 'journal/client/n1'
      const from = 'journal/answers/flood'
      const fromStore = new Uint8Array(0)
      connection.publish(
        to,
        encodeEnvelope({ version: wireVersion, cluster: 'test', from, to, fromStore, type: 'Ask', payload }),
      )
    }
    for (let request = 1; request <= 16_386; request++) say(request)
    cluster.clock.advance(10)
    expect(asksOf('n1')).toBe(16_384)
    expect(refused).toEqual(
      [16_385, 16_386].map((request) => expect.objectContaining({ request, reason: 'overloaded' })),
    )
    await cluster.pass(30_000)
    expect(await ask(client, 'hello')).toBe('hello')
  })
})

function aborting() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
