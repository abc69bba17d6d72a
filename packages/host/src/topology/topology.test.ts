import {
  atLeast,
  bothPhases,
  defineStateMachine,
  flexible,
  grid,
  majority,
  type PhaseQuorums,
  type QuorumSystem,
  quorums,
} from '@quorate/core'
import { raft } from '@quorate/raft'
import { expect, test } from 'vitest'
import { QuorumsDoNotMeetError } from './quorumCheck.js'
import { defineTopology, UnplacedRoleError } from './topology.js'

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
  [
    'a group without roles',
    nodes,
    { counter: { ...counting('n1', 'n2', 'n3').counter, roles: {} } },
    'QUORATE_INVALID_CONFIGURATION',
    /group counter has no roles/,
  ],
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

/** The one thing that is thrown. */
const refused = (groups: Parameters<typeof defineTopology>[0]['groups'], all = nodes): unknown => {
  try {
    defineTopology({ cluster: 'demo', nodes: all, groups })
  } catch (error) {
    return error
  }
  return 'nothing'
}

test('a role that is placed on no node is refused, and named', () => {
  const { counter } = counting('n1', 'n2', 'n3')
  const [definition] = Object.values(counter.roles)
  const error = refused({
    counter: { ...counter, roles: { ...counter.roles, witness: { ...definition!, nodes: [] } } },
  })
  expect(error).toBeInstanceOf(UnplacedRoleError)
  expect(error).toMatchObject({ code: 'QUORATE_UNPLACED_ROLE', group: 'counter', role: 'witness' })
  expect(String(error)).toMatch(/role witness of group counter is placed on no node/)
})

const six = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']
const deciding = (by: PhaseQuorums) => ({ counter: { ...counting(...six).counter, quorums: by } })

test.each([
  ['a grid', grid(2, 3, six)],
  ['5 and 2 of 6', flexible({ phase1: atLeast(5, six), phase2: atLeast(2, six) })],
  ['some of the nodes', bothPhases(majority(six.slice(1)))],
])('quorums that meet are proved: %s', (_title, by) => {
  expect(refused(deciding(by), six)).toBe('nothing')
})

test('a protocol without quorums has none to prove', () => {
  const { quorums: _none, ...counter } = counting(...six).counter
  expect(refused({ counter }, six)).toBe('nothing')
})

test('quorums that do not meet are refused with the two', () => {
  const rows = grid(2, 3, six).phase1
  const error = refused(deciding(flexible({ phase1: rows, phase2: rows })), six)
  expect(error).toBeInstanceOf(QuorumsDoNotMeetError)
  expect(error).toMatchObject({
    code: 'QUORATE_QUORUMS_DO_NOT_MEET',
    group: 'counter',
    phase1: ['a1', 'a2', 'a3'],
    phase2: ['a4', 'a5', 'a6'],
  })
  expect(String(error)).toMatch(/group counter .*\{a1, a2, a3\}.* phase 1, \{a4, a5, a6\} for phase 2/)
})

test('so are those of Raft, whose votes and entries need the same servers', () => {
  const halves = raft({ members: six, stateMachine: counter, quorum: atLeast(3, six) })
  expect(refused({ ledger: halves }, six)).toMatchObject({ code: 'QUORATE_QUORUMS_DO_NOT_MEET', group: 'ledger' })
})

test.each(['phase1', 'phase2'] as const)(
  'a quorum with a node that hosts no role is refused, and named: %s',
  (phase) => {
    const all = majority(six)
    const by = { phase1: all, phase2: all, [phase]: majority([...six, 'b1']) }
    expect(refused(deciding(by), [...six, 'b1'])).toMatchObject({
      code: 'QUORATE_UNKNOWN_NODE',
      message: expect.stringMatching(/quorums of group counter name.*"b1".*a1, a2, a3, a4, a5, a6/),
    })
  },
)

test('what cannot be proved is refused, and the group named', () => {
  const odd: QuorumSystem = {
    ...quorums(six, ({ size }) => size > 3),
    tally: (votes) => (votes['a1'] ? 'pending' : 'won'),
  }
  expect(refused(deciding(bothPhases(odd)), six)).toMatchObject({
    code: 'QUORATE_UNPROVEN_QUORUMS',
    message: expect.stringMatching(/group counter: .*\{\} decide, and \{a1\} do not/),
  })
})
