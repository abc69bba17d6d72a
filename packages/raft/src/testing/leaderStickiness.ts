import type { Effect, NodeId } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import type { RaftMessage } from '../generated/raft.js'
import { isRaft, type RaftServer } from './raftServer.js'

/**
 * "If a server receives a RequestVote request within the minimum election timeout of hearing from a current leader, it does
 * not update its term or grant its vote", unless it suspects that leader.
 */
export const leaderStickiness: InvariantFactory = ({ definition, broken }) => {
  if (!isRaft(definition)) return undefined
  const led = new Set<NodeId>()
  return {
    name: 'Leader Stickiness',
    source: 'Ongaro, "Consensus: Bridging Theory and Practice" (2014), section 4.2.3',
    // Told before the step that emitted it.
    emitted({ node }, effect) {
      if (!led.has(node) || effect.type !== 'send') return
      const { message } = effect as Extract<Effect<RaftMessage>, { type: 'send' }>
      if ('voteGranted' in message && message.voteGranted)
        broken(`${node} follows a leader that it does not suspect, and votes for ${effect.to}`)
    },
    stepped({ node }, _before, _event, after) {
      const { follower } = (after as RaftServer).value
      if (follower?.following === 'led') led.add(node)
      else led.delete(node)
    },
  }
}
