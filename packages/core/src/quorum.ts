import type { NodeId } from './address.js'
import { InvalidConfigurationError } from './errors.js'

/**
 * Which sets of nodes decide. Any two deciding sets share a node.
 *
 *     votes  n1 yes, n2 no, n3 -      majority of 3: pending     n3 yes: won     n3 no: lost
 *     acks   n1 7, n2 5, n3 4         majority of 3: 5           two nodes hold 5, only one holds 7
 */
export interface QuorumSystem {
  /** All nodes that have a say, in the order given. */
  readonly members: readonly NodeId[]
  /** `won` when those who said yes decide, `lost` when they no longer can, else `pending`. Others than members do not count. */
  tally(votes: Readonly<Record<NodeId, boolean>>): 'won' | 'lost' | 'pending'
  /** The highest index that a deciding set holds; 0 if there is none. Who is not listed holds 0. */
  committed(acks: Readonly<Record<NodeId, number>>): number
}

/** More than half of the members. */
export function majority(members: readonly NodeId[]): QuorumSystem {
  return weighted(Object.fromEntries(distinct(members).map((member) => [member, 1])), members)
}

/**
 * More than half of all weight (Gifford, "Weighted Voting for Replicated Data", 1979). Weights are whole numbers >= 0;
 * a member of weight 0 follows and has no say.
 * @throws {@link InvalidConfigurationError} without members or weight.
 */
export function weighted(
  weights: Readonly<Record<NodeId, number>>,
  members: readonly NodeId[] = Object.keys(weights),
): QuorumSystem {
  const weightOf = new Map(Object.entries(weights))
  let total = 0
  for (const [member, weight] of weightOf) {
    if (!Number.isSafeInteger(weight) || weight < 0) {
      throw new InvalidConfigurationError(`the weight of ${member} must be a whole number >= 0, not ${weight}`)
    }
    total += weight
  }
  if (total === 0)
    throw new InvalidConfigurationError('a quorum system needs at least one member with a weight above 0')
  const decides = (weight: number) => weight * 2 > total

  return {
    members: [...members],
    tally(votes) {
      let yes = 0
      let no = 0
      for (const [member, weight] of weightOf) {
        if (votes[member] === true) yes += weight
        else if (votes[member] === false) no += weight
      }
      if (decides(yes)) return 'won'
      return decides(total - no) ? 'pending' : 'lost'
    },
    committed(acks) {
      // A member may bear the name of something that every object inherits.
      const ackOf = (member: NodeId) => (Object.hasOwn(acks, member) ? (acks[member] ?? 0) : 0)
      const held = [...weightOf].map(([member, weight]) => ({ index: ackOf(member), weight }))
      held.sort((a, b) => b.index - a.index)
      let weight = 0
      for (const ack of held) {
        weight += ack.weight
        if (decides(weight)) return ack.index
      }
      return 0
    },
  }
}

/** Both must agree: joint consensus while the members change (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm", section 6). */
export function joint(before: QuorumSystem, after: QuorumSystem): QuorumSystem {
  return {
    members: [...new Set([...before.members, ...after.members])],
    tally(votes) {
      const [a, b] = [before.tally(votes), after.tally(votes)]
      if (a === 'lost' || b === 'lost') return 'lost'
      return a === 'won' && b === 'won' ? 'won' : 'pending'
    },
    committed: (acks) => Math.min(before.committed(acks), after.committed(acks)),
  }
}

function distinct(members: readonly NodeId[]): readonly NodeId[] {
  const twice = members.find((member, position) => members.indexOf(member) !== position)
  if (twice !== undefined) throw new InvalidConfigurationError(`member ${twice} is listed twice`)
  return members
}
