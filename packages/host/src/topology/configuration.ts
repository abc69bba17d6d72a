import {
  type Clock,
  checkMethods,
  checkName,
  checkOptions,
  type GroupDefinition,
  hostsOf,
  InvalidConfigurationError,
  type Logger,
  type NodeId,
  type Observe,
  type OptionKeys,
  type Random,
  type RoleDefinition,
  type Store,
  type Transport,
} from '@quorate/core'
import { answersRole, clientRole, nodeGroup } from '../bus/addresses.js'
import type { BusPromise } from '../bus/busWatch.js'
import { checkContract } from '../client/checkContract.js'
import { type ClientOptions, checkBehaviour, clientOptionKeys } from '../client/clientOptions.js'
import { checkPositive } from '../system/checkPositive.js'
import { checkDeadlines } from './deadlineCheck.js'
import { checkIsGroup, checkIsGroups, checkKinds } from './kindCheck.js'
import { checkQuorums } from './quorumCheck.js'

/** Consensus groups by name. */
export type Groups = Readonly<Record<string, GroupDefinition>>

/** What a node is made of. */
export interface NodeOptions<G extends Groups> {
  /** Unique in the cluster, and for ever bound to the data in `store`. */
  readonly id: NodeId
  readonly cluster: string
  readonly transport: Transport
  readonly store: Store
  /** Equal on all nodes; what this one hosts is found in their roles. With none, {@link QuorateNode.open} opens them. */
  readonly groups: G
  /** @default none */
  readonly logger?: Logger
  /**
   * Hears of all that happens: steps of actors, messages sent, received and dropped, writes, what state machines applied; while it
   * happens. What it throws may stop the node, and what it does the actors wait for.
   * @default nobody
   */
  readonly observe?: Observe
  /**
   * True to start on an empty store without asking the other nodes whether they know an older one of this node. Only for
   * a node id that was never used before. @default false
   */
  readonly bootstrap?: boolean
  /**
   * True to go on although the last write of this node's store is lost and nobody can tell what it was: a member that is
   * alone in its group does so at once; any other asks the others first, and goes on without those that do not answer where
   * a quorum does. What was acknowledged may be lost: all that the lost write held, and all that only those held that did
   * not answer. Changes nothing for a store in no doubt. @default false
   */
  readonly acceptPossibleLoss?: boolean
  /**
   * Signals of the process that stop the node, e.g. `['SIGTERM', 'SIGINT']`: the first in order, a second one at once.
   * @default none
   */
  readonly stopOn?: readonly NodeJS.Signals[]
  /** How long the node may take to stop in order, in milliseconds; then it ends at once. @default 5000 */
  readonly stopWithinMs?: number
  /**
   * How long a node of which a role here expects something may be silent before the bus is asked whether anybody hears it, in
   * milliseconds, from 10 to 60000. A role is told that a node is gone one to two times this long after it was heard last. @default 50
   */
  readonly probeEveryMs?: number
  /** Of the clients that {@link QuorateNode.group} gives. */
  readonly client?: ClientOptions
  /** @default real time */
  readonly clock?: Clock
  /** @default that of the operating system */
  readonly random?: Random
}

const nodeOptionKeys: OptionKeys<NodeOptions<Groups>> = {
  id: 'required',
  cluster: 'required',
  transport: 'required',
  store: 'required',
  groups: 'required',
  logger: 'optional',
  observe: 'optional',
  bootstrap: 'optional',
  acceptPossibleLoss: 'optional',
  stopOn: 'optional',
  stopWithinMs: 'optional',
  probeEveryMs: 'optional',
  client: 'optional',
  clock: 'optional',
  random: 'optional',
}

const reservedRoles: readonly string[] = [clientRole, answersRole]

/**
 * Finds what cannot work before anything is started.
 * @throws `QUORATE_INVALID_NAME`, `QUORATE_INVALID_CONFIGURATION`, and of quorums `QUORATE_UNKNOWN_NODE`,
 *   `QUORATE_QUORUMS_DO_NOT_MEET`, `QUORATE_UNPROVEN_QUORUMS`
 */
export function checkNodeOptions(options: NodeOptions<Groups>): void {
  checkOptions<NodeOptions<Groups>>('startNode(...)', options, nodeOptionKeys)
  checkMethods('transport of startNode(...), e.g. nats({ servers }),', options.transport, ['connect'])
  checkMethods('store of startNode(...), e.g. level(directory),', options.store, ['open'])
  const { id, cluster, groups } = options
  checkName('node', id)
  checkName('cluster', cluster)
  checkIsGroups('startNode(...)', groups)
  const names = Object.keys(groups)
  for (const [name, definition] of Object.entries(groups)) {
    checkGroup(name, definition)
    checkQuorums(name, definition)
  }
  const isHost = hostsIn(groups).includes(id)
  if (names.length > 0 && !isHost) {
    throw new InvalidConfigurationError(
      `node ${id} hosts no role of ${names.join(', ')}: its id is not among ${hostsIn(groups).join(', ')}; correct the id, or use a client`,
    )
  }
  checkKinds(options)
  if (options.stopWithinMs !== undefined) checkPositive('stopWithinMs', options.stopWithinMs)
  checkProbes(options.probeEveryMs)
  if (options.client) {
    checkOptions('client of startNode(...)', options.client, clientOptionKeys)
    checkBehaviour(options.client)
  }
}

/** See {@link NodeOptions}. */
export const probeEveryMsDefault = 50
const probeEveryMsRange = { least: 10, most: 60_000 }

function checkProbes(probeEveryMs = probeEveryMsDefault): void {
  const { least, most } = probeEveryMsRange
  if (typeof probeEveryMs === 'number' && probeEveryMs >= least && probeEveryMs <= most) return
  throw new InvalidConfigurationError(
    `probeEveryMs must be a number of milliseconds from ${least} to ${most}, not ${String(probeEveryMs)}`,
  )
}

/** Every node that hosts a role of one of the groups when it begins. */
export const nodesOf = (groups: Groups): NodeId[] => placedBy(groups, ({ nodes }) => nodes)

/** Those, and nodes that join. */
const hostsIn = (groups: Groups): NodeId[] => placedBy(groups, hostsOf)

const placedBy = (groups: Groups, of: (role: RoleDefinition) => readonly NodeId[]): NodeId[] => [
  ...new Set(Object.values(groups).flatMap(({ roles }) => Object.values(roles).flatMap(of))),
]

/** How large the messages of groups may be. */
const promisesOf = (groups: Groups): BusPromise[] =>
  Object.entries(groups).map(([group, { messageBytesMax }]) => ({ group, bytes: messageBytesMax }))

/** @throws `QUORATE_INVALID_CONFIGURATION` unless the bus carries what the groups say. */
export function checkBus(groups: Groups, bus: { readonly bytesMax: number; readonly label: string }): void {
  for (const { group, bytes } of promisesOf(groups)) {
    if (bus.bytesMax >= bytes) continue
    throw new InvalidConfigurationError(
      `group ${group} says messages of up to ${bytes} bytes, and ${bus.label} carries ${bus.bytesMax}; ` +
        'lower messageBytesMax of the group, or raise the limit of the bus',
    )
  }
}

/**
 * Finds what cannot work of a group that a node is to host.
 * @throws as {@link checkNodeOptions}
 */
export function checkHostedGroup(node: NodeId, name: string, definition: GroupDefinition): void {
  checkIsGroup(name, definition)
  checkGroup(name, definition)
  checkQuorums(name, definition)
  const nodes = hostsIn({ [name]: definition })
  if (nodes.includes(node)) return
  throw new InvalidConfigurationError(
    `node ${node} hosts no role of group ${name}: its id is not among ${nodes.join(', ')}; correct the members, or use a client`,
  )
}

function checkListed(nodes: readonly NodeId[], where: string): void {
  for (const [position, node] of nodes.entries()) {
    checkName('node', node)
    if (nodes.indexOf(node) !== position)
      throw new InvalidConfigurationError(`node ${node} is listed twice for ${where}`)
  }
}

function checkGroup(name: string, { protocol, roles, messageBytesMax, service }: GroupDefinition): void {
  checkName('group', name)
  if (name === nodeGroup)
    throw new InvalidConfigurationError(`no group may be called ${nodeGroup}: nodes speak of themselves under it`)
  if (Object.keys(roles).length === 0) throw new InvalidConfigurationError(`group ${name} has no roles`)
  for (const [role, { nodes, joining = [], changesMembers, handler }] of Object.entries(roles)) {
    checkName('role', role)
    if (handler !== undefined && typeof handler !== 'function') {
      throw new InvalidConfigurationError(
        `handler of role ${role} of group ${name} must be a function from bytes to bytes, not a ${typeof handler}`,
      )
    }
    if (reservedRoles.includes(role)) {
      throw new InvalidConfigurationError(
        `no role may be called ${role}, as one of group ${name} is: clients are addressed by it`,
      )
    }
    if (nodes.length === 0) throw new InvalidConfigurationError(`no node hosts role ${role} of group ${name}`)
    checkListed(nodes, `role ${role} of group ${name}`)
    checkListed(joining, `role ${role} of group ${name}, among those that join`)
    if (joining.length > 0 && !changesMembers) {
      throw new InvalidConfigurationError(
        `${joining.join(', ')} cannot join role ${role} of group ${name}: protocol ${protocol} never changes the members of a group`,
      )
    }
  }
  checkPositive(`messageBytesMax of group ${name}`, messageBytesMax)
  if (service.type === 'none') return
  const named =
    service.type === 'log' ? { orders: service.orders, applies: service.applies } : { answers: service.answers }
  for (const [what, role] of Object.entries(named)) {
    if (Object.hasOwn(roles, role)) continue
    throw new InvalidConfigurationError(
      `group ${name} names ${role} as the role that ${what}, and has ${Object.keys(roles).join(', ')}`,
    )
  }
  for (const [limit, value] of Object.entries(service.limits)) checkPositive(`${limit} of group ${name}`, value)
  if (service.type === 'ask') checkContract(`group ${name}`, service)
  checkDeadlines(name, { roles, service })
  const [limit, bytes] =
    service.type === 'log'
      ? ['commandBytesMax', service.limits.commandBytesMax]
      : ['requestBytesMax', service.limits.requestBytesMax]
  if (bytes < messageBytesMax) return
  throw new InvalidConfigurationError(
    `group ${name} takes ${service.type === 'log' ? 'commands' : 'questions'} of ${bytes} bytes, and its messages carry ${messageBytesMax}: lower ${limit}`,
  )
}
