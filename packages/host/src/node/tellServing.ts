import type { Logger, NodeId, RoleStatus } from '@quorate/core'

/** Logs that an actor has come to serve clients, or serves them no longer. */
export function tellServing(
  { logger, node }: { readonly logger: Logger; readonly node: NodeId },
  group: string,
  before: RoleStatus,
  after: RoleStatus,
): void {
  const { state, epoch, leader, serves } = after
  if (serves === before.serves) return
  const fields = {
    group,
    state,
    ...(epoch !== undefined && { epoch }),
    ...(leader !== undefined && { leader }),
  }
  const isLeader = (serves ? after : before).leader === node
  const verb = isLeader ? 'leads' : 'serves clients'
  logger.info(fields, serves ? verb : `${verb} no longer`)
}
