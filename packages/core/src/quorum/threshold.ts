import { InvalidConfigurationError } from '../errors/errors.js'
import type { NodeId } from '../values/address.js'
import type { Part, QuorumSystem } from './quorumSystem.js'

/**
 * More than half of the members.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: no members, or one twice.
 */
export function majority(members: readonly NodeId[]): QuorumSystem {
  return moreThanHalf(checkDistinct(members).map((member) => ({ weight: 1, of: member })))
}

/**
 * More than half of all weight (Gifford, "Weighted Voting for Replicated Data", 1979). Weights are whole numbers >= 0;
 * a member of weight 0 follows and has no say.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: no members or weight, or a weight that is none.
 */
export function weighted(weights: Readonly<Record<NodeId, number>>): QuorumSystem {
  return moreThanHalf(
    Object.entries(weights).map(([member, weight]) => ({ weight: checkWeight(member, weight), of: member })),
  )
}

/**
 * Any `count` of the parts: of nodes, or of systems that decide each by its own rule.
 *
 *     atLeast(2, ['n1', 'n2', 'n3', 'n4'])                               two nodes
 *     atLeast(2, [majority(london), majority(oslo), majority(rome)])     a majority in each of two places
 *
 * Two sets of them need not share a node: see {@link disjointQuorums}.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a node twice, or a count that is no whole
 *   number from 1 to the number of parts.
 */
export function atLeast(count: number, parts: readonly (NodeId | QuorumSystem)[]): QuorumSystem {
  if (parts.length === 0) {
    throw new InvalidConfigurationError('a quorum system needs at least one member: there are no parts')
  }
  checkDistinct(parts.filter((part) => typeof part === 'string'))
  if (!Number.isSafeInteger(count) || count < 1 || count > parts.length) {
    throw new InvalidConfigurationError(
      `at least ${count} of ${parts.length}: expected a whole number from 1 to ${parts.length}`,
    )
  }
  return threshold(
    count,
    parts.map((part) => ({ weight: 1, of: part })),
  )
}

/** Both must agree: joint consensus while the members change (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", section 6). */
export function joint(before: QuorumSystem, after: QuorumSystem): QuorumSystem {
  return atLeast(2, [before, after])
}

function moreThanHalf(parts: readonly Part[]): QuorumSystem {
  const total = weightOf(parts)
  if (total === 0) {
    throw new InvalidConfigurationError('a quorum system needs at least one member with a weight above 0')
  }
  if (!Number.isSafeInteger(total)) {
    throw new InvalidConfigurationError(`all weights together must be at most ${Number.MAX_SAFE_INTEGER}, not ${total}`)
  }
  return threshold(Math.floor(total / 2) + 1, parts)
}

function threshold(needed: number, parts: readonly Part[]): QuorumSystem {
  const total = weightOf(parts)
  return {
    members: [...new Set(parts.flatMap(({ of }) => (typeof of === 'string' ? [of] : of.members)))],
    threshold: { needed, parts },
    tally(votes) {
      let yes = 0
      let no = 0
      for (const { of, weight } of parts) {
        const vote = typeof of === 'string' ? votes[of] : votesOf[of.tally(votes)]
        if (vote === true) yes += weight
        else if (vote === false) no += weight
      }
      if (yes >= needed) return 'won'
      return total - no >= needed ? 'pending' : 'lost'
    },
    committed(acks) {
      const held = parts.map(({ of }) => (typeof of === 'string' ? ackOf(acks, of) : of.committed(acks)))
      // A leader asks at every acknowledgement: of so few, comparing all with all is quicker than sorting them.
      let highest = 0
      for (const index of held) if (index > highest && weightHolding(index, held, parts) >= needed) highest = index
      return highest
    },
  }
}

function weightHolding(index: number, held: readonly number[], parts: readonly Part[]): number {
  let weight = 0
  for (let at = 0; at < parts.length; at++) if ((held[at] ?? 0) >= index) weight += parts[at]?.weight ?? 0
  return weight
}

const votesOf = { won: true, lost: false, pending: undefined } as const

const weightOf = (parts: readonly Part[]): number => parts.reduce((total, { weight }) => total + weight, 0)

/** What a member holds, which may bear the name of something that every object inherits. */
export const ackOf = (acks: Readonly<Record<NodeId, number>>, member: NodeId): number =>
  Object.hasOwn(acks, member) ? (acks[member] ?? 0) : 0

function checkWeight(member: NodeId, weight: number): number {
  if (Number.isSafeInteger(weight) && weight >= 0) return weight
  throw new InvalidConfigurationError(`the weight of ${member} must be a whole number >= 0, not ${weight}`)
}

/** @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` if one is listed twice. */
export function checkDistinct(members: readonly NodeId[]): readonly NodeId[] {
  const twice = members.find((member, position) => members.indexOf(member) !== position)
  if (twice !== undefined) throw new InvalidConfigurationError(`member ${twice} is listed twice`)
  return members
}
