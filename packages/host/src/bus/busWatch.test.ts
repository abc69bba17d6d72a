import type { Connection, Transport, TransportStatus } from '@quorate/core'
import { memoryTransport, virtualClock } from '@quorate/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { journal, recordingLogger, TestCluster } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { BusWatch } from './busWatch.js'

/** A bus whose server may be reloaded with another limit. */
class Reloaded {
  bytesMax = 1024 * 1024
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
}

let cluster: TestCluster | undefined

afterEach(async () => {
  await cluster?.stopAll()
  cluster = undefined
})

describe('a bus that takes less than the groups promise', () => {
  it('is told of at error and in the status, and messages go in pieces, until it takes enough again', async () => {
    const limits = { messageBytesMax: 100_000, commandBytesMax: 50_000 }
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal, limits }))
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

describe('losses', () => {
  it('are told at warn, and not all the time', async () => {
    const clock = virtualClock()
    const logger = recordingLogger()
    const connection = await memoryTransport({ clock, bytesMax: 1024 }).connect({ cluster: 'test', name: 'n1' })
    new BusWatch({ connection, logger, clock, about: { node: 'n1' }, promises: [], closed: () => {} })
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
