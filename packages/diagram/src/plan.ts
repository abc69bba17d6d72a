import {
  type GroupDefinition,
  membersOf,
  type NodeId,
  type QuorumSystem,
  type RoleDefinition,
  type Service,
  servingRole,
} from '@quorate/core'

/** A topology as it is drawn: which node hosts which roles, and what it takes to decide. Plain data. @module */

/** What a drawing needs of a topology: what `defineTopology` of `@quorate/host` returns will do. */
export interface Placement {
  readonly cluster: string
  readonly nodes: readonly NodeId[]
  readonly groups: Readonly<Record<string, Pick<GroupDefinition, 'protocol' | 'roles' | 'quorums' | 'service'>>>
}

export interface Plan {
  readonly cluster: string
  readonly nodes: readonly NodeId[]
  readonly groups: readonly PlannedGroup[]
}

export interface PlannedGroup {
  readonly name: string
  readonly protocol: string
  /** Who decides, in words: one line for both phases, or one for each. None in a protocol without quorums. */
  readonly quorums: readonly string[]
  /** In the order in which a command passes them. */
  readonly lanes: readonly Lane[]
}

/** One role of a group, on all nodes that host it. */
export interface Lane {
  readonly role: string
  readonly hosts: readonly NodeId[]
  /** What clients have of it, in words; empty where they have nothing to do with it. */
  readonly note: string
}

export const planOf = ({ cluster, nodes, groups }: Placement): Plan => ({
  cluster,
  nodes,
  groups: Object.entries(groups).map(([name, group]) => ({
    name,
    protocol: group.protocol,
    quorums: quorumLines(group.quorums),
    lanes: laneOrder(group).map(([role, { nodes: hosts }]) => ({ role, hosts, note: noteOf(role, group.service) })),
  })),
})

const noteOf = (role: string, service: Service): string => {
  const isServing = role === servingRole(service)
  if (service.type !== 'log') return isServing ? 'is asked, and answers' : ''
  if (service.applies === role) return isServing ? 'takes commands and executes them' : 'executes commands and answers'
  return isServing ? 'takes commands' : ''
}

/**
 * Clients send commands to those who order; they pass those who have no say, then those who have, and end with those who
 * execute. A group that executes nothing keeps the order of its definition.
 */
const laneOrder = ({ roles, quorums, service }: Placement['groups'][string]): readonly [string, RoleDefinition][] => {
  const all = Object.entries(roles)
  if (service.type !== 'log') return all
  const voters = quorums ? membersOf(quorums) : []
  const placeOf = ([role, { nodes }]: readonly [string, RoleDefinition]): number => {
    if (role === service.orders) return 0
    if (role === service.applies) return 3
    return nodes.some((node) => voters.includes(node)) ? 2 : 1
  }
  return all.toSorted((a, b) => placeOf(a) - placeOf(b))
}

const quorumLines = (quorums: GroupDefinition['quorums']): readonly string[] => {
  if (!quorums) return []
  const [first, second] = [inWords(quorums.phase1), inWords(quorums.phase2)]
  return first === second ? [`decided by ${first}`] : [`phase 1: ${first}`, `phase 2: ${second}`]
}

/** E.g. `any 2 of a1, a2, a3`, or `a1 and a2, or a3 and a4`. */
const inWords = ({ threshold, members }: QuorumSystem): string => {
  if (!threshold) return `a rule over ${members.join(', ')}`
  const { needed, parts } = threshold
  const names = parts.map(({ of }) => (typeof of === 'string' ? of : inWords(of)))
  if (parts.some(({ weight }) => weight !== 1)) {
    const weights = parts.map(({ weight }, at) => `${names[at]} (${weight})`)
    return `a weight of ${needed} of ${weights.join(', ')}`
  }
  if (needed === parts.length) return names.join(' and ')
  const isNested = parts.some(({ of }) => typeof of !== 'string')
  if (needed === 1) return names.join(isNested ? ', or ' : ' or ')
  return isNested ? `any ${needed} of (${names.join('), (')})` : `any ${needed} of ${names.join(', ')}`
}
