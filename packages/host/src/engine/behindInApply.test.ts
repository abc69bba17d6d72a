import { expect, it, vi } from 'vitest'
import { journal, TestCluster } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { Applier } from './applier.js'

it('a node that is too far behind in apply hears nothing of what others decide, and catches up afterwards; who leads goes on', async () => {
  const cluster = new TestCluster(sequenced({ members: ['n1', 'n2'], stateMachine: journal }))
  const [first, second] = await cluster.startAll(['n1', 'n2'])
  await cluster.wait(first!.group('journal').propose({ text: 'one' }))
  const behind = vi.spyOn(Applier.prototype, 'isTooFarBehind', 'get').mockReturnValue(true)
  await cluster.wait(first!.group('journal').propose({ text: 'two' }))
  await cluster.pass(1000)
  const texts = () => second!.group('journal').read((state) => state, { consistency: 'stale' })
  expect(await texts()).toEqual(['one'])
  expect(second!.status().dropped.behindInApply).toBeGreaterThan(0)
  behind.mockRestore()
  await cluster.pass(1000)
  expect(await texts()).toEqual(['one', 'two'])
  await cluster.stopAll()
})
