import {
  always,
  groupModel,
  type HistoryDefinition,
  type Model,
  type NetworkSettings,
  ofHistory,
  ofSomeActor,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import { type Message, noopAt, origin, type RecoveredState } from '@quorate/core'
import { type RaftRecord, raft, type ServerFamily } from '@quorate/raft'
import { type Applied, type AppliedLog, appliedLog, commandLog, isOneLog, proposal } from './appliedLog.js'
import { isLeader, membersOf, serverOf } from './raftElection.js'

/** Raft servers whose disks lose their last write, and know it: no rule of the paper, see `doubt.ts` of `@quorate/raft`. @module */

/** What was applied, and who was seen to lead which term. */
interface Seen {
  readonly log: AppliedLog
  readonly leaders: Readonly<Record<number, ReadonlySet<string>>>
}

interface Note {
  readonly applied: Applied | undefined
  readonly elected: { readonly term: number; readonly server: string } | undefined
}

const applied = appliedLog((entry) => `${entry.term}.`)

const seen: HistoryDefinition<RoleState, Message, Note, Seen> = {
  initial: { log: applied.initial, leaders: {} },
  gathers: true,
  note(step) {
    const { actor, before, after } = step
    const isElected = isLeader(after) && !(before && isLeader(before))
    const elected = isElected ? { term: serverOf(after)?.currentTerm ?? 0, server: actor } : undefined
    const noted = { applied: applied.note(step), elected }
    return noted.applied || elected ? noted : undefined
  },
  record({ log, leaders }, note) {
    const { term = 0, server } = note.elected ?? {}
    return {
      log: note.applied ? applied.record(log, note.applied) : log,
      leaders: server === undefined ? leaders : { ...leaders, [term]: new Set([...(leaders[term] ?? []), server]) },
    }
  },
}

export interface DoubtScope {
  readonly name: string
  readonly servers: number
  readonly terms: number
  readonly timeouts: number
  /** Crashes that lose the last write. */
  readonly doubts: number
  /** Crashes that lose nothing. */
  readonly crashes: number
  readonly heartbeats: number
  /** Of clients: 0 or 1. */
  readonly commands: number
  readonly family: ServerFamily
  readonly network: NetworkSettings
  /** In which terms who stands: it keeps a scope small. @default all in all */
  readonly stands?: Readonly<Record<string, readonly number[]>>
  /** Begins with all servers in doubt, and with so many entries of term 1 each. @default with none */
  readonly remains?: Readonly<Record<string, number>>
  /** Whose disks may lose their last write. @default all */
  readonly losers?: readonly string[]
}

/** What is left of a log that all servers acknowledged, and the state machines applied, when their disks lost the last write. */
const remainsOf = (length: number): RecoveredState<RaftRecord> => ({
  record: { currentTerm: 1, votedFor: undefined, doubtful: true, doubt: 1, spentTerm: 0 },
  snapshot: undefined,
  base: origin,
  entries: Array.from({ length }, (_, at) => noopAt({ index: at + 1, term: 1 })),
  table: [],
  doubtful: false,
})

const takesCommand = 'takes a command'

const isInDoubt = (state: RoleState): boolean => serverOf(state)?.doubtful === true

/** What a majority applied, one disk still holds. */
export const oneHoldsMore = { n1: 1, n2: 2, n3: 1 }

/** All that some disk still holds. */
const appliedBefore = ({ remains = {} }: DoubtScope): AppliedLog =>
  Array.from({ length: Math.max(0, ...Object.values(remains)) }, () => ['1.noop'])

export const raftDoubt = (scope: DoubtScope): Model =>
  groupModel<Note, Seen>({
    name: scope.name,
    group: raft({ members: membersOf(scope), stateMachine: commandLog, family: () => scope.family }),
    network: scope.network,
    ...(!scope.stands && !scope.remains && { alike: membersOf(scope) }),
    ...(scope.remains && { begins: (_role, node) => remainsOf(scope.remains?.[node] ?? 0) }),
    writes: 'atomic',
    timers: { server: { electionTimeout: 'timeouts', minimumElectionTimeout: 'timeouts', heartbeat: 'heartbeats' } },
    crashes: scope.crashes > 0 ? ['server'] : [],
    doubts: ['server'],
    requests: [{ name: takesCommand, role: 'server', event: proposal(1, 'a'), isFor: isLeader }],
    budgets: {
      [takesCommand]: scope.commands,
      timeouts: scope.timeouts,
      heartbeats: scope.heartbeats,
      crashes: scope.crashes,
      doubts: scope.doubts,
    },
    within: (state, actor) => {
      const { currentTerm = 0 } = serverOf(state) ?? {}
      const isStanding = state.actor?.snapshot.role === 'candidate' || isLeader(state)
      if (state.doubtful && scope.losers?.includes(actor) === false) return false
      return currentTerm <= scope.terms && !(isStanding && scope.stands?.[actor]?.includes(currentTerm) === false)
    },
    history: { ...seen, initial: { ...seen.initial, log: appliedBefore(scope) } },
    properties: [
      always(
        'Election Safety: at most one leader can be elected in a given term',
        ofHistory(({ leaders }: Seen) => Object.values(leaders).every(({ size }) => size <= 1)),
      ),
      always(
        'State Machine Safety: no two servers apply different entries at one index',
        ofHistory(({ log }: Seen) => isOneLog(log)),
      ),
      sometimes(
        'a server is in doubt no more',
        ofSomeActor((state: RoleState) => (serverOf(state)?.doubt ?? 0) > 0 && !isInDoubt(state)),
      ),
      ...(scope.doubts >= scope.servers
        ? [
            sometimes(
              'a server in doubt is elected',
              ofSomeActor((state: RoleState) => isLeader(state) && isInDoubt(state)),
            ),
          ]
        : []),
    ],
  })
