import { InvalidConfigurationError } from '../errors/errors.js'
import type { NodeId } from '../values/address.js'
import type { QuorumSystem } from './quorumSystem.js'
import { ackOf, checkDistinct } from './threshold.js'
import { tabulate } from './truthTable.js'

/**
 * The sets of nodes for which `decides` is true. It is asked about every set of members, here and never again.
 *
 *     quorums(['n1', 'n2', 'n3', 'n4'], (nodes) => nodes.has('n1') && nodes.size > 1)     n1 and anybody else
 *
 * @param members at most 16. Of more, build the rule from {@link atLeast}, {@link weighted} and {@link joint}.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a set decides, and with one more node no
 *   longer; the empty set decides; not even all members do; more than 16 members, or one twice.
 */
export function quorums(members: readonly NodeId[], decides: (nodes: ReadonlySet<NodeId>) => boolean): QuorumSystem {
  const decided = tabulate(checkDistinct(members), (nodes) => decides(new Set(nodes)))
  if (decided.at(0) === 1) {
    throw new InvalidConfigurationError('the empty set of nodes decides: expected that a quorum needs at least one')
  }
  if (decided.at(-1) === 0) {
    throw new InvalidConfigurationError(`not even all members (${members.join(', ')}) decide: expected that they do`)
  }
  return tabulated([...members], decided)
}

function tabulated(members: readonly NodeId[], decided: Uint8Array): QuorumSystem {
  const everybody = decided.length - 1
  const decides = (code: number) => decided[code] === 1
  return {
    members,
    tally(votes) {
      let yes = 0
      let no = 0
      for (const [at, member] of members.entries()) {
        if (votes[member] === true) yes |= 1 << at
        else if (votes[member] === false) no |= 1 << at
      }
      if (decides(yes)) return 'won'
      return decides(everybody & ~no) ? 'pending' : 'lost'
    },
    committed(acks) {
      const held = members.map((member, at) => ({ index: ackOf(acks, member), bit: 1 << at }))
      held.sort((a, b) => b.index - a.index)
      let code = 0
      for (const { index, bit } of held) {
        code |= bit
        if (decides(code)) return index
      }
      return 0
    },
  }
}
