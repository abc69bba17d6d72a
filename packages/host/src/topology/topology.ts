import { checkName, checkOptions, InvalidConfigurationError, type NodeId, QuorateError } from '@quorate/core'
import type { Groups } from './configuration.js'
import { checkIsGroups } from './kindCheck.js'
import { checkQuorums, UnknownNodeError } from './quorumCheck.js'

/** Which nodes make a cluster, and which roles of which groups they host. Plain data. */
export interface Topology<G extends Groups = Groups> {
  readonly cluster: string
  /** Every node of the cluster. */
  readonly nodes: readonly NodeId[]
  /** By name; who hosts a group stands in its roles, e.g. `raft({ members: ['n1', 'n2', 'n3'], stateMachine })`. */
  readonly groups: G
}

/** `QUORATE_DUPLICATE_NODE`: a node is listed twice. */
export class DuplicateNodeError extends QuorateError {
  constructor(node: NodeId, where: string) {
    super(
      'QUORATE_DUPLICATE_NODE',
      `${where} lists node ${JSON.stringify(node)} twice: give each node an id of its own`,
    )
  }
}

/** `QUORATE_UNPLACED_ROLE`: no node hosts a role that its group cannot do without. */
export class UnplacedRoleError extends QuorateError {
  readonly group: string
  readonly role: string
  constructor(group: string, role: string) {
    super(
      'QUORATE_UNPLACED_ROLE',
      `role ${role} of group ${group} is placed on no node: name at least one that hosts it`,
    )
    this.group = group
    this.role = role
  }
}

/**
 * Describes a cluster once, for all its nodes: `quorate up` starts them from it, and a program finds in it what
 * `startNode` needs.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME`: a name that no subject of the bus can carry.
 * @throws {@link UnknownNodeError} `QUORATE_UNKNOWN_NODE`: a role on a node that is not listed, or a quorum with one that
 *   hosts no role of its group.
 * @throws {@link DuplicateNodeError} `QUORATE_DUPLICATE_NODE`: a node that is listed twice.
 * @throws {@link UnplacedRoleError} `QUORATE_UNPLACED_ROLE`: a role on no node.
 * @throws {@link QuorumsDoNotMeetError} `QUORATE_QUORUMS_DO_NOT_MEET`: a phase-1 quorum and a phase-2 quorum without a common node.
 * @throws {@link UnprovenQuorumsError} `QUORATE_UNPROVEN_QUORUMS`: no proof that all quorums of a group meet.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: no nodes, no groups, a group without roles, a
 *   node without a role, or a key that is unknown or missing.
 */
export function defineTopology<const G extends Groups>(topology: Topology<G>): Topology<G> {
  checkOptions<Topology<G>>('defineTopology(...)', topology, {
    cluster: 'required',
    nodes: 'required',
    groups: 'required',
  })
  const { cluster, nodes, groups } = topology
  if (!Array.isArray(nodes)) throw new InvalidConfigurationError('nodes of defineTopology(...) must be a list')
  checkName('cluster', cluster)
  if (nodes.length === 0) throw new InvalidConfigurationError(`cluster ${cluster} has no nodes: list at least one`)
  for (const node of nodes) checkName('node', node)
  checkDistinct(nodes, `cluster ${cluster}`)
  checkIsGroups('defineTopology(...)', groups)
  const names = Object.keys(groups)
  if (names.length === 0) throw new InvalidConfigurationError(`cluster ${cluster} has no groups: give at least one`)
  for (const name of names) checkName('group', name)
  for (const { group, role, where, hosts, joining } of rolesOf(groups)) {
    if (hosts.length === 0) throw new UnplacedRoleError(group, role)
    checkDistinct(hosts, where)
    checkDistinct(joining, where)
    const unknown = [...hosts, ...joining].find((node) => !nodes.includes(node))
    if (unknown !== undefined) throw new UnknownNodeError(unknown, where, nodes)
  }
  for (const [name, group] of Object.entries(groups)) checkQuorums(name, group)
  const idle = nodes.find(
    (node) => !rolesOf(groups).some(({ hosts, joining }) => [...hosts, ...joining].includes(node)),
  )
  if (idle !== undefined) {
    throw new InvalidConfigurationError(
      `node ${idle} of cluster ${cluster} hosts no role of ${names.join(', ')}: make it a member of a group, or leave it out`,
    )
  }
  return topology
}

const rolesOf = (groups: Groups) =>
  Object.entries(groups).flatMap(([group, { roles }]) =>
    Object.entries(roles).map(([role, { nodes, joining = [] }]) => ({
      group,
      role,
      where: `role ${role} of group ${group}`,
      hosts: nodes,
      joining,
    })),
  )

const checkDistinct = (nodes: readonly NodeId[], where: string): void => {
  const twice = nodes.find((node, at) => nodes.indexOf(node) !== at)
  if (twice !== undefined) throw new DuplicateNodeError(twice, where)
}
