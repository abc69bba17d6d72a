import { KvClient } from '@quorate/kv'
import { expect, test } from 'vitest'
import { TestNodes } from './nodes.test.fixture.js'
import topology from './topology.js'
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
