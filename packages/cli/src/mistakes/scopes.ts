import {
  always,
  groupModel,
  type HistoryDefinition,
  type Model,
  ofHistory,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import type { Effect, Message } from '@quorate/core'
import { raft, type ServerFamily } from '@quorate/raft'
import { type Applied, type AppliedLog, appliedLog, commandLog, isOneLog } from '../check/models/appliedLog.js'
import { isComplete, type LeaderLogs, type Led, leaderLogs } from '../check/models/leaderLogs.js'
import { type RaftDisk, recoveredOf } from '../check/models/raftDisk.js'
import { isLeader, serverOf } from '../check/models/raftElection.js'

const members = ['n1', 'n2', 'n3']
const network = { kind: 'nondup' } as const

/** What was committed by whomever, and by which index reads that were asked for may be answered. */
interface Reads {
  readonly committed: number
  /** By read: what was committed when it was asked for. */
  readonly asked: Readonly<Record<number, number>>
  readonly answered: boolean
  readonly isStale: boolean
}

interface Note {
  readonly committed: number
  readonly asked: number | undefined
  readonly answered: readonly { readonly request: number; readonly at: number }[]
}

const reads: HistoryDefinition<RoleState, Message, Note, Reads> = {
  initial: { committed: 0, asked: {}, answered: false, isStale: false },
  note({ event, outputs }) {
    const effects = outputs as readonly Effect[]
    const committed = Math.max(
      0,
      ...effects.flatMap((effect) => (effect.type === 'commit' ? effect.entries.map(({ index }) => index) : [])),
    )
    const asked = event.type === 'own' ? /^read (\d) is asked for$/.exec(event.name)?.[1] : undefined
    const answered = effects.flatMap((effect) =>
      effect.type === 'readable' ? [{ request: effect.request, at: effect.at }] : [],
    )
    if (committed === 0 && asked === undefined && answered.length === 0) return undefined
    return { committed, asked: asked === undefined ? undefined : Number(asked), answered }
  },
  record(before, note) {
    const asked = note.asked === undefined ? before.asked : { ...before.asked, [note.asked]: before.committed }
    return {
      committed: Math.max(before.committed, note.committed),
      asked,
      answered: before.answered || note.answered.length > 0,
      isStale: before.isStale || note.answered.some(({ request, at }) => at < (asked[request] ?? 0)),
    }
  },
}

/** In which terms who stands for leader: it keeps a scope small. */
type Stands = Readonly<Record<string, readonly number[]>>

const standing =
  (stands: Stands) =>
  (state: RoleState, actor: string): boolean =>
    state.actor === undefined ||
    state.actor.snapshot.role === 'follower' ||
    stands[actor]?.includes(serverOf(state)?.currentTerm ?? 0) === true

const timers = { server: { electionTimeout: 'timeouts', minimumElectionTimeout: 'timeouts' } }

/** Reads without entries of their own: Ongaro, "Consensus: Bridging Theory and Practice" (2014), section 6.4. */
export const raftReads =
  (count: number) =>
  (family: ServerFamily): Model => {
    const requests = Array.from({ length: count }, (_, at) => ({
      name: `read ${at + 1} is asked for`,
      role: 'server',
      event: { type: 'client.read', request: at + 1 },
      isFor: isLeader,
    }))
    return groupModel<Note, Reads>({
      name: 'raft-reads',
      group: raft({ members, stateMachine: commandLog, family: () => family }),
      network,
      writes: 'atomic',
      timers,
      requests,
      budgets: { timeouts: 2, ...Object.fromEntries(requests.map(({ name }) => [name, 1])) },
      within: standing({ n1: [1], n2: [2] }),
      history: reads,
      properties: [
        always(
          'Linearizability: a read is answered from what was committed when it was asked for, or later',
          ofHistory((history: Reads) => !history.isStale),
        ),
        sometimes(
          'a read is answered',
          ofHistory((history: Reads) => history.answered),
        ),
      ],
    })
  }

/** Servers that write while they go on, and of which one crashes. */
export const raftDisks = (family: ServerFamily): Model =>
  groupModel<Led, LeaderLogs>({
    name: 'raft-disks',
    group: raft({ members, stateMachine: commandLog, family: () => family }),
    network,
    writes: 'split',
    timers,
    crashes: ['server'],
    budgets: { timeouts: 2, crashes: 1 },
    within: standing({ n1: [1], n2: [2] }),
    history: leaderLogs,
    properties: [
      always('Leader Completeness: what is committed is in the logs of all later leaders', ofHistory(isComplete)),
      sometimes(
        'something is committed',
        ofHistory(({ committed }: LeaderLogs) => Object.keys(committed).length > 0),
      ),
    ],
  })

/** Servers that begin with a history, and then stand for leader as they are told. */
interface Continuation {
  readonly name: string
  readonly disks: Readonly<Record<string, RaftDisk>>
  readonly stands: Stands
  /** That are waited out, minimum ones too. */
  readonly timeouts: number
}

const raftFrom =
  ({ name, disks, stands, timeouts }: Continuation) =>
  (family: ServerFamily): Model =>
    groupModel<Applied, AppliedLog>({
      name,
      // One entry travels at a time.
      group: raft({ members, stateMachine: commandLog, family: () => family, limits: { entriesMax: 1 } }),
      begins: (_role, node) => (disks[node] ? recoveredOf(disks[node]) : undefined),
      network,
      writes: 'atomic',
      timers,
      budgets: { timeouts },
      within: standing(stands),
      history: appliedLog(({ term }) => `${term}.`),
      properties: [
        always(
          'State Machine Safety: no two servers apply different entries at one index',
          ofHistory((history: AppliedLog) => isOneLog(history)),
        ),
        sometimes(
          'an entry of an earlier term is applied',
          ofHistory((history: AppliedLog) => history.length > 1),
        ),
      ],
    })

/**
 * Ongaro and Ousterhout (2014), section 5.4.2 and Figure 8, with three servers: n1 has led term 1 and n2 term 2, and neither
 * has replicated its entry.
 */
export const raftFigure8 = raftFrom({
  name: 'raft-figure-8',
  disks: {
    n1: { currentTerm: 2, terms: [1] },
    n2: { currentTerm: 2, votedFor: 'n2', terms: [2] },
    n3: { currentTerm: 2, votedFor: 'n2', terms: [] },
  },
  stands: { n1: [3], n2: [3, 4] },
  timeouts: 4,
})

/** Section 5.4.1: n1 has the longer log, and n2 and n3 the later one. */
export const raftLongerLog = raftFrom({
  name: 'raft-longer-log',
  disks: {
    n1: { currentTerm: 3, terms: [1, 1] },
    n2: { currentTerm: 2, votedFor: 'n2', terms: [2] },
    n3: { currentTerm: 2, votedFor: 'n2', terms: [2] },
  },
  stands: { n1: [4], n2: [3] },
  timeouts: 3,
})
