/**
 * Whom a Raft group consists of, and what a change makes of that: Ongaro, dissertation, chapter 4. Pure: no server asks it yet, and
 * configuration entries will.
 * @module
 */

import { invariant, joint, type Member, majority, type NodeId, type QuorumSystem } from '@quorate/core'

/**
 * A configuration, as values: nodes in the order of their names. While it is joint (section 4.3) both halves decide, each by
 * its majority: `voters` are those after the change, and `outgoing` those before it.
 *
 *     voters  n1 n2 n4     outgoing  n1 n2 n3     learnersNext  n3      n3 is replaced by n4, and goes on as a learner
 */
export interface Configuration {
  readonly voters: readonly NodeId[]
  /** Empty unless it is joint. */
  readonly outgoing: readonly NodeId[]
  /** They have the log and no vote (section 4.2.1). */
  readonly learners: readonly NodeId[]
  /** Voters of the outgoing half that are learners when that is left: until then they vote. */
  readonly learnersNext: readonly NodeId[]
  /** By node: the store that it was added with, in hexadecimal. Of those that the group began with, there is none. */
  readonly stores: Readonly<Record<NodeId, string>>
}

/**
 * One thing that is asked for: that a node votes from now on, that it learns, or that it is gone. One that is no member is
 * named with its store.
 */
export type MemberChange =
  | { readonly type: 'voter' | 'learner'; readonly node: NodeId; readonly store?: string }
  | { readonly type: 'remove'; readonly node: NodeId }

/**
 * Why a change is refused. `joint`: another one is under way. `notJoint`: there is none to be left. `noVoters`: nobody would decide.
 * `severalVoters`: majorities of before and after need not meet, so it must go through a joint configuration. `otherStore`:
 * the node is a member with another store: it is to be removed first, since a quorum of either may count on what it forgot.
 * `noStore`: the node is no member, and nobody says with which store it is to be one.
 */
export type ChangeRefusal = 'joint' | 'notJoint' | 'noVoters' | 'severalVoters' | 'otherStore' | 'noStore'

/** What comes of a change. */
export type Changed =
  | { readonly type: 'changed'; readonly configuration: Configuration }
  | { readonly type: 'refused'; readonly reason: ChangeRefusal }

/** Of a group that begins. */
export const firstConfiguration = (voters: readonly NodeId[]): Configuration => ({
  voters: [...voters].sort(),
  outgoing: [],
  learners: [],
  learnersNext: [],
  stores: {},
})

export const isJoint = ({ outgoing }: Configuration): boolean => outgoing.length > 0

/** Who decides: of a joint configuration both halves. */
export function quorumOf({ voters, outgoing }: Configuration): QuorumSystem {
  invariant(voters.length > 0, 'a configuration without voters decides nothing')
  return outgoing.length > 0 ? joint(majority(outgoing), majority(voters)) : majority(voters)
}

/** Everyone that has the log. */
export const membersOf = (configuration: Configuration): readonly Member[] =>
  namesIn(configuration).map((node) => {
    const store = configuration.stores[node]
    return store === undefined ? { node } : { node, store }
  })

/**
 * Changes in one step: as many learners as one likes, and one voter at most, so that each majority before has a node in common with each
 * majority after (section 4.1).
 */
export function changedAtOnce(before: Configuration, changes: readonly MemberChange[]): Changed {
  if (isJoint(before)) return refused('joint')
  const after = applied(before, changes)
  if (after.type === 'refused') return after
  const { voters } = after.configuration
  const others = [...voters, ...before.voters].filter((node) => voters.includes(node) !== before.voters.includes(node))
  return others.length > 1 ? refused('severalVoters') : after
}

/** The joint configuration by which any change goes (section 4.3). */
export function enteringJoint(before: Configuration, changes: readonly MemberChange[]): Changed {
  if (isJoint(before)) return refused('joint')
  if (before.voters.length === 0) return refused('noVoters')
  return applied({ ...before, outgoing: before.voters }, changes)
}

/** The configuration after a joint one, once that is committed. */
export function leavingJoint(before: Configuration): Changed {
  if (!isJoint(before)) return refused('notJoint')
  const { voters, learners, learnersNext, stores } = before
  const left = { voters, outgoing: [], learners: [...learners, ...learnersNext].sort(), learnersNext: [] }
  return { type: 'changed', configuration: withStores(left, stores) }
}

type Halves = Omit<Configuration, 'stores'>

const refused = (reason: ChangeRefusal): Changed => ({ type: 'refused', reason })

function applied(before: Configuration, changes: readonly MemberChange[]): Changed {
  let halves: Halves = before
  const stores = { ...before.stores }
  const known = namesIn(before)
  for (const change of changes) {
    if (change.type !== 'remove') {
      const { node, store = stores[node] } = change
      const isKnown = known.includes(node) || stores[node] !== undefined
      if (isKnown && store !== stores[node]) return refused('otherStore')
      if (!isKnown && store === undefined) return refused('noStore')
      if (store !== undefined) stores[node] = store
    }
    halves = afterChange(halves, change)
  }
  if (halves.voters.length === 0) return refused('noVoters')
  return { type: 'changed', configuration: withStores(halves, stores) }
}

function afterChange(before: Halves, { type, node }: MemberChange): Halves {
  const { outgoing } = before
  // Who learns already, or will, goes on to.
  if (type === 'learner' && [...before.learners, ...before.learnersNext].includes(node)) return before
  const voters = without(before.voters, node)
  const learners = without(before.learners, node)
  const learnersNext = without(before.learnersNext, node)
  switch (type) {
    case 'voter':
      return { voters: withNode(voters, node), outgoing, learners, learnersNext }
    case 'remove':
      return { voters, outgoing, learners, learnersNext }
    case 'learner':
      // A vote that the outgoing half counts on is not to be that of a learner.
      return outgoing.includes(node)
        ? { voters, outgoing, learners, learnersNext: withNode(learnersNext, node) }
        : { voters, outgoing, learners: withNode(learners, node), learnersNext }
  }
}

const without = (nodes: readonly NodeId[], node: NodeId): readonly NodeId[] => nodes.filter((other) => other !== node)
const withNode = (nodes: readonly NodeId[], node: NodeId): readonly NodeId[] => [...nodes, node].sort()

const namesIn = ({ voters, outgoing, learners, learnersNext }: Halves): readonly NodeId[] =>
  [...new Set([...voters, ...outgoing, ...learners, ...learnersNext])].sort()

/** Of those that are left. */
function withStores(halves: Halves, stores: Configuration['stores']): Configuration {
  const { voters, outgoing, learners, learnersNext } = halves
  const names = namesIn(halves)
  const left = Object.fromEntries(Object.entries(stores).filter(([node]) => names.includes(node)))
  return { voters, outgoing, learners, learnersNext, stores: left }
}
