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
  majority,
  membersOf,
  type NodeId,
  type PhaseQuorums,
  quorumMethods,
  type RecoveredState,
  type RoleDefinition,
  stateMachineMethods,
} from '@quorate/core'
import { checkProposers } from '../ballot.js'
import { messages } from '../generated/multi_paxos.js'
import { type AcceptorRecord, recoverAcceptor } from './acceptor/state.js'
import { newBatcher } from './batcher/state.js'
import { recoverLearner } from './learner/state.js'
import { type ProposerRecord, recoverProposer } from './proposer/state.js'
import { newProxyLeader } from './proxyLeader/state.js'
import { type MultiPaxosConfig, type MultiPaxosLimits, roleNames } from './shared/config.js'
import * as status from './status.js'
import * as timed from './timers.js'

export interface MultiPaxosOptions<Machine extends AnyStateMachine> {
  /** Nodes of which one leads: 2 survive the loss of 1. */
  readonly proposers: readonly NodeId[]
  /** Nodes that decide: 3 survive the loss of 1, 5 of 2. */
  readonly acceptors: readonly NodeId[]
  /** Nodes that run the state machine: 2 survive the loss of 1. */
  readonly learners: readonly NodeId[]
  /** Nodes that clients ask, where they should not ask proposers. @default none */
  readonly batchers?: readonly NodeId[]
  /** Nodes that talk to acceptors and learners in place of the distinguished proposer. @default none */
  readonly proxyLeaders?: readonly NodeId[]
  readonly stateMachine: Machine
  /** Which acceptors decide. @default bothPhases(majority(acceptors)) */
  readonly quorums?: PhaseQuorums
  /** A proposer that hears no distinguished one for this long, and up to as long again at random, stands for it. Milliseconds. @default 1000 */
  readonly electionTimeoutMs?: number
  /** How often a distinguished proposer says that it is there. Milliseconds; well below the election timeout. @default 100 */
  readonly heartbeatMs?: number
  readonly limits?: Partial<MultiPaxosLimits & LogLimits>
}

const defaults = {
  entriesMax: 1024,
  bytesMax: 256 * 1024,
  pollsMax: 16,
  openSlotsMax: 65_536,
  openBytesMax: 32 * 1024 * 1024,
  entriesKept: 10_000,
  bytesKept: 32 * 1024 * 1024,
  entriesAheadMax: 131_072,
  bytesAheadMax: 32 * 1024 * 1024,
  openReadsMax: 4096,
  emptySlotsMax: 262_144,
  noteEverySlots: 1024,
  noteEveryBytes: 1024 * 1024,
  forgetEverySlots: 4096,
  forgetEveryBytes: 8 * 1024 * 1024,
  commandBytesMax: 256 * 1024,
  snapshotEveryEntries: 50_000,
  snapshotEveryBytes: 64 * 1024 * 1024,
  sessionsMax: 16_384,
  sessionBytesMax: 8 * 1024 * 1024,
  sessionsBytesMax: 64 * 1024 * 1024,
} satisfies MultiPaxosLimits & LogLimits

/** Room in a message for what is not entries: the envelope and the fields beside them. */
const messageOverheadBytes = 4096

/** Proxy leaders keep so many Accepts. */
const pollsMaxMax = 128

/**
 * A group that orders its commands by Multi-Paxos (Lamport, "Paxos Made Simple", 2001, section 3), its roles on the nodes
 * that you name: all on each node, or each on nodes of its own.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a role without nodes, a node listed twice, a
 *   quorum of others than acceptors, two proposers whose ballots could be equal, a heartbeat that is not shorter than the
 *   election timeout, a limit that is no whole number above 0, an option or a limit that is unknown.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME`: a node's name that no subject can carry.
 */
export function multiPaxos<Machine extends AnyStateMachine>(
  options: MultiPaxosOptions<Machine>,
): GroupDefinition<LogService<Machine>> {
  checkOptions<MultiPaxosOptions<Machine>>('multiPaxos(...)', options, {
    proposers: 'required',
    acceptors: 'required',
    learners: 'required',
    batchers: 'optional',
    proxyLeaders: 'optional',
    stateMachine: 'required',
    quorums: 'optional',
    electionTimeoutMs: 'optional',
    heartbeatMs: 'optional',
    limits: 'optional',
  })
  const { proposers, acceptors, learners, batchers = [], proxyLeaders = [], stateMachine } = options
  const { electionTimeoutMs = 1000, heartbeatMs = 100 } = options
  checkRoles(options)
  checkMethods('stateMachine of multiPaxos(...), e.g. defineStateMachine({ ... }),', stateMachine, stateMachineMethods)
  const quorums = options.quorums ?? bothPhases(majority(acceptors))
  for (const phase of ['phase1', 'phase2'] as const)
    checkMethods(`${phase} of the quorums of multiPaxos(...)`, quorums[phase], quorumMethods)
  checkMembers('acceptors', membersOf(quorums), acceptors)
  checkTimes(electionTimeoutMs, heartbeatMs)
  const limits = limitsOf('multiPaxos(...)', defaults, options.limits)
  const shared: Omit<MultiPaxosConfig, 'group' | 'id'> = {
    nodes: {
      proposer: proposers,
      acceptor: acceptors,
      learner: learners,
      batcher: batchers,
      proxyLeader: proxyLeaders,
    },
    quorums,
    snapshotQuorum: majority(learners),
    limits: { ...limits, pollsMax: Math.min(limits.pollsMax, pollsMaxMax) },
  }
  const times = { electionTimeoutMs, heartbeatMs }
  return {
    protocol: 'multi-paxos',
    messages,
    quorums,
    messageBytesMax: Math.max(limits.bytesMax, limits.commandBytesMax) + messageOverheadBytes,
    service: {
      type: 'log',
      stateMachine,
      // Where there are batchers, clients ask them.
      orders: batchers.length === 0 ? roleNames.proposer : roleNames.batcher,
      applies: roleNames.learner,
      limits,
    },
    roles: {
      [roleNames.proposer]: proposerDefinition(shared, times),
      [roleNames.acceptor]: acceptorDefinition(shared, times),
      [roleNames.learner]: learnerDefinition(shared, times),
      ...(batchers.length > 0 && { [roleNames.batcher]: batcherDefinition(shared, times) }),
      ...(proxyLeaders.length > 0 && { [roleNames.proxyLeader]: proxyLeaderDefinition(shared) }),
    },
  }
}

type Shared = Omit<MultiPaxosConfig, 'group' | 'id'>
type Place = Parameters<RoleDefinition['input']>[0]

const configAt = (shared: Shared, { group, node, recovered }: Place): MultiPaxosConfig => ({
  ...shared,
  group,
  id: node,
  ...(recovered.lossAccepted === true && { lossAccepted: true }),
})

/** Of roles that persist nothing. */
const record = json<unknown>()

const proposerDefinition = (shared: Shared, times: timed.Times): RoleDefinition => ({
  nodes: shared.nodes.proposer,
  record: json<ProposerRecord>(),
  timed: ['client.proposed', 'Batch'],
  logic: (random) => timed.proposer(random, times),
  input: (place) => recoverProposer(configAt(shared, place), place.recovered as RecoveredState<ProposerRecord>),
  status: (snapshot) => status.ofProposer(snapshot as Parameters<typeof status.ofProposer>[0]),
})

const acceptorDefinition = (shared: Shared, times: timed.Times): RoleDefinition => ({
  nodes: shared.nodes.acceptor,
  record: json<AcceptorRecord>(),
  logic: () => timed.acceptor(times),
  input: (place) => recoverAcceptor(configAt(shared, place), place.recovered as RecoveredState<AcceptorRecord>),
  status: (snapshot) => status.ofAcceptor(snapshot as Parameters<typeof status.ofAcceptor>[0]),
})

const learnerDefinition = (shared: Shared, times: timed.Times): RoleDefinition => ({
  nodes: shared.nodes.learner,
  record,
  logic: () => timed.learner(times),
  input: (place) => recoverLearner(configAt(shared, place), place.recovered),
  status: (snapshot) => status.ofLearner(snapshot as Parameters<typeof status.ofLearner>[0]),
})

const batcherDefinition = (shared: Shared, times: timed.Times): RoleDefinition => ({
  nodes: shared.nodes.batcher,
  record,
  remembers: false,
  logic: () => timed.batcher(times),
  input: (place) => newBatcher(configAt(shared, place)),
  status: (snapshot) => status.ofBatcher(snapshot as Parameters<typeof status.ofBatcher>[0]),
})

const proxyLeaderDefinition = (shared: Shared): RoleDefinition => ({
  nodes: shared.nodes.proxyLeader,
  record,
  remembers: false,
  logic: () => timed.proxyLeader,
  input: (place) => newProxyLeader(configAt(shared, place)),
  status: (snapshot) => status.ofProxyLeader(snapshot as Parameters<typeof status.ofProxyLeader>[0]),
})

function checkRoles(options: MultiPaxosOptions<AnyStateMachine>): void {
  checkProposers(options.proposers)
  checkNodes('acceptors', options.acceptors)
  checkNodes('learners', options.learners)
  if (options.batchers) checkNodes('batchers', options.batchers)
  if (options.proxyLeaders) checkNodes('proxyLeaders', options.proxyLeaders)
}
