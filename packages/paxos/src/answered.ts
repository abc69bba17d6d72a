import type { NodeId, PhaseQuorums } from '@quorate/core'

/** Whose answers count, where acceptors may have lost their last write. @module */

/** By acceptor that has answered: whether its disk lost a write, so that the answer may leave something out. */
export type Answered = Readonly<Record<NodeId, boolean>>

/** True if those that lost nothing are a phase-1 quorum: what was chosen is among what they say. */
export function isSure({ phase1 }: PhaseQuorums, answered: Answered): boolean {
  const sure = Object.entries(answered).flatMap(([node, isDoubtful]) => (isDoubtful ? [] : [[node, true] as const]))
  return phase1.tally(Object.fromEntries(sure)) === 'won'
}

/** True if they are sure, or all have answered: then what is chosen is lost only if no disk holds it any more. */
export const isKnown = (quorums: PhaseQuorums, acceptors: readonly NodeId[], answered: Answered): boolean =>
  isSure(quorums, answered) || acceptors.every((node) => answered[node] !== undefined)

/** So often all had the time to answer. */
const asksEnough = 3

/** True if the operator says that who does not answer is gone for good. */
export const mayGoWithout = (config: { readonly lossAccepted?: boolean }, asks: number): boolean =>
  config.lossAccepted === true && asks >= asksEnough

/** True if no other acceptor need hold what this one has lost. */
export const isAlone = ({ phase2 }: PhaseQuorums, node: NodeId): boolean => phase2.tally({ [node]: true }) === 'won'
