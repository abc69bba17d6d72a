import {
  always,
  groupModel,
  type HistoryDefinition,
  type Model,
  type NetworkSettings,
  ofHistory,
  type RoleState,
  sometimes,
  type View,
} from '@quorate/checker'
import { type Message, statePath } from '@quorate/core'
import { raft, type ServerFamily } from '@quorate/raft'
import { commandLog } from './appliedLog.js'
import { isLeader, membersOf, serverOf } from './raftElection.js'

/** Servers that are told, rightly or not, that nobody hears their leader: see `preVote.ts` of `@quorate/raft`. @module */

interface Elections {
  /** By term: who led it. */
  readonly leaders: Readonly<Record<number, readonly string[]>>
  /** By term: who asked for votes because it suspected a leader. */
  readonly campaigns: Readonly<Record<number, readonly string[]>>
  /** Somebody granted a vote, or a pre-vote, against a leader that it did not suspect. */
  readonly isDisloyal: boolean
}

interface Note {
  readonly server: string
  readonly term: number
  readonly leads: boolean
  readonly campaigns: boolean
  readonly isDisloyal: boolean
}

const stateOf = ({ actor }: RoleState): string => (actor ? statePath(actor.snapshot.value) : 'down')

const isIn = (state: RoleState | undefined, path: string): boolean =>
  state !== undefined && stateOf(state).startsWith(path)

const grants = ({ message }: { readonly message: Message }): boolean =>
  (message as { readonly voteGranted?: boolean }).voteGranted === true

const elections: HistoryDefinition<RoleState, Message, Note, Elections> = {
  initial: { leaders: {}, campaigns: {}, isDisloyal: false },
  gathers: true,
  note({ actor, before, after, sends }) {
    const server = serverOf(after)
    const leads = isLeader(after) && !(before && isLeader(before))
    const campaigns =
      isIn(after, 'candidate.voting') && !isIn(before, 'candidate.voting') && server?.campaign === 'suspicion'
    const isDisloyal = isIn(before, 'follower.following.led') && sends.some(grants)
    return leads || campaigns || isDisloyal
      ? { server: actor, term: server?.currentTerm ?? 0, leads, campaigns, isDisloyal }
      : undefined
  },
  record(history, { server, term, leads, campaigns, isDisloyal }) {
    return {
      leaders: leads ? withOne(history.leaders, term, server) : history.leaders,
      campaigns: campaigns ? withOne(history.campaigns, term, server) : history.campaigns,
      isDisloyal: history.isDisloyal || isDisloyal,
    }
  },
}

const withOne = (known: Readonly<Record<number, readonly string[]>>, term: number, server: string) => ({
  ...known,
  [term]: [...new Set([...(known[term] ?? []), server])].sort(),
})

const oneEach = (byTerm: Readonly<Record<number, readonly string[]>>): boolean =>
  Object.values(byTerm).every(({ length }) => length <= 1)

/** Who suspects a leader that leads on in its term. */
const isInDoubt = ({ actors }: View<RoleState, Message, Elections>): boolean =>
  Object.values(actors).some((state) => {
    const { leaderId, currentTerm } = serverOf(state) ?? {}
    const leader = leaderId === undefined ? undefined : actors[leaderId]
    return (
      isIn(state, 'follower.following.suspecting') &&
      leader !== undefined &&
      isLeader(leader) &&
      serverOf(leader)?.currentTerm === currentTerm
    )
  })

export interface SuspicionScope {
  readonly name: string
  readonly servers: number
  readonly terms: number
  readonly timeouts: number
  readonly suspicions: number
  readonly crashes: number
  readonly writes: 'atomic' | 'split'
  readonly family: ServerFamily
  readonly network: NetworkSettings
}

export const raftSuspicion = (scope: SuspicionScope): Model =>
  groupModel<Note, Elections>({
    name: scope.name,
    group: raft({ members: membersOf(scope), stateMachine: commandLog, family: () => scope.family }),
    network: scope.network,
    // What is committed is nothing to elections.
    loses: ({ type }) => type === 'AppendEntriesReply',
    writes: scope.writes,
    // Nobody forgets its leader but by a suspicion.
    timers: { server: { electionTimeout: 'timeouts', suspicion: 'suspicions that last' } },
    crashes: scope.crashes > 0 ? ['server'] : [],
    suspects: ['server'],
    budgets: {
      timeouts: scope.timeouts,
      suspicions: scope.suspicions,
      'suspicions that last': scope.suspicions,
      crashes: scope.crashes,
    },
    // n1 leads first.
    within: (state, actor) => {
      const term = serverOf(state)?.currentTerm ?? 0
      return term <= scope.terms && (actor === 'n1' || term > 0 || !isIn(state, 'candidate'))
    },
    history: elections,
    properties: [
      always(
        'Election Safety: at most one leader can be elected in a given term',
        ofHistory(({ leaders }: Elections) => oneEach(leaders)),
      ),
      always(
        'Leader Stickiness: who follows a leader that it does not suspect votes for nobody else',
        ofHistory(({ isDisloyal }: Elections) => !isDisloyal),
      ),
      always(
        'no split: of those that suspect their leader one at most asks for votes in a term',
        ofHistory(({ campaigns }: Elections) => oneEach(campaigns)),
      ),
      always(
        'a suspicion ends: whose leader leads on suspects it no more when nothing is on its way',
        (view: View<RoleState, Message, Elections>) => view.messages.length > 0 || !isInDoubt(view),
      ),
      sometimes(
        'who suspects its leader is elected',
        ofHistory(({ leaders, campaigns }: Elections) =>
          Object.entries(campaigns).some(([term, servers]) => leaders[Number(term)]?.[0] === servers[0]),
        ),
      ),
    ],
  })
