import {
  addressOf,
  type Connection,
  decodeEnvelope,
  type Entry,
  type Message,
  noBytes,
  type RoleStatus,
} from '@quorate/core'
import { memoryTransport, virtualClock } from '@quorate/core/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import { Applier } from '../engine/applier.js'
import { type ClientMessage, messages } from '../generated/client.js'
import { journal } from '../node/cluster.test.fixture.js'
import { fixtureLimits } from '../node/sequencer.test.fixture.js'
import { systemRandom } from '../system/random.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { ClientReads } from './clientReads.js'
import { OwnQueries } from './queries.js'
import { RecentRequests } from './recentRequests.js'
import { Responder } from './responder.js'
import { ResultsByClient } from './results.js'

const clock = virtualClock()
const bytesMax = 10_000
const from = addressOf('g', 'client', 'n1')
const status: RoleStatus = { state: '', serves: true, epoch: 1, leader: 'n1' }
let bus: Bus
let connection: Connection
let heard: { client: string; bytes: number; message: ClientMessage }[]

beforeEach(async () => {
  heard = []
  connection = await memoryTransport({ clock, bytesMax }).connect({ cluster: 'test', name: 'n1' })
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
  for (const client of ['a', 'b']) {
    connection.subscribe(addressOf('g', 'answers', client), (bytes) => {
      const { type, payload } = decodeEnvelope(bytes)
      heard.push({ client, bytes: bytes.length, message: messages.decode(type, payload) })
    })
  }
})

type Reply = readonly [client: string, session: number, sequence: number, size?: number]

function sendResults(replies: readonly Reply[]): void {
  const results = new ResultsByClient()
  for (const [client, session, sequence, size = 1] of replies) {
    results.add(addressOf('g', 'answers', client), session, sequence, {
      status: 'ok',
      index: sequence,
      bytes: new Uint8Array(size),
    })
  }
  results.publish(bus, from, 0)
  clock.settle()
}

const sequencesOf = ({ message }: { message: ClientMessage }) =>
  message.type === 'Results' ? message.results.map(({ sequence }) => sequence) : []

describe('ResultsByClient', () => {
  it('says one message to each client for each of its sessions', () => {
    sendResults([
      ['a', 1, 1],
      ['b', 2, 7],
      ['a', 1, 2],
      ['a', 3, 1],
    ])
    expect(heard.map((each) => [each.client, sequencesOf(each)])).toEqual([
      ['a', [1, 2]],
      ['a', [1]],
      ['b', [7]],
    ])
  })

  it('says more than one where the bus could not carry it, and loses none', () => {
    sendResults(Array.from({ length: 100 }, (_, at): Reply => ['a', 1, at + 1, 300]))
    expect(heard.length).toBeGreaterThan(2)
    expect(Math.max(...heard.map(({ bytes }) => bytes))).toBeLessThanOrEqual(bytesMax)
    expect(heard.flatMap(sequencesOf)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
    expect(connection.counters().dropped).toBe(0)
  })

  it('says of a result that no message can carry that it is too large', () => {
    sendResults([
      ['a', 1, 1],
      ['a', 1, 2, bytesMax],
      ['a', 1, 3],
    ])
    const results = heard.flatMap(({ message }) => (message.type === 'Results' ? message.results : []))
    expect(results.map(({ sequence, status }) => [sequence, status])).toEqual([
      [1, 'ok'],
      [2, 'tooLarge'],
      [3, 'ok'],
    ])
  })
})

describe('a linearizable query', () => {
  it('is answered when the state machine has applied what it must see, and not before', () => {
    const applier = new Applier({
      group: 'journal',
      machine: journal,
      limits: fixtureLimits,
      clock,
      found: undefined,
      phase: 1,
      stage: (_operation, done) => done(),
      onApplied: () => {},
      onSnapshot: () => {},
      onSnapshotFailed: () => {},
    })
    const posted: Message[] = []
    const [group, node, incarnation] = ['g', 'n1', () => 0]
    const memory = { refused: new RecentRequests(clock) }
    const responder = new Responder({
      group,
      node,
      bus,
      clock,
      status: () => status,
      incarnation,
      memory,
      members: () => [],
      membersVersion: () => 0,
    })
    const reads = new ClientReads({
      responder,
      clock,
      queries: new OwnQueries(responder, applier),
      post: (event) => posted.push(event),
      nextRequest: () => 9,
    })
    const question = journal.codecs.query.encode(0)
    reads.receive(addressOf('g', 'answers', 'a'), {
      type: 'Query',
      request: 1,
      consistency: 'linearizable',
      questions: [{ number: 5, bytes: question }],
      attempt: 0,
    })
    reads.gather()
    expect(posted).toEqual([{ type: 'client.read', request: 9 }])
    reads.readable(9, 2)
    clock.settle()
    expect(heard).toEqual([])
    const entry = { term: 1, sequence: 1, answeredBelow: 0 }
    const opening: Entry = { ...entry, index: 1, kind: 'openSession', session: 0, bytes: new Uint8Array([99]) }
    const bytes = journal.codecs.command.encode({ text: 'seen' })
    applier.commit([opening, { ...entry, index: 2, kind: 'command', session: 1, bytes }])
    applier.work(clock.nowMs() + 5)
    clock.settle()
    expect(heard.map(({ message }) => message)).toEqual([
      {
        type: 'Answers',
        answers: [{ number: 5, index: 2, status: 'ok', bytes: journal.codecs.answer.encode('seen') }],
      },
    ])
  })
})
