import type { NodeId } from '@quorate/core'
import type { NodeReport, RoleReport, ServiceReport } from '@quorate/host'

/** What the nodes that answered say of a cluster. */
export interface ClusterView {
  readonly nodes: readonly NodeReport[]
  /** Nodes that host a role of a group, and did not answer. */
  readonly silent: readonly NodeId[]
  /** By group: what its clients lack. Groups that lack nothing are left out. */
  readonly lacks: Readonly<Record<string, string>>
}

/** Puts together what nodes have answered: of the groups that were asked for, or of all where none was named. */
export const viewOf = (nodes: readonly NodeReport[], asked: readonly string[] = []): ClusterView => {
  const answered = new Set(nodes.map(({ node }) => node))
  const groups = [...new Set([...asked, ...nodes.flatMap(({ groups }) => Object.keys(groups))])]
  const hosts = nodes.flatMap((node) =>
    Object.values(node.groups).flatMap(({ placement }) => Object.values(placement).flat()),
  )
  const expected = new Set([...hosts, ...nodes.flatMap(({ waitingFor }) => waitingFor)])
  return {
    nodes,
    silent: [...expected].filter((node) => !answered.has(node)).sort(),
    lacks: Object.fromEntries(
      groups.flatMap((group) => {
        const lack =
          nowhere(nodes, group) ?? lackOf(serviceIn(nodes, group), rolesIn(nodes, group)) ?? noRoomIn(nodes, group)
        return lack === undefined ? [] : [[group, lack]]
      }),
    ),
  }
}

const nowhere = (nodes: readonly NodeReport[], group: string): string | undefined =>
  nodes.some(({ groups }) => groups[group]) ? undefined : 'is on no node that answers'

/** What a group does for its clients, as any of its members tells it. */
const serviceIn = (nodes: readonly NodeReport[], group: string): ServiceReport =>
  nodes.find(({ groups }) => groups[group])?.groups[group]?.service ?? { type: 'none' }

/** One role of a group, on one node. */
type PlacedRole = RoleReport & { readonly node: NodeId; readonly role: string }

const rolesIn = (nodes: readonly NodeReport[], group: string): readonly PlacedRole[] =>
  nodes.flatMap(({ node, groups }) =>
    Object.entries(groups[group]?.roles ?? {}).map(([role, report]) => ({ ...report, node, role })),
  )

/** What is missing, among the nodes that answered, for a client to be served. */
const lackOf = (service: ServiceReport, roles: readonly PlacedRole[]): string | undefined => {
  const isServed = (by: string): boolean => roles.some(({ role, serves }) => role === by && serves)
  switch (service.type) {
    case 'none':
      return undefined
    case 'ask':
      return isServed(service.answers) ? undefined : 'has no node that answers'
    case 'log':
      // Who serves and names another one as the leader hands on to it what it takes.
      if (!roles.some(({ serves, leader, node }) => serves && (leader ?? node) === node)) return 'has no leader'
      if (!isServed(service.orders)) return 'has no node that takes commands'
      return roles.some(({ role }) => role === service.applies) ? undefined : 'has no node that executes commands'
  }
}

/** A group whose leading node has no more room in its log is there, and does nothing that it is told to. */
const noRoomIn = (nodes: readonly NodeReport[], group: string): string | undefined => {
  const isFull = ({ groups }: NodeReport): boolean => {
    const report = groups[group]
    if (report?.service.type !== 'log') return false
    return report.snapshotFailure?.isLogFull === true && report.roles[report.service.orders]?.serves === true
  }
  const full = nodes.find(isFull)
  return (
    full && `takes no commands: node ${full.node} has no room in its log, because its state machine gives no snapshot`
  )
}
