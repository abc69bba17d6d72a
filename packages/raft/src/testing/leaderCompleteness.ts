import type { Entry, Log, NodeId } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import { isRaft, leads, type RaftServer } from './raftServer.js'

/** "If a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all higher-numbered terms." */
export const leaderCompleteness: InvariantFactory = ({ definition, broken }) => {
  if (!isRaft(definition)) return undefined
  /** By index: the term of the entry, and the term in which a leader found it committed. */
  const committed = new Map<number, { readonly term: number; readonly inTerm: number }>()
  /** The log with which each leader began. A value: what it becomes later is another one. */
  const leaders: { readonly node: NodeId; readonly term: number; readonly log: Log }[] = []

  const lacks = (log: Log, index: number, term: number): boolean => index > log.base.index && log.termAt(index) !== term

  const elected = (node: NodeId, { currentTerm, log }: RaftServer['context']): void => {
    leaders.push({ node, term: currentTerm, log })
    for (let index = log.firstIndex; ; index++) {
      const entry = committed.get(index)
      if (!entry) break
      if (entry.inTerm < currentTerm && lacks(log, index, entry.term)) {
        broken(
          `${node} leads term ${currentTerm} without entry ${index} of term ${entry.term}, committed in term ${entry.inTerm}`,
        )
        return
      }
    }
  }

  const isCommitted = ({ index, term }: Entry, inTerm: number): void => {
    if (committed.has(index)) return
    committed.set(index, { term, inTerm })
    const without = leaders.find((leader) => leader.term > inTerm && lacks(leader.log, index, term))
    if (without) {
      broken(
        `entry ${index} of term ${term} is committed in term ${inTerm}, and ${without.node} leads term ${without.term} without it`,
      )
    }
  }

  return {
    name: 'Leader Completeness',
    source: 'Ongaro and Ousterhout (2014), section 5.4, Figure 3',
    stepped({ node }, before, _event, after) {
      const was = before as RaftServer | undefined
      const is = after as RaftServer
      if (!leads(is)) return
      const { commitIndex, log, currentTerm } = is.context
      const isNew = !was || !leads(was) || was.context.currentTerm !== currentTerm
      if (isNew) elected(node, is.context)
      const from = was && !isNew ? was.context.commitIndex : commitIndex
      if (commitIndex > from) {
        for (const entry of log.slice(from + 1, commitIndex)) isCommitted(entry, currentTerm)
      }
    },
  }
}
