import type { NodeId } from '@quorate/core'
import type { NodeReport, RolePlacement, RoleReport } from '@quorate/host'

/** What the nodes that answered say of a cluster. */
export interface ClusterView {
  readonly nodes: readonly NodeReport[]
  /** Nodes that host a role of a group, and did not answer. */
  readonly silent: readonly NodeId[]
  /** By group: what its clients lack. Groups that lack nothing are left out. */
  readonly lacks: Readonly<Record<string, string>>
}

/** Puts together what nodes have answered. */
export const viewOf = (nodes: readonly NodeReport[]): ClusterView => {
  const answered = new Set(nodes.map(({ node }) => node))
  const groups = [...new Set(nodes.flatMap(({ groups }) => Object.keys(groups)))]
  const hosts = groups.flatMap((group) => placementIn(nodes, group).flatMap((role) => role.nodes))
  const expected = new Set([...hosts, ...nodes.flatMap(({ waitingFor }) => waitingFor)])
  return {
    nodes,
    silent: [...expected].filter((node) => !answered.has(node)).sort(),
    lacks: Object.fromEntries(
      groups.flatMap((group) => {
        const lack = lackOf(placementIn(nodes, group), rolesIn(nodes, group)) ?? noRoomIn(nodes, group)
        return lack === undefined ? [] : [[group, lack]]
      }),
    ),
  }
}

/** All roles of a group, as any of its members tells it. */
const placementIn = (nodes: readonly NodeReport[], group: string): readonly RolePlacement[] =>
  Object.values(nodes.find(({ groups }) => groups[group]?.placement)?.groups[group]?.placement ?? {})

/** One role of a group, on one node. */
type PlacedRole = RoleReport & { readonly node: NodeId }

const rolesIn = (nodes: readonly NodeReport[], group: string): readonly PlacedRole[] =>
  nodes.flatMap(({ node, groups }) => Object.values(groups[group]?.roles ?? {}).map((role) => ({ ...role, node })))

/** What is missing, among the nodes that answered, for a client to be served. */
const lackOf = (placement: readonly RolePlacement[], roles: readonly PlacedRole[]): string | undefined => {
  const isForClients = ({ orders, asked }: Pick<RolePlacement, 'orders' | 'asked'>) => orders || asked
  // A group that takes nothing from clients serves none, whoever leads.
  if (!placement.some(isForClients)) return undefined
  // Who serves and names another one as the leader hands on to it what it takes.
  if (!roles.some(({ serves, leader, node }) => serves && (leader ?? node) === node)) return 'has no leader'
  if (!roles.some((role) => role.serves && isForClients(role))) return 'has no node that takes commands'
  const isLog = placement.some(({ orders }) => orders)
  return isLog && !roles.some(({ applies }) => applies) ? 'has no node that executes commands' : undefined
}

/** A group whose leading node has no more room in its log is there, and does nothing that it is told to. */
const noRoomIn = (nodes: readonly NodeReport[], group: string): string | undefined => {
  const isFull = ({ groups }: NodeReport): boolean =>
    groups[group]?.snapshotFailure?.isLogFull === true &&
    Object.values(groups[group].roles).some(({ serves, orders }) => serves && orders)
  const full = nodes.find(isFull)
  return (
    full && `takes no commands: node ${full.node} has no room in its log, because its state machine gives no snapshot`
  )
}
