import { nodeOf, type Observed, type StepRecord, traceEventOf } from '@quorate/core'
import { afterEach, describe, expect, it } from 'vitest'
import { journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'
import { startNode } from './startNode.js'

let cluster: TestCluster

afterEach(() => cluster.stopAll())

describe('a node', () => {
  it('runs a protocol that is not Raft: one node', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }))
    const [node] = await cluster.startAll(['n1'])
    const group = node?.group('journal')
    const first = await cluster.wait(group!.propose({ text: 'a' }))
    expect(first.result).toBe(1)
    const second = await cluster.wait(group!.propose({ text: 'b' }))
    expect(second).toEqual({ index: first.index + 1, result: 2 })
    expect(await cluster.wait(group!.read((texts) => texts.join()))).toBe('a,b')
    expect(await cluster.wait(group!.query(1))).toBe('b')
  })

  it('serves clients on every member', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2', 'n3'], stateMachine: journal }))
    const nodes = await cluster.startAll(['n1', 'n2', 'n3'])
    for (const [position, node] of nodes.entries()) {
      await cluster.wait(node.group('journal').propose({ text: node.id }))
      const texts = await cluster.wait(node.group('journal').read((state) => state.length))
      expect(texts).toBe(position + 1)
    }
    for (const node of nodes) {
      expect(await cluster.wait(node.group('journal').read((texts) => texts.join()))).toBe('n1,n2,n3')
    }
  })

  it('does not hear its own multicasts', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal }))
    const heard: { node: string; type: string }[] = []
    const observe = (observed: Observed) => {
      if (observed.type !== 'step') return
      const { address, event } = observed
      if (event) heard.push({ node: nodeOf(address), type: event.type })
    }
    const [first, second] = [await cluster.start('n1', { observe }), await cluster.start('n2', { observe })]
    await cluster.wait(Promise.all([first.ready, second.ready]))
    await cluster.wait(first.group('journal').propose({ text: 'a' }))
    await cluster.wait(second.group('journal').read((texts) => texts.length))
    const entries = heard.filter(({ type }) => type === 'Entries').map(({ node }) => node)
    expect(new Set(entries)).toEqual(new Set(['n2']))
  })

  it('says what caused each step, and no two messages have one id, also of two starts', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal }))
    const steps: StepRecord[] = []
    const observe = (observed: Observed) => {
      if (observed.type === 'step') steps.push(observed)
    }
    const idsOf = async (text: string) => {
      const begun = steps.length
      await cluster.wait(cluster.nodes.get('n2')!.ready)
      await cluster.wait(cluster.nodes.get('n1')!.group('journal').propose({ text }))
      return steps.slice(begun).flatMap(({ cause }) => (cause.type === 'message' ? cause.id : []))
    }
    await cluster.start('n1', { observe })
    await cluster.start('n2', { observe })
    const before = await idsOf('a')
    await cluster.kill('n1')
    await cluster.start('n1', { observe })
    const after = await idsOf('b')
    expect(before.length).toBeGreaterThan(1)
    expect(after.length).toBeGreaterThan(1)
    expect([...before, ...after]).not.toContain(undefined)
    expect(before.filter((id) => after.includes(id))).toEqual([])
    expect(steps[0]).toMatchObject({ event: undefined, cause: { type: 'start' } })
    for (const { event, cause, address } of steps) {
      if (event?.type === 'Entries') expect(cause).toMatchObject({ type: 'message', from: 'journal/log/n1' })
      if (event?.type === 'storage.persisted') expect(cause).toEqual({ type: 'write' })
      if (event?.type === 'client.proposed') expect(cause).toMatchObject({ type: 'client' })
      expect(address).toMatch(/^journal[/]/)
    }
    expect(new Set(steps.map(({ cause }) => cause.type))).toContain('client')
  })

  it('tells its observer of messages, writes and what was applied, and none of it twice', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal }))
    const told = { n1: [] as Observed[], n2: [] as Observed[] }
    await cluster.start('n1', { observe: (observed) => void told.n1.push(observed) })
    await cluster.start('n2', { observe: (observed) => void told.n2.push(observed) })
    await cluster.wait(Promise.all([...cluster.nodes.values()].map(({ ready }) => ready)))
    const { index } = await cluster.wait(cluster.nodes.get('n1')!.group('journal').propose({ text: 'a' }))
    await cluster.wait(
      cluster.nodes
        .get('n2')!
        .group('journal')
        .read((texts) => texts.length),
    )
    const idsOf = (observed: readonly Observed[], type: 'sent' | 'received', message: string) =>
      observed
        .map((each) => traceEventOf(each, 0, ''))
        .flatMap((event) => (event.type === type && event.message === message ? event.id : []))
    const sent = idsOf(told.n1, 'sent', 'Entries')
    expect(sent.length).toBeGreaterThan(0)
    expect(new Set(sent).size).toBe(sent.length)
    expect(idsOf(told.n2, 'received', 'Entries')).toEqual(sent)
    // What clients say on a node stays there, and is told as what travels.
    expect(idsOf(told.n1, 'sent', 'Propose')).toEqual(idsOf(told.n1, 'received', 'Propose'))
    for (const each of [told.n1, told.n2]) {
      const writes = each.flatMap((observed) => (observed.type === 'written' ? observed.isDurable : []))
      expect(writes.length).toBeGreaterThan(2)
      // One at a time: it begins, and it is durable.
      expect(writes).toEqual(writes.map((_, at) => at % 2 === 1))
      const applied = each.flatMap((observed) => (observed.type === 'applied' ? observed.applied : []))
      expect(applied.map(({ entry }) => entry.index)).toEqual(applied.map((_, at) => at + 1))
      expect(applied.at(-1)?.entry.index).toBeGreaterThanOrEqual(index)
    }
  })

  it('hosts several groups on one disk, with one write for all', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }), { writeDelayMs: 10 })
    const other = sequenced({ members: ['n1'], stateMachine: journal })
    const groups = { journal: cluster.group, other }
    const node = await cluster.wait(
      startNode({
        id: 'n1',
        cluster: 'test',
        transport: cluster.bus,
        store: cluster.storeOf('n1'),
        groups,
        clock: cluster.clock,
      }),
    )
    await cluster.wait(node.ready)
    const both = () => [node.group('journal').propose({ text: 'j' }), node.group('other').propose({ text: 'o' })]
    await cluster.wait(Promise.all(both()))
    const { writes } = cluster.storeOf('n1')
    await cluster.wait(Promise.all(both()))
    expect(cluster.storeOf('n1').writes).toBe(writes + 1)
    expect(await cluster.wait(node.group('other').read((texts) => texts.join()))).toBe('o,o')
    await cluster.wait(node.stop())
  })
})
