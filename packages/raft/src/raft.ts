import {
  type AnyStateMachine,
  bothPhases,
  checkMembers,
  checkMethods,
  checkNodes,
  checkOptions,
  checkTimes,
  type GroupDefinition,
  json,
  type LogLimits,
  type LogService,
  limitsOf,
  madeOnce,
  majority,
  type NodeId,
  type QuorumSystem,
  quorumMethods,
  type Random,
  type RecoveredState,
  stateMachineMethods,
} from '@quorate/core'
import type { AnyActorLogic } from '@quorate/core/statechart'
import { candidate } from './candidate.js'
import { doubtful } from './doubtful.js'
import { type ServerFamily, server } from './family.js'
import { follower } from './follower.js'
import { messages } from './generated/raft.js'
import { leader } from './leader.js'
import { type RaftLimits, type RaftRecord, recover, serverRole } from './server.js'
import { followed, type RaftSnapshot, statusOf } from './status.js'

export interface RaftOptions<Machine extends AnyStateMachine> {
  /** The servers of the group: 3 survive the loss of 1, 5 of 2. */
  readonly members: readonly NodeId[]
  readonly stateMachine: Machine
  /** Which servers decide. @default majority(members) */
  readonly quorum?: QuorumSystem
  /** A server that hears no leader for this long, and up to as long again at random, campaigns. Milliseconds. @default 1000 */
  readonly electionTimeoutMs?: number
  /** How often a leader says that it is there. Milliseconds; well below the election timeout. @default 100 */
  readonly heartbeatMs?: number
  /**
   * Which roles take turns on a member, e.g. one of your own in the place of another. Raft's three machines are timed as
   * the options say, whatever their rows are called; the row `leader` leads. @default server, on every member
   */
  readonly family?: (member: NodeId) => ServerFamily
  readonly limits?: Partial<RaftLimits & LogLimits>
}

const defaults = {
  entriesMax: 1024,
  bytesMax: 256 * 1024,
  inflightMessagesMax: 16,
  inflightBytesMax: 4 * 1024 * 1024,
  uncommittedEntriesMax: 65_536,
  uncommittedBytesMax: 32 * 1024 * 1024,
  entriesKept: 10_000,
  bytesKept: 32 * 1024 * 1024,
  commandBytesMax: 256 * 1024,
  snapshotEveryEntries: 50_000,
  snapshotEveryBytes: 64 * 1024 * 1024,
  sessionsMax: 16_384,
  sessionBytesMax: 8 * 1024 * 1024,
  sessionsBytesMax: 64 * 1024 * 1024,
} satisfies RaftLimits & LogLimits

/** Room in a message for what is not entries: the envelope and the fields beside them. */
const messageOverheadBytes = 4096

/**
 * A group that orders its commands by Raft (Ongaro and Ousterhout, 2014): give it to `startNode` on each of its members.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: no members, one twice, a quorum of others,
 *   a heartbeat that is not shorter than the election timeout, a limit that is no whole number above 0, an option or a limit
 *   that is unknown.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME`: a member's name that no subject can carry.
 */
export function raft<Machine extends AnyStateMachine>(
  options: RaftOptions<Machine>,
): GroupDefinition<LogService<Machine>> {
  checkOptions<RaftOptions<Machine>>('raft(...)', options, {
    members: 'required',
    stateMachine: 'required',
    quorum: 'optional',
    electionTimeoutMs: 'optional',
    heartbeatMs: 'optional',
    family: 'optional',
    limits: 'optional',
  })
  const { members, stateMachine, electionTimeoutMs = 1000, heartbeatMs = 100, family = () => server } = options
  checkNodes('members', members)
  checkMethods('stateMachine of raft(...), e.g. defineStateMachine({ ... }),', stateMachine, stateMachineMethods)
  const quorum = options.quorum ?? majority(members)
  checkMethods('quorum of raft(...), e.g. majority(members),', quorum, quorumMethods)
  const limits = limitsOf('raft(...)', defaults, options.limits)
  checkMembers('members', quorum.members, members)
  checkTimes(electionTimeoutMs, heartbeatMs)
  return {
    protocol: 'raft',
    quorums: bothPhases(quorum),
    messages,
    messageBytesMax: Math.max(limits.bytesMax, limits.commandBytesMax) + messageOverheadBytes,
    service: { type: 'log', stateMachine, orders: serverRole, applies: serverRole, limits },
    roles: {
      [serverRole]: {
        nodes: members,
        record: json<RaftRecord>(),
        timed: ['client.proposed'],
        logic: (random, node) => withTimers(family(node), random, electionTimeoutMs, heartbeatMs),
        input: ({ group, node, recovered }) => {
          const peers = members.filter((member) => member !== node)
          const { lossAccepted = false } = recovered
          const config = { group, id: node, peers, quorum, limits, lossAccepted }
          return recover(config, recovered as RecoveredState<RaftRecord>)
        },
        transfers: true,
        awaits: (snapshot) => followed(snapshot as RaftSnapshot),
        status: (snapshot) => statusOf(snapshot as RaftSnapshot),
      },
    },
  }
}

/** One for all groups of a node that have the same times. */
const timedFamily = madeOnce<AnyActorLogic>()

function withTimers(family: ServerFamily, random: Random, electionTimeoutMs: number, heartbeatMs: number) {
  const times = `${electionTimeoutMs} ${heartbeatMs}`
  return timedFamily([family, random], times, () => timed(family, random, electionTimeoutMs, heartbeatMs))
}

/** "Raft uses randomized election timeouts to ensure that split votes are rare and that they are resolved quickly" (section 5.2). */
function timed(family: ServerFamily, random: Random, electionTimeoutMs: number, heartbeatMs: number): AnyActorLogic {
  const electionTimeout = () => electionTimeoutMs + random.below(Math.ceil(electionTimeoutMs))
  // A leader that is suspected wrongly has answered by then, and two followers seldom campaign at once.
  const suspicion = () => heartbeatMs / 5 + random.below(Math.ceil(heartbeatMs * 0.3))
  const delaysOf = new Map<string, object>([
    [follower.id, { electionTimeout, minimumElectionTimeout: electionTimeoutMs, suspicion }],
    [candidate.id, { electionTimeout }],
    [doubtful.id, { inquiry: heartbeatMs, patience: electionTimeoutMs * 2 }],
    [leader.id, { heartbeat: heartbeatMs, quorumCheck: electionTimeoutMs, transferTimeout: electionTimeoutMs }],
  ])
  const rows = Object.entries(family.roles).flatMap(([row, { actor }]) => {
    const delays = delaysOf.get(actor.id)
    return delays ? [[row, { delays }] as const] : []
  })
  return family.provide(Object.fromEntries(rows))
}
