import { checkNodes, InvalidConfigurationError, type NodeId } from '@quorate/core'

/**
 * Proposal numbers. "Different proposers choose their numbers from disjoint sets of numbers, so two different proposers
 * never issue a proposal with the same number" (Lamport, "Paxos Made Simple", section 2.5): a round, and the node that
 * issued it.
 * @module
 */

export interface Ballot {
  /** Counts up, on each proposer; 0 before the first. */
  readonly round: number
  readonly node: NodeId
}

/** Before every ballot that anybody issues. */
export const noBallot: Ballot = { round: 0, node: '' }

/** Rounds beyond are nobody's: a ballot must fit a number. */
export const roundMax = 2 ** 32

const nodesMax = 2 ** 20

/**
 * A disk that lost its last write may hold an older round than was used, by as much as rounds grew since the write before
 * it. More than so many elections in that time there were not.
 */
export const roundsSkippedInDoubt = 2 ** 20

/** A node's place among the ballots of one round: 0 to 2^20 - 1, from its name alone (FNV-1a, folded). */
export function placeOf(node: NodeId): number {
  const known = places.get(node)
  if (known !== undefined) return known
  let hash = 0x811c9dc5
  for (let at = 0; at < node.length; at++) hash = Math.imul(hash ^ node.charCodeAt(at), 0x01000193)
  const place = ((hash >>> 20) ^ hash) & (nodesMax - 1)
  if (places.size < 1024) places.set(node, place)
  return place
}

/** Remembered, since it is asked for with every message: the same for everybody, whoever asks. */
const places = new Map<NodeId, number>()

/**
 * A ballot as one number, in the order of ballots: the term of a log entry. It depends on nothing but the ballot, so that
 * a change in the list of proposers gives no number a second meaning; that no two proposers share a place is checked where
 * the group is made.
 */
export const termOf = ({ round, node }: Ballot): number => (round === 0 ? 0 : round * nodesMax + placeOf(node))

export const isGreater = (a: Ballot, b: Ballot): boolean => termOf(a) > termOf(b)

/** So far beyond all ballots that are known goes an acceptor on without proposers that are gone: one may have had its promise. */
const roundsLeftOut = 1000

/** A ballot beyond those that are known. */
export const beyond = ({ round, node }: Ballot): Ballot => ({ round: round + roundsLeftOut, node })

export const higherOf = (a: Ballot, b: Ballot): Ballot => (isGreater(b, a) ? b : a)

export const isSameBallot = (a: Ballot, b: Ballot): boolean => a.round === b.round && a.node === b.node

/** A ballot that no proposer issues. */
export const isNobodys = ({ round }: Ballot): boolean => round < 1 || round > roundMax

/**
 * Checks the nodes that issue ballots.
 * @throws what {@link checkNodes} throws, and {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` for two
 *   whose ballots could be equal.
 */
export function checkProposers(proposers: readonly NodeId[]): void {
  checkNodes('proposers', proposers)
  const ownerOf = new Map<number, NodeId>()
  for (const node of proposers) {
    const other = ownerOf.get(placeOf(node))
    if (other !== undefined) {
      throw new InvalidConfigurationError(
        `proposers ${other} and ${node} would issue the same ballots, by an accident of their names: give one another name`,
      )
    }
    ownerOf.set(placeOf(node), node)
  }
}
