import { disjointQuorums, majority, type NodeId } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import {
  type Changed,
  type Configuration,
  changedAtOnce,
  enteringJoint,
  firstConfiguration,
  isJoint,
  leavingJoint,
  type MemberChange,
  membersOf,
  quorumOf,
} from './configuration.js'

/**
 * Facts that apply, from the tables of etcd-io/raft, confchange/testdata: `v` makes a voter, `l` a learner, `r` removes. What is not in
 * ours is left out: updates, node 0, what a progress remembers, and whether a joint configuration is left by itself.
 */
type Step = readonly [how: 'simple' | 'enter' | 'leave', changes: string, comesOf: string]

const tables: Readonly<Record<string, readonly Step[]>> = {
  'joint_autoleave.txt': [
    ['simple', 'v1', 'voters=(1)'],
    ['enter', 'v2 v3', 'voters=(1 2 3)&&(1)'],
    ['enter', '', 'joint'],
    ['leave', '', 'voters=(1 2 3)'],
  ],
  'joint_idempotency.txt': [
    ['simple', 'v1', 'voters=(1)'],
    ['enter', 'r1 r2 r9 v2 v3 v4 v2 v3 v4 l2 l2 r4 r4 l1 l1', 'voters=(3)&&(1) learners=(2) learners_next=(1)'],
    ['leave', '', 'voters=(3) learners=(1 2)'],
  ],
  'joint_learners_next.txt': [
    ['simple', 'v1', 'voters=(1)'],
    ['enter', 'v2 l1', 'voters=(2)&&(1) learners_next=(1)'],
    ['leave', '', 'voters=(2) learners=(1)'],
  ],
  'joint_safety.txt': [
    ['leave', '', 'notJoint'],
    ['enter', '', 'noVoters'],
    ['enter', 'v1', 'noVoters'],
    ['simple', 'v1', 'voters=(1)'],
    ['leave', '', 'notJoint'],
    ['enter', '', 'voters=(1)&&(1)'],
    ['enter', '', 'joint'],
    ['leave', '', 'voters=(1)'],
    ['leave', '', 'notJoint'],
    ['enter', 'r1 v2 v3 l4', 'voters=(2 3)&&(1) learners=(4)'],
    ['enter', '', 'joint'],
    ['enter', 'v12', 'joint'],
    ['simple', 'l15', 'joint'],
    ['leave', '', 'voters=(2 3) learners=(4)'],
    ['simple', 'l9', 'voters=(2 3) learners=(4 9)'],
  ],
  'simple_idempotency.txt': [
    ['simple', 'v1', 'voters=(1)'],
    ['simple', 'v1', 'voters=(1)'],
    ['simple', 'v2', 'voters=(1 2)'],
    ['simple', 'l1', 'voters=(2) learners=(1)'],
    ['simple', 'l1', 'voters=(2) learners=(1)'],
    ['simple', 'r1', 'voters=(2)'],
    ['simple', 'r1', 'voters=(2)'],
    ['simple', 'v3', 'voters=(2 3)'],
    ['simple', 'r3', 'voters=(2)'],
    ['simple', 'r3', 'voters=(2)'],
    ['simple', 'r4', 'voters=(2)'],
  ],
  'simple_promote_demote.txt': [
    ['simple', 'v1', 'voters=(1)'],
    ['simple', 'v2', 'voters=(1 2)'],
    ['simple', 'v3', 'voters=(1 2 3)'],
    ['simple', 'l1 v1', 'voters=(1 2 3)'],
    ['simple', 'l2', 'voters=(1 3) learners=(2)'],
    ['simple', 'v2 l2', 'voters=(1 3) learners=(2)'],
    ['simple', 'v2', 'voters=(1 2 3)'],
  ],
  'simple_safety.txt': [
    ['simple', 'l1', 'noVoters'],
    ['simple', 'v1', 'voters=(1)'],
    ['simple', 'v2 l3', 'voters=(1 2) learners=(3)'],
    ['simple', 'r1 v5', 'severalVoters'],
    ['simple', 'r1 r2', 'noVoters'],
    ['simple', 'v3 v4', 'severalVoters'],
    ['simple', 'l1 v5', 'severalVoters'],
    ['simple', 'l1 l2', 'noVoters'],
    ['simple', 'l2 l3 l4 l5', 'voters=(1) learners=(2 3 4 5)'],
    ['simple', 'r1', 'noVoters'],
    ['simple', 'r2 r3 r4 r5', 'voters=(1)'],
  ],
}

const types = { v: 'voter', l: 'learner', r: 'remove' } as const
const changeOf = (type: MemberChange['type'], node: NodeId): MemberChange =>
  type === 'remove' ? { type, node } : { type, node, store: `s${node}` }
const changesOf = (text: string): readonly MemberChange[] =>
  text
    .split(' ')
    .filter((each) => each !== '')
    .map((each) => changeOf(types[each[0] as keyof typeof types], each.slice(1)))

const changedBy = (before: Configuration, how: Step[0], changes: readonly MemberChange[]): Changed => {
  if (how === 'leave') return leavingJoint(before)
  return how === 'enter' ? enteringJoint(before, changes) : changedAtOnce(before, changes)
}

const leftBy = (joint: Configuration): Configuration => {
  const left = leavingJoint(joint)
  return left.type === 'changed' ? left.configuration : expect.fail(left.reason)
}

const listed = (nodes: readonly NodeId[]) => `(${nodes.join(' ')})`
const textOf = ({ voters, outgoing, learners, learnersNext }: Configuration): string =>
  [
    `voters=${listed(voters)}${outgoing.length > 0 ? `&&${listed(outgoing)}` : ''}`,
    ...(learners.length > 0 ? [`learners=${listed(learners)}`] : []),
    ...(learnersNext.length > 0 ? [`learners_next=${listed(learnersNext)}`] : []),
  ].join(' ')

describe('the tables of etcd-io/raft', () => {
  test.each(Object.entries(tables))('%s', (_file, steps) => {
    let configuration = firstConfiguration([])
    for (const [how, changes, comesOf] of steps) {
      const changed = changedBy(configuration, how, changesOf(changes))
      if (changed.type === 'changed') configuration = changed.configuration
      expect(changed.type === 'changed' ? textOf(configuration) : changed.reason, `${how} ${changes}`).toBe(comesOf)
    }
  })
})

/** From quorum/testdata/joint_commit.txt: both halves, what each node has acknowledged, and what is committed. */
const committed: readonly (readonly [
  outgoing: string,
  voters: string,
  acks: Readonly<Record<NodeId, number>>,
  index: number,
])[] = [
  ['1', '2', {}, 0],
  ['1', '2', { 1: 100 }, 0],
  ['1', '2', { 1: 13, 2: 100 }, 13],
  ['1', '1', { 1: 100 }, 100],
  ['1 3', '2', { 1: 100, 3: 50 }, 0],
  ['1 3', '2', { 1: 100, 2: 45, 3: 50 }, 45],
  ['1 2', '2', { 1: 50, 2: 100 }, 50],
  ['1 2', '3 4', { 1: 50, 2: 48, 3: 49 }, 0],
  ['1 2', '3 4', { 1: 50, 2: 48, 3: 49, 4: 47 }, 47],
  ['1 2', '2 3', { 2: 100, 3: 99 }, 0],
  ['1 2', '2 3', { 1: 101, 2: 100, 3: 99 }, 99],
  ['1 2', '1 2', { 2: 40 }, 0],
  ['1 2', '1 2', { 1: 41, 2: 40 }, 40],
  ['1 2 3', '4 5 6', { 1: 100, 2: 99 }, 0],
  ['1 2 3', '4 5 6', { 2: 99, 3: 90, 4: 97, 5: 95 }, 90],
  ['1 2 3', '4 5 6', { 1: 92, 2: 99, 3: 90, 4: 97, 5: 95 }, 92],
  ['1 2 3', '4 5 6', { 1: 92, 2: 99, 3: 90, 4: 97, 5: 95, 6: 77 }, 92],
  ['1 2 3', '1 4 5', { 1: 100, 2: 101, 3: 100 }, 0],
  ['1 2 3', '1 4 5', { 2: 100, 4: 99, 5: 98 }, 0],
  ['1 2 3', '1 4 5', { 2: 100, 3: 99, 4: 99, 5: 98 }, 98],
  ['1 2 3', '1 4 5', { 1: 100, 2: 100, 3: 99, 4: 99, 5: 98 }, 99],
  ['1 2 3', '2 3 4', { 2: 100, 3: 99 }, 99],
  ['1 2 3', '2 3 4', { 1: 100, 4: 101 }, 0],
  ['1 2 3', '2 3 4', { 1: 100, 2: 99, 4: 101 }, 99],
  ['1 2 3', '1 2 3', { 1: 50, 2: 45 }, 45],
]

test.each(committed)('(%s)&&(%s) with %j has committed %i', (outgoing, voters, acks, index) => {
  const configuration = { ...firstConfiguration(voters.split(' ')), outgoing: outgoing.split(' ') }
  expect(quorumOf(configuration).committed(acks)).toBe(index)
})

/** Draws that are equal in every run: a linear congruential generator. */
function drawing(seed: number) {
  let state = seed
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  const change = () => changeOf(pick(['voter', 'learner', 'remove'] as const), pick(['1', '2', '3', '4', '5']))
  return { below, pick, changes: (max: number) => Array.from({ length: below(max + 1) }, change) }
}

describe('whatever is asked for', () => {
  const begun = enteringJoint(firstConfiguration(['0']), changesOf('r0 v1 v2 v3'))
  const three = begun.type === 'changed' ? leftBy(begun.configuration) : expect.fail(begun.reason)

  test('quorums of a configuration and of the one before it meet, and nobody both votes and learns', () => {
    const seen = { joint: 0, learnsNext: 0, refused: 0 }
    for (let seed = 1; seed <= 300; seed++) {
      const { pick, changes } = drawing(seed)
      let before = three
      for (let step = 0; step < 12; step++) {
        const changed = changedBy(before, pick(['simple', 'enter', 'leave'] as const), changes(4))
        if (changed.type === 'refused') {
          seen.refused++
          continue
        }
        const { configuration: after } = changed
        expect(disjointQuorums({ phase1: quorumOf(before), phase2: quorumOf(after) })).toBeUndefined()
        const { voters, outgoing, learners, learnersNext } = after
        const voting = [...voters, ...outgoing]
        expect(learners.filter((node) => voting.includes(node))).toEqual([])
        expect(learnersNext.filter((node) => voters.includes(node) || !outgoing.includes(node))).toEqual([])
        if (isJoint(after)) seen.joint++
        if (learnersNext.length > 0) seen.learnsNext++
        before = after
      }
    }
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(50)
  })

  test('a joint configuration decides as its halves do, both of them', () => {
    const decisions = new Set<string>()
    for (let seed = 1; seed <= 300; seed++) {
      const { below, changes } = drawing(seed)
      const entered = enteringJoint(three, changes(6))
      if (entered.type === 'refused') continue
      const { voters, outgoing } = entered.configuration
      const votes = Object.fromEntries(
        ['1', '2', '3', '4', '5'].flatMap((node) => (below(4) === 0 ? [] : [[node, below(3) > 0]])),
      )
      const decided = quorumOf(entered.configuration).tally(votes)
      const halves = [outgoing, voters].map((half) => majority(half).tally(votes))
      expect(decided === 'won').toBe(halves.every((half) => half === 'won'))
      expect(decided === 'lost').toBe(halves.includes('lost'))
      decisions.add(decided)
    }
    expect([...decisions].sort()).toEqual(['lost', 'pending', 'won'])
  })
})

describe('a node with a store', () => {
  const added: MemberChange = { type: 'learner', node: '4', store: 'aa' }
  const before = firstConfiguration(['1', '2', '3'])
  const withFourth = (changed = changedAtOnce(before, [added])) =>
    changed.type === 'changed' ? changed.configuration : expect.fail(changed.reason)

  test('is a member with that one, until it is none', () => {
    expect(membersOf(withFourth())).toEqual([{ node: '1' }, { node: '2' }, { node: '3' }, { node: '4', store: 'aa' }])
    expect(changedAtOnce(withFourth(), [{ type: 'voter', node: '4' }])).toMatchObject({
      configuration: { voters: ['1', '2', '3', '4'], learners: [], stores: { 4: 'aa' } },
    })
    const joint = enteringJoint(withFourth(), [
      { type: 'remove', node: '4' },
      { type: 'remove', node: '3' },
    ])
    expect(joint).toMatchObject({ configuration: { outgoing: ['1', '2', '3'], stores: {} } })
  })

  test('is named with it when it is no member', () => {
    expect(changedAtOnce(before, [{ type: 'voter', node: '4' }])).toEqual({ type: 'refused', reason: 'noStore' })
    expect(changedAtOnce(before, [{ type: 'learner', node: '3' }])).toMatchObject({
      configuration: { learners: ['3'] },
    })
  })

  test('is not another one before it was removed: neither the one that was added, nor one of the first', () => {
    const other = { type: 'refused', reason: 'otherStore' }
    expect(changedAtOnce(withFourth(), [{ ...added, store: 'bb' }])).toEqual(other)
    expect(enteringJoint(before, [{ type: 'voter', node: '3', store: 'cc' }])).toEqual(other)
    const removed = changedAtOnce(before, [{ type: 'remove', node: '3' }])
    const again =
      removed.type === 'changed' && changedAtOnce(removed.configuration, [{ type: 'voter', node: '3', store: 'cc' }])
    expect(again).toMatchObject({ configuration: { voters: ['1', '2', '3'], stores: { 3: 'cc' } } })
  })

  test('is removed and added in one joint change no more than in two', () => {
    const both = [{ type: 'remove', node: '3' } as const, { type: 'voter', node: '3', store: 'cc' } as const]
    expect(enteringJoint(before, both)).toEqual({ type: 'refused', reason: 'otherStore' })
  })
})
