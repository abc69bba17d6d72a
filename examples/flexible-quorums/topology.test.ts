import { atLeast, flexible } from '@quorate/core'
import { defineTopology } from '@quorate/host'
import { type LocalCluster, localCluster } from '@quorate/host/testing'
import { KvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import topology from './topology.js'

const everyone = topology.nodes

/** Who leads, and the four others. */
const placesOf = (cluster: LocalCluster<typeof topology.groups>) => {
  const [leader = ''] = cluster.leaders('kv')
  return { leader, others: everyone.filter((id) => id !== leader) }
}

const toldThatNobodyLeads = {
  code: 'QUORATE_NOT_EXECUTED',
  message: expect.stringMatching(/knew of no leader|gave no answer/),
}

test('as long as the leader stays, three of five may be lost; beyond that it takes four for another to lead', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv'))
  await client.put('greeting', 'hello')
  const { leader, others } = placesOf(cluster)

  await cluster.kill(...others.slice(0, 3))
  expect(await client.put('greeting', 'by two of five')).toMatchObject({ version: 2 })
  expect(await client.getText('greeting')).toBe('by two of five')
  expect(cluster.leaders('kv')).toEqual([leader])

  await cluster.kill(...others)
  await expect.poll(() => cluster.leaders('kv'), { timeout: 10_000 }).toEqual([])
  // Three could decide, and are not enough to make one of them lead.
  await cluster.start(...others.slice(0, 2))
  const late = new KvClient(await cluster.connect('kv', { deadlineMs: 3000 }))
  await expect(late.put('greeting', 'lost')).rejects.toMatchObject(toldThatNobodyLeads)

  await cluster.start(...others.slice(0, 3))
  const again = new KvClient(await cluster.connect('kv'))
  expect(await again.getText('greeting')).toBe('by two of five')
  expect(await again.put('greeting', 'hello again')).toMatchObject({ version: 3 })
})

test('the leader may be lost, and with another one nobody else can lead until one is back', async () => {
  await using cluster = await localCluster(topology)
  const client = new KvClient(await cluster.connect('kv'))
  await client.put('greeting', 'hello')
  const first = placesOf(cluster)

  await cluster.kill(first.leader)
  expect(await client.put('greeting', 'of another leader')).toMatchObject({ version: 2 })
  const second = placesOf(cluster)
  expect(second.leader).not.toBe(first.leader)

  await cluster.kill(second.leader)
  const late = new KvClient(await cluster.connect('kv', { deadlineMs: 3000 }))
  await expect(late.put('greeting', 'lost')).rejects.toMatchObject(toldThatNobodyLeads)
  expect(cluster.leaders('kv')).toEqual([])

  await cluster.start(first.leader)
  const again = new KvClient(await cluster.connect('kv'))
  expect(await again.getText('greeting')).toBe('of another leader')
  expect(await again.put('greeting', 'hello again')).toMatchObject({ version: 3 })
})

test('with one node less in phase 1 it would not be safe, and is refused', () => {
  const quorums = flexible({ phase1: atLeast(3, everyone), phase2: atLeast(2, everyone) })
  const groups = { kv: { ...topology.groups.kv, quorums } }
  expect(() => defineTopology({ ...topology, groups })).toThrow(
    expect.objectContaining({ code: 'QUORATE_QUORUMS_DO_NOT_MEET', phase1: everyone.slice(0, 3) }),
  )
})
