import { describe, expect, test } from 'vitest'
import { checkProposers, isGreater, isNobodys, isSameBallot, noBallot, placeOf, roundMax, termOf } from './ballot.js'

/** Found by search: the names of two nodes that fall on the same place. */
const twins = ['n49', 'n418'] as const

describe('ballots', () => {
  const nodes = Array.from({ length: 12 }, (_, at) => `n${at}`)
  const ballots = [1, 2, 3, roundMax - 1, roundMax].flatMap((round) => nodes.map((node) => ({ round, node })))

  test('are in one order, in which the round goes before the node, and nobody else has the same number', () => {
    for (const a of ballots) {
      for (const b of ballots) {
        const isSame = a.round === b.round && a.node === b.node
        expect(isSameBallot(a, b)).toBe(isSame)
        expect([isGreater(a, b), isGreater(b, a)].filter(Boolean)).toHaveLength(isSame ? 0 : 1)
        if (a.round > b.round) expect(isGreater(a, b)).toBe(true)
      }
    }
  })

  test('are whole numbers, as the terms of entries are', () => {
    for (const ballot of ballots) expect(Number.isSafeInteger(termOf(ballot))).toBe(true)
  })

  test('none is before all that anybody issues', () => {
    for (const ballot of ballots) expect([isGreater(ballot, noBallot), isNobodys(ballot)]).toEqual([true, false])
    expect(termOf(noBallot)).toBe(0)
    for (const round of [0, -1, roundMax + 1]) expect(isNobodys({ round, node: 'n1' })).toBe(true)
  })

  test('say the same of a node wherever they are compared', () => {
    expect(['n1', 'n2', 'n3', 'proposer-7'].map(placeOf)).toEqual([384_067, 385_226, 384_837, 69_774])
  })
})

describe('proposers whose ballots could be equal', () => {
  test('are refused, and both are named', () => {
    expect(placeOf(twins[0])).toBe(placeOf(twins[1]))
    expect(termOf({ round: 7, node: twins[0] })).toBe(termOf({ round: 7, node: twins[1] }))
    expect(() => checkProposers(['n1', ...twins])).toThrow(
      expect.objectContaining({
        code: 'QUORATE_INVALID_CONFIGURATION',
        message: expect.stringMatching(/proposers n49 and n418 would issue the same ballots.*give one another name/),
      }),
    )
  })

  test('are rare: four hundred names in a row fall on places of their own', () => {
    expect(() => checkProposers(Array.from({ length: 400 }, (_, at) => `n${at}`))).not.toThrow()
  })

  test('are looked for among nodes that are listed as they should be', () => {
    expect(() => checkProposers([])).toThrow('there are no proposers')
    expect(() => checkProposers(['n1', 'n1'])).toThrow('n1 is listed twice among the proposers')
    expect(() => checkProposers(['a.b'])).toThrow(expect.objectContaining({ code: 'QUORATE_INVALID_NAME' }))
  })
})
