import { type NodeId, nodeOf, type PhaseQuorums } from '@quorate/core'
import type { Lapse } from './generated/register.js'

/**
 * Disks that lost their last write, and whose answers still count.
 *
 * A replica that has forgotten what it acknowledged must hold it again before it answers anything. What was acknowledged by
 * a quorum others can tell it. What was acknowledged by too few, and is under way, perhaps nobody can: and its coordinator may
 * still count the forgotten acknowledgement, later, when others have acknowledged too. So each replica numbers its lapses, and
 * when it asks the others what it should hold it tells them the number; they write it down, and say it with all that they
 * answer from then on. An answer counts as long as nobody is known to tell of a later lapse of its sender.
 *
 * The others that it waits for are a quorum of both phases without it, and none of them is in doubt itself. Take a write that
 * counts a forgotten acknowledgement, and the quorum of phase 2 by which it ended. One of that quorum has answered the question
 * (it is a quorum of phase 1): before it acknowledged the write, and then its acknowledgement told of the lapse; or after it,
 * and then its answer held the write. That somebody noted a lapse is as durable as a write itself (it is a quorum of phase 2):
 * who has forgotten it is told by others before it answers again, or its answer did not count, by the same rule.
 * @module
 */

type Lapses = readonly Lapse[]

export const noLapses: Lapses = []

/** How often a node is known to have lost a write. */
export const lapsesOf = (lapses: Lapses, node: NodeId): number =>
  lapses.find((known) => known.node === node)?.count ?? 0

/** What both know: the same object as `known` where the other tells nothing new. */
export function merged(known: Lapses, told: Lapses): Lapses {
  const isNews = told.some(({ node, count }) => count > lapsesOf(known, node))
  if (!isNews) return known
  const nodes = new Set([...known, ...told].map(({ node }) => node))
  return [...nodes].sort().map((node) => ({ node, count: Math.max(lapsesOf(known, node), lapsesOf(told, node)) }))
}

/** By node that has answered: how often it had lost a write by then. */
export type Answers = Readonly<Record<NodeId, number>>

/** Who answered, and of which lapses these told. */
export interface Gathered {
  readonly answers: Answers
  readonly lapses: Lapses
}

/** With one answer more. One of before a lapse does not take the place of one of after it. */
export function withAnswer({ answers, lapses }: Gathered, from: string, told: Lapses): Gathered {
  const node = nodeOf(from as Parameters<typeof nodeOf>[0])
  const count = Math.max(answers[node] ?? 0, lapsesOf(told, node))
  return { answers: { ...answers, [node]: count }, lapses: merged(lapses, told) }
}

/** Whose answers count. */
export const counted = ({ answers, lapses }: Gathered): Readonly<Record<NodeId, boolean>> =>
  Object.fromEntries(
    Object.entries(answers).flatMap(([node, count]) => (count < lapsesOf(lapses, node) ? [] : [[node, true] as const])),
  )

export const isQueried = ({ phase1 }: PhaseQuorums, gathered: Gathered): boolean =>
  phase1.tally(counted(gathered)) === 'won'

export const isPropagated = ({ phase2 }: PhaseQuorums, gathered: Gathered): boolean =>
  phase2.tally(counted(gathered)) === 'won'
