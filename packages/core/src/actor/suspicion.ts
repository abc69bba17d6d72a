import type { RoleDefinition } from '../group/protocol.js'
import type { NodeId } from '../values/address.js'
import type { PeerFound, PeerLost } from './effect.js'

const nobody: readonly NodeId[] = []

/** Other nodes of which a role that `own` hosts expects something now, each once. */
export function awaitedBy({ awaits }: RoleDefinition, snapshot: unknown, own: NodeId): readonly NodeId[] {
  const awaited = awaits?.(snapshot) ?? nobody
  // Asked after each step, and as a rule there is one.
  if (awaited.length <= 1) return awaited[0] === own ? nobody : awaited
  return [...new Set(awaited)].filter((node) => node !== own)
}

/**
 * Whom an actor suspects when it takes that event, by name. `undefined`: it does not take it, since it does not await the node,
 * or it is no news.
 */
export function suspectedAfter(
  { type, node }: PeerLost | PeerFound,
  awaited: readonly NodeId[],
  suspected: readonly NodeId[],
): readonly NodeId[] | undefined {
  const isSuspected = suspected.includes(node)
  if (type === 'peer.lost') return isSuspected || !awaited.includes(node) ? undefined : [...suspected, node].sort()
  return isSuspected ? suspected.filter((other) => other !== node) : undefined
}

/** After a step: who is awaited no more is forgotten. */
export const stillSuspected = (suspected: readonly NodeId[], awaited: readonly NodeId[]): readonly NodeId[] =>
  suspected.filter((node) => awaited.includes(node))
