import { KvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import { TestNodes } from './nodes.test.fixture.js'
import topology from './topology.js'
import { putInEpoch } from './watch/fence.js'
import { epochOnWatch } from './watch/group.js'
import { sentryRole } from './watch/sentry.js'

test('both groups run on the same nodes; when who has the watch is gone, another has it in a newer epoch', async () => {
  const cluster = new TestNodes(topology)
  await cluster.startAll()
  const onWatch = () => cluster.leaders('watch', sentryRole)
  await cluster.until(() => onWatch().length === 1)
  const [first = ''] = onWatch()
  const epoch = epochOnWatch(cluster.node(first).status(), 'watch') ?? 0
  const other = topology.nodes.find((id) => id !== first) ?? ''
  expect(epochOnWatch(cluster.node(other).status(), 'watch')).toBeUndefined()
  await cluster.wait(new KvClient(cluster.node(other).group('kv')).put('a', 'kept'))

  await cluster.stop(first)
  await cluster.until(() => onWatch().length === 1)
  const [second = ''] = onWatch()
  expect(second).not.toBe(first)
  expect(epochOnWatch(cluster.node(second).status(), 'watch')).toBeGreaterThan(epoch)
  expect(await cluster.wait(new KvClient(cluster.node(other).group('kv')).getText('a'))).toBe('kept')

  await cluster.start(first)
  cluster.cutOff(second)
  await cluster.until(() => onWatch().includes(first) || onWatch().includes(other))
  await cluster.until(() => !onWatch().includes(second))
  await cluster.stopAll()
})

test('who had the watch and does not know that it is over writes nothing over', async () => {
  const cluster = new TestNodes(topology)
  await cluster.startAll()
  const [one, two] = ['n1', 'n2'].map((id) => new KvClient(cluster.node(id).group('kv')))
  if (!one || !two) throw new RangeError('two clients were made')
  expect(await cluster.wait(putInEpoch(one, 'report', { epoch: 1, text: 'first' }))).toBe(true)
  expect(await cluster.wait(putInEpoch(two, 'report', { epoch: 2, text: 'second' }))).toBe(true)
  expect(await cluster.wait(putInEpoch(one, 'report', { epoch: 1, text: 'late' }))).toBe(false)
  const both = [putInEpoch(one, 'report', { epoch: 2, text: 'a' }), putInEpoch(two, 'report', { epoch: 3, text: 'b' })]
  const done = await cluster.wait(Promise.all(both))
  expect(done).toContain(true)
  // Where both wrote, the newer epoch did so last.
  const last = done[1] ? { epoch: 3, text: 'b' } : { epoch: 2, text: 'a' }
  expect(await cluster.wait(two.getText('report'))).toBe(JSON.stringify(last))
  await cluster.stopAll()
})
