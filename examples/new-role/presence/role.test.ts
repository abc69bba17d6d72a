import { addressOf, majority, type NodeId } from '@quorate/core'
import { checkMachine, drive, memoryStore, memoryTransport, virtualClock } from '@quorate/core/testing'
import { type QuorateNode, startNode } from '@quorate/host'
import { describe, expect, test } from 'vitest'
import { type Member, machine, role } from './role.js'
import topology from './topology.js'

const at = (node: NodeId) => addressOf('g', role, node)
const member: Member = {
  group: 'g',
  id: 'n1',
  quorum: majority(['n1', 'n2', 'n3']),
  starts: 2,
  known: {},
  answers: {},
}

test('every message is decided in every state', () => {
  checkMachine(machine, { Hello: 'message', Welcome: 'message' })
})

describe('the role', () => {
  test('writes down that it was started before it says so', () => {
    expect(drive(machine, member).effects).toEqual([
      { type: 'persist', record: { starts: 2, known: {} } },
      { type: 'send', to: at('all'), message: { type: 'Hello', starts: 2 } },
    ])
  })

  test('writes down a start before it answers, and not again when it hears of it again', () => {
    const actor = drive(machine, member)
    const reply = { type: 'send', to: at('n2'), message: { type: 'Welcome', starts: 5 } }
    expect(actor.receive({ type: 'Hello', from: at('n2'), starts: 5 })).toEqual([
      { type: 'persist', record: { starts: 2, known: { n2: 5 } } },
      reply,
    ])
    expect(actor.receive({ type: 'Hello', from: at('n2'), starts: 5 })).toEqual([reply])
    expect(actor.receive({ type: 'Hello', from: at('n2'), starts: 4 })).toEqual([])
  })

  test.each([
    ['is together with a majority', [{ node: 'n2', starts: 2 }], 'together'],
    ['is alone without one', [], 'alone'],
    ['does not count answers to an earlier start', [{ node: 'n2', starts: 1 }], 'alone'],
  ] as const)('%s', (_title, answers, state) => {
    const actor = drive(machine, member)
    for (const { node, starts } of answers) actor.receive({ type: 'Welcome', from: at(node), starts })
    actor.fire('round')
    expect(actor.state).toBe(state)
  })
})

/** The nodes of the topology in this process, on a bus, disks and a clock in memory. */
test('three nodes find one another, and see when two are gone', async () => {
  const { cluster, nodes: ids, groups } = topology
  const clock = virtualClock()
  const transport = memoryTransport({ clock })
  const start = (id: NodeId) => startNode({ id, cluster, transport, store: memoryStore({ clock }), groups, clock })
  const nodes = await clock.wait(Promise.all(ids.map(start)), 10_000)
  await clock.wait(Promise.all(nodes.map(({ ready }) => ready)), 10_000)
  const stateOf = (node: QuorateNode) => node.status().groups[role]?.roles[role]?.state
  clock.runUntil(() => nodes.every((node) => stateOf(node) === 'together'), 10_000)

  const [first, ...others] = nodes
  for (const node of others) await clock.wait(node.stop(), 10_000)
  clock.runUntil(() => first !== undefined && stateOf(first) === 'alone', 10_000)
  await clock.wait(Promise.resolve(first?.stop()), 10_000)
})
