import type { OpenStore } from '@quorate/core'
import { type RecoveredRoles, recoverRoles } from '../engine/recoverRoles.js'
import { bookKey, NodeBook } from '../identity/nodeBook.js'
import { realClock } from '../system/realClock.js'
import { checkBus, checkNodeOptions, type Groups, type NodeOptions } from '../topology/configuration.js'
import { checkCharters } from './checkCharters.js'
import type { QuorateNode } from './quorateNode.js'
import { RunningNode } from './runningNode.js'

/**
 * Starts a node: connects, recovers what its store holds, and runs its roles. Where it must first hear from the other
 * nodes it resolves before they are there, so that several can be started one after the other: wait for `ready`.
 * @throws `QUORATE_INVALID_NAME` and `QUORATE_INVALID_CONFIGURATION` before anything is started; what transport and store
 *   throw; `QUORATE_MEMBERS_CHANGED` when a group is not what it was begun with; `QUORATE_GROUP_DROPPED` when it was dropped on
 *   this node.
 */
export async function startNode<const G extends Groups>(options: NodeOptions<G>): Promise<QuorateNode<G>> {
  checkNodeOptions(options)
  const { id, cluster, groups, acceptPossibleLoss = false } = options
  const connection = await options.transport.connect({ cluster, name: id })
  let store: OpenStore | undefined
  try {
    checkBus(groups, connection)
    store = await options.store.open({ cluster, node: id })
    const recovered = new Map<string, RecoveredRoles>()
    for (const [name, definition] of Object.entries(groups)) {
      recovered.set(name, await recoverRoles(store, id, name, definition, acceptPossibleLoss))
    }
    const nowMs = (options.clock ?? realClock()).nowMs()
    const { storeId, doubtful } = store
    const ofBook = await store.recover(bookKey)
    const book = new NodeBook({ own: { node: id, store: storeId }, recovered: ofBook, nowMs, doubtful })
    checkCharters(options, connection, store, book, recovered)
    return await begun(new RunningNode<G>(options, { connection, store, recovered, book }))
  } catch (error) {
    await store?.close()
    await connection.close()
    throw error
  }
}

async function begun<G extends Groups>(node: RunningNode<G>): Promise<QuorateNode<G>> {
  try {
    await node.begin()
    return node
  } catch (error) {
    await node.stop()
    throw error
  }
}
