import { expect, it } from 'vitest'
import { describeQuorum } from './description.js'
import { grid } from './grid.js'
import { quorums } from './predicate.js'
import { atLeast, joint, majority, weighted } from './threshold.js'

it('is what it always was: it stands on disks', () => {
  const { phase1 } = grid(2, 2, ['a', 'b', 'c', 'd'])
  expect(
    [
      majority(['n3', 'n1', 'n2']),
      weighted({ n2: 1, n1: 2, n3: 0 }),
      joint(majority(['b', 'a']), majority(['c'])),
      phase1,
      quorums(['c', 'a', 'b'], (nodes) => nodes.has('a') && nodes.size > 1),
    ].map(describeQuorum),
  ).toMatchInlineSnapshot(`
    [
      "2 of n1, n2, n3",
      "2 of n1 (2), n2, n3 (0)",
      "2 of (1 of c), (2 of a, b)",
      "1 of (2 of a, b), (2 of c, d)",
      "rule 7c29c1ad8eaf of a, b, c",
    ]
  `)
})

it('is another one for another rule, and the same in another order', () => {
  const withA = (order: string[]) => quorums(order, (nodes) => nodes.has('a') && nodes.size > 1)
  expect(describeQuorum(withA(['a', 'b', 'c']))).toBe(describeQuorum(withA(['c', 'b', 'a'])))
  const others = [
    withA(['a', 'b', 'c']),
    quorums(['a', 'b', 'c'], (nodes) => nodes.has('b') && nodes.size > 1),
    majority(['a', 'b', 'c']),
    atLeast(1, ['a', 'b', 'c']),
    majority(['a', 'b', 'd']),
    weighted({ a: 2, b: 1, c: 1 }),
  ]
  expect(new Set(others.map(describeQuorum)).size).toBe(others.length)
})
