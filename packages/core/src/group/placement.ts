import { invariant } from '../errors/errors.js'
import type { NodeId } from '../values/address.js'
import type { Member, Members } from './members.js'
import type { GroupDefinition, RoleDefinition } from './protocol.js'

/** Nodes that run a role: those that it began with, and those that join, whether they are members yet or not. */
export const hostsOf = ({ nodes, joining = [] }: RoleDefinition): readonly NodeId[] =>
  joining.length === 0 ? nodes : [...new Set([...nodes, ...joining])]

/** True of a node that joins a group that runs. */
export const joinsIn = ({ roles }: GroupDefinition, node: NodeId): boolean =>
  Object.values(roles).some(({ joining = [] }) => joining.includes(node))

/** The members of a role, as `stated` says; as the group began, where it says nothing of them. */
export const membersIn = ({ roles }: GroupDefinition, role: string, stated: Members | undefined): readonly Member[] =>
  stated?.roles[role] ?? (roles[role]?.nodes ?? []).map((node) => ({ node }))

/**
 * Finds what cannot be of members that a role emits.
 * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT`: it is a defect of the role.
 */
export function checkEmitted({ roles: known }: GroupDefinition, { version, roles }: Members): void {
  invariant(Number.isSafeInteger(version) && version > 0, () => `no number of a list of members: ${version}`)
  for (const [role, members] of Object.entries(roles)) {
    const of = known[role]
    invariant(of !== undefined, () => `there is no role ${role} that could have members`)
    const nodes = members.map(({ node }) => node)
    invariant(new Set(nodes).size === nodes.length, () => `role ${role} is on one node twice: ${nodes.join(', ')}`)
    const unknown = members.find(({ node, store }) => store === undefined && !of.nodes.includes(node))
    invariant(unknown === undefined, () => `${unknown?.node} joins role ${role}, and nobody says with which store`)
  }
}
