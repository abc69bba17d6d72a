import {
  type Address,
  type Connection,
  type Envelope,
  encodeEnvelope,
  json,
  parcelOf,
  parcelType,
  wireVersion,
} from '@quorate/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { type ClientMessage, messages } from '../generated/client.js'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

let cluster: TestCluster
let node: JournalNode
let stranger: Connection

beforeEach(async () => {
  cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal }))
  const nodes = await cluster.startAll(['n1', 'n2'])
  node = nodes[0]!
  cluster.clock.advance(100)
  stranger = await cluster.bus.connect({ cluster: 'test', name: 'stranger' })
})
afterEach(() => cluster.stopAll())

const entries = json<unknown>().encode({ type: 'Ask', after: 0 })

const envelopeTo = (to: Address, change: Partial<Envelope> = {}): Envelope => ({
  version: wireVersion,
  cluster: 'test',
  from: 'journal/log/n2',
  to,
  fromStore: new Uint8Array(16).fill(9),
  type: 'Ask',
  payload: entries,
  ...change,
})

function say(to: Address, change: Partial<Envelope> = {}, bytes?: Uint8Array): void {
  const envelope = envelopeTo(to, change)
  stranger.publish(to.startsWith('journal/log/') ? 'quorate/members/n1' : to, bytes ?? encodeEnvelope(envelope))
  cluster.clock.advance(10)
}

function sayAsClient(message: ClientMessage): void {
  say('journal/client/n1', {
    from: 'journal/answers/c1',
    fromStore: new Uint8Array(0),
    type: message.type,
    payload: messages.encode(message),
  })
}

const commands = (sequences: readonly number[]) => sequences.map((sequence) => ({ sequence, bytes: new Uint8Array(3) }))

describe('what comes from the bus is not trusted', () => {
  it.each([
    ['malformed', 'bytes that are no message', () => say('journal/log/n1', {}, new Uint8Array([255, 254, 253]))],
    ['malformed', 'an empty message', () => say('journal/log/n1', {}, new Uint8Array(0))],
    [
      'malformed',
      'a payload that is none',
      () => say('journal/client/n1', { from: 'journal/answers/c1', type: 'Propose', payload: new Uint8Array([255]) }),
    ],
    [
      'malformed',
      'a message without a name',
      () => say('journal/client/n1', { from: 'journal/answers/c1', type: 'Nothing' }),
    ],
    [
      'otherVersion',
      'another version of the wire format',
      () => say('journal/log/n1', {}, new Uint8Array([8, 1, 18, 1, 97])),
    ],
    [
      'malformed',
      'a parcel that is none',
      () => say('quorate/members/n1', { type: parcelType, payload: new Uint8Array([255]) }),
    ],
    ['malformed', 'what is for no role of a group', () => say('quorate/members/n1', { type: 'Ask' })],
    [
      'malformed',
      'a parcel with something that is no envelope',
      () => say('quorate/members/n1', { type: parcelType, payload: parcelOf([new Uint8Array([255])]) }),
    ],
    [
      'malformed',
      'a parcel in a parcel',
      () =>
        say('quorate/members/n1', {
          type: parcelType,
          payload: parcelOf([encodeEnvelope(envelopeTo('quorate/members/n1', { type: parcelType }))]),
        }),
    ],
    [
      'notHosted',
      'a group that is not hosted here',
      () => say('quorate/members/n1', {}, encodeEnvelope(envelopeTo('other/log/n1'))),
    ],
    ['otherCluster', 'another cluster', () => say('journal/log/n1', { cluster: 'other' })],
    [
      'notHosted',
      'a role of another node',
      () => say('journal/log/n1', {}, encodeEnvelope(envelopeTo('journal/log/n2'))),
    ],
    [
      'misaddressed',
      'an address that is not the subject',
      () => say('journal/client/n1', {}, encodeEnvelope(envelopeTo('journal/client/n2'))),
    ],
    [
      'misaddressed',
      'an answer where questions are heard',
      () => sayAsClient({ type: 'ReadableAt', request: 1, index: 1 }),
    ],
    ['unknownSender', 'a node that is no member', () => say('journal/log/n1', { from: 'journal/log/n9' })],
    ['unknownSender', 'another group', () => say('journal/log/n1', { from: 'other/log/n2' })],
    ['unknownSender', 'a role that does not exist', () => say('journal/log/n1', { from: 'journal/king/n2' })],
    [
      'unknownSender',
      'a client without an address of a client',
      () => say('journal/client/n1', { from: 'journal/log/n2' }),
    ],
    [
      'unknownSender',
      'a client whose name no subject can carry',
      () => say('journal/client/n1', { from: 'journal/answers/a.b>' }),
    ],
    [
      'unknownSender',
      'a node message of somebody else',
      () => say('quorate/node/n1', { from: 'journal/log/n2', type: 'NodeStatus', payload: new Uint8Array(0) }),
    ],
    ['unknownStore', 'a member with another store than it is known with', () => say('journal/log/n1')],
    ['unknownStore', 'a member without a store', () => say('journal/log/n1', { fromStore: new Uint8Array(0) })],
    [
      'malformed',
      'a command without a sequence',
      () => sayAsClient({ type: 'Propose', request: 1, session: 3, answeredBelow: 0, commands: commands([0]) }),
    ],
    [
      'malformed',
      'the same sequence twice',
      () => sayAsClient({ type: 'Propose', request: 1, session: 3, answeredBelow: 1, commands: commands([1, 1]) }),
    ],
    [
      'malformed',
      'a sequence far ahead',
      () => sayAsClient({ type: 'Propose', request: 1, session: 3, answeredBelow: 1, commands: commands([70_000]) }),
    ],
    [
      'malformed',
      'a session asked for without a number',
      () => sayAsClient({ type: 'OpenSession', request: 0, session: 0 }),
    ],
  ])('drops, counts and logs as %s: %s', async (reason, _what, speak) => {
    const logger = cluster.loggers.get('n1')!
    const before = logger.logged.length
    speak()
    const report = node.status()
    expect(report.dropped).toEqual({ [reason]: 1 })
    expect(report.state).toBe('running')
    expect(logger.logged.slice(before)).toEqual([
      expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ reason }) }),
    ])
    expect((await cluster.wait(node.group('journal').propose({ text: 'still' }))).result).toBe(1)
  })

  it('logs the first of a kind at once, and the others with their number', () => {
    const { logged } = cluster.loggers.get('n1')!
    const before = logged.length
    for (let count = 0; count < 500; count++) say('journal/log/n1', { cluster: 'other' })
    expect(logged.length - before).toBe(1)
    cluster.clock.advance(10_000)
    say('journal/log/n1', { cluster: 'other' })
    expect(logged.slice(before).map(({ fields }) => (fields as { messages: number }).messages)).toEqual([1, 500])
    expect(node.status().dropped).toEqual({ otherCluster: 501 })
  })

  it('stops a node whose own role breaks, with the cause', async () => {
    // The fixture throws at this message, which no honest node says.
    const store = cluster.storeOf('n2')
    const { storeId } = cluster.nodes.get('n2')!.status()
    expect(store).toBeDefined()
    say('journal/log/n1', {
      fromStore: Uint8Array.from(Buffer.from(storeId, 'hex')),
      type: 'Whole',
      payload: json<unknown>().encode({ type: 'Whole', last: { index: 1, term: 1 }, bytes: { $: [] } }),
    })
    expect((await cluster.wait(node.stopped))?.message).toBe('a role broke')
  })

  it('fails a query whose answer is no bytes, and goes on', async () => {
    const broken = { ...journal, query: () => ({}) as never }
    const other = new TestCluster(sequenced({ members: ['n1'], stateMachine: broken }))
    const [asked] = await other.startAll(['n1'])
    const client = await other.wait(connectTo(other))
    const query = client.query(0, { consistency: 'stale' })
    await expect(other.wait(query)).rejects.toMatchObject({
      code: 'QUORATE_QUERY_FAILED',
      message: expect.stringContaining('must be a Uint8Array'),
    })
    expect(asked?.status().state).toBe('running')
    await other.wait(client.close())
  })

  it('stops a node that breaks on what it received, with the cause', async () => {
    const definition = sequenced({ members: ['n1'], stateMachine: journal })
    const [[name, role] = []] = Object.entries(definition.roles)
    let isBroken = false
    const status = (snapshot: unknown) => {
      if (isBroken) throw new Error('a status broke')
      return role!.status(snapshot)
    }
    const other = new TestCluster({ ...definition, roles: { [name!]: { ...role!, status } } })
    const [asked] = await other.startAll(['n1'])
    isBroken = true
    const client = await other.wait(connectTo(other))
    client.query(0).catch(() => {})
    expect((await other.wait(asked!.stopped))?.message).toBe('a status broke')
    await other.wait(client.close())
  })
})

const connectTo = ({ bus, clock }: TestCluster) =>
  connectClient({ transport: bus, cluster: 'test', group: 'journal', stateMachine: journal, clock })
