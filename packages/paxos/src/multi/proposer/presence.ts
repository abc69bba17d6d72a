import { type Address, invariant, type NodeId } from '@quorate/core'
import type { MultiPaxosMessage } from '../../generated/multi_paxos.js'
import { type Configured, everyRole, type RoleName, roleAt } from '../shared/config.js'
import type { Outgoing } from './state.js'

/**
 * Who is there. Who does not answer is left out of what is said to all: the bus would pile it up for a process that has
 * stopped, at the cost of the others.
 * @module
 */

/** Who hears others, counted in heartbeats. */
export interface Hearing extends Configured {
  /** Heartbeats so far. */
  readonly beat: number
  /** In which beat somebody was last heard. */
  readonly heardAt: Readonly<Record<Address, number>>
}

const silentBeats = 5

const isSilent = (self: Hearing, role: RoleName, node: NodeId): boolean =>
  self.beat - (self.heardAt[roleAt(self, role, node)] ?? 0) > silentBeats

export const heardOf = (self: Hearing, role: RoleName): readonly NodeId[] =>
  self.config.nodes[role].filter((node) => !isSilent(self, role, node))

export const present = (self: Hearing, role: RoleName): readonly NodeId[] => {
  const there = heardOf(self, role)
  return there.length === 0 ? self.config.nodes[role] : there
}

export function toEach(self: Hearing, role: RoleName, message: MultiPaxosMessage): readonly Outgoing[] {
  const nodes = present(self, role)
  return nodes.length === self.config.nodes[role].length
    ? [{ to: everyRole(self, role), message }]
    : nodes.map((node) => ({ to: roleAt(self, role, node), message }))
}

export const inTurn = (nodes: readonly NodeId[], turn: number): NodeId => {
  const node = nodes[turn % nodes.length]
  invariant(node !== undefined, 'a role has no nodes')
  return node
}
