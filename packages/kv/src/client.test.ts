import { memoryStore, memoryTransport } from '@quorate/core/testing'
import { type QuorateNode, realClock, startNode } from '@quorate/host'
import { raft } from '@quorate/raft'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConnectedKvClient, connectKvClient, KvClient } from './client.js'
import { kv } from './kv.js'

const members = ['n1', 'n2', 'n3']
const groups = { kv: raft({ members, stateMachine: kv, electionTimeoutMs: 100, heartbeatMs: 20 }) }
const transport = memoryTransport()
let nodes: QuorateNode<typeof groups>[]
let client: ConnectedKvClient

beforeAll(async () => {
  nodes = await Promise.all(
    members.map((id) =>
      startNode({ id, cluster: 'test', transport, store: memoryStore({ clock: realClock() }), groups }),
    ),
  )
  client = await connectKvClient({ transport, cluster: 'test', group: 'kv' })
})

afterAll(async () => {
  await client.close()
  await Promise.all(nodes.map((node) => node.stop()))
})

test('put, get, delete: values are bytes, texts are a convenience', async () => {
  const { revision, version } = await client.put('greeting', 'grüezi')
  expect(version).toBe(1)
  expect(await client.get('greeting')).toEqual({
    key: 'greeting',
    value: new TextEncoder().encode('grüezi'),
    revision,
    version: 1,
  })
  expect(await client.getText('greeting')).toBe('grüezi')
  expect(await client.delete('greeting')).toBe(true)
  expect(await client.delete('greeting')).toBe(false)
  expect(await client.get('greeting')).toBeUndefined()
  expect(await client.getText('greeting')).toBeUndefined()
})

test('compareAndSet: of two that expect the same, one succeeds', async () => {
  expect(await client.compareAndSet('lock', { revision: 0 }, 'mine')).toMatchObject({ changed: true, version: 1 })
  const both = await Promise.all(['a', 'b'].map((value) => client.compareAndSet('lock', { value: 'mine' }, value)))
  expect(both.map(({ changed }) => changed).sort()).toEqual([false, true])
  expect(await client.get('lock')).toMatchObject({ version: 2, revision: both[0]!.revision })
  await expect(client.compareAndSet('lock', {}, 'x')).rejects.toMatchObject({ code: 'QUORATE_COMMAND_FAILED' })
})

test('range and entries: page by page', async () => {
  await Promise.all(Array.from({ length: 25 }, (_, at) => client.put(`page/${String(at).padStart(2, '0')}`, `${at}`)))
  const first = await client.range('page/', { limit: 10 })
  expect(first.entries.map(({ key }) => key)).toHaveLength(10)
  expect(first.more).toBe(true)
  const rest = await client.range('page/', { after: first.entries.at(-1)!.key })
  expect(rest.entries.map(({ key }) => key).slice(0, 2)).toEqual(['page/10', 'page/11'])
  expect(rest.more).toBe(false)
  const values: string[] = []
  for await (const { value } of client.entries('page/')) values.push(Buffer.from(value).toString())
  expect(values).toEqual(Array.from({ length: 25 }, (_, at) => `${at}`))
})

test('entries follows the pages of values that do not fit into one', async () => {
  const large = new Uint8Array(100_000).fill(7)
  for (const at of [1, 2, 3]) await client.put(`large/${at}`, large)
  expect((await client.range('large/')).more).toBe(true)
  const keys: string[] = []
  for await (const { key, value } of client.entries('large/')) {
    keys.push(key)
    expect(value).toEqual(large)
  }
  expect(keys).toEqual(['large/1', 'large/2', 'large/3'])
})

test('a node with the group needs no other connection', async () => {
  const [node] = nodes
  const embedded = new KvClient(node!.group('kv'))
  await embedded.put('embedded', 'yes')
  expect(await embedded.getText('embedded')).toBe('yes')
})

test.each([null, undefined, 5, {}])('%s is no value: it is refused with its code', async (value) => {
  const given = value as never
  const calls = [
    () => client.put('a', given),
    () => client.compareAndSet('a', { revision: 0 }, given),
    () => client.put(given, 'x'),
    () => client.get(given),
    () => client.delete(given),
    () => client.range(given),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'QUORATE_UNENCODABLE_VALUE' })
})

test('nothing to compare with is refused with its code', async () => {
  for (const expected of [null, undefined, 'text']) {
    await expect(client.compareAndSet('a', expected as never, 'x')).rejects.toMatchObject({
      code: 'QUORATE_UNENCODABLE_VALUE',
    })
  }
})
