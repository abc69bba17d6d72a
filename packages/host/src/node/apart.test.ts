import {
  type Address,
  type Connection,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  noBytes,
  wireVersion,
} from '@quorate/core'
import { afterEach, describe, expect, it } from 'vitest'
import type { ClientOptions } from '../client/clientOptions.js'
import { type ClientMessage, messages, type QueryAt } from '../generated/client.js'
import { apart } from './apart.test.fixture.js'
import {
  connectJournal,
  type JournalClient,
  type JournalNode,
  journal,
  seededRandom,
  TestCluster,
} from './cluster.test.fixture.js'

let cluster: TestCluster
const clients: JournalClient[] = []

afterEach(async () => {
  cluster.bus.setFilter(() => true)
  await cluster.wait(Promise.all(clients.splice(0).map((client) => client.close())))
  await cluster.stopAll()
})

type Apart = Partial<Omit<Parameters<typeof apart>[0], 'stateMachine'>>

/** Two that take commands, one that orders them, two that apply them: each on a node of its own, unless said otherwise. */
async function begin(options: Apart = {}): Promise<void> {
  const { batchers = ['b1', 'b2'], sequencer = 's', appliers = ['a1', 'a2'], ...rest } = options
  cluster = new TestCluster(apart({ batchers, sequencer, appliers, stateMachine: journal, ...rest }))
  await cluster.startAll([...new Set([...batchers, sequencer, ...appliers])])
}

let seed = 100
const connect = async (options: ClientOptions = {}): Promise<JournalClient> => {
  const client = await connectJournal(cluster, { ...options, seed: seed++ })
  clients.push(client)
  return client
}

const nodeOf = (id: string): JournalNode => {
  const node = cluster.nodes.get(id)
  if (!node) throw new Error(`no node ${id}`)
  return node
}
const groupOf = (id: string) => nodeOf(id).group('journal')
const textsOf = (id: string): Promise<readonly string[]> => cluster.wait(groupOf(id).read((texts) => texts))
const inFlightOf = (id: string) => nodeOf(id).status().groups['journal']?.inFlight

interface Seen {
  readonly type: string
  readonly from: string
  readonly to: Address
  readonly receiver: string
  readonly message: ClientMessage | undefined
}

/** Loses what `isLost` says, and tells what was said to or by clients. */
function watch(isLost: (seen: Seen) => boolean = () => false): Seen[] {
  const seen: Seen[] = []
  cluster.bus.setFilter(({ from, to, receiver, bytes }) => {
    const { type, payload } = decodeEnvelope(bytes)
    const message = messages.types.includes(type as never) ? messages.decode(type, payload) : undefined
    const each = { type, from, to, receiver, message }
    if (message) seen.push(each)
    return !isLost(each)
  })
  return seen
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  cluster.wait(
    promise.then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    ),
  )

describe('a member that orders, and others that apply', () => {
  it('the one takes commands, the others answer them, and what was taken is not kept', async () => {
    await begin()
    const client = await connect()
    const seen = watch()
    const results = await cluster.wait(
      Promise.all(Array.from({ length: 50 }, (_, at) => client.propose({ text: String(at) }))),
    )
    expect(results.map(({ result }) => result)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1))
    const answers = seen.filter(({ type }) => type === 'Results' || type === 'SessionOpened')
    // One opening and one message of commands, each answered by the applier whose turn it is.
    expect(answers.map(({ type, from }) => [type, from])).toEqual([
      ['SessionOpened', 'a1'],
      ['Results', 'a2'],
    ])
    for (const id of ['b1', 'b2']) expect(inFlightOf(id)).toEqual({ commands: 0, bytes: 0, reads: 0, asks: 0 })
    expect(await textsOf('a1')).toEqual(await textsOf('a2'))
  })

  it.each([
    ['what is asked', ['Propose', 'OpenSession', 'WhoLeads']],
    ['what is handed on', ['Batch']],
    ['what is decided', ['Entries']],
    ['what is answered', ['Results', 'SessionOpened', 'Leader']],
    ['all of these', ['Propose', 'OpenSession', 'Batch', 'Entries', 'Results', 'SessionOpened']],
  ])('execute a command once when %s is lost half of the time', async (_what, types) => {
    await begin()
    const client = await connect({ commandsPerMessageMax: 5, deadlineMs: 600_000 })
    const random = seededRandom(7)
    watch(({ type }) => types.includes(type) && random.below(2) === 0)
    const calls = Array.from({ length: 60 }, (_, at) => client.propose({ text: String(at) }))
    const results = await cluster.wait(Promise.all(calls), 600_000)
    cluster.bus.setFilter(() => true)
    const kept = await textsOf('a1')
    expect(kept.length).toBe(60)
    results.forEach(({ result }, at) => {
      expect(kept[result - 1]).toBe(String(at))
    })
    expect(await textsOf('a2')).toEqual(kept)
  })

  it('tell an expired session from one that is silent: who took the command knows the client', async () => {
    await begin({ limits: { sessionsMax: 2 } })
    const first = await connect()
    await cluster.wait(first.propose({ text: 'first' }))
    for (const other of [await connect(), await connect()]) await cluster.wait(other.propose({ text: 'other' }))
    const beganAtMs = cluster.clock.nowMs()
    expect(await codeOf(first.propose({ text: 'expired' }))).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(100)
    expect((await cluster.wait(first.propose({ text: 'again' }))).result).toBe(4)
    expect(await textsOf('a1')).toEqual(['first', 'other', 'other', 'again'])
  })

  it('open few sessions however long the first answer takes', async () => {
    await begin()
    const client = await connect()
    const seen = watch(({ type }) => type === 'SessionOpened')
    const proposed = client.propose({ text: 'first' })
    await cluster.pass(20_000)
    // Each time later than before; and once more each time that the client goes to the other member, every three seconds.
    expect(seen.filter(({ type }) => type === 'OpenSession').length).toBeLessThan(12 + 20 / 3)
    cluster.bus.setFilter(() => true)
    expect((await cluster.wait(proposed)).result).toBe(1)
  })

  it('are heard as the one who was asked: while they answer, nobody is asked who leads', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'first' }))
    let lost = 0
    const seen = watch(({ type }) => type === 'Propose' && lost++ === 0)
    const slow = client.propose({ text: 'lost at first' })
    for (let count = 0; count < 20; count++) {
      await cluster.pass(20)
      await cluster.wait(client.propose({ text: 'answered' }))
    }
    expect(seen.filter(({ type }) => type === 'WhoLeads')).toEqual([])
    await cluster.wait(slow)
    expect(lost).toBeGreaterThan(20)
  })

  it('refuse what is too large, and drop what no client says', async () => {
    await begin()
    const client = await connect()
    const large = client.propose({ text: 'x'.repeat(2000) })
    expect(await Promise.all([codeOf(client.propose({ text: 'small' })), codeOf(large)])).toEqual([
      'ok',
      'QUORATE_COMMAND_TOO_LARGE',
    ])
    const say = await stranger()
    say('journal/client/b1', 'journal/answers/c1', {
      type: 'Propose',
      request: 1,
      session: 3,
      answeredBelow: 1,
      commands: [{ sequence: 70_000, bytes: noBytes }],
    })
    expect(nodeOf('b1').status().dropped).toEqual({ malformed: 1 })
  })

  it('say that it is too much, when another actor than the one that took it says so', async () => {
    await begin({ batchMax: 10 })
    const client = await connect({ deadlineMs: 5000 })
    await cluster.wait(client.propose({ text: 'few' }))
    const seen = watch()
    const many = Array.from({ length: 11 }, (_, at) => client.propose({ text: String(at) }))
    expect(new Set(await Promise.all(many.map(codeOf)))).toEqual(new Set(['QUORATE_OVERLOADED']))
    expect(seen.find(({ type }) => type === 'Refused')?.message).toMatchObject({ maybeTaken: false })
    expect(await codeOf(client.propose({ text: 'few' }))).toBe('ok')
  })

  it('tell who was taken when the one leads no more, each client once', async () => {
    await begin()
    const all = [await connect(), await connect()]
    for (const client of all) await cluster.wait(client.propose({ text: 'before' }))
    const seen = watch(({ type }) => type === 'Batch')
    const during = all.flatMap((client) => [client.propose({ text: 'during' })])
    cluster.clock.advance(10)
    const [taker] = seen.flatMap(({ type, receiver }) => (type === 'Propose' ? [receiver] : []))
    const refused = watch()
    await resign(taker ?? '')
    expect(refused.filter(({ type }) => type === 'Refused').map(({ message }) => message)).toEqual([
      expect.objectContaining({ reason: 'notLeader', maybeTaken: true }),
      expect.objectContaining({ reason: 'notLeader', maybeTaken: true }),
    ])
    await cluster.wait(Promise.all(during))
    expect((await textsOf('a1')).filter((text) => text === 'during').length).toBe(2)
  })
})

describe('members that lead in the same epoch', () => {
  it.each([
    ['stops', (id: string) => cluster.wait(nodeOf(id).stop())],
    ['is killed', (id: string) => cluster.kill(id)],
  ])('are as good as each other: a client stays with one, and goes to another when it %s', async (_how, end) => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'first' }))
    const { leader } = client
    const other = leader === 'b1' ? 'b2' : 'b1'
    for (let count = 0; count < 20; count++) {
      await cluster.wait(client.propose({ text: 'more' }))
      await cluster.pass(300)
      expect(client.leader).toBe(leader)
    }
    const proposed = client.propose({ text: 'last' })
    await end(leader ?? '')
    const beganAtMs = cluster.clock.nowMs()
    expect((await cluster.wait(proposed)).result).toBe(22)
    await cluster.wait(client.propose({ text: 'after' }))
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(500)
    expect(client.leader).toBe(other)
  })
})

describe('reads', () => {
  it('are answered by each member that applies, and see every write that was acknowledged before', async () => {
    await begin()
    const client = await connect()
    const random = seededRandom(3)
    // The second one lags: it hears of a third of what is decided at once.
    const seen = watch(({ type, receiver }) => type === 'Entries' && receiver === 'a2' && random.below(3) > 0)
    for (let at = 0; at < 30; at++) {
      const { result } = await cluster.wait(client.propose({ text: String(at) }))
      expect(await cluster.wait(client.query(result - 1))).toBe(String(at))
    }
    const asked = seen.filter(({ type }) => type === 'QueryAt').map(({ receiver }) => receiver)
    expect(asked.filter((id) => id === 'a1').length).toBeGreaterThan(8)
    expect(asked.filter((id) => id === 'a2').length).toBeGreaterThan(8)
  })

  it('wait for what they must see, and are not answered before', async () => {
    await begin({ appliers: ['a1'] })
    const client = await connect()
    await cluster.wait(client.propose({ text: 'old' }))
    watch(({ type }) => type === 'Entries')
    const proposed = client.propose({ text: 'new' })
    cluster.clock.advance(10)
    let answer: string | undefined
    const query = client.query(1).then((text) => {
      answer = text
    })
    await cluster.pass(2000)
    expect(answer).toBeUndefined()
    expect(inFlightOf('a1')?.reads).toBeGreaterThan(0)
    cluster.bus.setFilter(() => true)
    await cluster.wait(Promise.all([proposed, query]))
    expect(answer).toBe('new')
    expect(inFlightOf('a1')?.reads).toBe(0)
  })

  it('reach another member when one gives no answer', async () => {
    await begin({ appliers: ['a1', 'a2', 'a3'] })
    const client = await connect()
    await cluster.wait(client.propose({ text: 'a' }))
    const seen = watch(({ type, receiver }) => type === 'QueryAt' && receiver !== 'a3')
    for (let count = 0; count < 10; count++) {
      seen.length = 0
      expect(await cluster.wait(client.query(0))).toBe('a')
      const asked = seen.filter(({ type }) => type === 'QueryAt').map(({ receiver }) => receiver)
      // No one is asked twice before the others were.
      expect(new Set(asked).size).toBe(asked.length)
    }
  })

  it('are referred to another member by one that stops', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'a' }))
    watch(({ type }) => type === 'Entries')
    const proposed = client.propose({ text: 'b' })
    cluster.clock.advance(10)
    const queries = Promise.all(Array.from({ length: 8 }, (_, at) => client.query(at % 2)))
    await cluster.pass(10)
    const waiting = ['a1', 'a2'].find((id) => (inFlightOf(id)?.reads ?? 0) > 0) ?? ''
    const seen = watch()
    await cluster.wait(nodeOf(waiting).stop())
    expect(seen.find(({ type }) => type === 'Refused')?.message).toMatchObject({ reason: 'stopping' })
    await cluster.wait(Promise.all([proposed, queries]))
    expect((await queries).join()).toBe('a,b,a,b,a,b,a,b')
  })

  it('may be stale: then they are answered from what is applied, by a member that applies', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'a' }))
    const seen = watch(({ type }) => type === 'Entries')
    const proposed = client.propose({ text: 'b' })
    cluster.clock.advance(10)
    expect(await cluster.wait(client.query(1, { consistency: 'stale' }))).toBe('')
    expect(seen.filter(({ type }) => type === 'QueryAt').length).toBe(1)
    cluster.bus.setFilter(() => true)
    await cluster.wait(proposed)
  })

  it('give an index, which is enough on a node that applies', async () => {
    await begin()
    const { index } = await cluster.wait(groupOf('s').propose({ text: 'a' }))
    expect(await cluster.wait(groupOf('b1').propose({ text: 'b' }))).toMatchObject({ result: 2 })
    const client = await connect()
    expect(await cluster.wait(client.readIndex())).toBeGreaterThan(index)
    for (const id of ['a1', 'a2']) {
      expect(await textsOf(id)).toEqual(['a', 'b'])
      expect(await cluster.wait(groupOf(id).query(1))).toBe('b')
    }
    // Where nothing is applied there is nothing to look at, and others are asked.
    await expect(groupOf('b1').read((texts) => texts)).rejects.toMatchObject({ code: 'QUORATE_INVALID_CONFIGURATION' })
    expect(await cluster.wait(groupOf('b1').query(1))).toBe('b')
    expect(await cluster.wait(groupOf('s').query(0))).toBe('a')
  })

  it('are forgotten when nobody says at which index they may be answered', async () => {
    await begin()
    // Shorter than it takes the client to go to the other member.
    const client = await connect({ deadlineMs: 4500 })
    await cluster.wait(client.propose({ text: 'a' }))
    const id = client.leader ?? ''
    watch(({ type }) => type === 'Where')
    expect(await codeOf(client.query(0))).toBe('QUORATE_NOT_EXECUTED')
    expect(inFlightOf(id)?.reads).toBeGreaterThan(1)
    await cluster.pass(10_000)
    cluster.bus.setFilter(() => true)
    expect(await cluster.wait(client.query(0))).toBe('a')
    expect(inFlightOf(id)?.reads).toBe(0)
  })
})

describe('a member that applies and does not order', () => {
  it('takes no commands and no linearizable reads, and does not say who leads', async () => {
    await begin()
    const say = await stranger()
    const seen = watch()
    const asker = 'journal/answers/c1'
    say('journal/client/a1', asker, { type: 'OpenSession', request: 1, session: 0 })
    say('journal/client/a1', asker, {
      type: 'Propose',
      request: 2,
      session: 1,
      answeredBelow: 1,
      commands: [{ sequence: 1, bytes: noBytes }],
    })
    say('journal/client/a1', asker, { type: 'ReadIndex', request: 3 })
    say('journal/client/a1', asker, {
      type: 'Query',
      request: 4,
      consistency: 'linearizable',
      questions: [],
      attempt: 0,
    })
    say('journal/client/a1', asker, { type: 'Ask', request: 5, bytes: noBytes })
    say('journal/client/a1', asker, { type: 'WhoLeads', request: 6 })
    const heard = await hear(asker)
    say('journal/client/a1', asker, { type: 'WhoLeads', request: 7 })
    for (let request = 1; request <= 5; request++) {
      say('journal/client/a1', asker, { type: 'ReadIndex', request })
    }
    expect(seen.length).toBeGreaterThan(0)
    expect(heard.map(({ message }) => message)).toEqual(
      Array.from({ length: 5 }, (_, at) => expect.objectContaining({ request: at + 1, reason: 'notLeader', epoch: 0 })),
    )
  })

  it('says no more to a copy of what it has refused, nor takes it: the client knows that it was not done', async () => {
    await begin()
    const heard = await hear('journal/answers/c1')
    const say = await stranger()
    for (const request of [1, 1, 2]) {
      say('journal/client/a1', 'journal/answers/c1', {
        type: 'Propose',
        request,
        session: 1,
        answeredBelow: 1,
        commands: [{ sequence: 1, bytes: noBytes }],
      })
    }
    expect(heard).toMatchObject([{ message: { request: 1 } }, { message: { request: 2 } }])
  })

  it('answers a stale query itself', async () => {
    await begin()
    await cluster.wait(groupOf('b1').propose({ text: 'a' }))
    const heard = await hear('journal/answers/c1')
    const say = await stranger()
    const questions = [{ number: 9, bytes: journal.codecs.query.encode(0) }]
    say('journal/client/a1', 'journal/answers/c1', {
      type: 'Query',
      request: 1,
      consistency: 'stale',
      questions,
      attempt: 0,
    })
    expect(heard).toEqual([
      {
        from: 'journal/client/a1',
        message: {
          type: 'Answers',
          answers: [{ number: 9, index: 2, status: 'ok', bytes: journal.codecs.answer.encode('a') }],
        },
      },
    ])
  })
})

describe('members that do both', () => {
  it('answer who waits there, and also what others took when they are told to', async () => {
    await begin({ batchers: ['n1', 'n2'], appliers: ['n1', 'n2'], sequencer: 's' })
    const client = await connect({ commandsPerMessageMax: 1, messagesInFlightMax: 1 })
    await cluster.wait(client.propose({ text: 'first' }))
    const taker = client.leader
    const seen = watch()
    await cluster.wait(Promise.all(Array.from({ length: 10 }, (_, at) => client.propose({ text: String(at) }))))
    const answers = seen.filter(({ type }) => type === 'Results').map(({ from }) => from)
    // Who took it answers each time; the other one when it is told to, which is every second time.
    expect(answers.filter((from) => from === taker).length).toBe(10)
    expect(answers.filter((from) => from !== taker).length).toBe(5)
    expect(inFlightOf(taker ?? '')?.commands).toBe(0)
    expect((await textsOf('n1')).length).toBe(11)
  })

  it('answer also when who took the command hears nothing of it', async () => {
    await begin({ batchers: ['n1'], appliers: ['n1', 'n2'], sequencer: 's' })
    const client = await connect()
    await cluster.wait(client.propose({ text: 'first' }))
    watch(({ type, receiver }) => type === 'Entries' && receiver === 'n1')
    for (const text of ['second', 'third']) await cluster.wait(client.propose({ text }))
    cluster.bus.setFilter(() => true)
    expect(await textsOf('n1')).toEqual(['first', 'second', 'third'])
  })

  it('take a command again that was lost on its way to who orders', async () => {
    await begin({ batchers: ['n1'], appliers: ['n1'], sequencer: 's' })
    const client = await connect()
    await cluster.wait(client.propose({ text: 'first' }))
    let lost = 0
    watch(({ type }) => type === 'Batch' && lost++ === 0)
    expect((await cluster.wait(client.propose({ text: 'second' }))).result).toBe(2)
    expect(lost).toBe(2)
    expect(inFlightOf('n1')).toEqual({ commands: 0, bytes: 0, reads: 0, asks: 0 })
  })
})

describe('what members hand on to each other', () => {
  const queryAt = (change: Partial<QueryAt> = {}): ClientMessage => ({
    type: 'QueryAt',
    client: 'c1',
    request: 1,
    index: 0,
    questions: [{ number: 1, bytes: journal.codecs.query.encode(0) }],
    ...change,
  })
  const storeOf = (id: string) => Uint8Array.from(Buffer.from(nodeOf(id).status().storeId, 'hex'))

  it.each([
    ['unknownSender', 'a query of no member', 'a1', 'journal/client/n9', 'b1', queryAt()],
    ['unknownSender', 'a query of a member that orders nothing', 'a1', 'journal/client/a2', 'a2', queryAt()],
    ['unknownSender', 'a query that a role hands on', 'a1', 'journal/batcher/b1', 'b1', queryAt()],
    ['misaddressed', 'a query that a client hands on', 'a1', 'journal/answers/b1', 'b1', queryAt()],
    ['unknownStore', 'a query of another store', 'a1', 'journal/client/b1', 'b2', queryAt()],
    ['misaddressed', 'a query to who applies nothing', 'b2', 'journal/client/b1', 'b1', queryAt()],
    [
      'malformed',
      'a query for a name that none can bear',
      'a1',
      'journal/client/b1',
      'b1',
      queryAt({ client: 'a.b>' }),
    ],
    [
      'unknownSender',
      'results of a member that applies nothing',
      'b1',
      'journal/client/b2',
      'b2',
      { type: 'Results', session: 1, results: [], incarnation: 0 },
    ],
    [
      'unknownStore',
      'results of another store',
      'b1',
      'journal/client/a1',
      'b2',
      { type: 'Results', session: 1, results: [], incarnation: 0 },
    ],
    ['unknownSender', 'a proposal', 'b1', 'journal/client/b2', 'b2', { type: 'OpenSession', request: 1, session: 0 }],
  ] as [string, string, string, Address, string, ClientMessage][])(
    'is dropped as %s: %s',
    async (reason, _what, to, from, store, message) => {
      await begin()
      const client = await connect()
      await cluster.wait(client.propose({ text: 'a' }))
      // All have met.
      for (let at = 0; at < 8; at++) await cluster.wait(client.query(0))
      for (const id of ['b1', 'b2']) {
        for (let at = 0; at < 8; at++) await cluster.wait(groupOf(id).query(0))
      }
      const heard = await hear('journal/answers/c1')
      const say = await stranger()
      say(`journal/client/${to}`, from, message, storeOf(store))
      expect(nodeOf(to).status().dropped).toEqual({ [reason]: 1 })
      expect(heard).toEqual([])
    },
  )

  it('is taken from a member with its own store', async () => {
    await begin()
    await cluster.wait(groupOf('b1').propose({ text: 'a' }))
    const heard = await hear('journal/answers/c1')
    const say = await stranger()
    say('journal/client/a1', 'journal/client/b1', queryAt(), storeOf('b1'))
    expect(heard.map(({ message }) => message.type)).toEqual(['Answers'])
  })
})

/** Speaks as anybody. */
async function stranger() {
  const connection: Connection = await cluster.bus.connect({ cluster: 'test', name: 'stranger' })
  return (to: Address, from: Address, message: ClientMessage, fromStore: Uint8Array = noBytes) => {
    const { type } = message
    const envelope: Envelope = {
      version: wireVersion,
      cluster: 'test',
      from,
      to,
      fromStore,
      type,
      payload: messages.encode(message),
    }
    connection.publish(to, encodeEnvelope(envelope))
    cluster.clock.advance(10)
  }
}

/** What is said to a client. */
async function hear(client: Address) {
  const connection = await cluster.bus.connect({ cluster: 'test', name: 'listener' })
  const heard: { from: Address; message: ClientMessage }[] = []
  connection.subscribe(client, (bytes) => {
    const { from, type, payload } = decodeEnvelope(bytes)
    heard.push({ from, message: messages.decode(type, payload) })
  })
  return heard
}

/** Makes a batcher lead no more. */
async function resign(id: string): Promise<void> {
  const connection = await cluster.bus.connect({ cluster: 'test', name: 'resign' })
  const to: Address = `journal/batcher/${id}`
  const fromStore = Uint8Array.from(Buffer.from(nodeOf('s').status().storeId, 'hex'))
  const payload = new TextEncoder().encode(JSON.stringify({ type: 'Resign' }))
  connection.publish(
    `quorate/members/${id}`,
    encodeEnvelope({
      version: wireVersion,
      cluster: 'test',
      from: 'journal/sequencer/s',
      to,
      fromStore,
      type: 'Resign',
      payload,
    }),
  )
  cluster.clock.advance(10)
}
