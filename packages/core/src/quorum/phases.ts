import type { NodeId } from '../values/address.js'
import type { QuorumSystem } from './quorumSystem.js'

/**
 * Which sets of nodes decide each of the two phases of a protocol. It is enough that every phase-1 quorum shares a node
 * with every phase-2 quorum (Howard, Malkhi and Spiegelman, "Flexible Paxos: Quorum Intersection Revisited", 2016):
 *
 *     n1  n2  n3  n4
 *     =========           phase 1: any 3 of 4     the new leader hears of everything that may have been chosen ...
 *             ------      phase 2: any 2 of 4     ... from the node that is in both
 */
export interface PhaseQuorums {
  /** Who must answer before a new leader or ballot acts: Prepare and Promise in Paxos, votes in Raft. */
  readonly phase1: QuorumSystem
  /** Who must accept so that a value is chosen: Accept and Accepted in Paxos, AppendEntries in Raft. */
  readonly phase2: QuorumSystem
}

/**
 * A system for each phase, over the same members or over others. Whether they meet is proved by `defineTopology`, and by
 * {@link disjointQuorums} on its own.
 *
 *     flexible({ phase1: atLeast(4, members), phase2: atLeast(2, members) })     of five: any command needs two of them
 */
export function flexible({ phase1, phase2 }: PhaseQuorums): PhaseQuorums {
  return { phase1, phase2 }
}

/** One system for both phases, e.g. `bothPhases(majority(members))`. */
export function bothPhases(system: QuorumSystem): PhaseQuorums {
  return { phase1: system, phase2: system }
}

/** All nodes that have a say in either phase, each once, those of phase 1 first. */
export function membersOf({ phase1, phase2 }: PhaseQuorums): readonly NodeId[] {
  return [...new Set([...phase1.members, ...phase2.members])]
}
