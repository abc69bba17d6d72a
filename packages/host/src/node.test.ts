import { afterEach, describe, expect, it } from 'vitest'
import { journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

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
})
