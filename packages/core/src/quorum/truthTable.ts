import { InvalidConfigurationError } from '../errors/errors.js'
import type { NodeId } from '../values/address.js'

/** Most members of a rule that is asked about every set of them: 16 have 65,536. */
const tabulatedMembersMax = 16

/**
 * Asks a rule about every set of at most {@link tabulatedMembersMax} members: at place `code`, 1 if the members whose
 * bits are set in `code` decide.
 *
 *     members     a (bit 0), b (bit 1)
 *     code        00 01 10 11
 *     a decides    0  1  0  1
 *
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: too many members, or a set decides, and with
 *   one more node no longer.
 */
export function tabulate(members: readonly NodeId[], decides: (nodes: readonly NodeId[]) => boolean): Uint8Array {
  if (members.length > tabulatedMembersMax) {
    throw new InvalidConfigurationError(
      `a rule that is no threshold is asked about every set of its members: expected at most ${tabulatedMembersMax} of ` +
        `them, found ${members.length} (${members.join(', ')}); build the rule from atLeast, weighted and joint`,
    )
  }
  const decided = new Uint8Array(2 ** members.length)
  for (let code = 0; code < decided.length; code++) decided[code] = decides(nodesOf(members, code)) ? 1 : 0
  checkMonotone(members, decided)
  return decided
}

/** The table of the other members when the one at bit `at` has said yes or no. */
export function withoutMember(decided: Uint8Array, at: number, yes: boolean): Uint8Array {
  return decided.filter((_decides, code) => ((code >> at) & 1) === (yes ? 1 : 0))
}

function checkMonotone(members: readonly NodeId[], decided: Uint8Array): void {
  for (let code = 0; code < decided.length; code++) {
    const spoiler = decided[code] === 1 ? members.findIndex((_member, at) => decided[code | (1 << at)] === 0) : -1
    if (spoiler < 0) continue
    throw new InvalidConfigurationError(
      `the nodes ${textOf(members, code)} decide, and ${textOf(members, code | (1 << spoiler))} do not: ` +
        'nodes that decide must still do so with others beside them',
    )
  }
}

const nodesOf = (members: readonly NodeId[], code: number): readonly NodeId[] =>
  members.filter((_member, at) => (code >> at) & 1)

const textOf = (members: readonly NodeId[], code: number): string => `{${nodesOf(members, code).join(', ')}}`
