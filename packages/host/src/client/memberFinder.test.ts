import type { NodeId } from '@quorate/core'
import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../node/cluster.test.fixture.js'
import type { Call } from './call.js'
import { MemberFinder } from './memberFinder.js'
import { inOrderFor } from './rendezvous.js'

const members = ['n1', 'n2', 'n3'] as const

function begin(home?: NodeId) {
  const clock = virtualClock()
  const seen = { asked: 0, changed: 0 }
  const follower = { askAll: () => void seen.asked++, leaderChanged: () => void seen.changed++ }
  const finder = new MemberFinder(follower, { clock, random: seededRandom(1), name: 'client', home })
  const says = (
    by: NodeId,
    serves = true,
    waitingFor: readonly NodeId[] = [],
    list: readonly NodeId[] = members,
    membersVersion = 0,
  ) =>
    finder.learn(by, {
      type: 'Leader',
      request: 1,
      epoch: 0,
      incarnation: 0,
      waitingFor: [...waitingFor],
      members: [...list],
      membersVersion,
      ...(serves && { node: by }),
    })
  /** So long, with a call that has waited since `sinceMs`. */
  const wait = (ms: number, sinceMs: number) => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10)
      finder.askIfNeeded(sinceMs)
    }
  }
  return { clock, finder, says, wait, seen }
}
const keyed = (key: string) => ({ key }) as Call
const own = inOrderFor('client', members)

describe('members that may all be asked', () => {
  it('are asked whether they are there, and again ever more seldom, until one is', () => {
    const { finder, says, wait, seen } = begin()
    finder.askIfNeeded(Number.POSITIVE_INFINITY)
    expect(seen.asked).toBe(1)
    expect(finder.first).toBeUndefined()
    wait(10_000, Number.POSITIVE_INFINITY)
    expect(seen.asked).toBeGreaterThan(10)
    expect(seen.asked).toBeLessThan(25)
    const before = seen.asked
    says('n2')
    expect([finder.first, seen.changed]).toEqual(['n2', 1])
    wait(1000, Number.POSITIVE_INFINITY)
    expect(seen.asked).toBe(before)
  })

  it('are called in an order of the client, the next one at each further try; the home before all', () => {
    const { finder, says } = begin()
    for (const node of members) says(node)
    expect([0, 1, 2, 3].map((attempt) => finder.targetOf(undefined, attempt))).toEqual([...own, own[0]])
    const { finder: atHome, says: saysAtHome } = begin(own[2])
    for (const node of members) saysAtHome(node)
    expect([0, 1, 2].map((attempt) => atHome.targetOf(undefined, attempt))).toEqual([own[2], own[0], own[1]])
  })

  it('are called by keys in the order in which these fall to them', () => {
    const { finder, says } = begin()
    for (const node of members) says(node)
    for (const key of ['a', 'b', 'c', 'd'])
      expect([0, 1, 2].map((attempt) => finder.targetOf(keyed(key), attempt))).toEqual(inOrderFor(key, members))
  })

  it('are waited for, at first, where a key falls to one that may yet say that it is there', () => {
    const { finder, says, wait } = begin()
    const [wanted = '', second = ''] = inOrderFor('a', members)
    finder.askIfNeeded(Number.POSITIVE_INFINITY)
    says(second)
    expect(finder.targetOf(keyed('a'), 0)).toBeUndefined()
    wait(100, Number.POSITIVE_INFINITY)
    expect(finder.targetOf(keyed('a'), 0)).toBe(second)
    says(wanted)
    expect(finder.targetOf(keyed('a'), 0)).toBe(wanted)
  })

  it('are passed over when they say nothing while another one does, and come back with a word', () => {
    const { clock, finder, says, wait } = begin()
    for (const node of members) says(node)
    const [silent = '', other = ''] = own
    const sinceMs = clock.nowMs()
    wait(110, sinceMs)
    says(other)
    expect(finder.takes(silent)).toBe(true)
    wait(100, sinceMs)
    expect([finder.takes(silent), finder.takes(other), finder.first]).toEqual([false, true, other])
    finder.heard(silent)
    expect(finder.first).toBe(silent)
  })

  it('are not passed over when nobody says anything: the bus may be away', () => {
    const { clock, finder, says, wait } = begin()
    for (const node of members) says(node)
    wait(5000, clock.nowMs())
    expect(finder.first).toBe(own[0])
  })

  it('are not called when they say that they do not serve, or refuse', () => {
    const { finder, says, seen } = begin()
    for (const node of members) says(node)
    finder.refused(own[0] ?? '')
    expect(finder.first).toBe(own[1])
    says(own[1] ?? '', false)
    expect(finder.first).toBe(own[2])
    expect(seen.changed).toBe(5)
  })

  it('tell for whom they wait before they take part', () => {
    const { finder, says } = begin()
    says('n2', false, ['n3', 'n1'])
    says('n1', false, ['n3'])
    expect(finder.lately).toEqual({ answered: ['n1', 'n2'], waitingFor: ['n1', 'n3'] })
    expect(finder.first).toBeUndefined()
  })

  it('are those of the latest list, whoever is behind, and of an earlier one when nobody goes by that any more', () => {
    const { clock, finder, says } = begin('n4')
    for (const node of members) says(node)
    says('n2', true, [], ['n2', 'n4'], 1)
    says('n4', true, [], ['n2', 'n4'], 1)
    expect(finder.first).toBe('n4')
    for (const node of members) says(node)
    expect(members.map((node) => finder.takes(node))).toEqual([false, true, false])
    clock.advance(2000)
    says('n3')
    expect([...members, 'n4'].map((node) => finder.takes(node))).toEqual([false, true, true, false])
  })

  it('are remembered, and not all that say that they are one', () => {
    const { finder, says } = begin()
    for (let at = 0; at < 1000; at++) says(`x${at}`, false, [`y${at}`], [])
    expect(finder.lately.answered).toHaveLength(64)
    says('n1')
    for (let at = 0; at < 1000; at++) says(`x${at}`, true)
    expect(finder.lately).toEqual({ answered: ['n1'], waitingFor: [] })
  })
})
