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
import type { Message } from '@quorate/core'
import { raft, type Server, type ServerFamily } from '@quorate/raft'
import { commandLog } from './appliedLog.js'

/** Raft's elections: Ongaro and Ousterhout (2014), section 5.2. @module */

/** Term -> who was seen to lead it. */
type Leaders = Readonly<Record<number, ReadonlySet<string>>>

interface Elected {
  readonly term: number
  readonly server: string
}

export const serverOf = ({ actor }: RoleState): Server | undefined => actor?.snapshot.context as Server | undefined

export const isLeader = ({ actor }: RoleState): boolean => actor?.snapshot.role === 'leader'

/** Who leads, and did not a step before. */
const leaders: HistoryDefinition<RoleState, Message, Elected, Leaders> = {
  initial: {},
  gathers: true,
  note({ actor, before, after }) {
    if (!isLeader(after) || (before && isLeader(before))) return undefined
    return { term: serverOf(after)?.currentTerm ?? 0, server: actor }
  },
  record(history, { term, server }) {
    const known = history[term] ?? new Set()
    return known.has(server) ? history : { ...history, [term]: new Set([...known, server]) }
  },
}

export interface ElectionScope {
  readonly name: string
  readonly servers: number
  readonly terms: number
  readonly timeouts: number
  readonly crashes: number
  readonly writes: 'atomic' | 'split'
  readonly family: ServerFamily
  readonly network: NetworkSettings
}

/** The names of the servers. */
export const membersOf = ({ servers }: { readonly servers: number }): readonly string[] =>
  Array.from({ length: servers }, (_, at) => `n${at + 1}`)

const another = sometimes(
  'another leader follows in a later term',
  ofHistory((history: Leaders) => new Set(Object.values(history).flatMap((servers) => [...servers])).size > 1),
)

export const raftElection = (scope: ElectionScope): Model =>
  groupModel<Elected, Leaders>({
    name: scope.name,
    group: raft({
      members: membersOf(scope),
      stateMachine: commandLog,
      family: () => scope.family,
    }),
    network: scope.network,
    alike: membersOf(scope),
    writes: scope.writes,
    timers: { server: { electionTimeout: 'timeouts', minimumElectionTimeout: 'timeouts' } },
    crashes: scope.crashes > 0 ? ['server'] : [],
    budgets: { timeouts: scope.timeouts, crashes: scope.crashes },
    within: (state) => (serverOf(state)?.currentTerm ?? 0) <= scope.terms,
    history: leaders,
    properties: [
      always(
        'Election Safety: at most one leader can be elected in a given term',
        ofHistory((history: Leaders) => Object.values(history).every(({ size }) => size <= 1)),
      ),
      sometimes(
        'a leader is elected',
        ofHistory((history: Leaders) => Object.keys(history).length > 0),
      ),
      ...(scope.servers > 1 && scope.terms > 1 && scope.timeouts > 1 ? [another] : []),
    ],
  })
