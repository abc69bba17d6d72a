import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidConfigurationError } from '../errors.js'
import type { QuorumSystem } from './quorumSystem.js'
import { joint, majority, weighted } from './threshold.js'

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
const cases = fc.oneof(majorities, weighings, joints)

// Others than members speak too.
const voices = [...names, 'stranger']
const votes = fc.dictionary(fc.constantFrom(...voices), fc.boolean())
const acks = fc.dictionary(fc.constantFrom(...voices), fc.nat({ max: 6 }))
const runs = { numRuns: 400 }

describe('a quorum system, against the enumeration of all sets', () => {
  test('two sets that decide share a node', () => {
    fc.assert(
      fc.property(cases, ({ decides }) => {
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

  test('names that objects inherit are names as any other', () => {
    const system = majority(['constructor', 'toString', 'n1'])
    expect(system.tally({})).toBe('pending')
    expect(system.committed({})).toBe(0)
    expect(system.tally({ constructor: true, n1: true })).toBe('won')
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
    ['no members', () => majority([])],
    ['a member twice', () => majority(['a', 'b', 'a'])],
    ['no weight', () => weighted({ a: 0, b: 0 })],
    ['a weight below 0', () => weighted({ a: 1, b: -1 })],
    ['a weight that is no whole number', () => weighted({ a: 1.5 })],
    ['a weight that is no number', () => weighted({ a: Number.NaN })],
  ])('%s is refused', (_case, make) => {
    expect(make).toThrow(InvalidConfigurationError)
  })
})
