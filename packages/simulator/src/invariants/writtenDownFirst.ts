import { type Address, decodeWith, type NodeId, nodeOf, type ProtoReader } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'

/** Under which key a node keeps what it knows of others. */
const bookKey = '$node/peers'
/** In that book, as `node.proto` of the host says: its peers, and the name of each. */
const peersTag = (2 << 3) | 2
const nameTag = (1 << 3) | 2

/**
 * A node takes no message of another before it has told its disk who that is: with another disk, that one has forgotten
 * what it promised, and must be told so. That the disk is also waited for shows where disks lose what was not synced.
 */
export const writtenDownFirst: InvariantFactory = ({ broken }) => {
  const books = new Map<NodeId, ReadonlySet<NodeId>>()
  return {
    name: 'Written Down First',
    isGeneral: true,
    source:
      'Alagappan et al., "Protocol-Aware Recovery for Consensus-Based Storage" (2018): who lost a disk must not pass for who had it',
    asked(node, writes) {
      for (const { key, operations } of writes) {
        if (key !== bookKey) continue
        for (const operation of operations) {
          if (operation.type === 'persist') books.set(node, new Set(decodeWith(peersOf, operation.record)))
        }
      }
    },
    stepped({ node }, _before, event) {
      if (event === undefined || !('from' in event) || typeof event.from !== 'string') return
      const peer = nodeOf(event.from as Address)
      if (peer === node || books.get(node)?.has(peer)) return
      broken(`${node} takes ${event.type} of ${peer}, and its disk was not told which store ${peer} has`)
    },
  }
}

function peersOf(reader: ProtoReader): readonly NodeId[] {
  const peers: NodeId[] = []
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag === peersTag) peers.push(reader.message(nameOf))
    else reader.skip(tag)
  }
  return peers
}

function nameOf(reader: ProtoReader): NodeId {
  let name = ''
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag === nameTag) name = reader.string()
    else reader.skip(tag)
  }
  return name
}
