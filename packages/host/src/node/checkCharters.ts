import {
  addressOf,
  type Connection,
  everyNode,
  type GroupDefinition,
  joinsIn,
  type NodeId,
  type OpenStore,
  type RecoveredState,
} from '@quorate/core'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import { keyOf } from '../engine/hostedActor.js'
import { keysOf, type RecoveredRoles } from '../engine/recoverRoles.js'
import { GroupDroppedError, MembersChangedError } from '../errors.js'
import { type GroupCharter, messages } from '../generated/node.js'
import type { NodeBook } from '../identity/nodeBook.js'
import { systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { charterOf } from '../topology/charter.js'
import type { Groups, NodeOptions } from '../topology/configuration.js'

/**
 * Refuses groups that are not what they were begun with, unless nothing of them is stored here: then nothing was promised
 * yet. The other nodes are told what the groups were begun with, because new ones may be waiting for this node.
 * @throws {@link MembersChangedError} `QUORATE_MEMBERS_CHANGED`, {@link GroupDroppedError} `QUORATE_GROUP_DROPPED`
 */
export function checkCharters(
  options: NodeOptions<Groups>,
  connection: Connection,
  store: OpenStore,
  book: NodeBook,
  recovered: ReadonlyMap<string, RecoveredRoles>,
): void {
  const changed = Object.entries(options.groups).flatMap(
    ([group, definition]) => changeOf(book, options.id, group, definition, recovered.get(group), store) ?? [],
  )
  const [first] = changed
  if (!first) return
  const { id, cluster, clock = realClock(), logger = silentLogger, random = systemRandom } = options
  const drops = new DropLog(clock, logger, new Telemetry())
  // It hears nothing, so nothing can fail on a message.
  const bus = new Bus({ connection, cluster, store: store.storeId, drops, clock, random, fail: () => {} })
  tellCharters(
    bus,
    id,
    changed.map(({ group, known }) => ({ group, charter: known })),
  )
  throw new MembersChangedError({ node: id, ...first })
}

/** A group that is not what it was begun with, in words. */
interface Change {
  readonly group: string
  readonly given: string
  readonly known: string
}

/**
 * How a group differs from what it was begun with on this node, if that matters.
 * @throws {@link GroupDroppedError} `QUORATE_GROUP_DROPPED`
 */
export function changeOf(
  book: NodeBook,
  node: NodeId,
  group: string,
  definition: GroupDefinition,
  recovered: RecoveredRoles | undefined,
  store: OpenStore,
): Change | undefined {
  const charter = charterOf(group, definition)
  const mayRejoin = joinsIn(definition, node) && book.leftBy(charter) !== undefined
  if (book.hasDropped(charter) && !mayRejoin) throw new GroupDroppedError(node, group)
  const known = book.charterOf(group)
  if (known === undefined || known === charter.text || isCorrectable(group, recovered, store)) return undefined
  return { group, given: charter.text, known }
}

/** Tells the other nodes what groups were begun with on this one. */
export function tellCharters(bus: Bus, node: NodeId, groups: readonly GroupCharter[]): void {
  const address = (of: NodeId) => addressOf(nodeGroup, nodeRole, of)
  bus.publish(address(node), address(everyNode), messages, { type: 'OtherCharters', groups })
}

/** True for a member that holds nothing of the group, also not in a role that it has no more: of another protocol, say. */
function isCorrectable(group: string, roles: RecoveredRoles | undefined, store: OpenStore): boolean {
  if (roles === undefined || roles.size === 0 || [...roles.values()].some(holdsAnything)) return false
  const hosted = new Set([...roles.keys()].map((role) => keyOf(group, role)))
  return keysOf(store, group).every((key) => hosted.has(key))
}

const holdsAnything = ({ record, snapshot, base, entries, table }: RecoveredState): boolean =>
  record !== undefined || snapshot !== undefined || base.index > 0 || entries.length > 0 || table.length > 0
