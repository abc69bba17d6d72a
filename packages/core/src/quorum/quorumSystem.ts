import type { NodeId } from '../values/address.js'

/**
 * Which sets of nodes decide. A set that decides still does so with more nodes in it.
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
  /**
   * The same rule as data, where it is a threshold: what lets a proof reason about it. A system without it is asked about
   * every set of its members.
   */
  readonly threshold?: Threshold
}

/**
 * Parts that weigh at least `needed` together decide. A part is a node, or a system of which it counts whether it decides.
 *
 *     majority of 3      needed 2     n1 weighs 1, n2 weighs 1, n3 weighs 1
 *     any of two rows    needed 1     (2 of n1, n2) weighs 1, (2 of n3, n4) weighs 1
 */
export interface Threshold {
  /** A whole number from 1 to the weight of all parts. */
  readonly needed: number
  readonly parts: readonly Part[]
}

/** One part of a threshold, and what it weighs: a whole number >= 0. */
export interface Part {
  readonly weight: number
  readonly of: NodeId | QuorumSystem
}
