import type { GroupDefinition, NodeId } from '@quorate/core'
import type { Chance } from './chance.js'
import type { SimulatedCluster } from './subject.js'

/**
 * Nodes of which no one can be spared: with them alone every group has its quorums, and of every role a majority of
 * those that host it. Drawn at random.
 */
export function drawCore({ nodes, groups }: SimulatedCluster, chance: Chance): NodeId[] {
  const core = new Set(nodes)
  for (const node of chance.shuffled(nodes)) {
    core.delete(node)
    if (!Object.values(groups).every((group) => isEnough(group, core))) core.add(node)
  }
  return nodes.filter((node) => core.has(node))
}

function isEnough({ roles, quorums }: GroupDefinition, core: ReadonlySet<NodeId>): boolean {
  const hasRoles = Object.values(roles).every(
    ({ nodes }) => nodes.filter((node) => core.has(node)).length * 2 > nodes.length,
  )
  if (!hasRoles || !quorums) return hasRoles
  const votes = Object.fromEntries([...core].map((node) => [node, true]))
  return [quorums.phase1, quorums.phase2].every((quorum) => quorum.tally(votes) === 'won')
}
