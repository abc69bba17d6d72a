import {
  type AskService,
  bothPhases,
  type Codec,
  checkMembers,
  checkMethods,
  checkNodes,
  checkOptions,
  type GroupDefinition,
  InvalidConfigurationError,
  json,
  type KeyedSnapshot,
  keyedRecord,
  limitsOf,
  majority,
  membersOf,
  type NodeId,
  type Notice,
  type PhaseQuorums,
  perKey,
  quorumMethods,
  type RoleDefinition,
  type RoleStatus,
  rowBytesMax,
  rowKeyBytesMax,
  timerMsMax,
} from '@quorate/core'
import { coordinatorRole, type RegisterConfig, replicaRole } from './config.js'
import { type RegisterReply, type RegisterRequest, registers } from './contract.js'
import { coordinator, newCoordinator } from './coordinator.js'
import { isAlone } from './doubt.js'
import { decodeRow, encodeRow, messages, type Row } from './generated/register.js'
import { recoverReplica, replica } from './replica.js'

export interface RegisterOptions {
  /** These hold the values: 3 survive the loss of 1, 5 of 2. */
  readonly replicas: readonly NodeId[]
  /** Clients ask these; any one of them is enough. @default the replicas */
  readonly coordinators?: readonly NodeId[]
  /**
   * Which replicas are enough: those of phase 1 are queried, those of phase 2 are written to. A read needs both, as a write
   * does. @default bothPhases(majority(replicas))
   */
  readonly quorums?: PhaseQuorums
  /** After so long what was not answered is asked again; then after twice as long, up to 32 times. Milliseconds. @default 500 */
  readonly retryMs?: number
  readonly limits?: Partial<RegisterLimits>
}

/** Limits of a group of registers, equal on all its nodes. */
export interface RegisterLimits {
  /** Largest value, in bytes; at most 1 MiB less 64 KiB. @default 262144 */
  readonly valueBytesMax: number
  /** Operations under way at one coordinator; what comes beyond is refused as overloaded. @default 16384 */
  readonly operationsMax: number
  /** Keys that a replica remembers: what would add another is not taken. @default 1000000 */
  readonly keysMax: number
  /** Bytes of a replica's keys and values, and 64 for each: they are in memory. @default 268435456 */
  readonly tableBytesMax: number
}

const defaults: RegisterLimits = {
  valueBytesMax: 256 * 1024,
  operationsMax: 16_384,
  keysMax: 1_000_000,
  tableBytesMax: 256 * 1024 * 1024,
}

/** Room for what is not the value: tags, what is known of lapses, the key, and the envelope around it. */
const overheadBytes = 64 * 1024
/** Beside its value a question holds its key. */
const requestOverheadBytes = rowKeyBytesMax + 64
/** A wait doubles so often. */
const doublingsMax = 5

/**
 * A group of atomic registers, many keys by their names: Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in
 * Message-Passing Systems" (1995), with several writers as in Lynch and Shvartsman, "Robust Emulation of Shared Memory Using
 * Dynamic Quorum-Acknowledged Broadcasts" (1997). No leader and no log: any coordinator takes any operation, by two round
 * trips to quorums. Ask it with {@link registers}.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a role without nodes, a node listed twice, a
 *   quorum of others than replicas, a time that is not above 0 or too long for a timer, a limit that is no whole number above
 *   0, values that no row could hold, an option that is unknown.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME`: a name that no subject can carry.
 */
export function register(options: RegisterOptions): GroupDefinition<AskService<RegisterRequest, RegisterReply>> {
  checkOptions<RegisterOptions>('register(...)', options, {
    replicas: 'required',
    coordinators: 'optional',
    quorums: 'optional',
    retryMs: 'optional',
    limits: 'optional',
  })
  const { replicas, coordinators = replicas, retryMs = 500 } = options
  checkNodes('replicas', replicas)
  checkNodes('coordinators', coordinators)
  const quorums = options.quorums ?? bothPhases(majority(replicas))
  for (const phase of ['phase1', 'phase2'] as const)
    checkMethods(`${phase} of the quorums of register(...)`, quorums[phase], quorumMethods)
  checkMembers('replicas', membersOf(quorums), replicas)
  checkRetry(retryMs)
  const limits = limitsOf('register(...)', defaults, options.limits)
  if (limits.valueBytesMax + overheadBytes > rowBytesMax) {
    throw new InvalidConfigurationError(
      `limit valueBytesMax must be at most ${rowBytesMax - overheadBytes}, not ${limits.valueBytesMax}`,
    )
  }
  const configOf = ({ group, node, recovered }: Place): RegisterConfig => ({
    group,
    id: node,
    replicas,
    quorums,
    ...(recovered.lossAccepted === true && { lossAccepted: true }),
  })
  const role = { record: keyedRecord as Codec<unknown> }
  const coordinating = coordinatorsWith(retryMs, limits)
  const replicating = replicasWith(retryMs, limits)
  return {
    protocol: 'register',
    messages,
    quorums,
    messageBytesMax: limits.valueBytesMax + overheadBytes,
    service: {
      ...registers,
      type: 'ask',
      answers: coordinatorRole,
      limits: { requestBytesMax: limits.valueBytesMax + requestOverheadBytes },
    },
    roles: {
      [coordinatorRole]: {
        ...role,
        nodes: coordinators,
        remembers: false,
        logic: () => coordinating,
        keyed: coordinating,
        input: (place) => ({ shared: configOf(place), recovered: place.recovered }),
        status: coordinatorStatus,
      },
      [replicaRole]: {
        ...role,
        nodes: replicas,
        logic: () => replicating,
        keyed: replicating,
        input: (place) => ({ shared: configOf(place), recovered: place.recovered }),
        status: replicaStatus,
      },
    },
  }
}

type Place = Parameters<RoleDefinition['input']>[0]

function checkRetry(retryMs: number): void {
  const longestMs = Math.floor(timerMsMax / 2 ** doublingsMax)
  if (typeof retryMs === 'number' && retryMs > 0 && retryMs <= longestMs) return
  throw new InvalidConfigurationError(`retryMs must be above 0 and at most ${longestMs} milliseconds, not ${retryMs}`)
}

/** What is asked again is asked less and less often. */
const retryOf =
  (retryMs: number) =>
  ({ context: { asks } }: { readonly context: { readonly asks: number } }): number =>
    retryMs * 2 ** Math.min(asks - 1, doublingsMax)

const coordinatorsWith = (retryMs: number, { operationsMax }: RegisterLimits) =>
  perKey<typeof coordinator, RegisterConfig, never>({
    id: 'coordinators',
    each: coordinator.provide({ delays: { retry: retryOf(retryMs) } }),
    /** An operation has the number of its request. */
    keyOf: ({ request }) => String(request),
    input: ({ shared }) => newCoordinator(shared),
    row: json<never>(),
    refuse: (event) =>
      event.type === 'client.asked' ? { type: 'refuse', request: event.request, reason: 'overloaded' } : undefined,
    limits: { instancesMax: operationsMax },
  })

const replicasWith = (retryMs: number, { keysMax, tableBytesMax }: RegisterLimits) =>
  perKey<typeof replica, RegisterConfig, Row>({
    id: 'replicas',
    each: replica.provide({ delays: { retry: retryOf(retryMs) } }),
    keyOf: ({ key }) => key,
    input: recoverReplica,
    row: { encode: encodeRow, decode: decodeRow },
    /** As if it were lost: whoever asks goes on without this replica. */
    refuse: () => undefined,
    /** A key is restored when it is asked for. */
    resumes: () => false,
    limits: { rowsMax: keysMax, tableBytesMax },
  })

const stateOf = (busy: number): string => (busy > 0 ? 'busy' : 'resting')

function coordinatorStatus(snapshot: unknown): RoleStatus {
  const { instances } = snapshot as KeyedSnapshot
  return { state: stateOf(instances.size), serves: true, details: { operations: instances.size } }
}

function replicaStatus(snapshot: unknown): RoleStatus {
  const { instances, context } = snapshot as KeyedSnapshot<typeof replica, RegisterConfig>
  const { config, table, doubts } = context
  return {
    state: stateOf(instances.size),
    serves: false,
    details: { keys: table.size, keysInDoubt: instances.size },
    ...(doubts > 0 && { notices: [noticeOf(config, doubts)] }),
  }
}

function noticeOf(config: RegisterConfig, count: number): Notice {
  const text =
    isAlone(config) && config.lossAccepted !== true
      ? 'the disk of this replica lost its last write, which may have been acknowledged, and no other replica need hold what it was: start the node with acceptPossibleLoss to go on without it'
      : 'the disk of this replica lost its last write: of each key it answers nothing until others have told it what it should hold'
  return { level: isAlone(config) ? 'error' : 'warn', text, count }
}
