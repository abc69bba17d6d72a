import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { QuorateError } from '../errors/errors.js'
import { grid } from './grid.js'
import { disjointQuorums } from './intersection.js'
import { bothPhases, flexible, membersOf, type PhaseQuorums } from './phases.js'
import { quorums } from './predicate.js'
import type { QuorumSystem } from './quorumSystem.js'
import { atLeast, joint, majority, weighted } from './threshold.js'

const some = (count: number, prefix = 'n') => Array.from({ length: count }, (_, at) => `${prefix}${at + 1}`)
const decides = (system: QuorumSystem, nodes: readonly string[]) =>
  system.tally(Object.fromEntries(nodes.map((node) => [node, true]))) === 'won'
/** The same answers from something that does not show its rule. */
const opaque = ({ members, tally, committed }: QuorumSystem): QuorumSystem => ({ members, tally, committed })

/** Systems over some of seven nodes, nested and mixed as they come. */
const names = ['constructor', 'toString', '__proto__', '7', 'e', 'f', 'g']
const { system: systems } = fc.letrec<{ system: QuorumSystem; part: string | QuorumSystem }>((tie) => ({
  part: fc.oneof({ maxDepth: 2, withCrossShrink: true }, fc.constantFrom(...names), tie('system')),
  system: fc.oneof(
    fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }).map(majority),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), fc.nat({ max: 4 })), {
        minLength: 1,
        selector: ([name]) => name,
      })
      .filter((weights) => weights.some(([, weight]) => weight > 0))
      .map((weights) => weighted(Object.fromEntries(weights))),
    fc
      .tuple(fc.uniqueArray(tie('part'), { minLength: 1, maxLength: 4 }), fc.nat())
      .map(([parts, seed]) => atLeast(1 + (seed % parts.length), parts)),
    fc
      .array(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 })
      .map((sets) => quorums(names, (nodes) => sets.some((set) => set.every((node) => nodes.has(node))))),
    tie('system').map(opaque),
  ),
}))

const subsetsOf = (members: readonly string[]) =>
  Array.from({ length: 2 ** members.length }, (_, code) => members.filter((_member, at) => (code >> at) & 1))

/** Whether a side decides phase 1 and the other phase 2, for every way to divide the nodes. */
const areDisjoint = (phases: PhaseQuorums) => {
  const members = membersOf(phases)
  return subsetsOf(members).some(
    (side) =>
      decides(phases.phase1, side) &&
      decides(
        phases.phase2,
        members.filter((node) => !side.includes(node)),
      ),
  )
}

/** Two quorums without a common node, of which neither can spare one. */
function expectCounterexample(phases: PhaseQuorums, found: ReturnType<typeof disjointQuorums>) {
  expect(found!.phase1.filter((node) => found!.phase2.includes(node))).toEqual([])
  for (const phase of ['phase1', 'phase2'] as const) {
    const quorum = found![phase]
    expect(decides(phases[phase], quorum)).toBe(true)
    for (const node of quorum)
      expect(
        decides(
          phases[phase],
          quorum.filter((other) => other !== node),
        ),
      ).toBe(false)
  }
}

describe('against every way to divide the nodes', () => {
  test('two quorums are found if and only if there are two that do not meet', () => {
    let meeting = 0
    let disjoint = 0
    fc.assert(
      fc.property(systems, systems, (phase1, phase2) => {
        const phases = flexible({ phase1, phase2 })
        const found = disjointQuorums(phases)
        expect(found !== undefined).toBe(areDisjoint(phases))
        if (found) expectCounterexample(phases, found)
        if (found) disjoint++
        else meeting++
      }),
      { numRuns: 300 },
    )
    expect(Math.min(meeting, disjoint)).toBeGreaterThan(20)
  })

  test('a system meets itself if and only if every two of its quorums do', () => {
    fc.assert(
      fc.property(systems, (system) => {
        const phases = bothPhases(system)
        expect(disjointQuorums(phases) !== undefined).toBe(areDisjoint(phases))
      }),
      { numRuns: 200 },
    )
  })
})

const rows = grid(3, 3, some(9)).phase1
const columns = grid(3, 3, some(9)).phase2

test.each<[string, PhaseQuorums]>([
  ['a majority of 15', bothPhases(majority(some(15)))],
  ['a majority of 1001', bothPhases(majority(some(1001)))],
  [
    'weights that have no order, on 40 nodes',
    bothPhases(weighted(Object.fromEntries(some(40).map((node, at) => [node, ((at + 1) * 1_000_003) % 7919])))),
  ],
  ['4 and 2 of 5', flexible({ phase1: atLeast(4, some(5)), phase2: atLeast(2, some(5)) })],
  ['one more member in one phase', flexible({ phase1: majority(some(3)), phase2: majority(some(4)) })],
  ['a grid of one', grid(1, 1, ['a'])],
  ['a grid of 5 by 5', grid(5, 5, some(25))],
  ['a grid of 3 by 20', grid(3, 20, some(60))],
  ['a grid of 20 by 3', grid(20, 3, some(60))],
  ['columns and rows the other way round', flexible({ phase1: columns, phase2: rows })],
  ['a column, and one of each column', flexible({ phase1: columns, phase2: atLeast(7, some(9)) })],
  ['joint majorities of 9', bothPhases(joint(majority(some(9)), majority(some(13).slice(4))))],
  [
    'most of each of most places',
    bothPhases(
      atLeast(
        3,
        ['a', 'b', 'c', 'd', 'e'].map((place) => majority(some(5, place))),
      ),
    ),
  ],
  ['a predicate of 12', bothPhases(quorums(some(12), (nodes) => nodes.size > 6))],
  ['a system that hides its rule', bothPhases(opaque(majority(some(12))))],
])('%s: all quorums meet', (_title, phases) => {
  expect(disjointQuorums(phases)).toBeUndefined()
})

test.each<[string, PhaseQuorums]>([
  ['half of 4', bothPhases(atLeast(2, some(4)))],
  ['3 and 2 of 5', flexible({ phase1: atLeast(3, some(5)), phase2: atLeast(2, some(5)) })],
  ['rows in both phases', bothPhases(rows)],
  ['members of others', flexible({ phase1: majority(some(3)), phase2: majority(some(3, 'm')) })],
  ['two more members in one phase', flexible({ phase1: majority(some(3)), phase2: majority(some(5)) })],
  ['a column, and two of each column', flexible({ phase1: columns, phase2: atLeast(6, some(9)) })],
  ['either of two rules', bothPhases(atLeast(1, [majority(some(3)), quorums(['x', 'y'], (nodes) => nodes.has('x'))]))],
])('%s: two quorums that do not', (_title, phases) => {
  expect(areDisjoint(phases)).toBe(true)
  expectCounterexample(phases, disjointQuorums(phases))
})

test('parts that name a node twice are no threshold over distinct nodes', () => {
  const twice = (needed: number, parts: string[], decides: (nodes: ReadonlySet<string>) => boolean): QuorumSystem => ({
    ...quorums([...new Set(parts)], decides),
    threshold: { needed, parts: parts.map((of) => ({ weight: 1, of })) },
  })
  const either = twice(1, ['a', 'b'], (nodes) => nodes.size > 0)
  const onlyA = twice(2, ['a', 'a'], (nodes) => nodes.has('a'))
  expect(disjointQuorums({ phase1: either, phase2: onlyA })).toEqual({ phase1: ['b'], phase2: ['a'] })
})

describe('what cannot be proved is refused', () => {
  const codeOf = (phases: PhaseQuorums) => {
    try {
      disjointQuorums(phases)
      return 'proved'
    } catch (error) {
      return error instanceof QuorateError ? error.code : String(error)
    }
  }

  test('when there are too many cases', () => {
    expect(codeOf(grid(30, 30, some(900)))).toBe('QUORATE_UNPROVEN_QUORUMS')
  })

  test('a system of 17 members that hides its rule', () => {
    expect(codeOf(bothPhases(opaque(majority(some(17)))))).toBe('QUORATE_INVALID_CONFIGURATION')
  })

  test("a system of one's own whose quorums do not grow", () => {
    const odd: QuorumSystem = {
      members: some(3),
      tally: (votes) => (Object.values(votes).filter(Boolean).length === 1 ? 'won' : 'pending'),
      committed: () => 0,
    }
    expect(() => disjointQuorums(bothPhases(odd))).toThrow(/\{n1\} decide, and \{n1, n2\} do not/)
  })
})
