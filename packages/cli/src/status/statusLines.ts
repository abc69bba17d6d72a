import type { NodeId } from '@quorate/core'
import type { GroupReport, NodeReport, RoleReport } from '@quorate/host'
import { nothing, table } from '../output.js'
import type { ClusterView } from './cluster.js'

const titles = ['NODE', 'IS', 'GROUP', 'ROLE', 'STATE', 'EPOCH', 'LEADER', 'COMMITTED', 'APPLIED', 'DETAILS']

/** The nodes of a cluster, a line for each role, one for each group that clients can do nothing with, and one for each notice. */
export const statusLines = ({ nodes, silent, lacks }: ClusterView): string[] => [
  ...table(titles, [...nodes.flatMap(rowsOf), ...silent.map(silentRow)]),
  ...Object.entries(lacks).map(([group, lack]) => `group ${group} ${lack}`),
  ...nodes.flatMap(noticesOf),
]

const silentRow = (node: NodeId): string[] => [node, 'no answer', ...titles.slice(2).map(() => nothing)]

const rowsOf = ({ node, state, waitingFor, groups }: NodeReport): (string | number)[][] =>
  Object.entries(groups).flatMap(([group, { service, roles, applied }]) =>
    Object.entries(roles).map(([name, role]) => [
      node,
      waitingFor.length > 0 ? `waits for ${waitingFor.join(', ')}` : state,
      group,
      name,
      role.state,
      ifAny(role.epoch),
      role.leader ?? nothing,
      ifAny(role.committed),
      ifAny(service.type === 'log' && service.applies === name ? applied : undefined),
      detailsOf(role),
    ]),
  )

const detailsOf = ({ details = {} }: RoleReport): string =>
  Object.entries(details)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ') || nothing

/** What people should know of a node. */
const noticesOf = ({ node, groups, groupCount, next }: NodeReport): string[] => [
  ...(next === undefined
    ? []
    : [`node ${node} told of its groups up to ${next}, and has ${groupCount}: then it fell silent`]),
  ...Object.entries(groups).flatMap(([group, { roles, disagrees = [], denials = [], isJoining, snapshotFailure }]) => [
    ...(isJoining ? [`node ${node}, group ${group}: it joins, and no member has taken it in`] : []),
    ...(denials.length > 0 ? [`node ${node}, group ${group}: it was removed, as ${denials.join(', ')} says`] : []),
    ...disagrees.map(
      (peer) => `node ${node}, group ${group}: ${peer} was started with other members, and neither hears the other`,
    ),
    ...(snapshotFailure ? [`node ${node}, group ${group}: ${snapshotText(snapshotFailure)}`] : []),
    ...Object.values(roles).flatMap(({ notices = [] }) =>
      notices.map(
        ({ text, count = 1 }) => `node ${node}, group ${group}: ${text}${count > 1 ? ` (${count} times)` : ''}`,
      ),
    ),
  ]),
]

const snapshotText = ({ attempts, reason, isLogFull }: NonNullable<GroupReport['snapshotFailure']>): string => {
  const what = `the state machine gives no snapshot (tried ${attempts} times: ${reason})`
  return isLogFull ? `${what}; the log is full` : `${what}; the log grows, and when it is full no commands are taken`
}

/** Epochs and entries count from 1, and not every role has them. */
const ifAny = (count = 0): number | string => (count === 0 ? nothing : count)
