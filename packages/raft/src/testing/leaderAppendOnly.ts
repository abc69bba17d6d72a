import type { InvariantFactory } from '@quorate/core/testing'
import { isRaft, leads, type RaftServer } from './raftServer.js'

/** "A leader never overwrites or deletes entries in its log; it only appends new entries." */
export const leaderAppendOnly: InvariantFactory = ({ definition, broken }) => {
  if (!isRaft(definition)) return undefined
  return {
    name: 'Leader Append-Only',
    source: 'Ongaro and Ousterhout (2014), section 5.3, Figure 3',
    stepped({ node }, before, event, after) {
      const was = before as RaftServer | undefined
      const is = after as RaftServer
      if (!was || !leads(was) || !leads(is) || was.context.log === is.context.log) return
      const { last } = was.context.log
      const { log, currentTerm } = is.context
      // What a snapshot holds may go.
      if (last.index > log.base.index && !log.has(last)) {
        broken(`${node}, the leader of term ${currentTerm}, lost entry ${last.index} on ${event?.type}`)
      }
    },
  }
}
