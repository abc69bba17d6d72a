import { localCluster } from '@quorate/host/testing'
import { KvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import topology from './topology.js'

test('one proposer, one acceptor and one learner may be lost, also all at once', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv'))
  const { revision } = await client.put('greeting', 'hello')

  const [leader = ''] = cluster.leaders('kv')
  expect(['p1', 'p2']).toContain(leader)
  await cluster.kill(leader)
  expect(await client.compareAndSet('greeting', { revision }, 'hello again')).toMatchObject({ changed: true })
  expect(cluster.leaders('kv')).toEqual(['p1', 'p2'].filter((id) => id !== leader))

  await cluster.kill('a1')
  await client.put('after', 'an acceptor')
  await cluster.kill('l1')
  await client.put('after', 'a learner')
  expect(await client.getText('after')).toBe('a learner')
  expect(await client.getText('greeting')).toBe('hello again')

  // What they missed they learn from the others, and may be relied on again.
  await cluster.start(leader, 'a1', 'l1')
  await cluster.kill('l2')
  expect(await client.getText('after')).toBe('a learner')
})

test.each([
  ['both proposers', ['p1', 'p2']],
  ['two acceptors', ['a2', 'a3']],
])('without %s nobody leads, and who writes is told so; with one of them again it goes on', async (_title, lost) => {
  await using cluster = await localCluster(topology)
  await new KvClient(await cluster.connect('kv')).put('greeting', 'hello')

  await cluster.kill(...lost)
  await expect.poll(() => cluster.leaders('kv'), { timeout: 10_000 }).toEqual([])
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

test('without learners nobody can say what came of a command, and who leads gives way; what was decided is applied when one is back', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv', { deadlineMs: 1000 }))
  await client.put('greeting', 'hello')

  await cluster.kill('l1', 'l2')
  await expect(client.put('greeting', 'decided')).rejects.toMatchObject({
    code: 'QUORATE_UNKNOWN_OUTCOME',
    message: expect.stringContaining('had been sent to p'),
  })
  // Another proposer may reach a learner that this one does not.
  await expect.poll(() => cluster.leaders('kv'), { timeout: 10_000 }).toEqual([])

  await cluster.start('l1')
  const reader = new KvClient(await cluster.connect('kv'))
  expect(await reader.get('greeting')).toMatchObject({ version: 2 })
  expect(await reader.getText('greeting')).toBe('decided')
})
