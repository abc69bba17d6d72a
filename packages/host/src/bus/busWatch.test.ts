import type { Connection, Transport, TransportStatus } from '@quorate/core'
import { memoryTransport, virtualClock } from '@quorate/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { journal, recordingLogger, TestCluster } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { BusWatch } from './busWatch.js'

/** A bus whose server may be reloaded with another limit, or be away for a while. */
class Reloaded {
  bytesMax = 1024 * 1024
  isAway = false
  lost = 0
  readonly #listeners = new Set<(status: TransportStatus) => void>()

  over(bus: Transport): Transport {
    return {
      connect: async (as) => {
        const connection = await bus.connect(as)
        const reloaded = this
        return {
          ...connection,
          get bytesMax() {
            return reloaded.bytesMax
          },
          publish: (to, bytes) => {
            if (this.isAway) return
            if (bytes.length > this.bytesMax) this.lost++
            else connection.publish(to, bytes)
          },
          onStatus: (listen) => {
            connection.onStatus(listen)
            this.#listeners.add(listen)
          },
        } satisfies Connection
      },
    }
  }

  take(bytesMax: number): void {
    this.bytesMax = bytesMax
    for (const listen of this.#listeners) listen({ type: 'limited' })
  }

  become(status: 'connected' | 'disconnected'): void {
    this.isAway = status === 'disconnected'
    for (const listen of this.#listeners) listen({ type: status })
  }

  /** It is away and will not come back. */
  end(error: Error): void {
    for (const listen of this.#listeners) listen({ type: 'closed', error })
  }
}

let cluster: TestCluster | undefined

afterEach(async () => {
  await cluster?.stopAll()
  cluster = undefined
})

describe('a bus that takes less than the groups promise', () => {
  it('is told of at error and in the status, and messages go in pieces, until it takes enough again', async () => {
    const sizes = { messageBytesMax: 100_000, limits: { commandBytesMax: 50_000 } }
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal, ...sizes }))
    const reloaded = new Reloaded()
    const transport = reloaded.over(cluster.bus)
    for (const id of ['n1', 'n2']) await cluster.start(id, { transport })
    const nodes = [...cluster.nodes.values()]
    await cluster.wait(Promise.all(nodes.map((node) => node.ready)))
    const client = await cluster.wait(
      connectClient({ transport, cluster: 'test', group: 'journal', stateMachine: journal, clock: cluster.clock }),
    )
    const text = 'x'.repeat(2000)
    // What is on its way already is larger than what will be taken.
    const early = client.propose({ text: 'y'.repeat(20_000) })
    reloaded.take(4096)
    await cluster.wait(early)
    await cluster.wait(Promise.all(Array.from({ length: 100 }, () => client.propose({ text }))))
    await expect(cluster.wait(client.propose({ text: 'z'.repeat(5000) }))).rejects.toMatchObject({
      code: 'QUORATE_COMMAND_TOO_LARGE',
    })
    for (const node of nodes) {
      expect(await cluster.wait(node.group('journal').read((texts) => texts.length))).toBe(101)
      expect(node.status().bus).toMatchObject({ bytesMax: 4096, tooNarrowFor: ['journal'] })
    }
    expect(reloaded.lost).toBe(0)
    const told = () => cluster!.loggers.get('n1')!.logged.filter(({ text: said }) => said.includes('the bus takes'))
    expect(told().map(({ level }) => level)).toEqual(['error'])
    reloaded.take(1024 * 1024)
    expect(told().map(({ level }) => level)).toEqual(['error', 'info'])
    expect(nodes[0]!.status().bus.tooNarrowFor).toEqual([])
    await cluster.wait(client.propose({ text: 'z'.repeat(5000) }))
    await cluster.wait(client.close())
  })
})

describe('a bus that is away', () => {
  const begin = async () => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }))
    const [node] = await cluster.startAll(['n1'])
    const bus = new Reloaded()
    const options = { transport: bus.over(cluster.bus), cluster: 'test', group: 'journal', stateMachine: journal }
    const client = await cluster.wait(connectClient({ ...options, clock: cluster.clock, deadlineMs: 3000 }))
    await cluster.wait(client.propose({ text: 'a' }))
    const errorOf = (call: Promise<unknown>) =>
      cluster!.wait(
        call.then(
          () => undefined,
          (error: Error & { code?: string }) => error,
        ),
      )
    return { bus, client, errorOf, node: node! }
  }

  it('is named by the error of each call that it kept from an answer, with the time since when', async () => {
    const { bus, client, errorOf } = await begin()
    bus.become('disconnected')
    await cluster!.pass(2000)
    const sent = await errorOf(client.propose({ text: 'b' }))
    expect(sent?.message).toMatch(
      /^the outcome of this command is unknown: .* had been sent to n1; the bus memory has not been reachable for 5\.\d s\. It may/,
    )
    const why = /^not executed: .*: the bus memory has not been reachable for 8\.\d s\. It is safe to repeat$/
    const unsent = [client.query(0), client.readIndex(), client.query(0, { consistency: 'stale' })]
    for (const error of await Promise.all(unsent.map(errorOf))) expect(error?.message).toMatch(why)
    await cluster!.wait(client.close())
  })

  it('is named when it came back too late, and not any more when it has been there for a while', async () => {
    const { bus, client, errorOf, node } = await begin()
    bus.become('disconnected')
    const late = errorOf(client.propose({ text: 'b' }))
    await cluster!.pass(2000)
    await cluster!.wait(node.stop())
    bus.become('connected')
    expect((await late)?.message).toMatch(/; the bus memory was not reachable for 2\.\d s, until \d\.\d s ago\. It may/)
    await cluster!.pass(3000)
    expect((await errorOf(client.propose({ text: 'c' })))?.message).not.toContain('reachable')
    await cluster!.wait(client.close())
  })

  it('that has ended ends the client, with the cause', async () => {
    const { bus, client, errorOf } = await begin()
    bus.end(new Error('credentials expired'))
    const error = await errorOf(client.propose({ text: 'b' }))
    expect(error).toMatchObject({ code: 'QUORATE_CLIENT_CLOSED', cause: { message: 'credentials expired' } })
    expect(error?.message).toContain('its connection has ended: credentials expired; connect another one')
  })
})

describe('losses', () => {
  it('are told at warn, and not all the time', async () => {
    const clock = virtualClock()
    const logger = recordingLogger()
    const connection = await memoryTransport({ clock, bytesMax: 1024 }).connect({ cluster: 'test', name: 'n1' })
    new BusWatch({ connection, logger, clock, about: { node: 'n1' }, promises: () => [], closed: () => {} })
    for (let second = 0; second < 30; second++) {
      connection.publish('g/r/n2', new Uint8Array(2000))
      clock.advance(1000)
    }
    const losses = logger.logged.filter(({ text }) => text.includes('lost messages'))
    expect(losses.map(({ level, fields }) => [level, fields])).toEqual([
      ['warn', { node: 'n1', bus: 'memory', messages: 1 }],
      ['warn', { node: 'n1', bus: 'memory', messages: 10 }],
      ['warn', { node: 'n1', bus: 'memory', messages: 10 }],
    ])
  })
})
