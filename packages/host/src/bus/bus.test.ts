import { addressOf, type Connection, type Envelope, noBytes } from '@quorate/core'
import { memoryTransport, virtualClock } from '@quorate/core/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { messages } from '../generated/client.js'
import { systemRandom } from '../system/random.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { Bus } from './bus.js'
import { DropLog } from './dropLog.js'

const clock = virtualClock()
const client = addressOf('g', 'answers', 'c')
const member = addressOf('g', 'client', 'n1')
const allMembers = addressOf('g', 'client', 'all')
let connection: Connection
let bus: Bus
let heard: Envelope[]

beforeEach(async () => {
  heard = []
  connection = await memoryTransport({ clock }).connect({ cluster: 'test', name: 'n1' })
  bus = new Bus({
    connection,
    cluster: 'test',
    store: noBytes,
    drops: new DropLog(clock, silentLogger, new Telemetry()),
    clock,
    random: systemRandom,
    fail: (error) => {
      throw error
    },
  })
})

describe('between clients and members on one bus', () => {
  it('a message is handed over without the connection, and its bytes are those of nobody else', () => {
    bus.subscribeClients(member, (envelope) => heard.push(envelope))
    const given = Uint8Array.of(1, 2, 3)
    bus.in(7).publish(client, member, messages, { type: 'Ask', request: 1, bytes: given }, 'trace')
    given.fill(0)
    clock.settle()
    expect(connection.counters().published).toBe(0)
    expect(heard).toMatchObject([{ cluster: 'test', from: client, to: member, charter: 7, traceparent: 'trace' }])
    expect(heard.map((envelope) => bus.read(messages, envelope))).toMatchObject([{ bytes: Uint8Array.of(1, 2, 3) }])
  })

  it('what is said to all is handed over once, and published for the others', () => {
    bus.subscribeClients(client, () => {})
    bus.subscribeClients(allMembers, (envelope) => heard.push(envelope))
    bus.publish(client, allMembers, messages, { type: 'WhoLeads', request: 1 })
    clock.settle()
    expect(connection.counters().published).toBe(1)
    expect(heard).toHaveLength(1)
  })

  it('what nobody here listens to any more, or did not ask for, is published', async () => {
    const subscription = bus.subscribeClients(member, (envelope) => heard.push(envelope))
    bus.subscribe(addressOf('g', 'server', 'n1'), (envelope) => heard.push(envelope))
    const closed = subscription.close()
    clock.settle()
    await closed
    bus.publish(client, member, messages, { type: 'WhoLeads', request: 1 })
    bus.publish(client, addressOf('g', 'server', 'n1'), messages, { type: 'WhoLeads', request: 1 })
    clock.settle()
    expect(connection.counters().published).toBe(2)
    expect(heard).toHaveLength(1)
  })

  it('nothing is handed over of a node that was silenced', () => {
    bus.subscribeClients(member, (envelope) => heard.push(envelope))
    bus.silence()
    bus.publish(client, member, messages, { type: 'WhoLeads', request: 1 })
    clock.settle()
    expect(heard).toEqual([])
  })
})
