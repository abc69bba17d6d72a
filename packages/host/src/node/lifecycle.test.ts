import { type Connection, decodeEnvelope, type Transport } from '@quorate/core'
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { clusterStatus } from '../status/clusterStatus.js'
import type { StatusPage } from '../status/nodeStatus.js'
import type { NodeOptions } from '../topology/configuration.js'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

let cluster: TestCluster

afterEach(() => cluster.stopAll())

async function begin(members: readonly [string, ...string[]] = ['n1', 'n2'], writeDelayMs = 1): Promise<JournalNode[]> {
  cluster = new TestCluster(sequenced({ members, stateMachine: journal }), { writeDelayMs })
  return cluster.startAll(members)
}

describe('stopping', () => {
  it('refers clients to others, finishes the write under way, and leaves nothing open', async () => {
    const [node] = await begin(['n1', 'n2'], 100)
    const other = cluster.nodes.get('n2')!.group('journal')
    await cluster.wait(other.propose({ text: 'first' }))
    const refused: string[] = []
    cluster.bus.setFilter(({ bytes }) => {
      const { type } = decodeEnvelope(bytes)
      if (type === 'Refused') refused.push(type)
      return true
    })
    const second = other.propose({ text: 'second' })
    cluster.clock.advance(10)
    const { writes } = cluster.storeOf('n1')
    const stopping = node!.stop()
    expect(node!.stop()).toBe(stopping)
    expect(node!.status().state).toBe('stopping')
    await cluster.wait(stopping)
    expect(await node!.stopped).toBeUndefined()
    expect(cluster.storeOf('n1').writes).toBe(writes + 1)
    expect(refused.length).toBe(1)
    const again = await cluster.start('n1')
    await cluster.wait(again.ready)
    // It was on the disk, so it is executed; and not again for having been sent again.
    expect((await cluster.wait(second)).result).toBe(2)
    expect(await cluster.wait(again.group('journal').read((texts) => texts.join()))).toBe('first,second')
  })

  it('is done at the end of a block', async () => {
    await begin(['n1'])
    const [node] = cluster.nodes.values()
    await cluster.wait(Promise.resolve(node![Symbol.asyncDispose]()))
    expect(node!.status().state).toBe('stopped')
  })

  it('follows the signals that it was told to, and forgets them afterwards', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }))
    const before = process.listenerCount('SIGUSR2')
    const node = await cluster.start('n1', { stopOn: ['SIGUSR2'] })
    expect(process.listenerCount('SIGUSR2')).toBe(before + 1)
    process.emit('SIGUSR2')
    expect(await cluster.wait(node.stopped)).toBeUndefined()
    expect(process.listenerCount('SIGUSR2')).toBe(before)
  })
})

/** A bus that takes messages, and never answers a node that wants to leave. */
const hanging = (aborts: { count: number }): Transport => ({
  connect: async (as) => {
    const connection = await cluster.bus.connect(as)
    const never = () => new Promise<void>(() => {})
    const subscribe: Connection['subscribe'] = (to, deliver) => ({
      ...connection.subscribe(to, deliver),
      close: never,
    })
    const abort = (): void => {
      aborts.count++
      connection.abort()
    }
    return { ...connection, subscribe, close: never, abort }
  },
})

describe('stopping while the bus hangs', () => {
  const begun = async (options: Partial<NodeOptions<never>> = {}) => {
    cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: journal }))
    const aborts = { count: 0 }
    const node = await cluster.start('n1', { ...options, transport: hanging(aborts), stopOn: ['SIGUSR2'] })
    return { node, aborts }
  }

  it.each([undefined, 700])('has one bound over all of it: %s ms', async (stopWithinMs) => {
    const { node, aborts } = await begun(stopWithinMs === undefined ? {} : { stopWithinMs })
    node.group('journal')
    const beganAtMs = cluster.clock.nowMs()
    await cluster.wait(node.stop())
    expect(cluster.clock.nowMs() - beganAtMs).toBeGreaterThanOrEqual(stopWithinMs ?? 5000)
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan((stopWithinMs ?? 5000) + 100)
    expect(await node.stopped).toBeUndefined()
    expect(aborts.count).toBe(1)
    expect(node.status().state).toBe('stopped')
    // The disk was closed meanwhile.
    expect((await cluster.start('n1')).status().state).toBe('running')
  })

  it('ends at once at a second signal, and hears it until then', async () => {
    const before = process.listenerCount('SIGUSR2')
    const { node, aborts } = await begun()
    process.emit('SIGUSR2')
    await cluster.pass(1000)
    expect([node.status().state, process.listenerCount('SIGUSR2')]).toEqual(['stopping', before + 1])
    const beganAtMs = cluster.clock.nowMs()
    process.emit('SIGUSR2')
    await cluster.wait(node.stopped)
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(100)
    expect([aborts.count, process.listenerCount('SIGUSR2')]).toEqual([1, before])
  })

  it('has a bound for clients, too', async () => {
    await begin(['n1'])
    const aborts = { count: 0 }
    const client = await cluster.wait(
      connectClient({
        transport: hanging(aborts),
        cluster: 'test',
        group: 'journal',
        stateMachine: journal,
        clock: cluster.clock,
        closeWithinMs: 300,
      }),
    )
    await cluster.wait(client.propose({ text: 'a' }))
    const beganAtMs = cluster.clock.nowMs()
    await cluster.wait(client.close())
    expect(cluster.clock.nowMs() - beganAtMs).toBeLessThan(400)
    expect(aborts.count).toBe(1)
  })
})

describe('starting', () => {
  it('fails with the cause when the bus refuses what the node must hear, and leaves nothing open', async () => {
    await begin(['n1'])
    await cluster.kill('n1')
    const transport: Transport = {
      connect: async (as) => {
        const connection = await cluster.bus.connect(as)
        const subscribe: Connection['subscribe'] = (to, deliver) => {
          const subscription = connection.subscribe(to, deliver)
          const refusal = to === 'quorate/members/n1' ? Promise.reject(new Error('not permitted')) : subscription.ready
          return { ready: refusal, close: () => subscription.close() }
        }
        return { ...connection, subscribe }
      },
    }
    const before = process.listenerCount('SIGUSR2')
    const starting = cluster.start('n1', { transport, stopOn: ['SIGUSR2'] })
    await expect(starting).rejects.toMatchObject({ cause: { message: 'not permitted' } })
    expect(process.listenerCount('SIGUSR2')).toBe(before)
    const again = await cluster.start('n1')
    expect(again.status().state).toBe('running')
  })
})

describe('a node that has stopped', () => {
  const errorOf = (call: () => Promise<unknown>) =>
    cluster.wait(
      (async () => call())().then(
        () => undefined,
        (error: unknown) => error,
      ),
    )
  const calls = (node: JournalNode) => [
    () => node.group('journal').propose({ text: 'a' }),
    () => node.group('journal').query(0),
    () => node.group('journal').read((texts) => texts),
    () => node.group('journal').read((texts) => texts, { consistency: 'stale' }),
  ]

  it.each([['whose group was used before'], ['whose group was never used']])(
    'by itself gives every caller the first cause: one %s',
    async (which) => {
      const [node] = await begin(['n1'])
      if (which.includes('before')) await cluster.wait(node!.group('journal').propose({ text: 'a' }))
      const broken = new Error('the disk broke')
      cluster.storeOf('n1').failNextWrite(broken)
      const other = await cluster.wait(
        connectClient({
          transport: cluster.bus,
          cluster: 'test',
          group: 'journal',
          stateMachine: journal,
          clock: cluster.clock,
        }),
      )
      other.propose({ text: 'b' }).catch(() => {})
      expect(await cluster.wait(node!.stopped)).toBe(broken)
      await cluster.wait(other.close())
      for (const call of calls(node!)) {
        expect(await errorOf(call)).toMatchObject({ code: 'QUORATE_NODE_STOPPED', cause: broken })
      }
    },
  )

  it('because it was asked to says so, and gives no cause', async () => {
    const [node] = await begin(['n1'])
    await cluster.wait(node!.stop())
    for (const call of calls(node!)) {
      expect(await errorOf(call)).toMatchObject({ code: 'QUORATE_NODE_STOPPED', cause: undefined })
    }
  })

  it('gives what was under way the cause', async () => {
    const [node] = await begin(['n1'])
    await cluster.wait(node!.group('journal').propose({ text: 'a' }))
    const broken = new Error('the disk broke')
    cluster.storeOf('n1').failNextWrite(broken)
    const cause = { code: 'QUORATE_NODE_STOPPED', cause: broken }
    expect(await errorOf(() => node!.group('journal').propose({ text: 'b' }))).toMatchObject({
      code: 'QUORATE_UNKNOWN_OUTCOME',
      cause,
    })
  })

  it('by itself, and has no logger, warns the process once; one that was asked to does not', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error) => void warnings.push(warning)
    process.on('warning', listen)
    await begin(['n1'])
    await cluster.wait(cluster.nodes.get('n1')!.stop())
    const quiet = await cluster.start('n1', { logger: undefined as never })
    await cluster.wait(quiet.stop())
    const node = await cluster.start('n1', { logger: undefined as never })
    cluster.storeOf('n1').failNextWrite(new Error('the disk broke'))
    node
      .group('journal')
      .propose({ text: 'b' })
      .catch(() => {})
    await cluster.wait(node.stopped)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    expect(warnings.map(({ message }) => message)).toEqual(['node n1 stops: the disk broke'])
  })
})

describe('a read on this very node', () => {
  it('waits until the node has caught up, or its deadline passes', async () => {
    const [, follower] = await begin()
    const writer = cluster.nodes.get('n1')!.group('journal')
    await cluster.wait(writer.propose({ text: 'first' }))
    await cluster.pass(200)
    cluster.bus.setFilter(({ bytes }) => decodeEnvelope(bytes).type !== 'Entries')
    await cluster.wait(writer.propose({ text: 'second' }))
    const group = follower!.group('journal')
    expect(await cluster.wait(group.read((texts) => texts.length, { consistency: 'stale' }))).toBe(1)
    const read = group.read((texts) => texts.length)
    const late = group.read((texts) => texts.length, { signal: AbortSignal.any([]) })
    await cluster.pass(1000)
    const aborting = new AbortController()
    const aborted = group.read((texts) => texts.length, { signal: aborting.signal })
    await cluster.pass(100)
    aborting.abort()
    await expect(cluster.wait(aborted)).rejects.toMatchObject({ code: 'QUORATE_NOT_EXECUTED' })
    cluster.bus.setFilter(() => true)
    expect(await cluster.wait(read)).toBe(2)
    expect(await cluster.wait(late)).toBe(2)
  })

  it('is given up when the node stops', async () => {
    const [, follower] = await begin()
    await cluster.wait(cluster.nodes.get('n1')!.group('journal').propose({ text: 'first' }))
    await cluster.pass(200)
    cluster.bus.setFilter(({ bytes }) => decodeEnvelope(bytes).type !== 'Entries')
    await cluster.wait(cluster.nodes.get('n1')!.group('journal').propose({ text: 'second' }))
    const read = follower!.group('journal').read((texts) => texts.length)
    const end = read.then(
      () => 'ok',
      (error) => error.code,
    )
    await cluster.wait(
      cluster.nodes
        .get('n1')!
        .group('journal')
        .read((texts) => texts.length),
    )
    await cluster.pass(1000)
    await cluster.wait(follower!.stop())
    expect(await cluster.wait(end)).toBe('QUORATE_NODE_STOPPED')
  })
})

describe('what people see', () => {
  it('is a report in plain data, over the bus too', async () => {
    const nodes = await begin()
    await cluster.wait(nodes[0]!.group('journal').propose({ text: 'a' }))
    cluster.clock.advance(500)
    const reports = await cluster.wait(
      clusterStatus({ transport: cluster.bus, cluster: 'test', clock: cluster.clock, nodes: 2 }),
    )
    expect(reports.map(({ node }) => node)).toEqual(['n1', 'n2'])
    expect(reports[0]).toMatchObject({
      cluster: 'test',
      state: 'running',
      waitingFor: [],
      bus: { label: 'memory', status: 'connected' },
      dropped: {},
      groups: {
        journal: {
          protocol: 'sequencer',
          applied: 2,
          toApply: 0,
          sessions: 1,
          snapshot: 0,
          roles: { log: { state: 'ordering', serves: true, leader: 'n1', committed: 2, waitingEffects: 0 } },
          inFlight: { commands: 0, bytes: 0, reads: 0, asks: 0 },
        },
      },
    })
    expect(reports[0]).toEqual(JSON.parse(JSON.stringify({ ...nodes[0]!.status(), bus: reports[0]!.bus })))
    expect(reports[0]?.storeId).toMatch(/^[0-9a-f]{32}$/)
  })

  it('tells of some groups at a time, in the order of their names, and over the bus of all that were asked for', async () => {
    const nodes = await begin()
    const names = Array.from({ length: 250 }, (_, at) => `g${`${at}`.padStart(3, '0')}`)
    for (const node of nodes) {
      await cluster.wait(Promise.all(names.map((name) => node.open(name, cluster.group))))
    }
    const [node] = nodes
    const shown = (page?: StatusPage) => {
      const { groups, groupCount, next } = node!.status(page)
      return [groupCount, next, ...Object.keys(groups)]
    }
    expect(shown()).toEqual([251, undefined, ...names, 'journal'])
    expect(shown({ limit: 2 })).toEqual([251, 'g001', 'g000', 'g001'])
    expect(shown({ after: 'g248', limit: 2 })).toEqual([251, undefined, 'g249', 'journal'])
    expect(shown({ groups: ['g007', 'unknown', 'g003'] })).toEqual([251, undefined, 'g003', 'g007'])
    const ask = (groups: readonly string[] = []) =>
      cluster.wait(clusterStatus({ transport: cluster.bus, cluster: 'test', clock: cluster.clock, nodes: 2, groups }))
    for (const report of await ask()) {
      expect(Object.keys(report.groups)).toEqual([...names, 'journal'])
      expect(report.next).toBeUndefined()
    }
    for (const report of await ask(['g100', 'g200'])) expect(Object.keys(report.groups)).toEqual(['g100', 'g200'])
  })

  it('is typed by the state machine', async () => {
    const [node] = await begin(['n1'])
    const group = node!.group('journal')
    expectTypeOf(group.propose).parameter(0).toEqualTypeOf<{ readonly text: string; readonly fails?: boolean }>()
    expectTypeOf(group.query).returns.resolves.toEqualTypeOf<string>()
    // @ts-expect-error no such group
    expect(() => node!.group('nothing')).toThrow('has no group nothing; it has journal')
    // @ts-expect-error no such command
    await cluster.wait(group.propose({ word: 'a' }))
  })
})
