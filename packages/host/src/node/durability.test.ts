import { decodeEnvelope } from '@quorate/core'
import { afterEach, describe, expect, it } from 'vitest'
import { connectJournal, journal, recordingLogger, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

let cluster: TestCluster

afterEach(() => cluster.stopAll())

/** The types of all messages that a node publishes. */
function watch(watched: TestCluster, id: string): string[] {
  const said: string[] = []
  watched.bus.setFilter(({ from, bytes }) => {
    if (from === id) said.push(decodeEnvelope(bytes).type)
    return true
  })
  return said
}

describe('what is not on the disk is not spoken of', () => {
  it('answers a proposal after its write, and not before', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal }), { writeDelayMs: 100 })
    await cluster.startAll(['n1', 'n2'])
    const client = await connectJournal(cluster)
    // Opens the session.
    await cluster.wait(client.propose({ text: 'first' }))
    const said = watch(cluster, 'n1')
    const proposed = client.propose({ text: 'second' })
    cluster.clock.advance(99)
    expect(said).not.toContain('Entries')
    expect(said).not.toContain('Results')
    cluster.clock.advance(10)
    expect(said).toContain('Entries')
    expect(said).toContain('Results')
    expect((await proposed).result).toBe(2)
  })

  it('says nothing of a write that a crash undid', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }), { writeDelayMs: 100 })
    const [node] = await cluster.startAll(['n1'])
    await cluster.wait(node!.group('journal').propose({ text: 'kept' }))
    let isAnswered = false
    void node!
      .group('journal')
      .propose({ text: 'lost' })
      .then(() => {
        isAnswered = true
      })
    cluster.clock.advance(50)
    await cluster.kill('n1')
    const again = await cluster.start('n1')
    await cluster.wait(again.ready)
    expect(await cluster.wait(again.group('journal').read((texts) => texts.join()))).toBe('kept')
    expect(isAnswered).toBe(false)
  })

  it('makes one write of all that comes while another is under way', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }), { writeDelayMs: 100 })
    const [node] = await cluster.startAll(['n1'])
    await cluster.wait(node!.group('journal').propose({ text: 'first' }))
    const before = cluster.storeOf('n1').writes
    const calls = [node!.group('journal').propose({ text: 'a' })]
    cluster.clock.advance(10)
    for (let count = 0; count < 50; count++) calls.push(node!.group('journal').propose({ text: String(count) }))
    await cluster.wait(Promise.all(calls))
    expect(cluster.storeOf('n1').writes - before).toBe(2)
  })
})

describe('a write that fails', () => {
  it('stops the node with its cause, and nothing leaves it any more', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal }), { writeDelayMs: 10 })
    const [node] = await cluster.startAll(['n1', 'n2'])
    await cluster.wait(node!.group('journal').propose({ text: 'first' }))
    const client = await connectJournal(cluster)
    await cluster.wait(client.propose({ text: 'of another process' }))
    const said = watch(cluster, 'n1')
    cluster.storeOf('n1').failNextWrite(new Error('no space left'))
    const lost = node!.group('journal').propose({ text: 'second' })
    lost.catch(() => {})
    // What is refused is a proof to this one that nothing was done.
    client.propose({ text: 'third' }).catch(() => {})
    expect((await cluster.wait(node!.stopped))?.message).toBe('no space left')
    await expect(lost).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_OUTCOME' })
    expect(said).not.toContain('Entries')
    expect(said).not.toContain('Results')
    expect(said).not.toContain('Refused')
    await expect(node!.group('journal').propose({ text: 'third' })).rejects.toMatchObject({
      code: 'QUORATE_NODE_STOPPED',
    })
    expect(node!.status().state).toBe('stopped')
    expect(cluster.loggers.get('n1')?.logged.some(({ level }) => level === 'error')).toBe(true)
  })
})

describe('recovery', () => {
  it('says at info what the store noticed when it opened', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }))
    const store = cluster.storeOf('n1')
    const remark = 'a write was not finished'
    await cluster.start('n1', {
      store: { open: async (identity) => ({ ...(await store.open(identity)), remarks: [remark] }) },
    })
    expect(cluster.loggers.get('n1')?.logged).toContainEqual(expect.objectContaining({ level: 'info', text: remark }))
  })

  it('finds record, snapshot and log again, and the sessions with them', async () => {
    const limits = { snapshotEveryEntries: 10 }
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal, limits }))
    await cluster.startAll(['n1', 'n2'])
    const client = cluster.nodes.get('n2')!.group('journal')
    for (let count = 0; count < 25; count++) await cluster.wait(client.propose({ text: String(count) }))
    const before = cluster.nodes.get('n1')!.status().groups.journal
    expect(before?.snapshot).toBeGreaterThan(10)
    await cluster.kill('n1')
    const node = await cluster.start('n1', { logger: recordingLogger() })
    await cluster.wait(node.ready)
    const { result } = await cluster.wait(client.propose({ text: 'after' }))
    expect(result).toBe(26)
    expect(await cluster.wait(node.group('journal').read((texts) => texts.length))).toBe(26)
    const after = node.status().groups.journal
    expect(after?.sessions).toBe(before?.sessions)
    expect(after?.roles.log?.epoch).toBe((before?.roles.log?.epoch ?? 0) + 1)
  })

  it('gives a node that lags behind the log a snapshot, which it keeps', async () => {
    const limits = { snapshotEveryEntries: 10 }
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal, limits }))
    await cluster.startAll(['n1', 'n2'])
    await cluster.kill('n2')
    const client = cluster.nodes.get('n1')!.group('journal')
    for (let count = 0; count < 25; count++) await cluster.wait(client.propose({ text: String(count) }))
    for (let round = 0; round < 2; round++) {
      const node = await cluster.start('n2')
      await cluster.wait(node.ready)
      expect(await cluster.wait(node.group('journal').read((texts) => texts.length))).toBe(25)
      await cluster.kill('n2')
    }
  })
})
