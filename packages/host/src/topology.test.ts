import { defineStateMachine } from '@quorate/core'
import { raft } from '@quorate/raft'
import { expect, test } from 'vitest'
import { defineTopology } from './topology.js'

const counter = defineStateMachine({
  initial: () => 0,
  apply: (count, by: number) => ({ state: count + by, result: count + by }),
  snapshot: (count) => Uint8Array.of(count),
  restore: ([count = 0]) => count,
})
const counting = (...members: string[]) => ({ counter: raft({ members, stateMachine: counter }) })
const nodes = ['n1', 'n2', 'n3']

test('a topology is what was given, with the types of its groups', () => {
  const topology = defineTopology({ cluster: 'demo', nodes, groups: counting('n1', 'n2', 'n3') })
  expect(topology.nodes).toEqual(nodes)
  expect(topology.groups.counter.protocol).toBe('raft')
})

test.each([
  [
    'an unknown member',
    nodes,
    counting('n1', 'n9'),
    'QUORATE_UNKNOWN_NODE',
    /role server of group counter.*"n9".*n1, n2, n3/,
  ],
  ['a node twice', ['n1', 'n2', 'n1'], counting('n1', 'n2'), 'QUORATE_DUPLICATE_NODE', /cluster demo.*"n1" twice/],
  ['a node name with a dot', ['n1', 'n.2'], counting('n1'), 'QUORATE_INVALID_NAME', /node name "n\.2"/],
  ['a node called all', ['n1', 'all'], counting('n1'), 'QUORATE_INVALID_NAME', /node name "all"/],
  [
    'a group name with a blank',
    nodes,
    { 'my counter': counting('n1').counter },
    'QUORATE_INVALID_NAME',
    /"my counter"/,
  ],
  ['no groups', nodes, {}, 'QUORATE_INVALID_CONFIGURATION', /no groups/],
  ['no nodes', [], counting('n1'), 'QUORATE_INVALID_CONFIGURATION', /no nodes/],
  ['a node without a role', nodes, counting('n1', 'n2'), 'QUORATE_INVALID_CONFIGURATION', /node n3/],
])('%s is refused, and named', (_title, nodes, groups, code, message) => {
  expect(() => defineTopology({ cluster: 'demo', nodes, groups })).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  )
})

test('a member twice is refused, and named: also when the protocol did not notice', () => {
  const { counter } = counting('n1', 'n2', 'n3')
  const [[role, definition] = []] = Object.entries(counter.roles)
  const twice = { ...counter, roles: { [`${role}`]: { ...definition!, nodes: ['n1', 'n2', 'n1'] } } }
  expect(() => defineTopology({ cluster: 'demo', nodes: ['n1', 'n2'], groups: { counter: twice } })).toThrow(
    expect.objectContaining({
      code: 'QUORATE_DUPLICATE_NODE',
      message: expect.stringMatching(/role server.*"n1" twice/),
    }),
  )
})

test('a cluster name that no subject can carry is refused', () => {
  expect(() => defineTopology({ cluster: 'a.b', nodes, groups: counting('n1', 'n2', 'n3') })).toThrow(
    expect.objectContaining({ code: 'QUORATE_INVALID_NAME', message: expect.stringContaining('"a.b"') }),
  )
})
