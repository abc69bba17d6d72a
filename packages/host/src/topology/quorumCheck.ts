import {
  type DisjointQuorums,
  disjointQuorums,
  type GroupDefinition,
  InvalidConfigurationError,
  membersOf,
  type NodeId,
  type PhaseQuorums,
  QuorateError,
  UnprovenQuorumsError,
} from '@quorate/core'

/** `QUORATE_UNKNOWN_NODE`: a group names a node that the topology does not list, or somebody asks for one. */
export class UnknownNodeError extends QuorateError {
  constructor(node: NodeId, where: string, known: readonly NodeId[]) {
    super('QUORATE_UNKNOWN_NODE', `${where} names node ${JSON.stringify(node)}: expected one of ${known.join(', ')}`)
  }
}

/**
 * `QUORATE_QUORUMS_DO_NOT_MEET`: a phase-1 quorum and a phase-2 quorum of a group have no node in common, so that a new
 * leader need not hear of what was chosen before it, and two values could be.
 */
export class QuorumsDoNotMeetError extends QuorateError {
  readonly group: string
  /** These decide phase 1, ... */
  readonly phase1: readonly NodeId[]
  /** ... these decide phase 2, and none is among both. */
  readonly phase2: readonly NodeId[]
  constructor(group: string, { phase1, phase2 }: DisjointQuorums) {
    super(
      'QUORATE_QUORUMS_DO_NOT_MEET',
      `the quorums of group ${group} do not all meet: {${phase1.join(', ')}} is enough for phase 1, {${phase2.join(', ')}} for phase 2, ` +
        'and no node is in both; ask for more nodes in one of the phases',
    )
    this.group = group
    this.phase1 = phase1
    this.phase2 = phase2
  }
}

/**
 * Proves that the quorums of a group meet, and that their members are there.
 * @throws {@link UnknownNodeError} `QUORATE_UNKNOWN_NODE`, {@link QuorumsDoNotMeetError} `QUORATE_QUORUMS_DO_NOT_MEET`,
 *   {@link UnprovenQuorumsError} `QUORATE_UNPROVEN_QUORUMS`, {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`
 *   for a group without roles.
 */
export function checkQuorums(name: string, { roles, quorums }: GroupDefinition): void {
  const hosts = Object.values(roles).flatMap(({ nodes }) => nodes)
  if (hosts.length === 0) throw new InvalidConfigurationError(`group ${name} has no roles: give at least one`)
  if (!quorums) return
  const stranger = membersOf(quorums).find((member) => !hosts.includes(member))
  if (stranger !== undefined) throw new UnknownNodeError(stranger, `the quorums of group ${name}`, [...new Set(hosts)])
  const disjoint = disjointQuorumsOf(name, quorums)
  if (disjoint) throw new QuorumsDoNotMeetError(name, disjoint)
}

/** {@link disjointQuorums}, with the group in the text of what could not be proved. */
function disjointQuorumsOf(group: string, quorums: PhaseQuorums): DisjointQuorums | undefined {
  try {
    return disjointQuorums(quorums)
  } catch (cause) {
    if (!(cause instanceof QuorateError)) throw cause
    throw new UnprovenQuorumsError(`group ${group}: ${cause.message}`, { cause })
  }
}
