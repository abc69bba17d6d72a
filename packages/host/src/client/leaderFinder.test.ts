import { virtualClock } from '@quorate/core/testing'
import { expect, it } from 'vitest'
import type { Bus } from '../bus/bus.js'
import { seededRandom } from '../node/cluster.test.fixture.js'
import { LeaderFinder } from './leaderFinder.js'

const clock = virtualClock(1000)

function make({ busId = 'bus', group = 'g', isAlone = false }: { busId?: string; group?: string; isAlone?: boolean }) {
  const seen = { asked: 0, changed: 0 }
  const follower = { askAll: () => void seen.asked++, leaderChanged: () => void seen.changed++ }
  const bus = { busId, cluster: 'c' } as Bus
  return { seen, finder: new LeaderFinder(follower, { bus, group, clock, random: seededRandom(1), isAlone }) }
}

const leads = {
  type: 'Leader',
  request: 1,
  node: 'n1',
  epoch: 1,
  incarnation: 0,
  waitingFor: [],
  members: [],
  membersVersion: 0,
} as const

it('clients of one group on one bus ask together who leads, and what one hears all know; others ask for themselves', () => {
  const [first, second] = [make({}), make({})]
  const others = [make({ busId: 'another' }), make({ group: 'h' }), make({ isAlone: true })]
  const all = [first, second, ...others]
  for (const { finder } of all) finder.askIfNeeded(clock.nowMs())
  expect(all.map(({ seen }) => seen.asked)).toEqual([1, 0, 1, 1, 1])
  first.finder.learn('n1', leads)
  expect(all.map(({ finder }) => finder.first)).toEqual(['n1', 'n1', undefined, undefined, undefined])
  expect(all.map(({ seen }) => seen.changed)).toEqual([1, 1, 0, 0, 0])
  for (const { finder } of all) finder.leave()
  expect(make({}).finder.first).toBeUndefined()
})
