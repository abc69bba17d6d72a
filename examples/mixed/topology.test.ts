import { localCluster } from '@quorate/host/testing'
import { KvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import topology from './topology.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('three groups on the same nodes keep what is theirs, and all survive the loss of a node', async () => {
  await using cluster = await localCluster(topology)
  const raft = new KvClient(await cluster.connect('raft'))
  const paxos = new KvClient(await cluster.connect('paxos'))
  const decision = await cluster.connect('decision')
  await Promise.all([raft.put('protocol', 'raft'), paxos.put('protocol', 'paxos')])
  // Asked at once, for one or the other: it chooses one of them, once and for all.
  const [chosen = '', other] = (await Promise.all(['red', 'blue'].map((it) => decision.ask(bytesOf(it))))).map(textOf)
  expect(['red', 'blue']).toContain(chosen)
  expect(other).toBe(chosen)

  for (const lost of topology.nodes) {
    await cluster.kill(lost)
    await Promise.all([raft.put('lost', lost), paxos.put('lost', lost)])
    expect(await Promise.all([raft.getText('protocol'), paxos.getText('protocol')])).toEqual(['raft', 'paxos'])
    expect(textOf(await decision.ask(bytesOf('green')))).toBe(chosen)
    await cluster.start(lost)
  }
})

test('of three nodes one is not enough for any of them: who writes is told so; with a second all go on', async () => {
  await using cluster = await localCluster(topology)
  await new KvClient(await cluster.connect('raft')).put('protocol', 'raft')
  await new KvClient(await cluster.connect('paxos')).put('protocol', 'paxos')

  await cluster.kill('n1', 'n2')
  const leaders = () => [...cluster.leaders('raft'), ...cluster.leaders('paxos')]
  await expect.poll(leaders, { timeout: 10_000 }).toEqual([])
  for (const group of ['raft', 'paxos'] as const) {
    const late = new KvClient(await cluster.connect(group, { deadlineMs: 500 }))
    await expect(late.put('protocol', 'lost')).rejects.toMatchObject({
      code: 'QUORATE_NOT_EXECUTED',
      message: expect.stringMatching(/knew of no leader|gave no answer/),
    })
  }
  // A single decision knows no leader: its proposer tries until the deadline.
  const alone = await cluster.connect('decision', { deadlineMs: 500 })
  await expect(alone.ask(bytesOf('red'))).rejects.toMatchObject({
    code: 'QUORATE_UNKNOWN_OUTCOME',
    message: expect.stringContaining('had been sent to n3'),
  })

  await cluster.start('n1')
  expect(await new KvClient(await cluster.connect('raft')).getText('protocol')).toBe('raft')
  expect(await new KvClient(await cluster.connect('paxos')).getText('protocol')).toBe('paxos')
  // What the proposer tried for may be chosen now; nothing else was asked for before.
  expect(textOf(await (await cluster.connect('decision')).ask(bytesOf('blue')))).toMatch(/^(red|blue)$/)
})
