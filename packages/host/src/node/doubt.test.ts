import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'

/** Nodes that run Raft on stores that lost their last write, and know it. */

let cluster: TestCluster

afterEach(() => cluster.stopAll())

const serverOf = (node: JournalNode) => node.status().groups.journal?.roles['server']
const leader = (): JournalNode | undefined => [...cluster.nodes.values()].find((node) => serverOf(node)?.serves)
const saidBy = (id: string, text: string) =>
  (cluster.loggers.get(id)?.logged ?? []).filter((logged) => logged.text.includes(text))

async function led(): Promise<JournalNode> {
  for (let node = leader(); ; node = leader()) {
    if (node) return node
    await cluster.pass(1)
  }
}

/** Kills nodes; their stores are to say that the last write may be lost. */
async function inDoubt(...ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await cluster.kill(id)
    const store = cluster.storeOf(id)
    cluster.stores.set(id, {
      ...store,
      crash: () => store.crash(),
      open: async (identity) => ({ ...(await store.open(identity)), doubtful: true }),
    })
  }
}

describe('a group of one', () => {
  it('waits for the operator, and its log says what he can do; that is enough', async () => {
    cluster = new TestCluster(raft({ members: ['n1'], stateMachine: journal }))
    await cluster.startAll(['n1'])
    await cluster.wait((await led()).group('journal').propose({ text: 'a' }))
    await inDoubt('n1')
    const waiting = await cluster.start('n1')
    await cluster.pass(60_000)
    expect(serverOf(waiting)).toMatchObject({ serves: false, notices: [{ level: 'error' }] })
    const [advice] = saidBy('n1', 'start this node with acceptPossibleLoss')
    expect(advice).toMatchObject({ level: 'error' })
    expect(saidBy('n1', 'start this node with acceptPossibleLoss')).toHaveLength(1)

    await cluster.kill('n1')
    const node = await cluster.start('n1', { acceptPossibleLoss: true })
    await led()
    await cluster.wait(node.group('journal').propose({ text: 'b' }))
    expect(await cluster.wait(node.group('journal').read((texts) => texts.join()))).toBe('a,b')
    expect(saidBy('n1', 'may be gone')).toMatchObject([{ level: 'error' }])
    expect(serverOf(node)?.notices).toMatchObject([{ level: 'error' }])
  })
})

describe('a group of three', () => {
  const ids = ['n1', 'n2', 'n3']

  it.each([[['n1']], [['n1', 'n2']], [ids]])('comes back by itself with stores in doubt on %j', async (losers) => {
    cluster = new TestCluster(raft({ members: ids, stateMachine: journal }))
    await cluster.startAll(ids)
    await cluster.wait((await led()).group('journal').propose({ text: 'a' }))
    await inDoubt(...losers)
    for (const id of losers) await cluster.start(id)
    const client = cluster.nodes.get('n3')
    await cluster.wait(client?.group('journal').propose({ text: 'b' }) ?? Promise.reject())
    await cluster.pass(5000)
    for (const node of cluster.nodes.values()) {
      expect(await cluster.wait(node.group('journal').read((texts) => texts.join()))).toBe('a,b')
    }
    const isLost = losers.length > 1
    expect(ids.flatMap((id) => saidBy(id, 'may be gone'))).toHaveLength(isLost ? 1 : 0)
    expect(losers.flatMap((id) => saidBy(id, 'takes no part until')).length).toBeGreaterThanOrEqual(losers.length)
  })

  it('waits for the one that is missing, says for whom, and goes on without it when it is told to', async () => {
    cluster = new TestCluster(raft({ members: ids, stateMachine: journal }))
    await cluster.startAll(ids)
    await cluster.wait((await led()).group('journal').propose({ text: 'a' }))
    await inDoubt('n1', 'n2')
    await cluster.kill('n3')
    await cluster.start('n1')
    await cluster.start('n2')
    await cluster.pass(60_000)
    expect(leader()).toBeUndefined()
    for (const id of ['n1', 'n2']) expect(saidBy(id, 'takes no part until n3 have answered')).toHaveLength(1)
    for (const id of ['n1', 'n2']) {
      await cluster.kill(id)
      await cluster.start(id, { acceptPossibleLoss: true })
    }
    await cluster.wait((await led()).group('journal').propose({ text: 'b' }))
    // The one that was gone after all changes nothing.
    await cluster.start('n3')
    await cluster.pass(10_000)
    for (const node of cluster.nodes.values()) {
      expect(await cluster.wait(node.group('journal').read((texts) => texts.join()))).toBe('a,b')
    }
  })
})
