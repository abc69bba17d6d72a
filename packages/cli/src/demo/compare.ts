import { setTimeout } from 'node:timers/promises'
import type { Digest } from '../nodes/digest.js'
import { type DemoCluster, demoNodes } from './demoCluster.js'
import type { DemoInput } from './input.js'
import { linePrefix } from './replicate.js'
import type { NodeOutcome } from './report.js'

const catchUpMsMax = 60_000
const catchUpPollMs = 100

/** Waits until every node has applied as many lines as the file has, and compares what each applied with the file. */
export const compare = async (input: DemoInput, cluster: DemoCluster): Promise<NodeOutcome[]> => {
  const giveUpAtMs = performance.now() + catchUpMsMax
  const outcomes: NodeOutcome[] = []
  for (const id of demoNodes) {
    let digest = await cluster.digest(id, linePrefix)
    while (digest.entries < input.lines.length && performance.now() < giveUpAtMs) {
      await setTimeout(catchUpPollMs)
      digest = await cluster.digest(id, linePrefix)
    }
    outcomes.push(outcomeOf(id, digest, input))
  }
  return outcomes
}

/** Equal is: these bytes, in as many lines, each applied once, and none before an earlier one. */
export const outcomeOf = (id: string, digest: Digest, input: Pick<DemoInput, 'lines' | 'sha256'>): NodeOutcome => {
  const { entries, repeated, misplaced, sha256 } = digest
  const isOnceInOrder = entries === input.lines.length && repeated === 0 && misplaced === 0
  return { id, applied: entries, sha256, equal: isOnceInOrder && sha256 === input.sha256 }
}
