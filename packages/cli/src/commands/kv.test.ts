import { fileURLToPath } from 'node:url'
import { memoryStore } from '@quorate/core/testing'
import { type QuorateNode, realClock, startNode } from '@quorate/host'
import { kv } from '@quorate/kv'
import { nats } from '@quorate/nats'
import { type Broker, startBroker } from '@quorate/nats/broker'
import { raft } from '@quorate/raft'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'

const members = ['n1', 'n2', 'n3']
const groups = { store: raft({ members, stateMachine: kv, electionTimeoutMs: 200, heartbeatMs: 20 }) }
let broker: Broker
let nodes: QuorateNode[]

beforeAll(async () => {
  broker = await startBroker({ user: 'me', pass: 'right' })
  const transport = nats({ servers: broker.url, user: 'me', pass: 'right' })
  const store = () => memoryStore({ clock: realClock() })
  nodes = await Promise.all(members.map((id) => startNode({ id, cluster: 'test', transport, store: store(), groups })))
  Object.assign(process.env, {
    QUORATE_NATS_URL: broker.url,
    QUORATE_NATS_USER: 'me',
    QUORATE_NATS_PASSWORD: 'right',
    QUORATE_CLUSTER: 'test',
    QUORATE_GROUP: 'store',
  })
})

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await broker.close()
})

const quorate = (...argv: string[]) => runCaptured(argv)
const json = async (...argv: string[]) => JSON.parse((await quorate(...argv, '--output', 'json')).out)

test('put, get, delete: the connection comes from the environment', async () => {
  expect(await quorate('kv', 'put', 'greeting', 'grüezi')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^revision \d+, version 1\n$/),
  })
  expect(await quorate('kv', 'get', 'greeting')).toMatchObject({ code: 0, out: 'grüezi\n' })
  expect(await quorate('kv', 'get', 'greeting', '--stale')).toMatchObject({ code: 0, out: 'grüezi\n' })
  expect(await quorate('kv', 'delete', 'greeting')).toMatchObject({ code: 0, out: 'deleted\n' })
  expect(await quorate('kv', 'delete', 'greeting')).toMatchObject({ code: 3, out: 'no entry: greeting\n' })
  expect(await quorate('kv', 'get', 'greeting')).toMatchObject({ code: 3, out: '', err: 'no entry: greeting\n' })
})

test('JSON: values as text, or in base64 where they are none', async () => {
  const put = await json('kv', 'put', 'text', 'a\nb')
  expect(put).toEqual({ key: 'text', revision: expect.any(Number), version: 1 })
  expect(await json('kv', 'get', 'text')).toEqual({ key: 'text', value: 'a\nb', revision: put.revision, version: 1 })
  const bytes = Uint8Array.of(0xff, 0x00, 0xfe)
  expect(await runCaptured(['kv', 'put', 'bytes', '-'], bytes)).toMatchObject({ code: 0 })
  expect(await json('kv', 'get', 'bytes')).toMatchObject({ valueBase64: Buffer.from(bytes).toString('base64') })
  expect((await quorate('kv', 'get', 'bytes')).bytes).toEqual(Buffer.from([...bytes, 0x0a]))
  expect(await json('kv', 'delete', 'bytes')).toEqual({ key: 'bytes', deleted: true })
  expect(JSON.parse((await quorate('kv', 'get', 'text', '--json')).out)).toMatchObject({ value: 'a\nb' })
})

test('cas: done ends with 0, refused with 3', async () => {
  const first = await json('kv', 'cas', 'lock', 'mine', '--if-revision', '0')
  expect(first).toEqual({ key: 'lock', changed: true, revision: expect.any(Number), version: 1 })
  expect(await quorate('kv', 'cas', 'lock', 'yours', '--if-revision', '0')).toMatchObject({
    code: 3,
    out: `refused: the entry has revision ${first.revision}\n`,
  })
  expect(await quorate('kv', 'cas', 'lock', 'yours', '--if-value', 'mine')).toMatchObject({ code: 0 })
  expect(await quorate('kv', 'cas', 'none', 'x', '--if-value', 'y')).toMatchObject({
    code: 3,
    out: 'refused: there is no entry\n',
  })
  expect(await json('kv', 'cas', 'lock', 'x', '--if-value', 'mine')).toMatchObject({ changed: false, version: 2 })
})

test('range: a table, pages, JSON', async () => {
  for (const [key, value] of [
    ['r/1', 'one'],
    ['r/2', 'two\n'],
    ['r/3', 'x'.repeat(100)],
    ['s', ''],
  ] as const) {
    await quorate('kv', 'put', key, value)
  }
  const { out, err } = await quorate('kv', 'range', 'r/')
  expect(out).toMatch(
    /^KEY +VALUE +REVISION +VERSION\nr\/1 +one +\d+ +1\nr\/2 +two\\n +\d+ +1\nr\/3 +x{59}… +\d+ +1\n$/,
  )
  expect(err).toBe('')
  const page = await quorate('kv', 'range', 'r/', '--limit', '1', '--after', 'r/1')
  expect(page.out).toMatch(/\nr\/2 +two.*\n$/)
  expect(page.err).toBe('there are more: --after "r/2"\n')
  expect(await json('kv', 'range', 'r/', '--limit', '2')).toMatchObject({
    entries: [{ key: 'r/1', value: 'one' }, { key: 'r/2' }],
    more: true,
  })
  expect(await json('kv', 'range', 'nothing')).toEqual({ entries: [], more: false })
})

test('leader transfer: another node leads, and where none can, it says why', async () => {
  const { from, leader, ...rest } = await json('leader', 'transfer', 'store')
  expect(rest).toEqual({ group: 'store' })
  expect(leader).not.toBe(from)
  expect(await quorate('leader', 'transfer', 'store', '--to', from)).toMatchObject({
    code: 0,
    out: `node ${from} leads group store in place of ${leader}\n`,
  })
  expect(await quorate('leader', 'transfer', 'store', '--to', 'n9')).toMatchObject({
    code: 1,
    err: expect.stringContaining('node n9 runs no role that could lead it'),
  })
  expect(await quorate('leader', 'transfer', 'other')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no node that answers leads it'),
  })
  expect(await quorate('leader', 'transfer', 'store', '--to', 'n 1')).toMatchObject({ code: 2 })
})

test('status: a table, JSON', async () => {
  const { code, out } = await quorate('status', '--wait-for-leader')
  expect(code).toBe(0)
  expect(out).toMatch(
    /^NODE +IS +GROUP +ROLE +STATE +EPOCH +LEADER +COMMITTED +APPLIED +DETAILS\nn1 +running +store +server .*\nn2 .*\nn3 .*\n$/,
  )
  for (const argv of [
    ['status', '--json'],
    ['status', '--output', 'json'],
    ['status', '--wait-for-leader', '--json'],
  ]) {
    const { code, out } = await quorate(...argv)
    expect(JSON.parse(out)).toMatchObject({
      cluster: 'test',
      nodes: [{ node: 'n1', groups: { store: { protocol: 'raft' } } }, { node: 'n2' }, { node: 'n3' }],
      silent: [],
      lacks: {},
    })
    expect(code).toBe(0)
  }
})

test('status --wait-for-leader waits for the bus too', async () => {
  const waiting = quorate('status', '--cluster', 'late', '--nats', 'nats://127.0.0.1:1', '--wait-for-leader', '700')
  const beganAt = performance.now()
  expect(await waiting).toMatchObject({ code: 4, err: expect.stringMatching(/\[QUORATE_BUS_UNREACHABLE\]/) })
  expect(performance.now() - beganAt).toBeGreaterThan(500)
})

test('status: nodes that do not answer, and a group without a leader', async () => {
  const transport = await startBroker()
  const alone = { members: ['a1', 'a2', 'a3'], stateMachine: kv }
  const node = await startNode({
    id: 'a1',
    cluster: 'alone',
    transport: nats({ servers: transport.url }),
    store: memoryStore({ clock: realClock() }),
    groups: { store: raft(alone) },
    bootstrap: true,
  })
  const asked = ['status', '--cluster', 'alone', '--nats', transport.url, '--wait', '200']
  const { code, out } = await quorate(...asked, '--wait-for-leader', '300')
  expect(out).toMatch(/^a1 .*\na2 +no answer .*\na3 +no answer .*\ngroup store has no leader\n$/m)
  expect(code).toBe(7)
  expect(JSON.parse((await quorate(...asked, '--json')).out)).toMatchObject({
    silent: ['a2', 'a3'],
    lacks: { store: 'has no leader' },
  })
  await node.stop()
  await transport.close()
})

describe('what cannot be reached', () => {
  test('a wrong password: 1, refused', async () => {
    const { code, err } = await quorate('kv', 'get', 'a', '--password', 'wrong')
    expect(err).toMatch(/refuses the credentials.*\[QUORATE_BUS_UNAUTHORIZED\]/)
    expect(code).toBe(1)
  })

  test('a cluster of which no node answers: 4', async () => {
    const status = await quorate('status', '--cluster', 'other', '--wait', '50')
    expect(status).toMatchObject({
      code: 4,
      err: expect.stringMatching(/no node of cluster other.*\[QUORATE_NO_NODE_ANSWERS\]/),
    })
  })

  test('a group that nobody hosts: 4, after the time that was given', async () => {
    const { code, err } = await quorate('kv', 'put', 'a', 'b', '--group', 'other', '--timeout', '100')
    expect(err).toMatch(/not executed: cluster test has no group other: it has store\..* \[QUORATE_UNKNOWN_GROUP\]/)
    expect(code).toBe(4)
  })

  test('a cluster that nobody is of: 4, and it says so', async () => {
    const { code, err } = await quorate('kv', 'get', 'a', '--cluster', 'other', '--timeout', '100')
    expect(err).toMatch(/no node of cluster other answered within 100 ms.*\[QUORATE_NO_NODE_ANSWERS\]/)
    expect(code).toBe(4)
  })

  test('a group that cannot serve now: 4, and it is safe to repeat', async () => {
    const bus = await startBroker()
    const node = await startNode({
      id: 'a1',
      cluster: 'alone',
      transport: nats({ servers: bus.url }),
      store: memoryStore({ clock: realClock() }),
      groups: { store: raft({ members: ['a1', 'a2', 'a3'], stateMachine: kv }) },
    })
    const asked = ['--cluster', 'alone', '--nats', bus.url, '--timeout', '3000']
    const { code, err } = await quorate('kv', 'get', 'a', ...asked)
    expect(err).toMatch(/waiting for a2, a3 to start too\. It is safe to repeat \[QUORATE_NOT_EXECUTED\]/)
    expect(code).toBe(4)
    await node.stop()
    await bus.close()
  })

  test('a wrong password, where all nodes are to be started: said once', async () => {
    const topology = fileURLToPath(new URL('../../../../examples/raft-kv/topology.ts', import.meta.url))
    const { code, err } = await quorate('up', topology, '--password', 'wrong')
    expect(err.match(/QUORATE_BUS_UNAUTHORIZED/g)).toHaveLength(1)
    expect(code).toBe(1)
  })
})
