import {
  type AnyStateMachine,
  checkName,
  type GroupDefinition,
  type GroupLimits,
  InvalidConfigurationError,
  json,
  majority,
  type NodeId,
  type QuorumSystem,
  type Random,
  type RecoveredState,
  type RoleStatus,
} from '@quorate/core'
import { server } from './family.js'
import { messages } from './generated/raft.js'
import { type RaftLimits, type RaftRecord, recover, type Server, serverRole } from './server.js'

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
  readonly limits?: Partial<RaftLimits & Omit<GroupLimits, 'messageBytesMax'>>
}

const defaults = {
  entriesMax: 1024,
  bytesMax: 256 * 1024,
  inflightMessagesMax: 16,
  inflightBytesMax: 4 * 1024 * 1024,
  uncommittedEntriesMax: 65_536,
  entriesKept: 10_000,
  commandBytesMax: 256 * 1024,
  snapshotEveryEntries: 50_000,
  sessionsMax: 4096,
} satisfies RaftLimits & Omit<GroupLimits, 'messageBytesMax'>

/** Room in a message for what is not entries: the envelope and the fields beside them. */
const messageOverheadBytes = 4096

/**
 * A group that orders its commands by Raft (Ongaro and Ousterhout, 2014): give it to `startNode` on each of its members.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: no members, one twice, a quorum of others,
 *   a heartbeat that is not shorter than the election timeout, a limit that is no whole number above 0.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME`: a member's name that no subject can carry.
 */
export function raft<Machine extends AnyStateMachine>(options: RaftOptions<Machine>): GroupDefinition<Machine> {
  const { members, stateMachine, electionTimeoutMs = 1000, heartbeatMs = 100 } = options
  const quorum = options.quorum ?? majority(members)
  const limits = { ...defaults, ...options.limits }
  checkMembers(members, quorum)
  checkTimes(electionTimeoutMs, heartbeatMs)
  checkLimits(limits)
  return {
    protocol: 'raft',
    messages,
    stateMachine,
    limits: { ...limits, messageBytesMax: Math.max(limits.bytesMax, limits.commandBytesMax) + messageOverheadBytes },
    roles: {
      [serverRole]: {
        nodes: members,
        orders: true,
        applies: true,
        record: json<RaftRecord>(),
        logic: (random) => withTimers(random, electionTimeoutMs, heartbeatMs),
        input: ({ group, node, recovered }) => {
          const peers = members.filter((member) => member !== node)
          return recover({ group, id: node, peers, quorum, limits }, recovered as RecoveredState<RaftRecord>)
        },
        status: (snapshot) => statusOf(snapshot as Parameters<typeof statusOf>[0]),
      },
    },
  }
}

function checkMembers(members: readonly NodeId[], quorum: QuorumSystem): void {
  for (const member of members) checkName('node', member)
  const twice = members.find((member, position) => members.indexOf(member) !== position)
  if (twice !== undefined) throw new InvalidConfigurationError(`member ${twice} is listed twice`)
  const stranger = quorum.members.find((member) => !members.includes(member))
  if (stranger !== undefined) {
    throw new InvalidConfigurationError(
      `the quorum counts on ${stranger}, which is no member: add it to members (${members.join(', ')}) or take it out`,
    )
  }
}

/** Timers hold at most this; a longer one would fire at once. */
const timerMsMax = 2 ** 31 - 1

function checkTimes(electionTimeoutMs: number, heartbeatMs: number): void {
  if (!(heartbeatMs > 0 && heartbeatMs * 2 <= electionTimeoutMs && electionTimeoutMs * 2 <= timerMsMax)) {
    throw new InvalidConfigurationError(
      `heartbeatMs (${heartbeatMs}) must be above 0 and at most half of electionTimeoutMs (${electionTimeoutMs}), or followers campaign against a healthy leader; twice electionTimeoutMs at most ${timerMsMax}`,
    )
  }
}

function checkLimits(limits: Readonly<Record<string, number>>): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new InvalidConfigurationError(`limit ${name} must be a whole number above 0, not ${limit}`)
    }
  }
}

/** "Raft uses randomized election timeouts to ensure that split votes are rare and that they are resolved quickly" (section 5.2). */
function withTimers(random: Random, electionTimeoutMs: number, heartbeatMs: number) {
  const electionTimeout = () => electionTimeoutMs + random.below(Math.ceil(electionTimeoutMs))
  return server.provide({
    follower: { delays: { electionTimeout, minimumElectionTimeout: electionTimeoutMs } },
    candidate: { delays: { electionTimeout } },
    leader: { delays: { heartbeat: heartbeatMs, quorumCheck: electionTimeoutMs } },
  })
}

interface RaftSnapshot {
  readonly role: string
  readonly value: object
  readonly context: Server
}

function statusOf({ role, value, context }: RaftSnapshot): RoleStatus {
  return {
    state: pathOf(value),
    term: context.currentTerm,
    leader: context.leaderId,
    leads: role === 'leader',
    commitIndex: context.commitIndex,
    lastIndex: context.log.last.index,
  }
}

/** `{ follower: { following: 'led' } }` is `follower.following.led`; of parallel regions only the parent is named. */
function pathOf(value: unknown): string {
  if (typeof value === 'string') return value
  const [first, ...others] = Object.entries(value as object)
  if (!first) return ''
  const [name, inner] = first
  if (others.length > 0) return ''
  const rest = pathOf(inner)
  return rest ? `${name}.${rest}` : name
}
