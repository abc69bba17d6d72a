import type { HistoryDefinition, RoleState } from '@quorate/checker'
import type { Effect, Message } from '@quorate/core'
import { isLeader, serverOf } from './raftElection.js'

/** Leader Completeness: Ongaro and Ousterhout (2014), section 5.4.3. @module */

/** What is committed, and what leaders have when they begin: entries as `index.term`. */
export interface LeaderLogs {
  /** By entry: the earliest term in which it was. */
  readonly committed: Readonly<Record<string, number>>
  /** By term. */
  readonly logs: Readonly<Record<number, readonly string[]>>
}

export interface Led {
  readonly term: number
  readonly log: readonly string[] | undefined
  readonly committed: readonly string[]
}

export const leaderLogs: HistoryDefinition<RoleState, Message, Led, LeaderLogs> = {
  initial: { committed: {}, logs: {} },
  gathers: true,
  note({ before, after, outputs }) {
    const server = serverOf(after)
    if (!server || !isLeader(after)) return undefined
    const committed = (outputs as readonly Effect[]).flatMap((effect) =>
      effect.type === 'commit' ? effect.entries.map(({ index, term }) => `${index}.${term}`) : [],
    )
    const isNew = !before || !isLeader(before)
    if (!isNew && committed.length === 0) return undefined
    const log = isNew ? [...server.log].map(({ index, term }) => `${index}.${term}`) : undefined
    return { term: server.currentTerm, log, committed }
  },
  record({ committed, logs }, led) {
    const earliest = Object.fromEntries(
      led.committed.map((entry) => [entry, Math.min(led.term, committed[entry] ?? led.term)]),
    )
    return {
      committed: led.committed.length > 0 ? { ...committed, ...earliest } : committed,
      logs: led.log ? { ...logs, [led.term]: led.log } : logs,
    }
  },
}

/** "What is committed in a term is in the logs of the leaders of all later terms." */
export const isComplete = ({ committed, logs }: LeaderLogs): boolean =>
  Object.entries(committed).every(([entry, inTerm]) =>
    Object.entries(logs).every(([term, log]) => Number(term) <= inTerm || log.includes(entry)),
  )
