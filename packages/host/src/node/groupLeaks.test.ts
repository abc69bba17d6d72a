import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Clock, Connection, Transport } from '@quorate/core'
import { afterEach, expect, it } from 'vitest'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

const rounds = process.env['QUORATE_LONG'] === undefined ? 100 : 1000
const ids = ['n1', 'n2'] as const
// Each opening is another client to the group.
const groupNow = () => sequenced({ members: ids, stateMachine: journal, limits: { sessionsMax: 2 * rounds } })
const cluster = new TestCluster(groupNow())

afterEach(() => cluster.stopAll())

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}

/** What a node has open. */
interface Open {
  subscriptions: number
  readonly timers: Set<unknown>
}

const countingTransport = (open: Open): Transport => ({
  async connect(as) {
    const connection = await cluster.bus.connect(as)
    const subscribe: Connection['subscribe'] = (to, deliver) => {
      const subscription = connection.subscribe(to, deliver)
      open.subscriptions++
      let isOpen = true
      const close = () => {
        if (isOpen) open.subscriptions--
        isOpen = false
        return subscription.close()
      }
      return { ready: subscription.ready, close }
    }
    return { ...connection, subscribe }
  },
})

const countingClock = ({ timers }: Open): Clock => ({
  nowMs: () => cluster.clock.nowMs(),
  wallMs: () => cluster.clock.wallMs(),
  soon: (run) => cluster.clock.soon(run),
  setTimeout(fire, delayMs) {
    const timer = cluster.clock.setTimeout(() => {
      timers.delete(timer)
      fire()
    }, delayMs)
    timers.add(timer)
    return timer
  },
  clearTimeout(timer) {
    timers.delete(timer)
    cluster.clock.clearTimeout(timer)
  },
})

async function start(id: string): Promise<{ node: JournalNode; open: Open }> {
  const open: Open = { subscriptions: 0, timers: new Set() }
  const node = await cluster.start(id, { transport: countingTransport(open), clock: countingClock(open) })
  return { node, open }
}

const keysOf = async (id: string): Promise<readonly string[]> => {
  const store = await cluster.storeOf(id).copy().open({ cluster: 'test', node: id })
  return [...store.keys()].sort()
}

it(`a group that is opened, used and closed ${rounds} times leaves nothing open on its nodes`, {
  timeout: 120_000,
}, async () => {
  const hosts = [await start('n1'), await start('n2')]
  await cluster.wait(Promise.all(hosts.map(({ node }) => node.ready)))
  const made: WeakRef<object>[] = []
  const round = async (at: number): Promise<void> => {
    const group = groupNow()
    const opened = await cluster.wait(Promise.all(hosts.map(({ node }) => node.open('later', group))))
    made.push(...[...opened, group].map((object) => new WeakRef(object)))
    const [, second] = opened
    expect((await cluster.wait(second!.propose({ text: 'a' }))).result).toBe(at)
    expect(await cluster.wait(second!.read((texts) => texts.length))).toBe(at)
    await cluster.wait(Promise.all(hosts.map(({ node }) => node.close('later'))))
  }
  // What is made once is there after a round.
  await round(1)
  await cluster.pass(60_000)
  const before = await measure()
  for (let at = 2; at <= rounds; at++) await round(at)
  await cluster.pass(60_000)
  expect(await measure()).toEqual(before)
  collectGarbage()
  const left = made.filter((object) => object.deref() !== undefined).length
  // The last ones may still be on a stack.
  expect(left).toBeLessThan(10)

  async function measure() {
    return {
      open: hosts.map(({ open }) => [open.subscriptions, open.timers.size]),
      keys: await Promise.all(ids.map(keysOf)),
    }
  }
})
