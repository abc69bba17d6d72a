import { addressOf, type Connection, everyNode, type NodeId, type OpenStore, type RecoveredState } from '@quorate/core'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import { MembersChangedError } from '../errors.js'
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
 * @throws {@link MembersChangedError} `QUORATE_MEMBERS_CHANGED`
 */
export function checkCharters(
  options: NodeOptions<Groups>,
  connection: Connection,
  store: OpenStore,
  book: NodeBook,
  recovered: ReadonlyMap<string, RecoveredRoles>,
): void {
  const changed = Object.entries(options.groups).flatMap(([group, definition]) => {
    const known = book.charterOf(group)
    const given = charterOf(group, definition).text
    if (known === undefined || known === given || isCorrectable(recovered.get(group))) return []
    return [{ group, given, known }]
  })
  const [first] = changed
  if (!first) return
  const begunWith = changed.map(({ group, known }) => ({ group, charter: known }))
  tellAll(options, connection, store, begunWith)
  throw new MembersChangedError({ node: options.id, ...first })
}

/** True for a member that holds nothing of the group. */
const isCorrectable = (roles: RecoveredRoles | undefined): boolean =>
  roles !== undefined && roles.size > 0 && ![...roles.values()].some(holdsAnything)

const holdsAnything = ({ record, snapshot, base, entries, table }: RecoveredState): boolean =>
  record !== undefined || snapshot !== undefined || base.index > 0 || entries.length > 0 || table.length > 0

function tellAll(
  { id, cluster, clock = realClock(), logger = silentLogger, random = systemRandom }: NodeOptions<Groups>,
  connection: Connection,
  store: OpenStore,
  groups: readonly GroupCharter[],
): void {
  const drops = new DropLog(clock, logger, new Telemetry())
  // It hears nothing, so nothing can fail on a message.
  const bus = new Bus({ connection, cluster, store: store.storeId, drops, clock, random, fail: () => {} })
  const address = (node: NodeId) => addressOf(nodeGroup, nodeRole, node)
  bus.publish(address(id), address(everyNode), messages, { type: 'OtherCharters', groups })
}
