import type { NodeId } from '../values/address.js'
import { fingerprintOf } from '../values/fingerprint.js'
import { isWon } from './formula.js'
import type { Part, QuorumSystem } from './quorumSystem.js'
import { tabulate } from './truthTable.js'

/**
 * A system as a text: the same for the same rule, in whatever order its parts were given.
 *
 *     majority(['n3', 'n1', 'n2'])      2 of n1, n2, n3
 *     weighted({ n1: 2, n2: 1 })        2 of n1 (2), n2
 *
 * A rule that does not show what it is has its answers summed up in a number.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: such a rule of more than 16 members.
 */
export function describeQuorum(system: QuorumSystem): string {
  const { threshold } = system
  if (threshold) return `${threshold.needed} of ${threshold.parts.map(describePart).sort().join(', ')}`
  const members = [...system.members].sort()
  const decided = tabulate(members, (nodes) => isWon(system, nodes))
  return `rule ${fingerprintOf(decided.join('')).toString(16)} of ${members.join(', ')}`
}

function describePart({ weight, of }: Part): string {
  const part = isNode(of) ? of : `(${describeQuorum(of)})`
  return weight === 1 ? part : `${part} (${weight})`
}

const isNode = (of: NodeId | QuorumSystem): of is NodeId => typeof of === 'string'
