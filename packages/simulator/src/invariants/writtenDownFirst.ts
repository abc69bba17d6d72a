import { type Address, type NodeId, nodeOf } from '@quorate/core'
import type { InvariantFactory } from './invariant.js'

/** Under which key a node keeps what it knows of others. */
const bookKey = '$node/peers'

/**
 * A node takes no message of another before it has told its disk who that is: with another disk, that one has forgotten
 * what it promised, and must be told so. That the disk is also waited for shows where disks lose what was not synced.
 */
export const writtenDownFirst: InvariantFactory = ({ broken }) => {
  const books = new Map<NodeId, string>()
  /** Who was found in the book of a node, as it is. */
  const found = new Map<NodeId, Set<NodeId>>()
  return {
    name: 'Written Down First',
    source: 'ARCHITECTURE.md: a store has an identity, envelopes carry it, and peers record it durably',
    asked(node, writes) {
      for (const { key, operations } of writes) {
        if (key !== bookKey) continue
        for (const operation of operations) {
          if (operation.type === 'persist') books.set(node, String.fromCharCode(...operation.record))
        }
        found.set(node, new Set())
      }
    },
    stepped({ node }, _before, event) {
      if (event === undefined || !('from' in event) || typeof event.from !== 'string') return
      const peer = nodeOf(event.from as Address)
      const known = found.get(node)
      if (peer === node || known?.has(peer)) return
      // A name stands in the book as it is; one that is a part of another is not told from it.
      if (books.get(node)?.includes(peer)) known?.add(peer)
      else broken(`${node} takes ${event.type} of ${peer}, and its disk was not told which store ${peer} has`)
    },
  }
}
