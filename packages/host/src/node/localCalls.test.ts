import { decodeEnvelope, nodeOf, parseAddress } from '@quorate/core'
import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'

const ids = ['n1', 'n2', 'n3']
let cluster: TestCluster

afterEach(async () => {
  cluster.bus.setFilter(() => true)
  await cluster.stopAll()
})

async function begin(nodes: readonly string[]): Promise<JournalNode> {
  cluster = new TestCluster(raft({ members: nodes, stateMachine: journal }))
  await cluster.startAll(nodes)
  for (;;) {
    const leader = [...cluster.nodes.values()].find((node) => node.status().groups.journal?.roles['server']?.serves)
    if (leader) return leader
    await cluster.pass(1)
  }
}

/** Counts what the bus carries between clients and members. */
function countedClientMessages(): { readonly byReceiver: Map<string, number>; total: number } {
  const counted = { byReceiver: new Map<string, number>(), total: 0 }
  cluster.bus.setFilter(({ to, receiver }) => {
    const role = parseAddress(to)?.role
    if (role !== 'client' && role !== 'answers') return true
    counted.total++
    counted.byReceiver.set(receiver, (counted.byReceiver.get(receiver) ?? 0) + 1)
    return true
  })
  return counted
}

describe('what a node asks of a group that it leads itself', () => {
  it('does not travel over the bus, commands and reads alike, and keeps its order', async () => {
    const leader = await begin(ids)
    const group = leader.group('journal')
    await cluster.wait(group.propose({ text: 'opens the session' }))
    const counted = countedClientMessages()
    const proposed = await cluster.wait(Promise.all(['a', 'b', 'c'].map((text) => group.propose({ text }))))
    expect(proposed.map(({ result }) => result)).toEqual([2, 3, 4])
    expect(await cluster.wait(group.read((texts) => texts.slice(1)))).toEqual(['a', 'b', 'c'])
    expect(await cluster.wait(group.query(1))).toBe('a')
    expect(counted.total).toBe(0)
  })

  it('travels when another node leads', async () => {
    const leader = await begin(ids)
    const other = [...cluster.nodes.values()].find((node) => node !== leader)
    await cluster.wait(other?.group('journal').propose({ text: 'opens the session' }) ?? Promise.reject())
    const counted = countedClientMessages()
    await cluster.wait(other?.group('journal').propose({ text: 'a' }) ?? Promise.reject())
    expect([...counted.byReceiver.keys()].sort()).toEqual([leader.id, other?.id ?? ''].sort())
  })

  it('asks all members who leads, and each of them hears it once', async () => {
    const leader = await begin(ids)
    const asked: string[] = []
    const answered: string[] = []
    cluster.bus.setFilter(({ to, from, receiver, bytes }) => {
      const { type } = decodeEnvelope(bytes)
      if (type === 'WhoLeads') asked.push(`${receiver} at ${nodeOf(to)}`)
      if (type === 'Leader') answered.push(from)
      return true
    })
    await cluster.wait(leader.group('journal').propose({ text: 'a' }))
    await cluster.pass(5)
    expect(asked.sort()).toEqual(['n1 at all', 'n2 at all', 'n3 at all'])
    // The leader was asked by hand, and does not take its own echo for another question.
    expect(answered.sort()).toEqual(ids.filter((id) => id !== leader.id))
  })

  it('needs no bus at all where no other node decides', async () => {
    const alone = await begin(['n1'])
    const group = alone.group('journal')
    await cluster.pass(10)
    cluster.bus.setFilter(() => false)
    expect((await cluster.wait(group.propose({ text: 'a' }), 1000)).result).toBe(1)
    expect(
      await cluster.wait(
        group.read((texts) => texts),
        1000,
      ),
    ).toEqual(['a'])
  })

  it('is answered when the node has stopped, and not by hand within the call', async () => {
    const leader = await begin(ids)
    const group = leader.group('journal')
    await cluster.wait(group.propose({ text: 'a' }))
    let isDone = false
    const late = group.propose({ text: 'b' }).finally(() => {
      isDone = true
    })
    const refused = expect(cluster.wait(late)).rejects.toMatchObject({
      code: expect.stringMatching(/^QUORATE_(NODE_STOPPED|NOT_EXECUTED|UNKNOWN_OUTCOME)$/),
    })
    const stopped = leader.stop()
    expect(isDone).toBe(false)
    await refused
    await cluster.wait(stopped)
    await expect(cluster.wait(group.propose({ text: 'c' }))).rejects.toMatchObject({ code: 'QUORATE_NODE_STOPPED' })
    cluster.nodes.delete(leader.id)
  })
})
