import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { multiPaxosLearner, multiPaxosProposer } from '../index.js'
import { groupOf, three } from './history.test.fixture.js'
import { recoverLearner } from './learner/state.js'
import * as given from './role.test.fixture.js'

/** What each role makes of a store that lost its last write. */

/** The rounds that a proposer writes down: when it starts, and when it then stands. */
function roundsOf(round: number, doubtful: boolean): readonly number[] {
  const role = drive(multiPaxosProposer, given.proposerIn({ round, doubtful }))
  const written = given.effectsOf(role.effects, 'persist')
  role.fire('electionTimeout')
  return [...written, ...given.effectsOf(role.effects, 'persist')].map(
    ({ record }) => (record as { readonly round: number }).round,
  )
}

describe('proposer', () => {
  test('a round that it may have used is skipped, and that it is skipped is written down before another is used', () => {
    const [skipped, used] = roundsOf(5, true)
    expect(skipped).toBeGreaterThan(100_000)
    expect(used).toBe((skipped ?? 0) + 1)
  })

  test('also when the write of the round that it used is lost too, that round does not come again', () => {
    const [skipped = 0, used = 0] = roundsOf(5, true)
    // The disk holds what was written before.
    expect(Math.min(...roundsOf(skipped, true))).toBeGreaterThan(used)
  })

  test('a sound disk is told nothing, and the next round follows', () => {
    expect(roundsOf(5, false)).toEqual([6])
  })
})

describe('learner', () => {
  test('it says that it doubts nothing, or the store would tell every role of the node again', () => {
    const recovered = { ...given.nothing, doubtful: true }
    const role = drive(multiPaxosLearner, recoverLearner(given.configOf(), recovered))
    expect(role.effects).toEqual([{ type: 'persist', record: {} }])
    expect(drive(multiPaxosLearner, given.learnerIn()).effects).toEqual([])
  })
})

test('batchers and proxy leaders have nothing to lose, so the store is not asked for it', () => {
  const { roles } = groupOf({ batchers: three, proxyLeaders: three })
  const forgetful = Object.entries(roles).filter(([, { remembers = true }]) => !remembers)
  expect(forgetful.map(([role]) => role).sort()).toEqual(['batcher', 'proxyLeader'])
})
