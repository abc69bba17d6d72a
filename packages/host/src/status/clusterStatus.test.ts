import { addressOf, noBytes } from '@quorate/core'
import { memoryTransport, virtualClock } from '@quorate/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import { messages, type NodeMessage, type NodeStatus } from '../generated/node.js'
import { systemRandom } from '../system/random.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { clusterStatus } from './clusterStatus.js'

let clock = virtualClock()
let transport = memoryTransport({ clock })

beforeEach(() => {
  clock = virtualClock()
  transport = memoryTransport({ clock })
})

afterEach(() => {
  expect(clock.timers).toBe(0)
})

/** Somebody who answers as node n1; `undefined`: not at all. */
const answering = async (report: (question: NodeStatus, number: number) => unknown, afterMs = 0) => {
  const connection = await transport.connect({ cluster: 'test', name: 'n1' })
  const drops = new DropLog(clock, silentLogger, new Telemetry())
  const fail = (error: unknown) => {
    throw error
  }
  const bus = new Bus({ connection, cluster: 'test', store: noBytes, drops, clock, random: systemRandom, fail })
  const own = addressOf(nodeGroup, nodeRole, 'n1')
  let number = 0
  const hear = (address: typeof own) =>
    bus.subscribe(address, (envelope) => {
      const message = bus.read<NodeMessage>(messages, envelope)
      if (message?.type !== 'NodeStatus') return
      const told = report(message, number++)
      if (told === undefined) return
      const bytes = new TextEncoder().encode(JSON.stringify(told))
      const { request } = message
      clock.setTimeout(
        () => bus.publish(own, envelope.from, messages, { type: 'NodeStatusReport', request, report: bytes }),
        afterMs,
      )
    })
  hear(own)
  hear(addressOf(nodeGroup, nodeRole, 'all'))
}

const status = () => clock.wait(clusterStatus({ transport, cluster: 'test', waitMs: 100, clock }), 10_000)

const page = (name: string, next?: string) => ({ node: 'n1', groups: { [name]: {} }, next })

it('waits for each page of a node, however many there are', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  await answering(({ after }, number) => {
    expect(after).toBe(names[number - 1] ?? '')
    return page(names[number]!, names[number + 1] && names[number])
  }, 80)
  const [report] = await status()
  expect(Object.keys(report!.groups)).toEqual(names)
  expect(report!.next).toBeUndefined()
})

it('says of a node that falls silent how far it told', async () => {
  await answering((_question, number) => (number === 0 ? page('a', 'a') : undefined))
  expect(await status()).toMatchObject([{ node: 'n1', groups: { a: {} }, next: 'a' }])
})

it('ends where a node tells the same page for ever', async () => {
  await answering(() => page('a', 'a'))
  expect(await status()).toMatchObject([{ node: 'n1', next: 'a' }])
})

it.each([null, 5, 'n1', {}, { node: 'n2', groups: {} }, { node: 'n1' }, { node: 'n1', groups: null }])(
  'does not take %j for a report of n1',
  async (told) => {
    await answering(() => told)
    expect(await status()).toEqual([])
  },
)
