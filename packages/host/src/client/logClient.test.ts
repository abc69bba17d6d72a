import { type Connection, decodeEnvelope } from '@quorate/core'
import { afterEach, describe, expect, it } from 'vitest'
import { decodePropose } from '../generated/client.js'
import { journal, type Note, seededRandom, TestCluster } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import type { ClientOptions } from './clientOptions.js'
import { type ConnectedClient, connectClient } from './connectClient.js'

type JournalClient = ConnectedClient<Note, number, number, string>

let cluster: TestCluster
const clients: JournalClient[] = []

afterEach(async () => {
  cluster.bus.setFilter(() => true)
  await cluster.wait(Promise.all(clients.splice(0).map((client) => client.close())))
  await cluster.stopAll()
})

async function begin(
  options: { members?: readonly [string, ...string[]]; writeDelayMs?: number; sessionsMax?: number } = {},
) {
  const { members = ['n1'], writeDelayMs = 1, sessionsMax = 64 } = options
  cluster = new TestCluster(sequenced({ members, stateMachine: journal, limits: { sessionsMax } }), { writeDelayMs })
  await cluster.startAll(members)
}

let seed = 100
const connect = async (options: ClientOptions = {}): Promise<JournalClient> => {
  const client = await cluster.wait(
    connectClient({
      transport: cluster.bus,
      cluster: 'test',
      group: 'journal',
      stateMachine: journal,
      clock: cluster.clock,
      random: seededRandom(seed++),
      ...options,
    }),
  )
  clients.push(client)
  return client
}

/** What the first node's state machine holds. */
const texts = async (): Promise<readonly string[]> => {
  const [node] = cluster.nodes.values()
  return cluster.wait(node!.group('journal').read((state) => state))
}

/** Messages of these types are lost, as often as `isLost` says. */
function lose(types: readonly string[], isLost: () => boolean): void {
  cluster.bus.setFilter(({ bytes }) => !types.includes(decodeEnvelope(bytes).type) || !isLost())
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  cluster.wait(
    promise.then(
      () => 'ok',
      (error: { code?: string }) => error.code,
    ),
  )

describe('coalescing', () => {
  it('puts what is called for at once into one message', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'first' }))
    const sizes: number[] = []
    cluster.bus.setFilter(({ bytes }) => {
      const { type, payload } = decodeEnvelope(bytes)
      if (type === 'Propose') sizes.push(decodePropose(payload).commands.length)
      return true
    })
    await cluster.wait(Promise.all(Array.from({ length: 2500 }, (_, at) => client.propose({ text: String(at) }))))
    expect(sizes).toEqual([1024, 1024, 452])
  })

  it('sends each command by itself where that is asked for, and no more at once than allowed', async () => {
    await begin({ writeDelayMs: 10 })
    const client = await connect({ commandsPerMessageMax: 1, messagesInFlightMax: 3 })
    await cluster.wait(client.propose({ text: 'first' }))
    let underWay = 0
    let most = 0
    let messages = 0
    cluster.bus.setFilter(({ bytes }) => {
      const { type } = decodeEnvelope(bytes)
      if (type === 'Propose') {
        messages++
        most = Math.max(most, ++underWay)
      }
      if (type === 'Results') underWay = 0
      return true
    })
    await cluster.wait(Promise.all(Array.from({ length: 20 }, (_, at) => client.propose({ text: String(at) }))))
    expect(messages).toBe(20)
    expect(most).toBe(3)
  })
})

describe('a command is executed once', () => {
  it.each([
    ['what is asked', ['Propose', 'OpenSession', 'WhoLeads']],
    ['what is answered', ['Results', 'SessionOpened', 'Leader']],
    ['both', ['Propose', 'OpenSession', 'WhoLeads', 'Results', 'SessionOpened', 'Leader']],
  ])('when %s is lost half of the time', async (_what, types) => {
    await begin({ members: ['n1', 'n2'] })
    const client = await connect({ commandsPerMessageMax: 5, deadlineMs: 600_000 })
    const random = seededRandom(7)
    lose(types, () => random.below(2) === 0)
    const calls = Array.from({ length: 60 }, (_, at) => client.propose({ text: String(at) }))
    const results = await cluster.wait(Promise.all(calls), 600_000)
    cluster.bus.setFilter(() => true)
    const kept = await texts()
    expect(kept.length).toBe(60)
    // The answer that a caller got is that of its own command.
    results.forEach(({ result }, at) => expect(kept[result - 1]).toBe(String(at)))
  })

  it('and in the order of the calls, with one message at a time', async () => {
    await begin()
    const client = await connect({ commandsPerMessageMax: 5, messagesInFlightMax: 1, deadlineMs: 600_000 })
    const random = seededRandom(11)
    lose(['Propose', 'Results'], () => random.below(2) === 0)
    const called = Array.from({ length: 60 }, (_, at) => String(at))
    await cluster.wait(Promise.all(called.map((text) => client.propose({ text }))), 600_000)
    cluster.bus.setFilter(() => true)
    expect(await texts()).toEqual(called)
  })

  it('when it comes again after a snapshot and a restart', async () => {
    cluster = new TestCluster(
      sequenced({ members: ['n1'], stateMachine: journal, limits: { snapshotEveryEntries: 5 } }),
    )
    await cluster.startAll(['n1'])
    const client = await connect({ deadlineMs: 600_000 })
    for (let at = 0; at < 20; at++) await cluster.wait(client.propose({ text: String(at) }))
    lose(['Results'], () => true)
    const unanswered = client.propose({ text: 'once' })
    cluster.clock.advance(100)
    await cluster.kill('n1')
    const node = await cluster.start('n1')
    await cluster.wait(node.ready)
    cluster.bus.setFilter(() => true)
    expect((await cluster.wait(unanswered)).result).toBe(21)
    expect((await texts()).length).toBe(21)
  })
})

describe('what a caller is told', () => {
  it('an unknown outcome, when the command was sent and no answer came in time', async () => {
    await begin()
    const client = await connect({ deadlineMs: 5000 })
    await cluster.wait(client.propose({ text: 'first' }))
    lose(['Results'], () => true)
    const beganAtMs = cluster.clock.nowMs()
    expect(await codeOf(client.propose({ text: 'second' }))).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(5100)
  })

  it('not executed, when nobody was there to take it', async () => {
    await begin()
    await cluster.kill('n1')
    const client = await connect({ deadlineMs: 5000 })
    expect(await codeOf(client.propose({ text: 'first' }))).toBe('QUORATE_NOT_EXECUTED')
    expect(await codeOf(client.readIndex())).toBe('QUORATE_NOT_EXECUTED')
  })

  it('the same by its own signal, and not a moment later', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'first' }))
    lose(['Results'], () => true)
    const sent = new AbortController()
    const second = client.propose({ text: 'second' }, { signal: sent.signal })
    cluster.clock.advance(10)
    const beganAtMs = cluster.clock.nowMs()
    sent.abort()
    await expect(second).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_OUTCOME', cause: sent.signal.reason })
    await expect(client.propose({ text: 'third' }, { signal: AbortSignal.abort('too late') })).rejects.toMatchObject({
      code: 'QUORATE_NOT_EXECUTED',
      cause: 'too late',
    })
    expect(cluster.clock.nowMs()).toBe(beganAtMs)
    cluster.bus.setFilter(() => true)
    expect((await cluster.wait(client.propose({ text: 'fourth' }))).result).toBe(3)
    expect(await texts()).toEqual(['first', 'second', 'fourth'])
  })

  it('overloaded, when it was refused until its deadline and surely not executed', async () => {
    const limits = { commandBytesMax: 1_000_000 }
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal, limits }), { writeDelayMs: 10_000 })
    await cluster.startAll(['n1'])
    const client = await connect({ deadlineMs: 600_000, messagesInFlightMax: 200 })
    await cluster.wait(client.propose({ text: 'opens the session' }))
    const { signal, abort } = aborting()
    const text = 'x'.repeat(900_000)
    const ends = Promise.all(Array.from({ length: 80 }, () => codeOf(client.propose({ text }, { signal }))))
    await cluster.pass(3000)
    abort()
    const counts = countOf(await ends)
    // 64 MiB may be in flight.
    expect(counts).toEqual({ QUORATE_UNKNOWN_OUTCOME: 74, QUORATE_OVERLOADED: 6 })
  })

  it('too large, and the commands beside it are executed', async () => {
    await begin()
    const client = await connect()
    const calls = [
      client.propose({ text: 'small' }),
      client.propose({ text: 'x'.repeat(2000) }),
      client.propose({ text: 'x'.repeat(2_000_000) }),
      client.propose({ text: 'other' }),
    ]
    expect(await Promise.all(calls.map(codeOf))).toEqual([
      'ok',
      'QUORATE_COMMAND_TOO_LARGE',
      'QUORATE_COMMAND_TOO_LARGE',
      'ok',
    ])
    expect(await texts()).toEqual(['small', 'other'])
  })

  it('what the state machine threw, which leaves the state as it was on every node', async () => {
    await begin({ members: ['n1', 'n2'] })
    const client = await connect()
    await cluster.wait(client.propose({ text: 'kept' }))
    await expect(cluster.wait(client.propose({ text: 'this', fails: true }))).rejects.toMatchObject({
      code: 'QUORATE_COMMAND_FAILED',
      message: expect.stringContaining('RangeError: not this'),
      index: 3,
    })
    for (const node of cluster.nodes.values()) {
      expect(await cluster.wait(node.group('journal').read((state) => state.join()))).toBe('kept')
    }
  })

  it('an unknown outcome for what was sent in a session that expired; the next goes into another', async () => {
    await begin({ sessionsMax: 2 })
    const first = await connect({ deadlineMs: 600_000 })
    await cluster.wait(first.propose({ text: 'first' }))
    // It is on its way for so long that nobody can tell its client from one that is gone.
    lose(['Propose'], () => true)
    const sent = codeOf(first.propose({ text: 'expired' }))
    await cluster.pass(300_000)
    const others = [await connect({ deadlineMs: 600_000 }), await connect({ deadlineMs: 600_000 })]
    const late = others.map((other) => other.propose({ text: 'other' }))
    await cluster.pass(200_000)
    cluster.bus.setFilter(() => true)
    expect(await sent).toBe('QUORATE_UNKNOWN_OUTCOME')
    await cluster.wait(Promise.all(late))
    await cluster.pass(300_000)
    expect((await cluster.wait(first.propose({ text: 'again' }))).result).toBe(4)
    expect(await texts()).toEqual(['first', 'other', 'other', 'again'])
  })

  it('that all sessions are in use; those who have one keep it, until it was not used for long', async () => {
    await begin({ sessionsMax: 2 })
    const [first, second] = [await connect({ deadlineMs: 600_000 }), await connect({ deadlineMs: 600_000 })]
    const third = await connect()
    const usedUntil = async (ms: number): Promise<void> => {
      for (const untilMs = cluster.clock.nowMs() + ms; cluster.clock.nowMs() < untilMs; await cluster.pass(20_000)) {
        for (const user of [first, second]) await cluster.wait(user.propose({ text: 'used' }))
      }
    }
    await usedUntil(1)
    const refused = third.propose({ text: 'not yet' })
    await expect(Promise.all([cluster.wait(refused), usedUntil(60_000)])).rejects.toMatchObject({
      code: 'QUORATE_SESSIONS_FULL',
      message: expect.stringContaining('share clients, or close some'),
    })
    await usedUntil(300_000)
    expect(await codeOf(third.propose({ text: 'not yet' }))).toBe('QUORATE_SESSIONS_FULL')
    const patient = await connect({ deadlineMs: 600_000 })
    await cluster.wait(patient.propose({ text: 'third' }))
    // And one whose session went does not come to an unknown outcome for that: it asks for another before it sends.
    await cluster.pass(200_000)
    for (const user of [first, second]) await cluster.wait(user.propose({ text: 'used' }))
    const held = await texts()
    expect(held.filter((text) => text !== 'used')).toEqual(['third'])
    const [node] = cluster.nodes.values()
    expect(node!.status().groups['journal']?.sessions).toBe(2)
  })

  it('nothing new of a session that it has not used for a while: it is the same, and is kept by that', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'first' }))
    await cluster.pass(100_000)
    let asked = 0
    lose(['OpenSession'], () => ++asked === 1)
    await cluster.wait(client.propose({ text: 'second' }))
    expect(asked).toBe(2)
    const [node] = cluster.nodes.values()
    expect(node!.status().groups['journal']?.sessions).toBe(1)
    expect(await texts()).toEqual(['first', 'second'])
  })

  it('that it is closed', async () => {
    await begin({ writeDelayMs: 1000 })
    const client = await connect({ messagesInFlightMax: 1 })
    await cluster.wait(client.propose({ text: 'first' }))
    const sent = client.propose({ text: 'second' })
    cluster.clock.advance(10)
    const unsent = client.propose({ text: 'third' })
    const codes = Promise.all([codeOf(sent), codeOf(unsent)])
    await cluster.wait(client.close())
    expect(await codes).toEqual(['QUORATE_UNKNOWN_OUTCOME', 'QUORATE_NOT_EXECUTED'])
    expect(await codeOf(client.propose({ text: 'fourth' }))).toBe('QUORATE_CLIENT_CLOSED')
  })
})

describe('a connection that ends for good', () => {
  it('ends its client, and nobody waits until a deadline', async () => {
    await begin({ writeDelayMs: 1000 })
    const connections: Connection[] = []
    const client = await cluster.wait(
      connectClient({
        transport: {
          connect: async (as) => {
            const connection = await cluster.bus.connect(as)
            connections.push(connection)
            return connection
          },
        },
        cluster: 'test',
        group: 'journal',
        stateMachine: journal,
        clock: cluster.clock,
      }),
    )
    const code = codeOf(client.propose({ text: 'first' }))
    await cluster.wait(Promise.all(connections.map((connection) => connection.close())))
    expect(await code).toBe('QUORATE_NOT_EXECUTED')
    expect(cluster.clock.nowMs()).toBeLessThan(10_000)
  })
})

describe('queries', () => {
  it('see every write that was acknowledged before, and share messages', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'a' }))
    let messages = 0
    cluster.bus.setFilter(({ bytes }) => {
      if (decodeEnvelope(bytes).type === 'Query') messages++
      return true
    })
    expect(await cluster.wait(Promise.all(Array.from({ length: 100 }, () => client.query(0))))).toEqual(
      Array(100).fill('a'),
    )
    expect(messages).toBe(1)
    expect(await cluster.wait(Promise.all([client.query(0, { consistency: 'stale' }), client.query(1)]))).toEqual([
      'a',
      '',
    ])
  })

  it('fail with what the state machine threw', async () => {
    await begin()
    const client = await connect()
    await expect(cluster.wait(client.query(-1))).rejects.toMatchObject({
      code: 'QUORATE_QUERY_FAILED',
      message: expect.stringContaining('no text stands before the first'),
    })
  })

  it('are asked again when the answer is lost', async () => {
    await begin()
    const client = await connect()
    await cluster.wait(client.propose({ text: 'a' }))
    let lost = 0
    lose(['Answers', 'ReadableAt'], () => ++lost <= 2)
    expect(await cluster.wait(client.query(0))).toBe('a')
    expect(await cluster.wait(client.readIndex())).toBeGreaterThan(1)
    expect(lost).toBeGreaterThan(2)
  })
})

function aborting() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

const countOf = (values: readonly unknown[]): Record<string, number | undefined> => {
  const counts: Record<string, number> = {}
  for (const value of values) counts[String(value)] = (counts[String(value)] ?? 0) + 1
  return counts
}
