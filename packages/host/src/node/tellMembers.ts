import type { Logger, NodeId } from '@quorate/core'
import { NotMemberError } from '../errors.js'
import type { Roster } from '../identity/roster.js'

interface Place {
  readonly node: NodeId
  readonly logger: Logger
}

/** Logs whom a group consists of from now on. */
export function tellMembers({ node, logger }: Place, group: string, roster: Roster): void {
  const members = roster.nodes
  logger.info({ node, group, members, version: roster.version }, 'the group has other members from now on')
  if (!roster.has(node)) logger.warn({ node, group }, new NotMemberError(node, group).message)
}

/** Logs that another member goes by a later list, on which this node is not. */
export function tellDenied({ node, logger }: Place, group: string, by: NodeId): void {
  const error = new NotMemberError(node, group, by)
  logger.error({ node, group, by, error }, error.message)
}
