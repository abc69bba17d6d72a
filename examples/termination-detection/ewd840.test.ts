import { check } from '@quorate/checker'
import { expect, test } from 'vitest'
import ewd840 from './ewd840.js'

/** What TLC says of the specification in TLA+: states, and successors with the initial states. */
test('has as many states as have been published', () => {
  expect(check(ewd840.with({ N: 3 }), { exact: true })).toMatchObject({
    verdict: 'holds',
    ending: 'exhausted',
    distinct: 302,
    generated: 2001,
    depth: 9,
    fairness: [{ strength: 'weak', name: 'the token', actions: 1 }],
    parameters: { N: 3 },
  })
})
