import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidConfigurationError } from '../errors/errors.js'
import { grid } from './grid.js'
import { bothPhases, flexible, membersOf } from './phases.js'
import { quorums } from './predicate.js'
import type { QuorumSystem } from './quorumSystem.js'
import { atLeast, joint, majority, weighted } from './threshold.js'

const names = ['a', 'b', 'c', 'd', 'e', 'f']
const membersUpTo = (count: number) => fc.integer({ min: 1, max: count }).map((length) => names.slice(0, length))
const weights = fc
  .dictionary(fc.constantFrom(...names), fc.nat({ max: 4 }), { minKeys: 1 })
  .filter((weightOf) => Object.values(weightOf).some((weight) => weight > 0))

const subsetsOf = (members: readonly string[]): string[][] =>
  Array.from({ length: 2 ** members.length }, (_, code) =>
    members.filter((_member, position) => (code >> position) & 1),
  )

/** A quorum system, and by what rule a set of nodes decides in it. */
interface Case {
  readonly system: QuorumSystem
  readonly decides: (set: readonly string[]) => boolean
}
const decidesByWeight = (weightOf: Readonly<Record<string, number>>) => (set: readonly string[]) => {
  const sum = (nodes: readonly string[]) => nodes.reduce((total, node) => total + (weightOf[node] ?? 0), 0)
  return sum(set) * 2 > sum(Object.keys(weightOf))
}
const majorities = membersUpTo(6).map(
  (members): Case => ({
    system: majority(members),
    decides: (set) => set.filter((node) => members.includes(node)).length * 2 > members.length,
  }),
)
const weighings = weights.map((weightOf): Case => ({ system: weighted(weightOf), decides: decidesByWeight(weightOf) }))
const simple = fc.oneof(majorities, weighings)
const joints = fc
  .tuple(simple, simple)
  .map(([a, b]): Case => ({ system: joint(a.system, b.system), decides: (set) => a.decides(set) && b.decides(set) }))
const intersecting = fc.oneof(majorities, weighings, joints)
const atLeasts = fc.tuple(membersUpTo(6), fc.nat()).map(([members, seed]): Case => {
  const count = 1 + (seed % members.length)
  return {
    system: atLeast(count, members),
    decides: (set) => set.filter((node) => members.includes(node)).length >= count,
  }
})
const nested = fc.tuple(simple, simple, atLeasts, fc.integer({ min: 1, max: 4 })).map(([a, b, c, count]): Case => {
  const parts = [a.system, b.system, c.system, 'b']
  const said = (set: readonly string[]) => [a.decides(set), b.decides(set), c.decides(set), set.includes('b')]
  return { system: atLeast(count, parts), decides: (set) => said(set).filter(Boolean).length >= count }
})
const lineUp = (set: readonly string[], lines: readonly string[]) =>
  lines.some((line) => line.split('').every((node) => set.includes(node)))
const grids = fc.constantFrom<Case>(
  { system: grid(2, 3, names).phase1, decides: (set) => lineUp(set, ['abc', 'def']) },
  { system: grid(2, 3, names).phase2, decides: (set) => lineUp(set, ['ad', 'be', 'cf']) },
  { system: grid(3, 2, names).phase1, decides: (set) => lineUp(set, ['ab', 'cd', 'ef']) },
  { system: grid(3, 2, names).phase2, decides: (set) => lineUp(set, ['ace', 'bdf']) },
)
const predicates = fc
  .array(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), { minLength: 1, maxLength: 5 })
  .map((minimal): Case => {
    const decides = (set: readonly string[]) => minimal.some((quorum) => quorum.every((node) => set.includes(node)))
    return { system: quorums(names, (nodes) => decides([...nodes])), decides }
  })
const cases = fc.oneof(intersecting, atLeasts, nested, grids, predicates)

// Others than members speak too.
const voices = [...names, 'stranger']
const votes = fc.dictionary(fc.constantFrom(...voices), fc.boolean())
const acks = fc.dictionary(fc.constantFrom(...voices), fc.nat({ max: 6 }))
const runs = { numRuns: 400 }

describe('a quorum system, against the enumeration of all sets', () => {
  test('two sets of which each is more than half share a node', () => {
    fc.assert(
      fc.property(intersecting, ({ decides }) => {
        const deciding = subsetsOf(names).filter(decides)
        for (const a of deciding) for (const b of deciding) expect(a.some((node) => b.includes(node))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('tally: won when the yes decide, lost when they cannot any more, else pending', () => {
    fc.assert(
      fc.property(cases, votes, ({ system, decides }, cast) => {
        const yes = names.filter((node) => cast[node] === true)
        const open = names.filter((node) => cast[node] !== false)
        expect(system.tally(cast)).toBe(decides(yes) ? 'won' : decides(open) ? 'pending' : 'lost')
      }),
      runs,
    )
  })

  test('committed: the highest index that all of some deciding set hold', () => {
    fc.assert(
      fc.property(cases, acks, ({ system, decides }, held) => {
        const common = subsetsOf(names)
          .filter(decides)
          .map((set) => Math.min(...set.map((node) => held[node] ?? 0)))
        expect(system.committed(held)).toBe(Math.max(0, ...common))
      }),
      runs,
    )
  })

  test('what is committed stays so when more is acknowledged', () => {
    fc.assert(
      fc.property(cases, acks, fc.constantFrom(...voices), ({ system }, held, node) => {
        const before = system.committed(held)
        expect(system.committed({ ...held, [node]: (held[node] ?? 0) + 1 })).toBeGreaterThanOrEqual(before)
      }),
      runs,
    )
  })
})

describe('by hand', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
  ])('of %i members %i are a majority', (count, needed) => {
    const members = names.slice(0, count)
    const granted = (yes: number) => Object.fromEntries(members.slice(0, yes).map((node) => [node, true]))
    expect(majority(members).tally(granted(needed))).toBe('won')
    expect(majority(members).tally(granted(needed - 1))).toBe('pending')
  })

  test('an own vote taken back is a refusal', () => {
    expect(majority(['a', 'b']).tally({ a: true, b: false })).toBe('lost')
  })

  test('a member of weight 0 follows, and is a member', () => {
    const system = weighted({ a: 1, b: 1, c: 1, witness: 0 })
    expect(system.members).toEqual(['a', 'b', 'c', 'witness'])
    expect(system.tally({ a: true, witness: true })).toBe('pending')
    expect(system.committed({ a: 5, witness: 5 })).toBe(0)
  })

  const inherited = ['constructor', 'toString', 'n1']
  test.each([
    ['majority', majority(inherited)],
    ['at least', atLeast(2, inherited)],
    ['grid', grid(1, 3, inherited).phase1],
    ['predicate', quorums(inherited, (nodes) => nodes.size > 1)],
  ])('names that objects inherit are names as any other: %s', (_title, system) => {
    expect(system.tally({})).toBe('pending')
    expect(system.committed({})).toBe(0)
    expect(system.tally({ constructor: true, toString: true, n1: true })).toBe('won')
    expect(system.committed({ constructor: 3, toString: 3, n1: 3 })).toBe(3)
  })

  test('a grid: a row decides phase 1, a column phase 2', () => {
    const { phase1, phase2 } = grid(2, 3, ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
    expect(phase1.tally({ a4: true, a5: true, a6: true })).toBe('won')
    expect(phase1.tally({ a2: true, a5: true })).toBe('pending')
    expect(phase1.tally({ a3: false, a4: false })).toBe('lost')
    expect(phase2.tally({ a2: true, a5: true })).toBe('won')
    expect(phase2.tally({ a4: true, a5: true, a6: true })).toBe('pending')
    expect(phase2.tally({ a4: false, a2: false, a3: false })).toBe('lost')
    expect(phase2.committed({ a1: 9, a4: 2, a2: 5, a5: 4, a3: 8 })).toBe(4)
  })

  test('a majority of most places', () => {
    const places = ['a', 'b', 'c'].map((place) => majority([`${place}1`, `${place}2`, `${place}3`]))
    const system = atLeast(2, places)
    expect(system.members).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', 'c3'])
    expect(system.tally({ a1: true, a2: true, a3: true, b1: true, c1: true })).toBe('pending')
    expect(system.tally({ a1: true, a2: true, b1: true, b2: true })).toBe('won')
    expect(system.tally({ a1: false, a2: false, b1: false, b2: false })).toBe('lost')
  })

  test('a predicate is asked about every set once, when the system is made', () => {
    const asked: string[] = []
    const system = quorums(['a', 'b', 'c'], (nodes) => {
      asked.push([...nodes].join(''))
      return nodes.has('a') && nodes.size > 1
    })
    expect(asked.sort()).toEqual(['', 'a', 'ab', 'abc', 'ac', 'b', 'bc', 'c'])
    expect(system.tally({ a: true, c: true })).toBe('won')
    expect(system.tally({ a: false })).toBe('lost')
    expect(system.committed({ a: 4, b: 6, c: 2 })).toBe(4)
    expect(asked).toHaveLength(8)
  })

  test('flexible: members of both phases are listed once', () => {
    const quorums = flexible({ phase1: majority(['c', 'a']), phase2: atLeast(1, ['b', 'c']) })
    expect(membersOf(quorums)).toEqual(['c', 'a', 'b'])
    expect(membersOf(bothPhases(majority(['b', 'a'])))).toEqual(['b', 'a'])
  })

  test('joint: both must agree, and the members of both are listed once', () => {
    const system = joint(majority(['a', 'b', 'c']), majority(['c', 'd', 'e']))
    expect(system.members).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(system.tally({ a: true, b: true })).toBe('pending')
    expect(system.tally({ a: true, b: true, d: true, e: true })).toBe('won')
    expect(system.tally({ d: false, e: false })).toBe('lost')
    expect(system.committed({ a: 9, b: 9, c: 3, d: 5, e: 2 })).toBe(3)
  })

  test.each([
    ['no members', () => majority([]), /at least one member/],
    ['a member twice', () => majority(['a', 'b', 'a']), /member a /],
    ['no weight', () => weighted({ a: 0, b: 0 }), /weight above 0/],
    ['a weight below 0', () => weighted({ a: 1, b: -1 }), /weight of b .*-1/],
    ['a weight that is no whole number', () => weighted({ a: 1.5 }), /weight of a .*1\.5/],
    ['a weight that is no number', () => weighted({ a: Number.NaN }), /weight of a .*NaN/],
    ['weights that do not add up', () => weighted({ a: Number.MAX_SAFE_INTEGER, b: 1 }), /all weights together/],
    ['at least none', () => atLeast(0, ['a', 'b']), /at least 0 of 2: .*from 1 to 2/],
    ['at least more than there are', () => atLeast(3, ['a', 'b']), /at least 3 of 2/],
    ['at least one and a half', () => atLeast(1.5, ['a', 'b']), /at least 1\.5/],
    ['at least one of none', () => atLeast(1, []), /no parts/],
    ['at least 1, and a member twice', () => atLeast(1, ['a', 'a']), /member a /],
    ['a grid with too few members', () => grid(2, 2, ['a', 'b', 'c']), /2 rows and 2 columns needs 4 members, not 3/],
    ['a grid with too many members', () => grid(1, 2, ['a', 'b', 'c']), /needs 2 members, not 3 \(a, b, c\)/],
    ['a grid with a member twice', () => grid(1, 2, ['a', 'a']), /member a /],
    ['a grid without rows', () => grid(0, 2, []), /rows above 0, not 0/],
    ['a grid with half a column', () => grid(2, 0.5, ['a']), /columns above 0, not 0\.5/],
    [
      'a predicate that is taken back',
      () => quorums(['a', 'b', 'c'], ({ size }) => size === 2),
      /\{a, b\} .*\{a, b, c\} do not/,
    ],
    ['a predicate that none can fulfil', () => quorums(['a', 'b'], () => false), /not even all members \(a, b\)/],
    ['a predicate that needs nobody', () => quorums(['a', 'b'], () => true), /empty set/],
    ['a predicate without members', () => quorums([], () => true), /empty set/],
    ['a predicate with a member twice', () => quorums(['a', 'a'], () => true), /member a /],
    ['a predicate of 17', () => quorums([...'abcdefghijklmnopq'], () => true), /at most 16 .*found 17/],
  ])('%s is refused', (_case, make, text) => {
    expect(make).toThrow(InvalidConfigurationError)
    expect(make).toThrow(text)
  })
})
