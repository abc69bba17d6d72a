import { localCluster } from '@quorate/host/testing'
import { KvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import topology from './topology.js'

test('one proposer, one proxy leader, one acceptor and one learner may be lost, also all at once', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv'))
  await client.put('greeting', 'hello')

  const [leader = ''] = cluster.leaders('kv', 'proposer')
  await cluster.kill(leader)
  await client.put('after', 'a proposer')
  await cluster.kill('x1')
  await client.put('after', 'a proxy leader')
  await cluster.kill('a1')
  await client.put('after', 'an acceptor')
  await cluster.kill('l1')
  await client.put('after', 'a learner')
  expect(await client.get('after')).toMatchObject({ version: 4 })
  expect(await client.getText('greeting')).toBe('hello')
})

test.each([
  ['both proposers', ['p1', 'p2']],
  ['the only batcher', ['b1']],
  ['an acceptor of each column', ['a1', 'a2']],
])('without %s nobody leads, and who writes is told so; with one of them again it goes on', async (_title, lost) => {
  await using cluster = await localCluster(topology)
  await new KvClient(await cluster.connect('kv')).put('greeting', 'hello')

  await cluster.kill(...lost)
  // For clients who gathers commands leads, as long as it knows a proposer that does.
  await expect.poll(() => cluster.leaders('kv', 'batcher'), { timeout: 10_000 }).toEqual([])
  const late = new KvClient(await cluster.connect('kv', { deadlineMs: 500 }))
  await expect(late.put('greeting', 'lost')).rejects.toMatchObject({
    code: 'QUORATE_NOT_EXECUTED',
    message: expect.stringMatching(/no member|knew of no leader|gave no answer/),
  })

  const [first = ''] = lost
  await cluster.start(first)
  const client = new KvClient(await cluster.connect('kv'))
  expect(await client.getText('greeting')).toBe('hello')
  expect(await client.put('greeting', 'hello again')).toMatchObject({ version: 2 })
})

test('without learners commands are taken, and nobody says what came of them; with one of them again it goes on', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv', { deadlineMs: 1000 }))
  await client.put('greeting', 'hello')

  await cluster.kill('l1', 'l2')
  await expect(client.put('greeting', 'taken')).rejects.toMatchObject({
    code: 'QUORATE_UNKNOWN_OUTCOME',
    message: expect.stringContaining('had been sent to b1'),
  })

  await cluster.start('l1')
  const reader = new KvClient(await cluster.connect('kv'))
  expect(await reader.getText('greeting')).toBe('taken')
})

test('without proxy leaders the proposer that leads talks to acceptors and learners itself', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv'))
  await client.put('greeting', 'hello')

  await cluster.kill('x1', 'x2')
  expect(await client.put('greeting', 'hello again')).toMatchObject({ version: 2 })
})

test('a column is enough to decide, and no row whole is too little for a new proposer to begin', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv'))
  await client.put('greeting', 'hello')

  // The first column; the second decides.
  await cluster.kill('a1', 'a3')
  await client.put('greeting', 'by one column')

  await cluster.kill(...cluster.leaders('kv', 'proposer'))
  await expect.poll(() => cluster.leaders('kv'), { timeout: 10_000 }).toEqual([])
  const late = new KvClient(await cluster.connect('kv', { deadlineMs: 3000 }))
  await expect(late.put('greeting', 'lost')).rejects.toMatchObject({ code: 'QUORATE_NOT_EXECUTED' })

  // With a1 the first row is whole.
  await cluster.start('a1')
  const again = new KvClient(await cluster.connect('kv'))
  expect(await again.getText('greeting')).toBe('by one column')
  expect(await again.put('greeting', 'hello again')).toMatchObject({ version: 3 })
})
