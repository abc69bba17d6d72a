import {
  type AskService,
  atLeast,
  bothPhases,
  flexible,
  type GroupDefinition,
  grid,
  type LogService,
  majority,
  type PhaseQuorums,
  quorums,
  type RoleDefinition,
  type Service,
  weighted,
} from '@quorate/core'
import { Window } from 'happy-dom'
import { describe, expect, test } from 'vitest'
import { type Placement, planOf } from './plan.js'
import { topologyMermaid } from './planMermaid.js'
import { topologySvg } from './planSvg.js'

const role = (nodes: readonly string[]) => ({ nodes }) as RoleDefinition
const log = (orders: string, applies: string) => ({ type: 'log', orders, applies }) as LogService
const group = (
  roles: GroupDefinition['roles'],
  service: Service = { type: 'none' },
  phases?: PhaseQuorums,
): Placement['groups'][string] => ({
  protocol: 'paxos',
  roles,
  service,
  ...(phases && { quorums: phases }),
})

const acceptors = ['a1', 'a2', 'a3', 'a4']
const apart: Placement = {
  cluster: 'demo',
  nodes: ['b1', 'p1', 'x1', ...acceptors, 'l1'],
  groups: {
    kv: group(
      {
        proposer: role(['p1']),
        acceptor: role(acceptors),
        learner: role(['l1']),
        batcher: role(['b1']),
        proxy: role(['x1']),
      },
      log('batcher', 'learner'),
      grid(2, 2, acceptors),
    ),
  },
}

test('roles stand in the order in which a command passes them, with what clients have of them', () => {
  expect(planOf(apart).groups[0]?.lanes).toEqual([
    { role: 'batcher', hosts: ['b1'], note: 'takes commands' },
    { role: 'proposer', hosts: ['p1'], note: '' },
    { role: 'proxy', hosts: ['x1'], note: '' },
    { role: 'acceptor', hosts: acceptors, note: '' },
    { role: 'learner', hosts: ['l1'], note: 'executes commands and answers' },
  ])
})

test('a group that executes nothing keeps its own order', () => {
  const roles = { asker: role(['a1']), voter: role(['a1', 'a2']), witness: role(['a3']) }
  const asked = { type: 'ask', answers: 'asker' } as AskService
  const once = group(roles, asked, bothPhases(majority(['a1', 'a2'])))
  const lanes = planOf({ ...apart, groups: { once } }).groups[0]?.lanes
  expect(lanes?.map(({ role: name, note }) => `${name}: ${note}`)).toEqual([
    'asker: is asked, and answers',
    'voter: ',
    'witness: ',
  ])
})

const three = ['a1', 'a2', 'a3']
const nested = (count: number) => atLeast(count, [majority(three), atLeast(1, ['b1', 'b2']), atLeast(1, ['c1'])])
describe('who decides, in words', () => {
  test.each<[string, PhaseQuorums | undefined, readonly string[]]>([
    ['no quorums', undefined, []],
    ['a majority in both phases', bothPhases(majority(three)), ['decided by any 2 of a1, a2, a3']],
    [
      'a rule for each phase',
      flexible({ phase1: atLeast(3, three), phase2: atLeast(1, three) }),
      ['phase 1: a1 and a2 and a3', 'phase 2: a1 or a2 or a3'],
    ],
    ['a grid', grid(2, 2, acceptors), ['phase 1: a1 and a2, or a3 and a4', 'phase 2: a1 and a3, or a2 and a4']],
    ['weights', bothPhases(weighted({ a1: 2, a2: 1 })), ['decided by a weight of 2 of a1 (2), a2 (1)']],
    ['a predicate', bothPhases(quorums(three, (nodes) => nodes.has('a1'))), ['decided by a rule over a1, a2, a3']],
    ['parts', bothPhases(nested(2)), ['decided by any 2 of (any 2 of a1, a2, a3), (b1 or b2), (c1)']],
  ])('%s', (_title, phases, lines) => {
    const [planned] = planOf({ ...apart, groups: { kv: group({ all: role(apart.nodes) }, undefined, phases) } }).groups
    expect(planned?.quorums).toEqual(lines)
  })
})

const two: Placement = {
  ...apart,
  groups: {
    ...apart.groups,
    other: { ...group({ server: role(['a1', 'l1']) }, log('server', 'server')), protocol: 'raft' },
  },
}

test('the drawing has a box where a node hosts a role, and nowhere else', () => {
  const { documentElement: root } = new new Window().DOMParser().parseFromString(topologySvg(two), 'image/svg+xml')
  const numbersOf = (element: { getAttribute(name: string): string | null }) => (name: string) =>
    Number(element.getAttribute(name))
  const textAt = (text: string) => {
    const found = [...root.querySelectorAll('text')].find(({ textContent }) => textContent === text)
    return numbersOf(found!)
  }
  const frames = [...root.querySelectorAll('rect.frame')].map(numbersOf)
  expect(frames).toHaveLength(two.nodes.length)
  const columnOf = (x: number) =>
    two.nodes[frames.findIndex((frame) => x > frame('x') && x < frame('x') + frame('width'))]
  const rows = ['batcher', 'proposer', 'proxy', 'acceptor', 'learner', 'server'].map((name) => ({
    name,
    y: textAt(name)('y'),
  }))
  const rowOf = (y: number) => rows.toSorted((a, b) => Math.abs(a.y - y) - Math.abs(b.y - y))[0]?.name
  const boxes = [...root.querySelectorAll('rect.box')].map(numbersOf)
  expect(boxes.map((box) => `${rowOf(box('y') + box('height') / 2)} ${columnOf(box('x'))}`)).toEqual([
    'batcher b1',
    'proposer p1',
    'proxy x1',
    ...acceptors.map((id) => `acceptor ${id}`),
    'learner l1',
    'server a1',
    'server l1',
  ])
  for (const node of two.nodes) expect(columnOf(textAt(node)('x'))).toBe(node)
  const bottom = Number(root.getAttribute('height'))
  for (const each of [...frames, ...boxes]) expect(each('y') + each('height')).toBeLessThan(bottom)
  // An arrow along the roles of the first group; the second has one role.
  expect(root.querySelectorAll('path.edge')).toHaveLength(1)
})

test('the drawing says all of it in words, too', () => {
  const [, description] = /<desc[^>]*>(.*)<\/desc>/s.exec(topologySvg(two)) ?? []
  expect(description?.split('\n')).toEqual([
    'Nodes: b1, p1, x1, a1, a2, a3, a4, l1.',
    'Group kv: paxos, phase 1: a1 and a2, or a3 and a4, phase 2: a1 and a3, or a2 and a4.',
    'batcher (takes commands) on b1.',
    'proposer on p1.',
    'proxy on x1.',
    'acceptor on a1, a2, a3, a4.',
    'learner (executes commands and answers) on l1.',
    'Group other: raft.',
    'server (takes commands and executes them) on a1, l1.',
  ])
})

test('Mermaid reads what is written for it', async () => {
  Object.assign(globalThis, { window: new Window() })
  const { default: reader } = await import('mermaid')
  expect(await reader.parse(topologyMermaid(two))).toMatchObject({ diagramType: expect.stringContaining('flowchart') })
})

test('Mermaid: a frame for each node, around its roles', () => {
  expect(topologyMermaid({ ...two, nodes: ['a1', 'l1'] })).toBe(`flowchart LR
  subgraph n0["a1"]
    n0g0r3["kv: acceptor"]
    n0g1r0["other: server"]
  end
  subgraph n1["l1"]
    n1g0r4["kv: learner"]
    n1g1r0["other: server"]
  end
`)
})
