import type { NodeReport, RoleReport } from '@quorate/host'
import { nothing, table } from './output.js'

const titles = ['NODE', 'IS', 'GROUP', 'ROLE', 'STATE', 'TERM', 'LEADER', 'LAST', 'COMMITTED', 'APPLIED']

/** The nodes of a cluster, a line for each role, one for each group that clients can do nothing with, and one for each notice. */
export const statusLines = (nodes: readonly NodeReport[]): string[] => [
  ...table(titles, nodes.flatMap(rowsOf)),
  ...groupsOf(nodes).flatMap((group) => {
    const what = lackOf(rolesOf(nodes, group))
    return what === undefined ? [] : [`group ${group}: ${what}`]
  }),
  ...nodes.flatMap(noticesOf),
]

const rowsOf = ({ node, state, waitingFor, groups }: NodeReport): (string | number)[][] =>
  Object.entries(groups).flatMap(([group, { roles, applied }]) =>
    Object.entries(roles).map(([name, role]) => [
      node,
      waitingFor.length > 0 ? `waits for ${waitingFor.join(', ')}` : state,
      group,
      name,
      role.state,
      ifAny(role.term),
      role.leader ?? nothing,
      ifAny(role.lastIndex),
      ifAny(role.commitIndex),
      ifAny(role.applies ? applied : undefined),
    ]),
  )

/** What people should know of a node. */
const noticesOf = ({ node, groups }: NodeReport): string[] =>
  Object.entries(groups).flatMap(([group, { roles }]) =>
    Object.values(roles).flatMap(({ notices = [] }) =>
      notices.map(
        ({ text, count = 1 }) => `node ${node}, group ${group}: ${text}${count > 1 ? ` (${count} times)` : ''}`,
      ),
    ),
  )

/** Terms and entries count from 1, and not every role has them. */
const ifAny = (count = 0): number | string => (count === 0 ? nothing : count)

const groupsOf = (nodes: readonly NodeReport[]): readonly string[] => [
  ...new Set(nodes.flatMap(({ groups }) => Object.keys(groups))),
]

const rolesOf = (nodes: readonly NodeReport[], group: string): readonly RoleReport[] =>
  nodes.flatMap(({ groups }) => Object.values(groups[group]?.roles ?? {}))

/** Who is missing, among the nodes that answered, for a client to be served. */
const lackOf = (roles: readonly RoleReport[]): string | undefined => {
  if (!roles.some(({ leads }) => leads)) return 'nobody leads'
  if (!roles.some(({ leads, orders, asked }) => leads && (orders || asked))) return 'nobody takes commands'
  const isLog = roles.some(({ orders }) => orders)
  return isLog && !roles.some(({ applies }) => applies) ? 'nobody executes commands' : undefined
}
