import { decodeEnvelope, encodeEnvelope, wireVersion } from '@quorate/core'
import { memoryStore } from '@quorate/core/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { type Introduced, messages } from '../generated/node.js'
import { journal, TestCluster } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'

const ids = ['n1', 'n2', 'n3'] as const
let cluster: TestCluster

afterEach(() => cluster.stopAll())

const begin = (options?: { writeDelayMs?: number }) => {
  cluster = new TestCluster(sequenced({ members: ids, stateMachine: journal }), options)
}

/** The node gets an empty disk in place of its own. */
const loseDisk = (id: string) =>
  cluster.stores.set(id, memoryStore({ clock: cluster.clock, writeDelayMs: cluster.writeDelayMs }))

const storeId = (byte: number) => new Uint8Array(16).fill(byte)

const stateOf = (id: string) => cluster.nodes.get(id)?.status().state

describe('a store that is new', () => {
  it('is not used before every other node has said that it knows no older one', async () => {
    begin()
    await cluster.start('n1')
    await cluster.start('n2')
    await cluster.pass(20_000)
    expect([stateOf('n1'), stateOf('n2')]).toEqual(['introducing', 'introducing'])
    expect(cluster.nodes.get('n1')?.status().waitingFor).toEqual(['n3'])
    const waiting = cluster.loggers.get('n1')?.logged.filter(({ text }) => text.includes('waiting until'))
    expect(waiting?.length).toBeGreaterThan(2)
    await cluster.start('n3')
    await cluster.pass(5000)
    expect(ids.map(stateOf)).toEqual(['running', 'running', 'running'])
    const { result } = await cluster.wait(cluster.nodes.get('n2')!.group('journal').propose({ text: 'a' }))
    expect(result).toBe(1)
  })

  it('says to callers and clients for whom it waits, and one that nobody answers says that', async () => {
    begin()
    const errorOf = (call: Promise<unknown>) =>
      cluster.wait(
        call.then(
          () => '',
          (error: Error) => error.message,
        ),
      )
    const client = await cluster.wait(
      connectClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'journal',
        stateMachine: journal,
        clock: cluster.clock,
        deadlineMs: 3000,
      }),
    )
    expect(await errorOf(client.propose({ text: 'a' }))).toBe(
      'not executed: its deadline passed before the command was sent: no member of group journal of cluster test answered on memory; quorate status shows the groups of a cluster. It is safe to repeat',
    )
    const node = await cluster.start('n1')
    await cluster.start('n2')
    const waits = /: first start of n1, n2 in group journal, waiting for n3 to start too. It is safe/
    expect(await errorOf(client.propose({ text: 'a' }))).toMatch(waits)
    expect(await errorOf(client.query(0))).toMatch(waits)
    expect(await errorOf(node.group('journal').propose({ text: 'a' }))).toMatch(waits)
    await cluster.start('n3')
    expect(await errorOf(client.propose({ text: 'a' }))).toBe('')
    await cluster.kill('n1')
    await cluster.pass(5000)
    const leaderless = await cluster.wait(
      connectClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'journal',
        stateMachine: journal,
        clock: cluster.clock,
        deadlineMs: 3000,
      }),
    )
    // The fixture has one orderer, and the others name it.
    expect(await errorOf(leaderless.query(0))).toMatch(/gave no answer|knew of no leader/)
    await cluster.wait(Promise.all([client.close(), leaderless.close()]))
  })

  it('is not judged by what was said of an earlier one', async () => {
    begin()
    const node = await cluster.start('n1')
    const stranger = await cluster.bus.connect({ cluster: 'test', name: 'stranger' })
    const about = {
      store: storeId(7),
      otherStore: storeId(8),
      others: [],
      isStranger: false,
      takenIn: [],
      takenInBy: [],
    }
    const message: Introduced = { type: 'Introduced', request: 1, ...about }
    const to = 'quorate/node/n1'
    const envelope = {
      version: wireVersion,
      cluster: 'test',
      from: 'quorate/node/n2',
      to,
      fromStore: storeId(2),
    } as const
    stranger.publish(to, encodeEnvelope({ ...envelope, type: message.type, payload: messages.encode(message) }))
    await cluster.pass(100)
    expect(node.status().state).toBe('introducing')
  })

  it('is used at once where the operator says so', async () => {
    begin()
    const node = await cluster.start('n1', { bootstrap: true })
    await cluster.wait(node.ready)
    expect(stateOf('n1')).toBe('running')
  })

  it('stops a node that the others know with another store, and says what to do', async () => {
    begin()
    await cluster.startAll(ids)
    await cluster.kill('n3')
    const disk = cluster.storeOf('n3')
    loseDisk('n3')
    const node = await cluster.start('n3')
    const error = await cluster.wait(node.stopped)
    expect(error).toMatchObject({ code: 'QUORATE_STORE_REPLACED' })
    expect(error?.message).toMatch(/knows n3 with store [0-9a-f]{32}; .* Give it that very directory back/)
    await expect(node.ready).rejects.toMatchObject({ code: 'QUORATE_NODE_STOPPED', cause: error })
    expect(cluster.loggers.get('n1')?.logged.some(({ text }) => text.includes('another store'))).toBe(true)
    // What it says to do helps.
    cluster.stores.set('n3', disk)
    await cluster.wait((await cluster.start('n3')).ready)
    expect((await cluster.wait(cluster.nodes.get('n3')!.group('journal').propose({ text: 'a' }))).result).toBe(1)
  })

  it('is not heard by the others, even if the operator insists', async () => {
    begin()
    await cluster.startAll(ids)
    await cluster.kill('n3')
    loseDisk('n3')
    const node = await cluster.start('n3', { bootstrap: true })
    await cluster.wait(node.ready)
    await cluster.pass(1000)
    expect(cluster.nodes.get('n1')?.status().dropped.unknownStore).toBeGreaterThan(5)
    expect(node.status().groups.journal?.applied).toBe(0)
  })
})

describe('a store that was introduced', () => {
  it('asks nobody when its node starts again, also alone', async () => {
    begin()
    await cluster.startAll(ids)
    for (const id of ids) await cluster.kill(id)
    const node = await cluster.start('n1')
    await cluster.wait(node.ready)
    expect((await cluster.wait(node.group('journal').propose({ text: 'a' }))).result).toBe(1)
  })

  it('keeps what it knows of others: one that lost its disk while all were down is found out', async () => {
    begin()
    await cluster.startAll(ids)
    for (const id of ids) await cluster.kill(id)
    loseDisk('n2')
    await cluster.start('n1')
    const node = await cluster.start('n2')
    expect(await cluster.wait(node.stopped)).toMatchObject({ code: 'QUORATE_STORE_REPLACED' })
  })
})

describe('a store that is first heard of', () => {
  it('is on the disk before anything is done about what its node says', async () => {
    begin({ writeDelayMs: 100 })
    const first = await cluster.start('n1', { bootstrap: true })
    await cluster.wait(first.ready)
    await cluster.pass(1000)
    const answers: number[] = []
    const asked: number[] = []
    cluster.bus.setFilter(({ from, to, bytes }) => {
      const { type } = decodeEnvelope(bytes)
      if (from === 'n2' && type === 'Ask') asked.push(cluster.clock.nowMs())
      if (from === 'n1' && to === 'journal/log/n2') answers.push(cluster.clock.nowMs())
      return true
    })
    const { writes } = cluster.storeOf('n1')
    await cluster.start('n2', { bootstrap: true })
    await cluster.pass(2000)
    expect(asked.length).toBeGreaterThan(2)
    expect(cluster.storeOf('n1').writes).toBe(writes + 1)
    expect((answers[0] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(100)
  })
})
