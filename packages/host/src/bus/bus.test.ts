import {
  addressOf,
  type Connection,
  decodeEnvelope,
  type Envelope,
  messageIdOf,
  noBytes,
  type Observe,
  type Observed,
  traceEventOf,
} from '@quorate/core'
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
let busOptions: ConstructorParameters<typeof Bus>[0]
let heard: Envelope[]

beforeEach(async () => {
  heard = []
  connection = await memoryTransport({ clock }).connect({ cluster: 'test', name: 'n1' })
  busOptions = {
    connection,
    cluster: 'test',
    store: noBytes,
    drops: new DropLog(clock, silentLogger, new Telemetry()),
    clock,
    random: systemRandom,
    fail: (error) => {
      throw error
    },
  }
  bus = new Bus(busOptions)
})

describe('an observer', () => {
  it('hears of what is dropped, by its id where it can be read', () => {
    const observed: Observed[] = []
    const observe: Observe = (each) => void observed.push(each)
    const drops = new DropLog(clock, silentLogger, new Telemetry(), observe)
    const watched = new Bus({ ...busOptions, drops, observe })
    watched.subscribe(member, () => {})
    connection.publish(member, Uint8Array.of(1, 2, 3))
    new Bus({ ...busOptions, cluster: 'other' }).publish(client, member, messages, { type: 'WhoLeads', request: 1 })
    clock.settle()
    expect(observed.map((each) => traceEventOf(each, 0, 'n1'))).toEqual([
      { type: 'dropped', atUs: 0, who: 'n1', by: 'node', why: 'malformed' },
      {
        type: 'dropped',
        atUs: 0,
        who: 'n1',
        by: 'node',
        why: 'otherCluster',
        id: 'c/0/1',
        from: 'c',
        message: 'WhoLeads',
      },
    ])
  })
})

describe('the messages of a node', () => {
  it('bear numbers from when its start is durable: only then no other start has it', () => {
    const other = addressOf('g', 'server', 'n2')
    const own = addressOf('g', 'server', 'n1')
    const node = new Bus({ ...busOptions, store: Uint8Array.of(1) })
    connection.subscribe(other, (bytes) => heard.push(decodeEnvelope(bytes)))
    const say = () => node.in(7).publish(own, other, messages, { type: 'WhoLeads', request: 1 })
    say()
    node.tellStart(3)
    say()
    say()
    clock.settle()
    expect(heard.map(messageIdOf)).toEqual([undefined, 'n1/3/1', 'n1/3/2'])
  })

  it('go in pieces that bear the number of the whole', () => {
    const pieces: Envelope[] = []
    const narrow = { ...connection, bytesMax: 2048, publish: connection.publish.bind(connection) }
    const node = new Bus({ ...busOptions, connection: narrow })
    connection.subscribe(member, (bytes) => pieces.push(decodeEnvelope(bytes)))
    node.subscribe(member, (envelope) => heard.push(envelope))
    node.publish(client, member, messages, { type: 'Ask', request: 1, bytes: new Uint8Array(3000) })
    clock.settle()
    expect(pieces.length).toBeGreaterThan(1)
    expect(new Set(pieces.map(messageIdOf))).toEqual(new Set(['c/0/1']))
    expect(heard.map(messageIdOf)).toEqual(['c/0/1'])
  })
})

describe('between clients and members on one bus', () => {
  it('a message is handed over without the connection, and its bytes are those of nobody else', () => {
    bus.subscribeClients(member, (envelope) => heard.push(envelope))
    const given = Uint8Array.of(1, 2, 3)
    bus.in(7).publish(client, member, messages, { type: 'Ask', request: 1, bytes: given })
    given.fill(0)
    clock.settle()
    expect(connection.counters().published).toBe(0)
    expect(heard).toMatchObject([{ cluster: 'test', from: client, to: member, charter: 7, message: 1 }])
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

  it('a message to all has one number, here and on the bus', () => {
    const away: Envelope[] = []
    connection.subscribe(allMembers, (bytes) => away.push(decodeEnvelope(bytes)))
    bus.subscribeClients(client, () => {})
    bus.subscribeClients(allMembers, (envelope) => heard.push(envelope))
    for (const request of [1, 2]) bus.publish(client, allMembers, messages, { type: 'WhoLeads', request })
    clock.settle()
    expect(heard.map(messageIdOf)).toEqual(['c/0/1', 'c/0/2'])
    expect(away.map(messageIdOf)).toEqual(['c/0/1', 'c/0/2'])
  })

  it('nothing is handed over of a node that was silenced', () => {
    bus.subscribeClients(member, (envelope) => heard.push(envelope))
    bus.silence()
    bus.publish(client, member, messages, { type: 'WhoLeads', request: 1 })
    clock.settle()
    expect(heard).toEqual([])
  })
})
