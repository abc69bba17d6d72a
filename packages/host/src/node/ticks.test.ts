import { defineStateMachine, json, type LogService, type Placed, type TypedStateMachine } from '@quorate/core'
import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import { TestCluster } from './cluster.test.fixture.js'

/** A lease, which lasts so long in the time of the log, and an alarm, which rings at a time of day. */
interface State {
  readonly until: number | undefined
  readonly alarm: number | undefined
  readonly ended: readonly (Placed & { readonly what: 'lease' | 'alarm' })[]
  readonly ticks: number
}
type Command = { readonly holdMs: number } | { readonly ringAtMs: number } | { readonly stubborn: true }

const leases = defineStateMachine<State, Command, Placed>({
  initial: () => ({ until: undefined, alarm: undefined, ended: [], ticks: 0 }),
  apply: (state, command, at) => {
    if ('holdMs' in command) return { state: { ...state, until: at.logMs + command.holdMs }, result: at }
    if ('ringAtMs' in command) return { state: { ...state, alarm: command.ringAtMs }, result: at }
    return { state: { ...state, until: -1 }, result: at }
  },
  deadline: ({ until, alarm }) => ({
    ...(until !== undefined && { logMs: until }),
    ...(alarm !== undefined && { wallMs: alarm }),
  }),
  tick: (state, at) => {
    const ticked = { ...state, ticks: state.ticks + 1 }
    const { until, alarm, ended } = state
    if (until !== undefined && until >= 0 && at.logMs >= until)
      return { ...ticked, until: undefined, ended: [...ended, { ...at, what: 'lease' }] }
    if (alarm !== undefined && at.wallMs >= alarm)
      return { ...ticked, alarm: undefined, ended: [...ended, { ...at, what: 'alarm' }] }
    return ticked
  },
  snapshot: json<State>().encode,
  restore: json<State>().decode,
})

type Leases = LogService<TypedStateMachine<State, Command, Placed>>
let cluster: TestCluster<Leases>
afterEach(() => cluster.stopAll())

const begin = async (ids: readonly string[]) => {
  cluster = new TestCluster<Leases>(raft({ members: ids, stateMachine: leases }))
  await cluster.startAll(ids)
}
const anyOf = () => [...cluster.nodes.values()][0]!
const propose = async (command: Command) => (await cluster.wait(anyOf().group('journal').propose(command))).result
const look = () =>
  cluster.wait(
    anyOf()
      .group('journal')
      .read((state) => state),
  )
const leader = () =>
  [...cluster.nodes.values()].find((node) => Object.values(node.status().groups.journal!.roles).some((r) => r.serves))
const passed = async (ms: number) => {
  await cluster.pass(ms)
  return look()
}

describe('a deadline in the time of the log', () => {
  it('brings a tick when it has passed, and not before', async () => {
    await begin(['n1', 'n2', 'n3'])
    const { logMs } = await propose({ holdMs: 500 })
    expect((await passed(490)).ended).toEqual([])
    const { ended } = await passed(100)
    expect(ended).toMatchObject([{ what: 'lease' }])
    expect(ended[0]?.logMs).toBeGreaterThanOrEqual(logMs + 500)
    expect(ended[0]?.logMs).toBeLessThan(logMs + 600)
  })

  it('waits for those who order: without a leader it does not pass, and never ends early over a change of leaders', async () => {
    await begin(['n1', 'n2', 'n3'])
    await propose({ holdMs: 2000 })
    const heldAtMs = cluster.clock.nowMs()
    await cluster.pass(300)
    await cluster.kill(leader()!.id)
    const killedAtMs = cluster.clock.nowMs()
    while (!leader()) await cluster.pass(10)
    const ledAfterMs = cluster.clock.nowMs() - killedAtMs
    let ended: State['ended'] = []
    while (ended.length === 0) ended = (await passed(20)).ended
    const lastedMs = cluster.clock.nowMs() - heldAtMs
    expect(lastedMs).toBeGreaterThanOrEqual(2000)
    // What passed until there was another leader is added.
    expect(lastedMs).toBeLessThan(2000 + 300 + ledAfterMs + 500)
  })

  it('is not hurried by a wall clock', async () => {
    await begin(['n1'])
    await propose({ holdMs: 5000 })
    cluster.clock.setWall(24 * 3_600_000)
    expect((await passed(4000)).ended).toEqual([])
    expect((await passed(1100)).ended).toMatchObject([{ what: 'lease' }])
  })
})

describe('a deadline on the wall clock', () => {
  it('brings a tick when the clock of who orders shows it, be it set or not', async () => {
    await begin(['n1', 'n2', 'n3'])
    await propose({ ringAtMs: cluster.clock.wallMs() + 3_600_000 })
    expect((await passed(10_000)).ended).toEqual([])
    cluster.clock.setWall(3_600_000)
    const { ended } = await passed(1500)
    expect(ended).toMatchObject([{ what: 'alarm' }])
  })

  it('waits longer where the clock is set back', async () => {
    await begin(['n1'])
    await propose({ ringAtMs: cluster.clock.wallMs() + 2000 })
    cluster.clock.setWall(-60_000)
    expect((await passed(10_000)).ended).toEqual([])
    expect((await passed(52_500)).ended).toMatchObject([{ what: 'alarm' }])
  })
})

describe('ticks', () => {
  it('are none where there is no deadline, and one a second where it is not moved', async () => {
    await begin(['n1'])
    expect((await passed(10_000)).ticks).toBe(0)
    await propose({ stubborn: true })
    const { ticks } = await passed(10_000)
    expect(ticks).toBeGreaterThanOrEqual(9)
    expect(ticks).toBeLessThanOrEqual(11)
  })

  it('come to every node, and are known again after a restart', async () => {
    await begin(['n1', 'n2', 'n3'])
    await propose({ holdMs: 100 })
    await passed(500)
    const states = []
    for (const node of cluster.nodes.values())
      states.push(await cluster.wait(node.group('journal').read((state) => state)))
    expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(1)
    await cluster.kill('n1')
    await cluster.start('n1')
    const again = await cluster.wait(
      cluster.nodes
        .get('n1')!
        .group('journal')
        .read((state) => state),
    )
    expect(again).toEqual(states[0])
  })
})

it('a deadline that throws is said once, and brings no tick', async () => {
  const broken = defineStateMachine<number, number, number>({
    initial: () => 0,
    apply: (state, by) => ({ state: state + by, result: state + by }),
    deadline: () => {
      throw new RangeError('no such time')
    },
    tick: (state) => state,
    snapshot: json<number>().encode,
    restore: json<number>().decode,
  })
  const failing = new TestCluster(raft({ members: ['n1'], stateMachine: broken }))
  await failing.startAll(['n1'])
  const group = failing.nodes.get('n1')!.group('journal')
  for (let sum = 1; sum <= 3; sum++) expect((await failing.wait(group.propose(1))).result).toBe(sum)
  await failing.pass(5000)
  const said = failing.loggers.get('n1')!.logged.filter(({ text }) => text.includes('deadline'))
  expect(said).toMatchObject([{ level: 'error', text: expect.stringMatching(/threw.*no such time/) }])
  expect(await failing.wait(group.read((state) => state))).toBe(3)
  await failing.stopAll()
})
