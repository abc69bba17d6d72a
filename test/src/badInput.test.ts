import { cp, mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { type Address, addressOf, type Envelope, encodeEnvelope, wireVersion } from '@quorate/core'
import { level } from '@quorate/level'
import { startBroker } from '@quorate/nats/broker'
import { messages } from '@quorate/raft'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { audit, spotless } from './audit.js'
import { type Cluster, type LedgerClient, startCluster, statusOf } from './cluster.js'
import { claimNewerFormat, fingerprint } from './files.js'
import { NodeProcess } from './nodeProcess.js'
import type { NodeSettings } from './programs/settings.js'
import { until } from './until.js'

/** Each test does something wrong to one group; after each the group works, and has lost nothing. */

let cluster: Cluster
let client: LedgerClient
const acknowledged: string[] = []
const unknown: string[] = []

const write = async (why: string): Promise<void> => {
  const id = `${acknowledged.length} ${why}`
  await client.propose({ id })
  acknowledged.push(id)
}

beforeAll(async () => {
  cluster = await startCluster()
  client = await cluster.client()
  await write('the first')
}, 60_000)

afterAll(() => cluster.close())

afterEach(async ({ task }) => {
  await cluster.start()
  await write(`after "${task.name}"`)
  expect(audit(await cluster.equal(), { acknowledged, unknown })).toEqual(spotless)
}, 60_000)

const nodeAt = (position: number): NodeProcess => {
  const node = cluster.nodes[position]
  if (!node) throw new Error(`there is no node ${position}`)
  return node
}

/** How a node ends that is started with other settings; it does not serve before. */
const refusal = async (
  node: NodeProcess,
  change: Partial<NodeSettings>,
): Promise<{ code: string; message: string }> => {
  const changed = new NodeProcess({ ...node.settings, ...change })
  changed.start()
  try {
    const { code = '', message = '' } = await changed.end()
    return { code, message }
  } finally {
    await changed.stop('SIGKILL')
  }
}

describe('a bus that cannot be used', () => {
  test('a NATS URL where nobody answers', async () => {
    const closed = createServer()
    const port = await new Promise<number>((resolve) => {
      closed.listen(0, '127.0.0.1', () => resolve((closed.address() as { port: number }).port))
    })
    await new Promise((resolve) => closed.close(resolve))
    await nodeAt(0).stop()
    const { code, message } = await refusal(nodeAt(0), { servers: `nats://127.0.0.1:${port}` })
    expect(code).toBe('QUORATE_BUS_UNREACHABLE')
    expect(message).toContain(`nats://127.0.0.1:${port}`)
  })

  test('a wrong password', async () => {
    const broker = await startBroker({ user: 'alice', pass: 'right' })
    await nodeAt(1).stop()
    const { code, message } = await refusal(nodeAt(1), { servers: broker.url.replace('//', '//alice:wrong@') })
    await broker.close()
    expect(code).toBe('QUORATE_BUS_UNAUTHORIZED')
    expect(message).not.toContain('wrong')
  })
})

describe('a store that is not the one of this node', () => {
  const storeOf = async (owner: { cluster: string; node: string }): Promise<string> => {
    const directory = join(cluster.directory, `${owner.cluster}-${owner.node}`)
    await mkdir(directory)
    const store = await level(directory).open(owner)
    await store.close()
    return directory
  }

  test.each([
    ['of another node', { cluster: 'test', node: 'n9' }],
    ['of another cluster', { cluster: 'elsewhere', node: 'n3' }],
  ])('%s', async (_what, owner) => {
    const directory = await storeOf(owner)
    const before = await fingerprint(directory)
    await nodeAt(2).stop()
    const { code, message } = await refusal(nodeAt(2), { directory })
    expect(code).toBe('QUORATE_STORE_IDENTITY')
    expect(message).toContain(`belongs to node ${owner.node} of cluster ${owner.cluster}`)
    expect(await fingerprint(directory)).toBe(before)
  })

  test('of a newer format', async () => {
    await nodeAt(0).stop()
    const directory = join(cluster.directory, 'newer')
    await cp(nodeAt(0).settings.directory, directory, { recursive: true })
    await claimNewerFormat(directory)
    const before = await fingerprint(directory)
    const { code, message } = await refusal(nodeAt(0), { directory })
    expect(code).toBe('QUORATE_STORE_NEWER_FORMAT')
    expect(message).toContain('run the newer program')
    expect(await fingerprint(directory)).toBe(before)
  })

  test('locked by a process that is alive', async () => {
    const { code, message } = await refusal(nodeAt(1), {})
    expect(code).toBe('QUORATE_STORE_LOCKED')
    expect(message).toContain(nodeAt(1).settings.directory)
    expect(nodeAt(1).isReady).toBe(true)
  })

  test('an old id with an empty directory: the others know another store', async () => {
    await nodeAt(2).stop()
    const { code, message } = await refusal(nodeAt(2), { directory: join(cluster.directory, 'empty') })
    expect(code).toBe('QUORATE_STORE_REPLACED')
    expect(message).toContain('Give it that very directory back')
  })
})

describe('messages that nobody should have sent', () => {
  const [receiver, group] = ['n1', 'ledger']
  const to = addressOf(group, 'server', receiver)
  let bus: NatsConnection

  beforeAll(async () => {
    bus = await connect({ servers: cluster.bus.url })
  })
  afterAll(() => bus.close())

  const usurpation = {
    type: 'RequestVote',
    term: 1_000_000,
    lastLogIndex: 1_000_000,
    lastLogTerm: 999_999,
    transfer: false,
  } as const
  const envelope = (from: Address, fromStore: Uint8Array): Envelope => ({
    version: wireVersion,
    cluster: 'test',
    from,
    to,
    fromStore,
    type: usurpation.type,
    payload: messages.encode(usurpation),
  })
  const stranger = new Uint8Array(16).fill(7)
  const otherVersion = (): Uint8Array => {
    const bytes = encodeEnvelope(envelope(addressOf(group, 'server', 'n2'), stranger))
    // Field 1, the version, comes first.
    bytes[1] = wireVersion + 1
    return bytes
  }
  const storeOf = async (position: number): Promise<Uint8Array> => {
    const { storeId } = await nodeAt(position).ask({ type: 'status' })
    return Buffer.from(storeId, 'hex')
  }

  test.each<[string, string, () => Uint8Array | Promise<Uint8Array>]>([
    ['no protobuf', 'malformed', () => new Uint8Array(64).fill(255)],
    ['of another protocol version', 'otherVersion', otherVersion],
    [
      'of a node that is no member',
      'unknownSender',
      () => encodeEnvelope(envelope(addressOf(group, 'server', 'n9'), stranger)),
    ],
    [
      'of a member with another store',
      'unknownStore',
      () => encodeEnvelope(envelope(addressOf(group, 'server', 'n2'), stranger)),
    ],
    [
      'of a member, with a payload that is none',
      'malformed',
      async () =>
        encodeEnvelope({
          ...envelope(addressOf(group, 'server', 'n2'), await storeOf(1)),
          payload: new Uint8Array(9).fill(255),
        }),
    ],
    [
      'of another cluster',
      'otherCluster',
      () => encodeEnvelope({ ...envelope(addressOf(group, 'server', 'n2'), stranger), cluster: 'elsewhere' }),
    ],
  ])('%s', async (_what, reason, make) => {
    const droppedBy = async (): Promise<number> => {
      const { dropped } = await nodeAt(0).ask({ type: 'status' })
      return (dropped as Record<string, number>)[reason] ?? 0
    }
    const { epoch } = await statusOf(nodeAt(0))
    const before = await droppedBy()
    // All that is said to the roles of a node is said there.
    bus.publish(`quorate.v1.test.quorate.members.${receiver}`, await make())
    await bus.flush()
    await until('the message was dropped', async () => (await droppedBy()) === before + 1)
    await write(`beside ${reason}`)
    expect((await statusOf(nodeAt(0))).epoch).toBe(epoch)
  })
})

describe('commands that cannot be done', () => {
  const failure = async (attempt: Promise<unknown>): Promise<{ code: string; message: string }> =>
    attempt.then(
      () => expect.unreachable('it was done'),
      (error: { code: string; message: string }) => error,
    )

  test('larger than the limit of the group', async () => {
    expect((await failure(client.propose({ id: 'x'.repeat(300_000) }))).code).toBe('QUORATE_COMMAND_TOO_LARGE')
  })

  test('larger than what the bus carries', async () => {
    expect((await failure(client.propose({ id: 'x'.repeat(2_000_000) }))).code).toBe('QUORATE_COMMAND_TOO_LARGE')
  })

  test('an apply that throws: a result, equal on every node', async () => {
    const { code, message } = await failure(client.propose({ id: 'unwanted', fails: true }))
    expect(code).toBe('QUORATE_COMMAND_FAILED')
    expect(message).toContain('RangeError: unwanted is not for the ledger')
  })

  test('a deadline that passes: whether it was done is unknown', async () => {
    const followers = await cluster.followers()
    await write('so that the client knows who leads')
    for (const node of followers) node.pause()
    unknown.push('late')
    const { code, message } = await failure(client.propose({ id: 'late' }, { signal: AbortSignal.timeout(300) }))
    for (const node of followers) node.continue()
    expect(code).toBe('QUORATE_UNKNOWN_OUTCOME')
    expect(message).toContain('unknown')
  })
})
