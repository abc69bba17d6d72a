/**
 * Addresses that belong to no role of a protocol: `group/client/node` is where a member hears clients, `group/answers/client`
 * where a client hears answers, `quorate/node/id` where a node hears of nodes, `quorate/members/id` where it hears all that is
 * said to its roles, `quorate/members-SET/all` where all nodes of a set hear it. No role and no group may bear these names.
 * @module
 */

import { checkName } from '@quorate/core'

export const clientRole = 'client'
export const answersRole = 'answers'
export const nodeGroup = 'quorate'
export const nodeRole = 'node'
export const membersRole = 'members'

/** True if a client may bear this name: it becomes a part of an address. */
export function isClientName(name: string): boolean {
  try {
    checkName('client', name)
    return true
  } catch {
    return false
  }
}
