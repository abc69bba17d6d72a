import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'

const ids = ['n1', 'n2', 'n3']
let cluster: TestCluster

afterEach(() => cluster.stopAll())

const leaderOf = (nodes: Iterable<JournalNode>): JournalNode | undefined =>
  [...nodes].find((node) => Object.values(node.status().groups.journal?.roles ?? {}).some(({ leads }) => leads))

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
})
