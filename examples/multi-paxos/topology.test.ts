import { localCluster } from '@quorate/host/testing'
import { KvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import topology from './topology.js'

test('what was written is there when the node that led is gone, and one that comes back learns what it missed', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv'))
  const { revision } = await client.put('greeting', 'hello')
  const [leader = ''] = cluster.leaders('kv')

  await cluster.kill(leader)
  expect(await client.getText('greeting')).toBe('hello')
  expect(await client.compareAndSet('greeting', { revision }, 'hello again')).toMatchObject({
    changed: true,
    version: 2,
  })
  expect(cluster.leaders('kv')).not.toContain(leader)

  await cluster.start(leader)
  const returned = new KvClient(cluster.node(leader).group('kv'))
  expect(await returned.getText('greeting')).toBe('hello again')
})

test('of three nodes one is not enough: nobody leads, and who writes is told so; with a second it goes on', async () => {
  await using cluster = await localCluster(topology)
  await new KvClient(await cluster.connect('kv')).put('greeting', 'hello')

  await cluster.kill('n1', 'n2')
  await expect.poll(() => cluster.leaders('kv'), { timeout: 10_000 }).toEqual([])
  const late = new KvClient(await cluster.connect('kv', { deadlineMs: 500 }))
  await expect(late.put('greeting', 'lost')).rejects.toMatchObject({
    code: 'QUORATE_NOT_EXECUTED',
    message: expect.stringMatching(/knew of no leader|gave no answer/),
  })

  await cluster.start('n1')
  const client = new KvClient(await cluster.connect('kv'))
  expect(await client.getText('greeting')).toBe('hello')
  expect(await client.put('greeting', 'hello again')).toMatchObject({ version: 2 })
})
