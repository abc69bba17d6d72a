import { atLeast, bothPhases, flexible, majority, type NodeId, type PhaseQuorums } from '@quorate/core'
import { type MemoryStore, memoryStore, memoryTransport, virtualClock } from '@quorate/core/testing'
import { connectAskClient, type QuorateNode, startNode } from '@quorate/host'
import { afterEach, describe, expect, test } from 'vitest'
import { randomOf } from '../multi/history.test.fixture.js'
import { oneDecision, paxos } from './paxos.js'
import * as given from './roles.test.fixture.js'

describe('paxos()', () => {
  const quorums = (system: PhaseQuorums['phase1']) => ({ quorums: bothPhases(system) })

  test.each<[string, Parameters<typeof given.groupOf>[0], string | RegExp]>([
    ['no proposers', { proposers: [] }, 'there are no proposers: list at least one node'],
    ['no acceptors', { acceptors: [] }, 'there are no acceptors: list at least one node'],
    ['no learners', { learners: [] }, 'there are no learners: list at least one node'],
    ['a proposer twice', { proposers: ['p1', 'p2', 'p1'] }, 'p1 is listed twice among the proposers'],
    ['an acceptor twice', { acceptors: ['a1', 'a1', 'a2'] }, 'a1 is listed twice among the acceptors'],
    ['a learner twice', { learners: ['l1', 'l1'] }, 'l1 is listed twice among the learners'],
    [
      'a quorum of others than acceptors',
      quorums(majority(['a1', 'a2', 'x3'])),
      /the quorum counts on x3, which is not among the acceptors \(a1, a2, a3\)/,
    ],
    [
      'a stranger in one of two phases',
      { quorums: flexible({ phase1: atLeast(3, given.three), phase2: atLeast(1, ['a1', 'x3']) }) },
      'the quorum counts on x3',
    ],
    [
      'a distinguished learner that is none',
      { distinguishedLearner: 'p1' },
      'the distinguished learner p1 is not among the learners (l1, l2)',
    ],
    ['two proposers whose ballots could be equal', { proposers: ['n49', 'p1', 'n418'] }, /n49 and n418 .*another name/],
    [
      'a phase without time',
      { phaseTimeoutMs: 0 },
      'phaseTimeoutMs must be above 0 and at most 1073741823 milliseconds',
    ],
    ['a phase of no time at all', { phaseTimeoutMs: Number.NaN }, 'phaseTimeoutMs must be above 0'],
    ['a back-off that is negative', { backOffMs: -1 }, 'backOffMs must be above 0'],
    ['a back-off that no timer holds', { backOffMs: 2 ** 26 }, 'backOffMs must be above 0 and at most 33554431'],
  ])('refuses %s', (_name, options, text) => {
    const code = 'QUORATE_INVALID_CONFIGURATION'
    const message = text instanceof RegExp ? expect.stringMatching(text) : expect.stringContaining(text)
    expect(() => given.groupOf(options)).toThrow(expect.objectContaining({ code, message }))
  })

  test.each(['a.b', '', 'all', 'x y'])('refuses a node named "%s", in any role', (node) => {
    for (const role of ['proposers', 'acceptors', 'learners']) {
      expect(() => given.groupOf({ [role]: [node] })).toThrow(expect.objectContaining({ code: 'QUORATE_INVALID_NAME' }))
    }
  })

  test('waits after a refusal at random, up to twice as long each time, sixty-four times at most', () => {
    const longest = { below: (limit: number) => limit - 1 }
    const shortest = { below: () => 0 }
    const waitsWith = (random: { below(limit: number): number }) => {
      const logic = given.groupOf({ backOffMs: 10, phaseTimeoutMs: 70 }).roles['proposer']?.logic(random, 'p1')
      const role = given.proposerWith(undefined, logic as Parameters<typeof given.proposerWith>[1])
      role.tell(given.asked('blue'))
      expect(role.timers).toEqual({ phaseTimeout: 70 })
      return Array.from({ length: 8 }, () => {
        role.receive(given.nack('a1', role.context.round, given.ballot(role.context.round + 5, 'p2')))
        const { backOff } = role.timers
        role.fire('backOff')
        return backOff
      })
    }
    expect(waitsWith(longest)).toEqual([20, 40, 80, 160, 320, 640, 640, 640])
    expect(waitsWith(shortest)).toEqual(Array(8).fill(1))
  })
})

type Group = ReturnType<typeof paxos>
type Node = QuorateNode<{ readonly decision: Group }>

/** Nodes of one group in one thread, on a virtual clock, with a bus and disks in memory. */
class TestNodes {
  readonly clock = virtualClock()
  readonly bus = memoryTransport({ clock: this.clock })
  readonly nodes = new Map<NodeId, Node>()
  readonly stores = new Map<NodeId, MemoryStore>()
  readonly group: Group
  #seed = 1

  constructor(group: Group) {
    this.group = group
  }

  wait<T>(promise: Promise<T>): Promise<T> {
    return this.clock.wait(promise, 120_000)
  }

  async start(...ids: readonly NodeId[]): Promise<void> {
    const nodes: Node[] = []
    for (const id of ids) nodes.push(await this.begin(id))
    await this.wait(Promise.all(nodes.map((node) => node.ready)))
  }

  async begin(id: NodeId): Promise<Node> {
    const { clock, bus, group, stores } = this
    const store = stores.get(id) ?? memoryStore({ clock, writeDelayMs: 1 })
    stores.set(id, store)
    const node = await this.wait(
      startNode({
        id,
        cluster: 'test',
        transport: bus,
        store,
        groups: { decision: group },
        clock,
        random: randomOf(this.#seed++),
      }),
    )
    this.nodes.set(id, node)
    return node
  }

  async stop(...ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) {
      const node = this.nodes.get(id)
      this.nodes.delete(id)
      if (node) await this.wait(node.stop())
    }
  }

  connect() {
    return this.wait(
      connectAskClient({
        transport: this.bus,
        cluster: 'test',
        group: 'decision',
        contract: oneDecision,
        clock: this.clock,
        random: randomOf(this.#seed++),
        deadlineMs: 60_000,
      }),
    )
  }

  /** What a client of its own is told. */
  async ask(text: string): Promise<string> {
    const client = await this.connect()
    const asked = client.ask(given.bytesOf(text)).finally(() => client.close())
    return given.textOf(await this.wait(asked))
  }

  statesOf(role: string) {
    const states = [...this.nodes.values()].map((node) => [
      node.id,
      node.status().groups.decision?.roles[role]?.state ?? '',
    ])
    return Object.fromEntries(states.filter(([, state]) => state !== ''))
  }
}

describe('a group on nodes', () => {
  let running: TestNodes
  afterEach(() => running.stop(...running.nodes.keys()))

  const all = ['n1', 'n2', 'n3']
  const together = () => new TestNodes(paxos({ proposers: all, acceptors: all, learners: all }))

  test('two clients that ask with different values get the same answer, and so does a third after all nodes restarted', async () => {
    running = together()
    await running.start(...all)
    const answers = await Promise.all([running.ask('blue'), running.ask('red')])
    expect(new Set(answers).size).toBe(1)
    expect(['blue', 'red']).toContain(answers[0])
    expect(running.statesOf('learner')).toEqual({ n1: 'learned', n2: 'learned', n3: 'learned' })
    await running.stop(...all)
    await running.start(...all)
    expect(await running.ask('green')).toBe(answers[0])
    expect(await running.wait(running.nodes.get('n2')!.group('decision').ask(given.bytesOf('white')))).toEqual(
      given.bytesOf(answers[0] ?? ''),
    )
  })

  test('roles on nodes of their own', async () => {
    const apart = paxos({
      proposers: ['p1', 'p2'],
      acceptors: given.three,
      learners: ['l1'],
      distinguishedLearner: 'l1',
    })
    running = new TestNodes(apart)
    await running.start('p1', 'p2', ...given.three, 'l1')
    expect(await running.ask('blue')).toBe('blue')
    await running.stop(...given.three)
    await running.start(...given.three)
    await running.stop('p1', 'p2')
    await running.start('p1', 'p2')
    expect(await running.ask('red')).toBe('blue')
    expect(running.statesOf('learner')).toEqual({ l1: 'learned' })
    await running.stop('l1')
    await running.start('l1')
    expect(running.statesOf('learner')).toEqual({ l1: 'learned' })
  })

  test('a proposer that is gone holds up no client, however far its ballots had come', async () => {
    running = together()
    await running.start(...all)
    expect(await running.ask('blue')).toBe('blue')
    // One of them has issued a ballot, and the others have not.
    const client = await running.connect()
    for (const gone of all) {
      await running.stop(gone)
      expect(given.textOf(await running.wait(client.ask(given.bytesOf('red'))))).toBe('blue')
      await running.start(gone)
    }
    await running.wait(client.close())
  })

  test('an acceptor whose disk was replaced is not admitted under its old id: it would have forgotten', async () => {
    running = together()
    await running.start(...all)
    await running.ask('blue')
    await running.stop('n2')
    running.stores.delete('n2')
    const node = await running.begin('n2')
    expect(await running.wait(node.stopped)).toMatchObject({ code: 'QUORATE_STORE_REPLACED' })
    running.nodes.delete('n2')
    expect(await running.ask('red')).toBe('blue')
  })

  test('a node whose disk lost its last write takes part again once it knows what that may have been', async () => {
    running = together()
    const { clock } = running
    running.stores.set('n3', memoryStore({ clock, doubtful: true }))
    await running.start(...all)
    expect(running.statesOf('proposer')).toEqual({ n1: 'idle', n2: 'idle', n3: 'idle' })
    for (let time = 0; time < 4; time++) expect(await running.ask(`blue ${time}`)).toBe('blue 0')
    clock.runUntil(() => running.statesOf('acceptor')['n3'] === 'serving', 60_000)
  })

  test('all nodes at once, where nothing is lost that was acknowledged: once all are there they decide', async () => {
    running = together()
    const { clock } = running
    for (const node of all) running.stores.set(node, memoryStore({ clock, doubtful: true }))
    await running.start(...all)
    expect(await running.ask('blue')).toBe('blue')
  })
})
