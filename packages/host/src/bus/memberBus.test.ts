import {
  type Address,
  addressOf,
  type Connection,
  carriedIn,
  type Envelope,
  json,
  type Message,
  noBytes,
} from '@quorate/core'
import { virtualClock } from '@quorate/core/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { systemRandom } from '../system/random.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { Bus } from './bus.js'
import { DropLog } from './dropLog.js'
import { MemberBus } from './memberBus.js'

interface Said extends Message {
  readonly type: 'Said'
  readonly bytes: number
}

const codec = {
  types: ['Said'],
  encode: ({ bytes }: Said) => json().encode({ filling: '.'.repeat(bytes) }),
  decode: () => ({ type: 'Said', bytes: 0 }) as const,
}

const bytesMax = 4096
const three = { server: { nodes: ['n1', 'n2', 'n3'] } }

/** A bus of which all that is published can be looked at. */
let published: { readonly to: Address; readonly bytes: Uint8Array }[]
let listeners: Map<Address, ((bytes: Uint8Array) => void)[]>

const connect = (): Connection => ({
  bytesMax,
  label: 'a bus',
  publish(to, bytes) {
    expect(bytes.length).toBeLessThanOrEqual(bytesMax)
    published.push({ to, bytes })
  },
  subscribe(to, deliver) {
    listeners.set(to, [...(listeners.get(to) ?? []), deliver])
    const close = async () => {
      const others = (listeners.get(to) ?? []).filter((each) => each !== deliver)
      if (others.length > 0) listeners.set(to, others)
      else listeners.delete(to)
    }
    return { ready: Promise.resolve(), close }
  },
  onStatus: () => {},
  probe: () => {},
  counters: () => ({ published: 0, delivered: 0, dropped: 0, reconnects: 0 }),
  close: async () => {},
  abort: () => {},
})

function memberBus(node: string): { bus: Bus; members: MemberBus; drops: DropLog } {
  const clock = virtualClock()
  const drops = new DropLog(clock, silentLogger, new Telemetry())
  const fail = (error: unknown) => {
    throw error
  }
  const options = { connection: connect(), cluster: 'test', store: noBytes, drops, clock, random: systemRandom, fail }
  const bus = new Bus(options)
  return { bus, members: new MemberBus({ node, bus, drops }), drops }
}

/** Hands over what was published. */
function deliver(): void {
  for (const { to, bytes } of published.splice(0)) for (const hear of listeners.get(to) ?? []) hear(bytes)
}

beforeEach(() => {
  published = []
  listeners = new Map()
})

const typesOf = () => published.map(({ to, bytes }) => [to, ...carriedIn(to, bytes).map(({ to }) => to)])
const server = (group: string, node: string) => addressOf(group, 'server', node)
const say = ({ bus, members }: ReturnType<typeof memberBus>, from: Address, to: Address, bytes = 1) =>
  members.publish(bus, from, to, codec, { type: 'Said', bytes })

describe('members of many groups', () => {
  it('hear at two addresses, and at none when their groups are closed', async () => {
    const one = memberBus('n1')
    await one.members.listen()
    const own = [...listeners.keys()]
    expect(own).toEqual(['quorate/members/n1'])
    const groups = Array.from({ length: 100 }, (_, at) => one.members.join(`g${at}`, three, () => () => {}))
    await Promise.all(groups.map(({ ready }) => ready))
    expect(listeners.size).toBe(2)
    for (const heard of listeners.values()) expect(heard).toHaveLength(1)
    // Another set of nodes is heard at another one; a role that is not hosted here, and one that is hosted here alone, at none.
    const other = one.members.join(
      'x',
      { server: { nodes: ['n1', 'n4'] }, log: { nodes: ['n4'] }, one: { nodes: ['n1'] } },
      (role) => (role === 'log' ? undefined : () => {}),
    )
    expect(listeners.size).toBe(3)
    for (const group of [...groups, other]) await group.close()
    expect([...listeners.keys()]).toEqual(own)
  })

  it('that are other ones than at first are reached where they hear, whether they know of that or not', () => {
    const one = memberBus('n1')
    one.members.join('g', three, () => () => {})
    const reached = (...nodes: readonly string[]) => {
      one.members.place('g', 'server', three.server.nodes, nodes)
      say(one, server('g', 'n1'), server('g', 'all'))
      one.members.flush()
      const addresses = typesOf().map(([to]) => to?.replace(/-[0-9a-z]+/, ''))
      published = []
      return addresses
    }
    const shared = 'quorate/members/all'
    expect(reached('n1', 'n2', 'n3')).toEqual([shared])
    expect(reached('n3', 'n2', 'n1', 'n4')).toEqual([shared, 'quorate/members/n4'])
    expect(reached('n1', 'n2')).toEqual(['quorate/members/n1', 'quorate/members/n2'])
    expect(reached('n1', 'n4')).toEqual(['quorate/members/n1', 'quorate/members/n4'])
    expect(reached('n1', 'n2', 'n3')).toEqual([shared])
  })

  it('that join hear at their own address alone', () => {
    const four = memberBus('n4')
    four.members.join('g', three, () => () => {})
    expect([...listeners.keys()]).toEqual([])
  })

  it('share a message of the bus with what the others say in the same turn', () => {
    const one = memberBus('n1')
    for (const group of ['a', 'b', 'c']) one.members.join(group, three, () => () => {})
    for (const group of ['a', 'b', 'c']) say(one, server(group, 'n1'), server(group, 'all'))
    for (const group of ['a', 'b', 'c']) say(one, server(group, 'n1'), server(group, 'n2'))
    expect(published).toEqual([])
    one.members.flush()
    const [[everyone] = []] = typesOf()
    expect(typesOf()).toEqual([
      [everyone, 'a/server/all', 'b/server/all', 'c/server/all'],
      ['quorate/members/n2', 'a/server/n2', 'b/server/n2', 'c/server/n2'],
    ])
    expect(everyone).toMatch(/^quorate\/members-[0-9a-z]+\/all$/)
  })

  it('are heard by those whom it is for, in order, also what is larger than the bus takes', async () => {
    const one = memberBus('n1')
    const two = memberBus('n2')
    await two.members.listen()
    const heard: Envelope[] = []
    for (const each of [one, two]) {
      for (const group of ['a', 'b'])
        each.members.join(group, three, () => (envelope) => each === two && heard.push(envelope))
    }
    const sizes = [10, 3000, 10, 2000, 9000, 10, 1500, 1500, 1500]
    for (const size of sizes) {
      say(one, server('a', 'n1'), server('a', 'n2'), size)
      say(one, server('b', 'n1'), server('b', 'all'), size)
    }
    one.members.flush()
    expect(published.length).toBeLessThan(2 * sizes.length + 4)
    deliver()
    for (const group of ['a', 'b']) {
      const payloads = heard.filter(({ from }) => from === server(group, 'n1')).map(({ payload }) => payload.length)
      expect(payloads).toEqual(sizes.map((size) => size + 14))
    }
    expect(two.drops.totals).toEqual({})
  })

  it('keep nothing of the others that shared a message with them', async () => {
    const one = memberBus('n1')
    await one.members.listen()
    const heard: Envelope[] = []
    for (const group of ['a', 'b']) one.members.join(group, three, () => (envelope) => heard.push(envelope))
    for (const group of ['a', 'b']) say(one, server(group, 'n1'), server(group, 'n1'), 1000)
    one.members.flush()
    expect(published).toHaveLength(1)
    deliver()
    expect(heard).toHaveLength(2)
    for (const { payload } of heard) expect(payload.buffer.byteLength).toBeLessThan(1500)
  })

  it('hear nothing that comes after their group was closed', async () => {
    const one = memberBus('n1')
    await one.members.listen()
    const heard: string[] = []
    const [first] = ['a', 'b'].map((group) =>
      one.members.join(
        group,
        three,
        () =>
          ({ to }) =>
            heard.push(to),
      ),
    )
    for (const group of ['a', 'b']) say(one, server(group, 'n1'), server(group, 'n1'))
    one.members.flush()
    await first?.close()
    deliver()
    expect(heard).toEqual(['b/server/n1'])
    expect(one.drops.totals).toEqual({ notHosted: 1 })
  })

  it('say nothing to a role that no node hosts', () => {
    const one = memberBus('n1')
    one.members.join('a', three, () => () => {})
    say(one, server('a', 'n1'), addressOf('a', 'other', 'all'))
    one.members.flush()
    expect(published).toEqual([])
  })
})
