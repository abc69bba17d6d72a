import type { Effect, NodeId } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import type { RaftMessage } from '../generated/raft.js'
import { isRaft, type RaftServer } from './raftServer.js'

/**
 * "If a server receives a RequestVote request within the minimum election timeout of hearing from a current leader, it does
 * not update its term or grant its vote", unless it suspects that leader, or the leader asked the candidate to campaign.
 */
export const leaderStickiness: InvariantFactory = ({ definition, broken }) => {
  if (!isRaft(definition)) return undefined
  const led = new Set<NodeId>()
  const disloyal = (node: NodeId) => broken(`${node} follows a leader that it does not suspect, and votes for another`)
  return {
    name: 'Leader Stickiness',
    source: 'Ongaro, "Consensus: Bridging Theory and Practice" (2014), section 4.2.3',
    // Told before the step that emitted it.
    emitted({ node }, effect) {
      if (!led.has(node) || effect.type !== 'send') return
      const { message } = effect as Extract<Effect<RaftMessage>, { type: 'send' }>
      if (message.type === 'PreVoteReply' && message.voteGranted) disloyal(node)
    },
    stepped({ node }, before, event, after) {
      const { value, context } = after as RaftServer
      const was = before as RaftServer | undefined
      const isAsked = event?.type === 'RequestVote' && !(event as { readonly transfer?: boolean }).transfer
      if (isAsked && led.has(node) && context.currentTerm > (was?.context.currentTerm ?? 0)) disloyal(node)
      if (value.follower?.following === 'led') led.add(node)
      else led.delete(node)
    },
  }
}
