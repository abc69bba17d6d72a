import { decodeEnvelope } from '@quorate/core'
import { memoryStore } from '@quorate/core/testing'
import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { decodeRefused, type Refused } from '../generated/client.js'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'

const ids = ['n1', 'n2', 'n3']
let cluster: TestCluster

afterEach(() => cluster.stopAll())

const leaderOf = (nodes: Iterable<JournalNode>): JournalNode | undefined =>
  [...nodes].find((node) => Object.values(node.status().groups.journal?.roles ?? {}).some(({ serves }) => serves))

/** Until somebody leads. */
async function led(): Promise<void> {
  while (!leaderOf(cluster.nodes.values())) await cluster.pass(1)
}

describe('three hosts run Raft', () => {
  it('replicates, elects another leader when the first is killed, and loses and repeats nothing', async () => {
    cluster = new TestCluster(
      raft({ members: ids, stateMachine: journal, limits: { snapshotEveryEntries: 40, entriesKept: 10 } }),
    )
    await cluster.startAll(ids)
    const acknowledged: string[] = []
    const writers = [...Array(8).keys()]
    for (let round = 0; round < 4; round++) {
      cluster.clock.runUntil(() => leaderOf(cluster.nodes.values()) !== undefined, 20_000)
      const leader = leaderOf(cluster.nodes.values())
      const other = [...cluster.nodes.values()].find((node) => node !== leader)
      const write = async (writer: number) => {
        for (let count = 0; count < 10; count++) {
          const text = `${round}.${writer}.${count}`
          await other?.group('journal').propose({ text })
          acknowledged.push(text)
        }
      }
      const writing = Promise.all(writers.map(write))
      cluster.clock.advance(5)
      if (leader) await cluster.kill(leader.id)
      await cluster.wait(writing)
      if (leader) await cluster.start(leader.id)
      cluster.clock.advance(3000)
    }
    const states: string[] = []
    for (const node of cluster.nodes.values()) {
      states.push(await cluster.wait(node.group('journal').read((texts) => texts.join())))
    }
    expect(new Set(states).size).toBe(1)
    const texts = states[0]?.split(',') ?? []
    expect(texts.length).toBe(4 * 8 * 10)
    expect([...texts].sort()).toEqual([...acknowledged].sort())
  })

  it('refuses to read without a function, and with a consistency that is none', async () => {
    cluster = new TestCluster(raft({ members: ids, stateMachine: journal }))
    const [node] = await cluster.startAll(ids)
    const group = node!.group('journal')
    const misspelt = { consistency: 'stael' } as never
    for (const call of [
      () => group.read(undefined as never),
      () => group.read((texts) => texts, misspelt),
      () => group.query(0, misspelt),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'QUORATE_INVALID_CONFIGURATION' })
    }
    const client = await cluster.wait(
      connectClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'journal',
        stateMachine: journal,
        clock: cluster.clock,
      }),
    )
    await expect(client.query(0, misspelt)).rejects.toMatchObject({ code: 'QUORATE_INVALID_CONFIGURATION' })
  })

  it('has a client that finds the next leader as soon as there is one', async () => {
    cluster = new TestCluster(raft({ members: ids, stateMachine: journal }))
    await cluster.startAll(ids)
    const delaysMs: number[] = []
    for (let round = 0; round < 5; round++) {
      await led()
      const leader = leaderOf(cluster.nodes.values())
      const client = [...cluster.nodes.values()].find((node) => node !== leader)?.group('journal')
      await cluster.wait(client?.propose({ text: `${round} before` }) ?? Promise.reject(new Error('no client')))
      await cluster.kill(leader?.id ?? '')
      const proposed = client?.propose({ text: `${round} after` })
      await led()
      const ledAtMs = cluster.clock.nowMs()
      await cluster.wait(Promise.all([proposed]))
      delaysMs.push(cluster.clock.nowMs() - ledAtMs)
      await cluster.start(leader?.id ?? '')
      await cluster.pass(3000)
    }
    expect(Math.max(...delaysMs)).toBeLessThan(200)
  })

  it('tells who waits on a leader that is deposed, and their commands are executed once', async () => {
    cluster = new TestCluster(raft({ members: ids, stateMachine: journal }))
    await cluster.startAll(ids)
    await led()
    const leader = leaderOf(cluster.nodes.values())
    const client = await cluster.wait(
      connectClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'journal',
        stateMachine: journal,
        clock: cluster.clock,
      }),
    )
    await cluster.wait(client.propose({ text: 'before' }))
    const refusals: Refused[] = []
    let taken: Uint8Array | undefined
    const members = new Set<string>(ids)
    cluster.bus.setFilter(({ from, receiver, bytes }) => {
      const isBetweenNodes = members.has(from) && members.has(receiver)
      const { type, payload } = isBetweenNodes ? { type: undefined, payload: undefined } : decodeEnvelope(bytes)
      if (type === 'Refused') refusals.push(decodeRefused(payload))
      if (type === 'Propose' && receiver === leader?.id) taken ??= bytes.slice()
      return !(isBetweenNodes && (from === leader?.id || receiver === leader?.id))
    })
    const proposed = client.propose({ text: 'during' })
    expect((await cluster.wait(proposed)).result).toBe(2)
    // By then the one before has noticed that it leads nobody.
    await cluster.pass(3000)
    expect(refusals).toContainEqual(expect.objectContaining({ reason: 'notLeader', maybeTaken: true }))
    // A copy of what it had taken, and may have been done, must not be refused as if it could not have been.
    const [{ request }] = refusals.filter(({ maybeTaken }) => maybeTaken) as [Refused]
    const copier = await cluster.wait(cluster.bus.connect({ cluster: 'test', name: 'copier' }))
    copier.publish(decodeEnvelope(taken!).to, taken!)
    await cluster.pass(1000)
    expect(refusals.filter((refused) => refused.request === request && !refused.maybeTaken)).toEqual([])
    cluster.bus.setFilter(() => true)
    await cluster.pass(5000)
    for (const node of cluster.nodes.values()) {
      expect(await cluster.wait(node.group('journal').read((texts) => texts.join()))).toBe('before,during')
    }
    await cluster.wait(client.close())
  })

  it('says when the disk of a member went back to an older state, and shows it', async () => {
    cluster = new TestCluster(raft({ members: ids, stateMachine: journal }))
    await cluster.startAll(ids)
    await led()
    const leader = leaderOf(cluster.nodes.values()) as JournalNode
    const follower = ids.find((id) => id !== leader.id) ?? ''
    const { storeId } = cluster.nodes.get(follower)?.status() ?? { storeId: '' }
    await cluster.wait(leader.group('journal').propose({ text: 'a' }))
    await cluster.kill(follower)
    cluster.stores.set(follower, memoryStore({ clock: cluster.clock, storeId: Buffer.from(storeId, 'hex') }))
    await cluster.start(follower)
    await cluster.pass(1000)
    const notice = { level: 'error', text: expect.stringContaining(`the disk of ${follower} went back`) }
    expect(leader.status().groups.journal?.roles['server']?.notices).toEqual([{ ...notice, count: 1 }])
    const said = cluster.loggers.get(leader.id)?.logged.filter(({ text }) => text.includes('went back'))
    expect(said).toMatchObject([notice])
    expect(cluster.nodes.get(follower)?.status().groups.journal?.applied).toBe(leader.status().groups.journal?.applied)
  })
})
