import {
  atLeast,
  bothPhases,
  flexible,
  grid,
  type NodeId,
  type PhaseQuorums,
  type QuorumSystem,
  weighted,
} from '@quorate/core'
import type { Chance, Promises } from '@quorate/simulator'

/** What varies from run to run of one subject. @module */

export const named = (count: number): NodeId[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)

/** A third of the clusters are like those that people deploy; the others are nervous, or frugal, or as a rule both. */
function drawVariety(chance: Chance): { readonly isNervous: boolean; readonly isFrugal: boolean } {
  const variety = chance.stream('variety').below(1000)
  return { isNervous: variety >= 450, isFrugal: variety >= 550 || (variety >= 350 && variety < 450) }
}

/** Time-outs so short that leaders come and go. */
export function drawTimes(chance: Chance): { readonly electionTimeoutMs?: number; readonly heartbeatMs?: number } {
  if (!drawVariety(chance).isNervous) return {}
  const own = chance.stream('nervous')
  const leastMs = own.pick([40, 120, 300, 400])
  const electionTimeoutMs = leastMs + own.below(leastMs)
  const heartbeatMs = Math.floor((electionTimeoutMs * own.between(30, 50)) / 100)
  return { electionTimeoutMs, heartbeatMs }
}

/** A snapshot in smaller pieces, with a round trip for each, takes longer than half a minute. */
const farPieceBytes = 300

/** Time-outs as they are by default bear round trips of a second. */
export const farOf = (chance: Chance, { bytesMax }: { readonly bytesMax: number }): Promises =>
  drawVariety(chance).isNervous || bytesMax < farPieceBytes ? {} : { roundTripMs: 1000 }

/** Next to nothing is kept, so that snapshots are what nodes are busy with: whole, or in many pieces. */
export function drawFrugalLimits(chance: Chance) {
  if (!drawVariety(chance).isFrugal) return {}
  const own = chance.stream('frugal')
  return {
    snapshotEveryEntries: own.pick([1, 1, 2, 5, 10]),
    entriesKept: own.pick([1, 1, 3]),
    entriesMax: own.between(1, 4),
    bytesMax: own.pick([30, 100, 300, 262_144, 262_144]),
  }
}

/** Of a third of the clusters something else than a majority decides. */
export const hasOddQuorums = (own: Chance): boolean => own.isOne(330)

/** One node has two votes, and perhaps another has none. */
export function drawWeights(nodes: readonly NodeId[], own: Chance): QuorumSystem {
  const order = own.shuffled(nodes)
  const silent = order.length > 3 && own.isOne(500) ? order.at(-1) : undefined
  return weighted(Object.fromEntries(nodes.map((node) => [node, node === order[0] ? 2 : node === silent ? 0 : 1])))
}

/** Few accept and many are asked by a new leader, or the other way round; a grid; or weights. */
export function drawQuorums(acceptors: readonly NodeId[], own: Chance): PhaseQuorums {
  const count = acceptors.length
  const isSquare = count >= 4 && own.isOne(400)
  if (isSquare) return grid(2, 2, own.shuffled(acceptors).slice(0, 4))
  if (own.isOne(300)) return bothPhases(drawWeights(acceptors, own))
  const accepting = own.between(1, count)
  return flexible({ phase1: atLeast(count - accepting + 1, acceptors), phase2: atLeast(accepting, acceptors) })
}

/** How many nodes a run of a protocol has where nobody says. */
export const drawNodes = (chance: Chance): number => chance.pick([3, 5])
