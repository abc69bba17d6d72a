import { QuorateError } from '../errors/errors.js'
import type { NodeId } from '../values/address.js'
import { afterVote, type Formula, formulaOf, isWon, openNodesOf, type Residual } from './formula.js'
import { membersOf, type PhaseQuorums } from './phases.js'
import type { QuorumSystem } from './quorumSystem.js'

/** `QUORATE_UNPROVEN_QUORUMS`: it could not be found out within reasonable effort whether all quorums meet. */
export class UnprovenQuorumsError extends QuorateError {
  constructor(what: string, options?: { cause?: unknown }) {
    super('QUORATE_UNPROVEN_QUORUMS', what, options)
  }
}

/** A quorum of each phase, neither of which can spare a node, without a common node: two values could be chosen. */
export interface DisjointQuorums {
  readonly phase1: readonly NodeId[]
  readonly phase2: readonly NodeId[]
}

/**
 * A phase-1 quorum and a phase-2 quorum that do not meet; `undefined` proves that there are none.
 *
 * Such a pair divides the nodes: one side decides phase 1, the other phase 2. So node after node is given to either side, a
 * yes in one system and a no in the other, until both are decided or one is lost:
 *
 *     grid(2, 2, [a, b, c, d])        phase 1               phase 2
 *                                     a, b or c, d          a, c or b, d
 *     a to phase 1                    b or c, d             b, d
 *     |  b to phase 1                 decided               lost
 *     |  b to phase 2                 c, d                  d
 *     |  |  c to phase 1              d                     d
 *     |  |  |  d to phase 1           decided               lost
 *     |  |  |  d to phase 2           lost                  decided
 *     |  |  c to phase 2              lost                  d
 *     a to phase 2, and so on
 *
 * What is left of the two rules is all that matters of the way there, so none of these pairs is looked at twice: of the
 * 2^100 ways to divide a grid of 10 by 10 some 2,500 pairs are left. Majorities, and weights that both phases share, are
 * settled by their sum. What has no such shape, and is large, is refused.
 * @throws {@link UnprovenQuorumsError} `QUORATE_UNPROVEN_QUORUMS`: too many pairs to look at.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a system of one's own that is no threshold and
 *   has more than 16 members, or in which a set decides, and with one more node no longer.
 */
export function disjointQuorums(quorums: PhaseQuorums): DisjointQuorums | undefined {
  const { phase1, phase2 } = quorums
  const nodes = membersOf(quorums)
  const numbers = new Map(nodes.map((node, number) => [node, number]))
  const numberOf = (node: NodeId) => numbers.get(node) ?? -1
  const formula1 = formulaOf(phase1, numberOf)
  const formula2 = phase2 === phase1 ? formula1 : formulaOf(phase2, numberOf)
  const found = divide(formula1, formula2, new Refuted())
  if (!found) return undefined
  const isInPhase1 = new Set(found)
  return {
    phase1: smallest(
      phase1,
      nodes.filter((_node, number) => isInPhase1.has(number)),
    ),
    phase2: smallest(
      phase2,
      nodes.filter((_node, number) => !isInPhase1.has(number)),
    ),
  }
}

/** How much a proof may look at, in characters of what is left of the rules: about a second. */
const effortMax = 20_000_000

/** The pairs of rules of which no division of the nodes decides both. */
class Refuted {
  readonly #pairs = new Set<string>()
  #effort = 0

  /** Whether this pair was looked at before; from now on it was. */
  has(phase1: Formula, phase2: Formula): boolean {
    const pair = `${phase1.key} ${phase2.key}`
    if (this.#pairs.has(pair)) return true
    this.#pairs.add(pair)
    this.#effort += pair.length
    if (this.#effort > effortMax) {
      throw new UnprovenQuorumsError(
        `cannot prove that every phase-1 quorum meets every phase-2 quorum: gave up after ${this.#pairs.size} cases; ` +
          'use fewer members, smaller weights, or a simpler rule',
      )
    }
    return false
  }
}

/** The nodes on the side of phase 1, if they can be divided so that both phases are decided. */
function divide(phase1: Residual, phase2: Residual, refuted: Refuted): readonly number[] | undefined {
  if (phase1 === false || phase2 === false) return undefined
  // The other phase is not lost: it is decided by all nodes that are left.
  if (phase1 === true) return []
  if (phase2 === true) return openNodesOf(phase1)
  if (doesOutweigh(phase1, phase2) || refuted.has(phase1, phase2)) return undefined
  const [node = -1] = openNodesOf(phase1)
  const without = afterVote(phase2, node, false)
  const given = divide(afterVote(phase1, node, true), without, refuted)
  if (given) return [node, ...given]
  // Who has no say in phase 2 any more is of no use there.
  return without === phase2 ? undefined : divide(afterVote(phase1, node, false), afterVote(phase2, node, true), refuted)
}

/** Whether two rules over the same nodes and weights need more weight together than there is, as majorities do. */
function doesOutweigh(phase1: Formula, phase2: Formula): boolean {
  if (phase1.kind === 'table' || phase2.kind === 'table' || phase1.parts.length !== phase2.parts.length) return false
  const weightOf = new Map(phase1.parts.map(({ of, weight }) => [of, weight]))
  let total = 0
  for (const { of, weight } of phase2.parts) {
    if (typeof of !== 'number' || weightOf.get(of) !== weight) return false
    weightOf.delete(of)
    total += weight
  }
  return phase1.needed + phase2.needed > total
}

/** Of nodes that decide, so few that none can be spared. */
function smallest(system: QuorumSystem, deciding: readonly NodeId[]): readonly NodeId[] {
  return deciding.reduce((kept, node) => {
    const others = kept.filter((other) => other !== node)
    return isWon(system, others) ? others : kept
  }, deciding)
}
