import {
  type AskContract,
  type AskService,
  asBytes,
  bothPhases,
  checkMembers,
  checkMethods,
  checkNodes,
  checkOptions,
  type GroupDefinition,
  InvalidConfigurationError,
  json,
  majority,
  membersOf,
  type NodeId,
  type PhaseQuorums,
  quorumMethods,
  type Random,
  type RecoveredState,
  type RoleDefinition,
  type RoleStatus,
  statePath,
} from '@quorate/core'
import type { SnapshotFrom } from '@quorate/core/statechart'
import { checkProposers } from '../ballot.js'
import { noticesOf, preparedInDoubt } from '../doubtNotice.js'
import { type AcceptorRecord, decodeAcceptorRecord, encodeAcceptorRecord, messages } from '../generated/paxos.js'
import { acceptor, recoverAcceptor } from './acceptor.js'
import { acceptorRole, learnerRole, type PaxosConfig, proposerRole } from './config.js'
import { learner, newLearner } from './learner.js'
import { isPreparedInDoubt, type Proposer, type ProposerRecord, proposer, recoverProposer } from './proposer.js'

export interface PaxosOptions {
  /** Clients ask these; any one of them is enough. */
  readonly proposers: readonly NodeId[]
  /** These decide: 3 survive the loss of 1, 5 of 2. */
  readonly acceptors: readonly NodeId[]
  /** These are told what was chosen. */
  readonly learners: readonly NodeId[]
  /** Which acceptors decide. @default bothPhases(majority(acceptors)) */
  readonly quorums?: PhaseQuorums
  /** The learner that acceptors inform and that informs the others. @default none: acceptors inform all learners */
  readonly distinguishedLearner?: NodeId
  /** How long a proposer waits for the answers of one phase before it asks again. Milliseconds. @default 500 */
  readonly phaseTimeoutMs?: number
  /** The mean wait of a proposer after a first refusal; it doubles with each, up to 32 times as long. Milliseconds. @default 100 */
  readonly backOffMs?: number
}

/** A back-off doubles so often: from twice `backOffMs` at most after the first refusal to 64 times. */
const doublingsMax = 6
/** Timers hold at most this; a longer one would fire at once. */
const timerMsMax = 2 ** 31 - 1

/** What clients know of such a group, for `connectAskClient`: they ask for a value, and are told the one that was chosen. */
export const oneDecision: AskContract<Uint8Array, Uint8Array> = {
  request: asBytes,
  reply: asBytes,
  routing: 'any',
  isIdempotent: () => true,
}

/** Largest value, in bytes. */
const valueBytesMax = 256 * 1024

/**
 * A group that chooses one value, once, by Paxos (Lamport, "Paxos Made Simple", 2001, section 2): `ask` it with the
 * bytes that you want chosen, and it answers with those that were.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a role without nodes, a node listed twice, a
 *   quorum of others than acceptors, a distinguished learner that is none, two proposers whose ballots could be equal, a
 *   time that is not above 0, or too long for a timer, an option that is unknown.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME`: a name that no subject can carry.
 */
export function paxos(options: PaxosOptions): GroupDefinition<AskService<Uint8Array, Uint8Array>> {
  checkOptions<PaxosOptions>('paxos(...)', options, {
    proposers: 'required',
    acceptors: 'required',
    learners: 'required',
    quorums: 'optional',
    distinguishedLearner: 'optional',
    phaseTimeoutMs: 'optional',
    backOffMs: 'optional',
  })
  const { proposers, acceptors, learners, distinguishedLearner, phaseTimeoutMs = 500, backOffMs = 100 } = options
  checkProposers(proposers)
  checkNodes('acceptors', acceptors)
  checkNodes('learners', learners)
  const quorums = options.quorums ?? bothPhases(majority(acceptors))
  for (const phase of ['phase1', 'phase2'] as const)
    checkMethods(`${phase} of the quorums of paxos(...)`, quorums[phase], quorumMethods)
  checkMembers('acceptors', membersOf(quorums), acceptors)
  if (distinguishedLearner !== undefined && !learners.includes(distinguishedLearner)) {
    throw new InvalidConfigurationError(
      `the distinguished learner ${distinguishedLearner} is not among the learners (${learners.join(', ')})`,
    )
  }
  checkTime('phaseTimeoutMs', phaseTimeoutMs, 2)
  checkTime('backOffMs', backOffMs, 2 ** doublingsMax)
  const configOf = ({ group, node, recovered }: Place): PaxosConfig => ({
    group,
    id: node,
    proposers,
    acceptors,
    ...(recovered.lossAccepted === true && { lossAccepted: true }),
    quorums,
    ...(distinguishedLearner !== undefined && { distinguishedLearner }),
  })
  return {
    protocol: 'paxos',
    messages,
    quorums,
    messageBytesMax: valueBytesMax + 4096,
    service: { ...oneDecision, type: 'ask', answers: proposerRole, limits: { requestBytesMax: valueBytesMax } },
    roles: {
      [proposerRole]: {
        nodes: proposers,
        record: json<ProposerRecord>(),
        logic: (random) => withTimers(random, phaseTimeoutMs, backOffMs),
        input: (place) => recoverProposer(configOf(place), place.recovered as RecoveredState<ProposerRecord>),
        status: (snapshot) => proposerStatus(snapshot as SnapshotFrom<typeof proposer>),
      },
      [acceptorRole]: {
        nodes: acceptors,
        record: { encode: (record) => encodeAcceptorRecord(record as AcceptorRecord), decode: decodeAcceptorRecord },
        logic: () => acceptor.provide({ delays: { rejoinAgain: phaseTimeoutMs * 2 } }),
        input: (place) => recoverAcceptor(configOf(place), place.recovered as RecoveredState<AcceptorRecord>),
        status: (snapshot) => acceptorStatus(snapshot as SnapshotFrom<typeof acceptor>),
      },
      [learnerRole]: {
        nodes: learners,
        record: json<unknown>(),
        remembers: false,
        logic: () => learner.provide({ delays: { askAgain: phaseTimeoutMs * 2 } }),
        input: (place) => newLearner(configOf(place)),
        status: (snapshot) => learnerStatus(snapshot as SnapshotFrom<typeof learner>),
      },
    },
  }
}

type Place = Parameters<RoleDefinition['input']>[0]

/** @param longest how many times as long a timer may get. */
function checkTime(name: string, ms: number, longest: number): void {
  if (typeof ms === 'number' && ms > 0 && ms * longest <= timerMsMax) return
  throw new InvalidConfigurationError(
    `${name} must be above 0 and at most ${Math.floor(timerMsMax / longest)} milliseconds, not ${ms}`,
  )
}

/** A randomized back-off that doubles: of two proposers that duel, one is soon long enough out of the other's way. */
function withTimers(random: Random, phaseTimeoutMs: number, backOffMs: number) {
  const backOff = ({ context: { failures } }: { context: Proposer }) => {
    const longestMs = backOffMs * 2 ** Math.min(failures, doublingsMax)
    return 1 + random.below(Math.ceil(longestMs))
  }
  return proposer.provide({ delays: { phaseTimeout: phaseTimeoutMs, backOff } })
}

/** Any proposer is as good as another, whatever its round: all serve, and none leads. */
function proposerStatus({ value, context }: SnapshotFrom<typeof proposer>): RoleStatus {
  const { round, chosen, chosenIn } = context
  const isPrepared = value === 'accepting' || chosenIn !== undefined
  return {
    state: statePath(value),
    serves: true,
    details: { round, chosen: chosen !== undefined },
    ...(isPrepared && isPreparedInDoubt(context) && { notices: [preparedInDoubt] }),
  }
}

function acceptorStatus({ value, context }: SnapshotFrom<typeof acceptor>): RoleStatus {
  const { promised, accepted } = context
  return {
    state: statePath(value),
    serves: false,
    details: { promised: promised.round, accepted: accepted?.ballot.round ?? 0 },
    ...noticesOf(context),
  }
}

function learnerStatus({ value, context: { chosen } }: SnapshotFrom<typeof learner>): RoleStatus {
  return { state: statePath(value), serves: false, details: { chosen: chosen !== undefined } }
}
