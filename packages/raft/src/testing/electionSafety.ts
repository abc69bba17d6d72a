import type { NodeId } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import { isRaft, leads, type RaftServer } from './raftServer.js'

/** "At most one leader can be elected in a given term." */
export const electionSafety: InvariantFactory = ({ definition, broken }) => {
  if (!isRaft(definition)) return undefined
  const leaders = new Map<number, NodeId>()
  return {
    name: 'Election Safety',
    source: 'Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014), section 5.2, Figure 3',
    stepped({ node }, before, _event, after) {
      const server = after as RaftServer
      if (!leads(server)) return
      const { currentTerm } = server.context
      const known = before as RaftServer | undefined
      if (known && leads(known) && known.context.currentTerm === currentTerm) return
      const leader = leaders.get(currentTerm)
      if (leader !== undefined && leader !== node) broken(`both ${leader} and ${node} lead term ${currentTerm}`)
      leaders.set(currentTerm, node)
    },
  }
}
