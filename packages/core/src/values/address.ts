import { InvalidNameError } from '../errors/errors.js'

/** The name of a node: one process with a store and a connection. Unique in its cluster. */
export type NodeId = string

/**
 * Where an actor lives: `group/role/node`. The node {@link everyNode} stands for all nodes that host the role.
 */
export type Address = `${string}/${string}/${NodeId}`

/** The node token of a multicast address. No node may bear this name. */
export const everyNode = 'all'

/** Longest name of a cluster, group, role or node, in characters. */
export const nameLengthMax = 64

const namePattern = /^[A-Za-z0-9_-]+$/

/**
 * Checks a name that becomes a token of a bus subject and a part of a disk key.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME` unless it has 1 to 64 characters of `A-Z a-z 0-9 _ -`, and is
 *   neither `__proto__` nor, for a node, `all`.
 */
export function checkName(what: 'cluster' | 'group' | 'role' | 'node' | 'client', name: unknown): string {
  if (typeof name !== 'string' || name.length === 0 || name.length > nameLengthMax || !namePattern.test(name)) {
    throw new InvalidNameError(what, name, `expected 1 to ${nameLengthMax} characters out of A-Z a-z 0-9 _ -`)
  }
  if (name === '__proto__') throw new InvalidNameError(what, name, 'no key of an object; choose another name')
  if (what === 'node' && name === everyNode) {
    throw new InvalidNameError(what, name, `"${everyNode}" addresses every node at once; choose another name`)
  }
  return name
}

/** The address of the actor of `role` in `group` on `node`. Names are checked where they enter, not here. */
export function addressOf(group: string, role: string, node: NodeId): Address {
  return `${group}/${role}/${node}`
}

/** The node of an address. */
export function nodeOf(address: Address): NodeId {
  return address.slice(address.lastIndexOf('/') + 1)
}

/** The three parts of an address, or `undefined` when the text is none. */
export function parseAddress(text: string): { group: string; role: string; node: NodeId } | undefined {
  // Asked of each message that arrives: no list is made.
  const first = text.indexOf('/')
  const second = text.indexOf('/', first + 1)
  if (first < 1 || second <= first + 1 || second === text.length - 1 || text.indexOf('/', second + 1) >= 0)
    return undefined
  return { group: text.slice(0, first), role: text.slice(first + 1, second), node: text.slice(second + 1) }
}

/**
 * Checks an address that becomes a subject of the bus.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME` unless it is `group/role/node` of valid names, or ends in `/all`.
 */
export function checkAddress(text: string): Address {
  const parts = parseAddress(text)
  if (!parts) throw new InvalidNameError('address', text, 'expected group/role/node')
  checkName('group', parts.group)
  checkName('role', parts.role)
  if (parts.node !== everyNode) checkName('node', parts.node)
  return addressOf(parts.group, parts.role, parts.node)
}
