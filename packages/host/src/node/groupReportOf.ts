import type { GroupDefinition, NodeId } from '@quorate/core'
import type { Applier } from '../engine/applier.js'
import type { HostedActor } from '../engine/hostedActor.js'
import type { Membership } from '../identity/membership.js'
import { type GroupReport, type RoleReport, serviceReportOf } from '../status/nodeStatus.js'

/** One group on one node, for people. */
export function groupReportOf(group: {
  readonly definition: GroupDefinition
  readonly actors: ReadonlyMap<string, HostedActor>
  readonly applier: Applier | undefined
  readonly membership: Membership
  /** Nodes that take it for something else. */
  readonly disagrees: readonly NodeId[]
  readonly inFlight: GroupReport['inFlight'] | undefined
}): GroupReport {
  const { definition, actors, applier, membership, disagrees, inFlight } = group
  const { isJoining, denials } = membership
  return {
    protocol: definition.protocol,
    service: serviceReportOf(definition.service),
    placement: membership.roster.placement,
    roles: Object.fromEntries([...actors].map(([role, actor]) => [role, reportOf(actor)])),
    ...(applier && {
      applied: applier.appliedState.applied.index,
      toApply: applier.queued,
      sessions: applier.appliedState.sessions.size,
      snapshot: applier.snapshotIndex,
      ...(applier.snapshotFailure && { snapshotFailure: applier.snapshotFailure }),
    }),
    ...(isJoining && { isJoining }),
    ...(denials.length > 0 && { denials }),
    ...(disagrees.length > 0 && { disagrees }),
    ...(inFlight && { inFlight }),
  }
}

const reportOf = (actor: HostedActor): RoleReport => ({ ...actor.status(), waitingEffects: actor.waiting })
