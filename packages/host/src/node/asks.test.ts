import {
  type AskContract,
  type AskService,
  asBytes,
  type ClientAsked,
  type Codec,
  decodeEnvelope,
  type Effect,
  type Envelope,
  encodeEnvelope,
  type GroupDefinition,
  json,
  type LocalEvent,
  type NodeId,
  nodeOf,
  type RoleStatus,
  wireVersion,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClientOptions } from '../client/clientOptions.js'
import { type ConnectedAskClient, connectAskClient } from '../client/connectAskClient.js'
import { messages } from '../generated/client.js'
import { seededRandom, TestCluster } from './cluster.test.fixture.js'
import { fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

interface Oracle {
  readonly id: NodeId
  /** How often it has taken what must not be taken twice. */
  readonly taken: number
}

const wordOf = ({ event }: { event: ClientAsked<string> | LocalEvent }): string =>
  event.type === 'client.asked' ? event.body : ''
const isIn = (words: readonly string[]) => (args: { event: ClientAsked<string> | LocalEvent }) =>
  words.some((word) => wordOf(args).startsWith(word))

/** Says back what it is asked, or does what that says: nothing, another thing, or to serve no more. */
const oracle = setup({
  types: {} as {
    context: Oracle
    events: ClientAsked<string> | LocalEvent
    input: NodeId
    emitted: Effect<never, null, string>
  },
  guards: {
    isToBeSilent: isIn(['silence', 'once silence']),
    isToRefuse: isIn(['refuse']),
    /** It reaches nobody, or so it is told. */
    isLonely: ({ context, event }) =>
      wordOf({ event }).startsWith('lonely') && !wordOf({ event }).endsWith(`but ${context.id}`),
    isToResign: isIn(['once resign']),
    isOnce: isIn(['once']),
  },
  actions: {
    take: assign(({ context, event }) => ({ taken: context.taken + (wordOf({ event }).startsWith('once') ? 1 : 0) })),
    answer: emit(({ context: { id, taken }, event }) => {
      const word = wordOf({ event })
      const body = word === 'much' ? 'much'.repeat(500_000) : word.startsWith('where') ? id : word
      const said = word.startsWith('count') ? String(taken) : body
      return { type: 'answer', request: event.type === 'client.asked' ? event.request : 0, body: said }
    }),
    refuse: emit(({ event }) => ({
      type: 'refuse',
      request: event.type === 'client.asked' ? event.request : 0,
      reason: isIn(['refuse'])({ event }) ? 'overloaded' : 'noQuorum',
    })),
  },
}).createMachine({
  id: 'oracle',
  context: ({ input }) => ({ id: input, taken: 0 }),
  initial: 'serving',
  states: {
    serving: {
      on: {
        'client.asked': [
          { guard: 'isToBeSilent', actions: 'take' },
          { guard: 'isToRefuse', actions: 'refuse' },
          { guard: 'isLonely', actions: 'refuse' },
          { guard: 'isToResign', target: 'resigned' },
          { actions: ['take', 'answer'] },
        ],
      },
    },
    resigned: {},
  },
})

type Routing = AskContract<string, string>['routing']

const contractOf = (routing: Routing): AskContract<string, string> => ({
  request: json<string>(),
  reply: json<string>(),
  routing,
  isIdempotent: (text) => !text.startsWith('once'),
})
/** By the last word. */
const byKey: Routing = { keyOf: (text) => text.slice(text.lastIndexOf(' ') + 1) }
const requestBytesMax = 1000

/** A group without a log: all of the nodes serve, unless it is said who does. */
const oracles = (
  nodes: readonly NodeId[],
  contract: AskContract<string, string>,
  leader?: NodeId,
): GroupDefinition<AskService<string, string>> => ({
  protocol: 'oracle',
  roles: {
    oracle: {
      nodes,
      logic: () => oracle,
      input: ({ node }) => node,
      record: json<null>() as Codec<unknown>,
      status: (snapshot): RoleStatus => {
        const { value: state, context } = snapshot as { value: string; context: Oracle }
        return { state, serves: state === 'serving' && (leader ?? context.id) === context.id, leader }
      },
    },
  },
  messages: jsonMessages([]),
  messageBytesMax: fixtureMessageBytesMax,
  service: { type: 'ask', answers: 'oracle', ...contract, limits: { requestBytesMax } },
})

type OracleClient = ConnectedAskClient<string, string>

let cluster: TestCluster<AskService<string, string>>
let contract: AskContract<string, string>
const clients: OracleClient[] = []

afterEach(async () => {
  cluster.bus.setFilter(() => true)
  await cluster.wait(Promise.all(clients.splice(0).map((client) => client.close())))
  await cluster.stopAll()
})

type Options = Pick<ClientOptions, 'deadlineMs'>
const nodes = ['n1', 'n2'] as const

async function begin(routing: Routing, options: Options = {}, leader?: NodeId): Promise<OracleClient> {
  contract = contractOf(routing)
  cluster = new TestCluster(oracles(nodes, contract, leader))
  await cluster.startAll(nodes)
  return connect(options)
}

let seed = 5
async function connect(options: Options = {}): Promise<OracleClient> {
  const client = await cluster.wait(
    connectAskClient({
      transport: cluster.bus,
      cluster: 'test',
      group: 'journal',
      contract,
      clock: cluster.clock,
      random: seededRandom(seed++),
      ...options,
    }),
  )
  clients.push(client)
  return client
}

const ask = (client: Pick<OracleClient, 'ask'>, text: string): Promise<string> => cluster.wait(client.ask(text))
/** What a node says on itself, which it asks before any other. */
const askOn = (id: string, text: string): Promise<string> => ask(cluster.nodes.get(id)!.group('journal'), text)
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  cluster.wait(
    promise.then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    ),
  )
const asksOf = (id: string) => cluster.nodes.get(id)?.status().groups['journal']?.inFlight?.asks

/** Messages of these types are lost, as often as `isLost` says; tells which came. */
function lose(types: readonly string[], isLost: (envelope: Envelope) => boolean = () => true) {
  const seen: Envelope[] = []
  cluster.bus.setFilter(({ bytes }) => {
    const envelope = decodeEnvelope(bytes)
    seen.push(envelope)
    return !types.includes(envelope.type) || !isLost(envelope)
  })
  const of = (type: string) => seen.filter((each) => each.type === type)
  return { of, countOf: (type: string) => of(type).length }
}

describe.each<[string, Routing]>([
  ['who leads', 'leader'],
  ['any', 'any'],
  ['a key', byKey],
])('a group that is asked, by %s', (_name, routing) => {
  it('answers clients, and its own nodes', async () => {
    const client = await begin(routing)
    expect(await ask(client, 'hello')).toBe('hello')
    expect(await askOn('n2', 'hello')).toBe('hello')
    const texts = Array.from({ length: 3000 }, (_, at) => `number ${at}`)
    expect(await cluster.wait(Promise.all(texts.map((text) => client.ask(text))))).toEqual(texts)
    for (const id of nodes) expect(asksOf(id)).toBe(0)
  })

  it.each([['Ask'], ['Answered'], ['Leader']])('is asked again when half of %s is lost', async (type) => {
    const client = await begin(routing, { deadlineMs: 600_000 })
    const random = seededRandom(9)
    lose([type], () => random.below(2) === 0)
    const texts = Array.from({ length: 50 }, (_, at) => `number ${at}`)
    expect(await cluster.wait(Promise.all(texts.map((text) => client.ask(text))))).toEqual(texts)
    for (const id of nodes) expect(asksOf(id)).toBe(0)
  })

  it('goes on when one of those that serve is killed', async () => {
    const client = await begin(routing)
    const first = await ask(client, 'where a')
    await cluster.kill(first)
    const beganAtMs = cluster.clock.nowMs()
    expect(await ask(client, 'where a')).toBe(otherThan(first))
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(500)
  })

  it('or serves no more: then who waits asks the other', async () => {
    const client = await begin(routing)
    const first = await ask(client, 'where a')
    const waiting = client.ask('silence a')
    await cluster.pass(10)
    expect(asksOf(first)).toBe(1)
    expect(await codeOf(client.ask('once resign a'))).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(asksOf(first)).toBe(0)
    expect(await ask(client, 'where a')).toBe(otherThan(first))
    void waiting.catch(() => {})
  })

  it('or stops, and remembers nobody', async () => {
    const client = await begin(routing, { deadlineMs: 5000 })
    const first = await ask(client, 'where a')
    const node = cluster.nodes.get(first)!
    const waiting = codeOf(client.ask('silence a'))
    await cluster.pass(10)
    const seen = lose([])
    await cluster.wait(node.stop())
    expect(seen.countOf('Refused')).toBe(1)
    expect(node.status().groups['journal']?.inFlight?.asks).toBe(0)
    expect(await waiting).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(await ask(client, 'where a')).toBe(otherThan(first))
  })
})

const otherThan = (id: string) => nodes.find((node) => node !== id)

describe('any member', () => {
  it('is on a node the node itself, without the bus', async () => {
    await begin('any')
    for (const id of nodes) expect(await askOn(id, 'where')).toBe(id)
    const seen = lose([])
    expect(await askOn('n2', 'where')).toBe('n2')
    expect(seen.countOf('Ask')).toBe(0)
  })

  it('that says that it serves and answers nothing is passed over at the next try', async () => {
    const client = await begin('any')
    const first = await ask(client, 'where')
    lose(['Ask'], ({ to }) => nodeOf(to) === first)
    const beganAtMs = cluster.clock.nowMs()
    expect(await ask(client, 'where')).toBe(otherThan(first))
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(1000)
  })

  it('is another one for another client', async () => {
    await begin('any')
    const asked = new Set<string>()
    for (let client = 0; client < 20; client++) asked.add(await ask(await connect(), 'where'))
    expect([...asked].sort()).toEqual(nodes)
  })
})

describe('a key', () => {
  const keys = Array.from({ length: 40 }, (_, at) => `key${at}`)
  const placesFor = (client: Pick<OracleClient, 'ask'>) =>
    cluster.wait(Promise.all(keys.map((key) => client.ask(`where ${key}`))))

  it('falls to the same member for all that ask, and keys to all members', async () => {
    const places = await placesFor(await begin(byKey))
    expect(new Set(places).size).toBe(nodes.length)
    for (const client of [await connect(), cluster.nodes.get('n1')!.group('journal')])
      expect(await placesFor(client)).toEqual(places)
  })

  it('falls to another one while that is gone', async () => {
    const client = await begin(byKey)
    const places = await placesFor(client)
    await cluster.kill('n1')
    expect(new Set(await placesFor(client))).toEqual(new Set(['n2']))
    const node = await cluster.start('n1')
    await cluster.wait(node.ready)
    // Known again as soon as all are asked for whatever reason.
    const late = await connect()
    expect(await placesFor(late)).toEqual(places)
  })
})

describe('what must not be taken twice', () => {
  const routings: readonly (readonly [string, Routing])[] = [
    ['who leads', 'leader'],
    ['any', 'any'],
    ['a key', byKey],
  ]
  const countOf = async () => Number(await askOn('n1', 'count n1')) + Number(await askOn('n2', 'count n2'))
  /** A contract whose counts are asked on the node itself. */
  const counting: Routing = 'any'

  it.each(routings)('is asked once, by %s', async (_name, routing) => {
    const client = await begin(routing)
    const seen = lose([])
    expect(await ask(client, 'once a')).toBe('once a')
    await cluster.pass(20_000)
    expect(seen.countOf('Ask')).toBe(1)
  })

  it.each(['Ask', 'Answered'])('and not again when %s is lost: what came of it is unknown', async (type) => {
    const client = await begin(counting, { deadlineMs: 5000 })
    await ask(client, 'hello')
    const seen = lose([type])
    await expect(cluster.wait(client.ask('once'))).rejects.toMatchObject({
      code: 'QUORATE_UNKNOWN_OUTCOME',
      message: expect.stringContaining('find out which before you ask again'),
    })
    expect(seen.countOf('Ask')).toBe(1)
    lose([])
    expect(await countOf()).toBe(type === 'Ask' ? 0 : 1)
  })

  it('but again after a refusal, which proves that it was not taken', async () => {
    const client = await begin(counting)
    const first = await ask(client, 'where')
    const resigned = codeOf(cluster.nodes.get(first)!.group('journal').ask('once resign'))
    expect(await resigned).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(await ask(client, 'once')).toBe('once')
    expect(await askOn(otherThan(first) ?? '', 'count')).toBe('1')
  })

  it('is over at once when the member that took it stops', async () => {
    const client = await begin(counting)
    const first = await ask(client, 'where')
    const code = codeOf(client.ask('once silence'))
    await cluster.pass(10)
    const beganAtMs = cluster.clock.nowMs()
    await cluster.wait(cluster.nodes.get(first)!.stop())
    expect(await code).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(1000)
  })

  it('is not taken again from a copy, in the same start or in a later one', async () => {
    const client = await begin(counting)
    const seen = lose([])
    const first = await ask(client, 'where')
    expect(await ask(client, 'once')).toBe('once')
    const copy = seen.of('Ask').at(-1)!
    const connection = await cluster.bus.connect({ cluster: 'test', name: 'copier' })
    const repeat = async () => {
      connection.publish(copy.to, encodeEnvelope(copy))
      await cluster.pass(10)
      return askOn(first, 'count')
    }
    expect(await repeat()).toBe('1')
    await cluster.kill(first)
    await cluster.wait((await cluster.start(first)).ready)
    expect(await repeat()).toBe('0')
    expect(await ask(client, 'once')).toBe('once')
  })

  it('is not sent to a leader that was never heard before it has said in which start it is', async () => {
    const client = await begin('leader', {}, 'n2')
    let isLost = true
    const seen = lose(['Leader'], ({ from }) => isLost && nodeOf(from) === 'n2')
    const asked = client.ask('once')
    await cluster.pass(1000)
    expect(seen.countOf('Ask')).toBe(0)
    isLost = false
    expect(await cluster.wait(asked)).toBe('once')
    expect(seen.countOf('Ask')).toBe(1)
  })
})

describe('what a caller is told who asked', () => {
  it('an unknown outcome when no answer came in time, and that it may ask again', async () => {
    const client = await begin('any', { deadlineMs: 5000 })
    await expect(cluster.wait(client.ask('silence'))).rejects.toMatchObject({
      code: 'QUORATE_UNKNOWN_OUTCOME',
      message: expect.stringContaining('it does no harm to ask again'),
    })
    expect(await ask(client, 'again')).toBe('again')
  })

  it('the same by its own signal', async () => {
    const client = await begin('any')
    const { signal, abort } = aborting()
    const asked = client.ask('silence', { signal })
    await cluster.pass(100)
    abort()
    expect(await codeOf(asked)).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(await codeOf(client.ask('too late', { signal }))).toBe('QUORATE_NOT_EXECUTED')
  })

  it('overloaded, when the role refused each time', async () => {
    const client = await begin('any', { deadlineMs: 5000 })
    const seen = lose([])
    expect(await codeOf(client.ask('refuse'))).toBe('QUORATE_OVERLOADED')
    expect(seen.countOf('Ask')).toBeGreaterThan(3)
    expect(seen.countOf('Refused')).toBe(seen.countOf('Ask'))
  })

  it('not executed, when no member reaches a quorum; one that does not is asked no more while another does', async () => {
    const client = await begin('any', { deadlineMs: 5000 })
    const first = await ask(client, 'where')
    const word = `lonely all but ${otherThan(first)}`
    expect(await ask(client, word)).toBe(word)
    expect(await ask(client, 'where')).toBe(otherThan(first))
    await expect(cluster.wait(client.ask('lonely'))).rejects.toMatchObject({
      code: 'QUORATE_NOT_EXECUTED',
      message: expect.stringContaining('refused (noQuorum)'),
    })
  })

  it('not executed, when nobody is there', async () => {
    const client = await begin('any', { deadlineMs: 5000 })
    for (const id of ['n1', 'n2']) await cluster.kill(id)
    expect(await codeOf(client.ask('hello'))).toBe('QUORATE_NOT_EXECUTED')
  })

  it('too large, of the question and of the answer', async () => {
    const client = await begin('any')
    expect(await codeOf(client.ask('x'.repeat(requestBytesMax)))).toBe('QUORATE_COMMAND_TOO_LARGE')
    expect(await codeOf(client.ask('x'.repeat(2_000_000)))).toBe('QUORATE_COMMAND_TOO_LARGE')
    expect(await codeOf(client.ask('much'))).toBe('QUORATE_RESULT_TOO_LARGE')
    expect(await ask(client, 'hello')).toBe('hello')
  })

  it('that it is closed', async () => {
    const client = await begin('any')
    const asked = client.ask('silence')
    await cluster.pass(10)
    const code = codeOf(asked)
    await cluster.wait(client.close())
    expect(await code).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(await codeOf(client.ask('hello'))).toBe('QUORATE_CLIENT_CLOSED')
  })
})

describe('members', () => {
  it('refuse and count what they cannot decode, and no role hears of it', async () => {
    const client = await begin('any')
    await ask(client, 'hello')
    const other = await cluster.wait(
      connectAskClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'journal',
        contract: { request: asBytes, reply: contract.reply, routing: 'any', isIdempotent: () => true },
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

  it('remember who asked for half a minute', async () => {
    const client = await begin('any', { deadlineMs: 20_000 })
    await ask(client, 'hello')
    expect(await codeOf(client.ask('silence'))).toBe('QUORATE_UNKNOWN_OUTCOME')
    for (const id of nodes) expect(asksOf(id)).toBeGreaterThan(1)
    await cluster.pass(30_000)
    for (const id of nodes) {
      expect(await askOn(id, 'hello')).toBe('hello')
      expect(asksOf(id)).toBe(0)
    }
  })

  it('take no more than 16,384 questions at once', async () => {
    await begin('any')
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
    expect(await askOn('n1', 'hello')).toBe('hello')
  })
})

function aborting() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
