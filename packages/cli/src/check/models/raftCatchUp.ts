import {
  always,
  groupModel,
  type HistoryDefinition,
  type Model,
  type NetworkSettings,
  ofHistory,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import { type Message, statePath } from '@quorate/core'
import { raft, type ServerFamily } from '@quorate/raft'
import { commandLog } from './appliedLog.js'
import { isComplete, type LeaderLogs, type Led, leaderLogs } from './leaderLogs.js'
import { type RaftDisk, recoveredOf } from './raftDisk.js'
import { serverOf } from './raftElection.js'

/** Candidates that are given what they lack, by those who refuse to vote for them: see `catchUp.ts` of `@quorate/raft`. @module */

/** Where a scope begins, and who does what in it: it keeps the scope small. */
export interface CatchUpBeginning {
  readonly disks: Readonly<Record<string, RaftDisk>>
  /** What was committed before: entries as `index.term`, and in which term. */
  readonly committed: Readonly<Record<string, number>>
  /** In which terms who asks for votes. */
  readonly stands: Readonly<Record<string, readonly number[]>>
  /** Of which terms a server hears. @default all */
  readonly hears?: Readonly<Record<string, readonly number[]>>
}

/**
 * n2 holds an entry of term 2 that nobody else has. n3 may be elected in term 3 without it, and n1 stands in term 4. n2 hears
 * of term 3 from nobody: what it hands on may arrive at n1 before and after n3 has led.
 */
export const handsOnLate: CatchUpBeginning = {
  disks: {
    n1: { currentTerm: 2, votedFor: 'n2', terms: [] },
    n2: { currentTerm: 2, votedFor: 'n2', terms: [2] },
    n3: { currentTerm: 2, votedFor: 'n2', terms: [] },
  },
  committed: {},
  stands: { n1: [4], n3: [3] },
  hears: { n2: [2, 4] },
}

/** n1 and n3 hold what was committed in term 3; n2 has a longer log, of term 2. */
export const longerLog: CatchUpBeginning = {
  disks: {
    n1: { currentTerm: 3, votedFor: 'n3', terms: [3] },
    n2: { currentTerm: 3, terms: [2, 2] },
    n3: { currentTerm: 3, votedFor: 'n3', terms: [3] },
  },
  committed: { '1.3': 3 },
  stands: { n1: [4], n2: [4] },
}

interface Helped {
  readonly leaders: LeaderLogs
  /** Servers that took entries as candidates. */
  readonly helped: readonly string[]
  /** One of them has led since. */
  readonly isElected: boolean
}

interface Note {
  readonly server: string
  readonly led: Led | undefined
  readonly isHelped: boolean
}

const isCandidate = ({ actor }: RoleState): boolean => actor?.snapshot.role === 'candidate'

const helped = (committed: CatchUpBeginning['committed']): HistoryDefinition<RoleState, Message, Note, Helped> => ({
  initial: { leaders: { ...leaderLogs.initial, committed }, helped: [], isElected: false },
  gathers: true,
  note(step) {
    const { actor, before, after } = step
    const isHelped =
      before !== undefined &&
      isCandidate(before) &&
      isCandidate(after) &&
      serverOf(before)?.log !== serverOf(after)?.log
    const led = leaderLogs.note(step)
    return led || isHelped ? { server: actor, led, isHelped } : undefined
  },
  record(history, { server, led, isHelped }) {
    const isNew = isHelped && !history.helped.includes(server)
    return {
      leaders: led ? leaderLogs.record(history.leaders, led) : history.leaders,
      helped: isNew ? [...history.helped, server].sort() : history.helped,
      isElected: history.isElected || (led?.log !== undefined && history.helped.includes(server)),
    }
  },
})

export interface CatchUpScope {
  readonly name: string
  readonly timeouts: number
  readonly crashes: number
  readonly writes: 'atomic' | 'split'
  readonly family: ServerFamily
  readonly network: NetworkSettings
  readonly beginning: CatchUpBeginning
}

export const raftCatchUp = ({ name, timeouts, crashes, writes, family, network, beginning }: CatchUpScope): Model => {
  const { disks, committed, stands, hears } = beginning
  return groupModel<Note, Helped>({
    name,
    group: raft({ members: Object.keys(disks), stateMachine: commandLog, family: () => family }),
    begins: (_role, node) => disks[node] && recoveredOf(disks[node]),
    network,
    writes,
    timers: { server: { electionTimeout: 'timeouts' } },
    crashes: crashes > 0 ? ['server'] : [],
    budgets: { timeouts, crashes },
    within(state, actor) {
      const term = serverOf(state)?.currentTerm ?? 0
      if (term > 0 && hears?.[actor]?.includes(term) === false) return false
      const terms = stands[actor] ?? []
      if (!state.actor || state.actor.snapshot.role === 'follower') return true
      // Whoever asks for pre-votes is not in the term yet.
      return statePath(state.actor.snapshot.value) === 'candidate.preVoting'
        ? terms.some((each) => each > term)
        : terms.includes(term)
    },
    history: helped(committed),
    properties: [
      always(
        'Leader Completeness: what is committed is in the logs of all later leaders',
        ofHistory(({ leaders }: Helped) => isComplete(leaders)),
      ),
      sometimes(
        'a candidate is given what it lacks',
        ofHistory((history: Helped) => history.helped.length > 0),
      ),
      sometimes(
        'a candidate that was given what it lacked is elected',
        ofHistory(({ isElected }: Helped) => isElected),
      ),
    ],
  })
}
