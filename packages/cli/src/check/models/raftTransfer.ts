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
import type { LeaderTransfer, Message } from '@quorate/core'
import { type Leader, raft, type ServerFamily } from '@quorate/raft'
import { commandLog, proposal } from './appliedLog.js'
import { isComplete, type LeaderLogs, type Led, leaderLogs } from './leaderLogs.js'
import { isLeader, membersOf, serverOf } from './raftElection.js'

/** A leader that gives its place to another: Ongaro, dissertation, section 3.10. @module */

const asked = 'a transfer is asked for'
const command = 'takes command a'
const event: LeaderTransfer = { type: 'leader.transfer', request: 7 }

const isLeaving = (state: RoleState): boolean =>
  isLeader(state) && (serverOf(state) as Leader | undefined)?.transfer !== undefined

interface Transfers {
  readonly leaders: LeaderLogs
  /** A leader appended something while it gave its place away. */
  readonly isGreedy: boolean
  /** Somebody campaigned because one told it to that did not lead it. */
  readonly isGullible: boolean
  /** A leader gave up, and did not go on as before. */
  readonly isStuck: boolean
  /** Who was told to campaign has been elected. */
  readonly isSucceeded: boolean
}

interface Note extends Omit<Transfers, 'leaders'> {
  readonly led: Led | undefined
}

const transfers: HistoryDefinition<RoleState, Message, Note, Transfers> = {
  initial: { leaders: leaderLogs.initial, isGreedy: false, isGullible: false, isStuck: false, isSucceeded: false },
  gathers: true,
  note(step) {
    const { before, after, event: cause } = step
    const led = leaderLogs.note(step)
    const isGreedy = before !== undefined && isLeaving(before) && isLeaving(after) && isLonger(before, after)
    const isTold = cause.type === 'receive' && cause.message.type === 'TimeoutNow' && before?.actor !== undefined
    const isGullible =
      isTold &&
      serverOf(after)?.currentTerm !== serverOf(before)?.currentTerm &&
      (serverOf(before)?.leaderId !== cause.from ||
        serverOf(before)?.currentTerm !== (cause.message as { readonly term?: number }).term)
    const isSucceeded = led?.log !== undefined && serverOf(before ?? after)?.campaign === 'transfer'
    const isStuck = cause.type === 'own' && cause.name === 'transferTimeout ends' && isLeaving(after)
    const isNews = led || isGreedy || isGullible || isStuck || isSucceeded
    return isNews ? { led, isGreedy, isGullible, isStuck, isSucceeded } : undefined
  },
  record: (history, { led, isGreedy, isGullible, isStuck, isSucceeded }) => ({
    leaders: led ? leaderLogs.record(history.leaders, led) : history.leaders,
    isGreedy: history.isGreedy || isGreedy,
    isGullible: history.isGullible || isGullible,
    isStuck: history.isStuck || isStuck,
    isSucceeded: history.isSucceeded || isSucceeded,
  }),
}

const lengthOf = (state: RoleState): number => serverOf(state)?.log.last.index ?? 0
const isLonger = (before: RoleState, after: RoleState): boolean => lengthOf(after) > lengthOf(before)

/** Whom a leader has just told to campaign, in its own term, holds all that the leader does. */
const areSuccessorsWhole = ({ actors, messages }: View<RoleState, Message, Transfers>): boolean =>
  messages.every(({ from, to, message }) => {
    const [leader, successor] = [actors[from], actors[to]]
    if (message.type !== 'TimeoutNow' || !leader || !successor?.actor || !isLeaving(leader)) return true
    return lengthOf(successor) >= lengthOf(leader)
  })

export interface TransferScope {
  readonly name: string
  readonly servers: number
  readonly terms: number
  readonly timeouts: number
  readonly transfers: number
  readonly crashes: number
  readonly writes: 'atomic' | 'split'
  readonly family: ServerFamily
  readonly network: NetworkSettings
}

export const raftTransfer = (scope: TransferScope): Model =>
  groupModel<Note, Transfers>({
    name: scope.name,
    group: raft({ members: membersOf(scope), stateMachine: commandLog, family: () => scope.family }),
    network: scope.network,
    writes: scope.writes,
    timers: { server: { electionTimeout: 'timeouts', transferTimeout: 'transfers given up' } },
    crashes: scope.crashes > 0 ? ['server'] : [],
    requests: [
      { name: asked, role: 'server', event, isFor: isLeader },
      { name: command, role: 'server', event: proposal(1, 'a'), isFor: isLeader },
    ],
    budgets: {
      timeouts: scope.timeouts,
      'transfers given up': 1,
      crashes: scope.crashes,
      [asked]: scope.transfers,
      [command]: 1,
    },
    // n1 leads first.
    within: (state, actor) => {
      const term = serverOf(state)?.currentTerm ?? 0
      return term <= scope.terms && (actor === 'n1' || term > 0 || state.actor?.snapshot.role !== 'candidate')
    },
    history: transfers,
    properties: [
      always(
        'Leader Completeness: what is committed is in the logs of all later leaders',
        ofHistory(({ leaders }: Transfers) => isComplete(leaders)),
      ),
      always(
        'section 3.10: who gives its place away takes nothing from clients',
        ofHistory(({ isGreedy }: Transfers) => !isGreedy),
      ),
      always(
        'section 3.10: who is told to campaign holds all that the leader does',
        (view: View<RoleState, Message, Transfers>) => areSuccessorsWhole(view),
      ),
      always(
        'section 3.10: who gives up takes commands again',
        ofHistory(({ isStuck }: Transfers) => !isStuck),
      ),
      always(
        'nobody campaigns because one says so that does not lead it',
        ofHistory(({ isGullible }: Transfers) => !isGullible),
      ),
      sometimes(
        'who is told to campaign is elected',
        ofHistory(({ isSucceeded }: Transfers) => isSucceeded),
      ),
    ],
  })
