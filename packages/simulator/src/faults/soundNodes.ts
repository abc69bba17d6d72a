import { type GroupDefinition, hostsOf, type NodeId } from '@quorate/core'
import type { Chance } from '../chance/chance.js'
import type { SimulatedCluster } from '../subject/subject.js'

/**
 * Nodes of which no one can be spared: with them alone every group has its quorums, and of every role a majority of
 * those that host it; all of them, where a group changes its members, since nobody knows whom it will need. Drawn at random.
 */
export function drawSoundNodes({ nodes, groups }: SimulatedCluster, chance: Chance): NodeId[] {
  const core = new Set(nodes)
  for (const node of chance.shuffled(nodes)) {
    core.delete(node)
    if (!Object.values(groups).every((group) => isEnough(group, core))) core.add(node)
  }
  return nodes.filter((node) => core.has(node))
}

/** A core, and what of it stays cut. */
export interface SoundNodes {
  readonly nodes: readonly NodeId[]
  /** As a script names them, e.g. `n1>n2`. */
  readonly cut: readonly string[]
}

/**
 * Now and then only one node of a core reaches the others, in both directions, and perhaps the core has more nodes than it
 * needs: the partitions in which a leader loses its quorum, in which the one that could lead is behind, and chains (Ng,
 * Haridi and Carbone, "Omni-Paxos: Breaking the Barriers of Partial Connectivity", EuroSys 2023, section 2).
 */
export function drawHub(cluster: SimulatedCluster, core: readonly NodeId[], chance: Chance): SoundNodes {
  const hubs = cluster.promises?.hubs ?? []
  if (hubs.length === 0 || !chance.isOne(250)) return { nodes: core, cut: [] }
  const hub = chance.pick(hubs)
  const nodes = cluster.nodes.filter((node) => node === hub || core.includes(node) || chance.isOne(500))
  const leaves = nodes.filter((node) => node !== hub)
  const cut = leaves.flatMap((from) => leaves.filter((to) => to !== from).map((to) => `${from}>${to}`))
  return { nodes, cut }
}

function isEnough({ roles, quorums }: GroupDefinition, core: ReadonlySet<NodeId>): boolean {
  const hasRoles = Object.values(roles).every((role) => {
    const left = hostsOf(role).filter((node) => core.has(node)).length
    return role.changesMembers ? left === hostsOf(role).length : left * 2 > role.nodes.length
  })
  if (!hasRoles || !quorums) return hasRoles
  const votes = Object.fromEntries([...core].map((node) => [node, true]))
  return [quorums.phase1, quorums.phase2].every((quorum) => quorum.tally(votes) === 'won')
}

/** True if a node decides by itself in a group: what its disk may have lost nobody else can tell. */
export const hasSoleDecider = ({ groups }: SimulatedCluster): boolean =>
  Object.values(groups).some(({ roles, quorums }) =>
    Object.values(roles).some(({ nodes }) => nodes.some((node) => quorums?.phase2.tally({ [node]: true }) === 'won')),
  )
