import type { NodeId } from '../values/address.js'
import type { QuorumSystem } from './quorumSystem.js'
import { tabulate, withoutMember } from './truthTable.js'

/**
 * A rule of which some nodes have said yes or no already: what is still open of it. Nodes are numbers here.
 *
 *     2 of 0, 1, 2     0 says yes: 1 of 1, 2     then 1 says no: 1 of 2     then 2 says yes: decided
 */
export type Formula = Gate | Table

/** What is left of a formula: `true` when it is decided whatever the others say, `false` when it can be no longer. */
export type Residual = Formula | boolean

/** Open parts that weigh at least `needed`. */
export interface Gate {
  readonly kind: 'gate'
  readonly needed: number
  readonly parts: readonly OpenPart[]
  /** Equal for formulas that are equal. */
  readonly key: string
}

interface OpenPart {
  readonly weight: number
  readonly of: number | Formula
}

/** A rule that is known by its answers only. */
interface Table {
  readonly kind: 'table'
  readonly nodes: readonly number[]
  /** By set of nodes, as {@link tabulate} has them. */
  readonly decided: Uint8Array
  /** Equal for formulas that are equal. */
  readonly key: string
}

/**
 * A system of which nobody has said anything yet. One that does not show its rule is asked about every set of its members.
 * @param numberOf a number of its own for every member.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: as {@link tabulate} says.
 */
export function formulaOf(system: QuorumSystem, numberOf: (node: NodeId) => number): Residual {
  if (!system.threshold) {
    return tableOf(
      system.members.map(numberOf),
      tabulate(system.members, (nodes) => isWon(system, nodes)),
    )
  }
  const { needed, parts } = system.threshold
  return gateOf(
    needed,
    parts.map(({ weight, of }) => ({ weight, of: typeof of === 'string' ? numberOf(of) : formulaOf(of, numberOf) })),
  )
}

/** Whether these nodes decide. */
export const isWon = (system: QuorumSystem, nodes: readonly NodeId[]): boolean =>
  system.tally(Object.fromEntries(nodes.map((node) => [node, true]))) === 'won'

/** What is left when `node` has said yes or no: the same object if the formula does not depend on that node. */
export function afterVote(formula: Formula, node: number, yes: boolean): Residual {
  if (formula.kind === 'table') return tableAfterVote(formula, node, yes)
  const parts = formula.parts.map((part) => {
    const of = typeof part.of === 'number' ? (part.of === node ? yes : part.of) : afterVote(part.of, node, yes)
    return of === part.of ? part : { weight: part.weight, of }
  })
  return parts.every((part, at) => part === formula.parts[at]) ? formula : gateOf(formula.needed, parts)
}

function tableAfterVote(table: Table, node: number, yes: boolean): Residual {
  const at = table.nodes.indexOf(node)
  if (at < 0) return table
  return tableOf(
    table.nodes.filter((other) => other !== node),
    withoutMember(table.decided, at, yes),
  )
}

/** The nodes whose word may still count; those of a part stand together. */
export function openNodesOf(formula: Formula): readonly number[] {
  if (formula.kind === 'table') return formula.nodes
  return formula.parts.flatMap(({ of }) => (typeof of === 'number' ? [of] : openNodesOf(of)))
}

function gateOf(
  neededAtFirst: number,
  parts: readonly { readonly weight: number; readonly of: number | Residual }[],
): Residual {
  let needed = neededAtFirst
  let total = 0
  const open: OpenPart[] = []
  for (const { weight, of } of parts) {
    if (of === true) needed -= weight
    if (typeof of === 'boolean' || weight === 0) continue
    total += weight
    open.push({ weight, of })
  }
  if (needed <= 0) return true
  if (total < needed) return false
  const texts = open.map(({ weight, of }) => `${weight}*${typeof of === 'number' ? of : of.key}`)
  return { kind: 'gate', needed, parts: open, key: `(${needed} of ${texts.join(' ')})` }
}

function tableOf(nodes: readonly number[], decided: Uint8Array): Residual {
  if (decided.at(0) === 1) return true
  if (decided.at(-1) === 0) return false
  return { kind: 'table', nodes, decided, key: `[${nodes.join(' ')}: ${decided.join('')}]` }
}
