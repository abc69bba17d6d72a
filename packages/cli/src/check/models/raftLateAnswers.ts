import {
  always,
  groupModel,
  type Model,
  type NetworkSettings,
  ofHistory,
  ofSomeActor,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import { statePath } from '@quorate/core'
import { raft, type ServerFamily } from '@quorate/raft'
import { commandLog, proposal } from './appliedLog.js'
import { isComplete, type LeaderLogs, type Led, leaderLogs } from './leaderLogs.js'
import { recoveredOf } from './raftDisk.js'
import { isLeader, serverOf } from './raftElection.js'

/**
 * A Raft server whose disk loses an entry that it has acknowledged, while what it and its leader said before is still on its
 * way. It may only trust its log again when that is as good as the leader's: see `doubt.ts` of `@quorate/raft`. @module
 */

const members = ['n1', 'n2', 'n3']
const takesCommand = 'takes a command'

/** In which terms who stands. n3 does not know whether it has asked for votes in term 3. */
const stands: Readonly<Record<string, number>> = { n1: 2, n3: 4 }

export interface LateAnswersScope {
  readonly name: string
  readonly writes: 'atomic' | 'split'
  readonly family: ServerFamily
  readonly network: NetworkSettings
}

/** All hold one entry. n1 leads, n3 follows it and then stands, and n2 votes, but is told nothing by the leader. */
export const raftLateAnswers = ({ name, writes, family, network }: LateAnswersScope): Model =>
  groupModel<Led, LeaderLogs>({
    name,
    group: raft({ members, stateMachine: commandLog, family: () => family }),
    begins: () => recoveredOf({ currentTerm: 1, votedFor: 'n1', terms: [1] }),
    network,
    writes,
    timers: { server: { electionTimeout: 'timeouts', heartbeat: 'heartbeats' } },
    doubts: ['server'],
    requests: [{ name: takesCommand, role: 'server', event: proposal(1, 'a'), isFor: isLeader }],
    budgets: { [takesCommand]: 1, timeouts: 2, heartbeats: 1, doubts: 1 },
    within(state, actor) {
      const { actor: running, doubtful } = state
      if (!running) return !doubtful || actor === 'n3'
      const { role, value } = running.snapshot
      if (actor === 'n2') return statePath(value) === 'follower.following.free' && serverOf(state)?.log.last.index === 1
      if (role === 'candidate' || role === 'leader') return serverOf(state)?.currentTerm === stands[actor]
      return actor === 'n3' || serverOf(state)?.currentTerm !== stands['n3']
    },
    history: { ...leaderLogs, initial: { ...leaderLogs.initial, committed: { '1.1': 1 } } },
    properties: [
      always('Leader Completeness: what is committed is in the logs of all later leaders', ofHistory(isComplete)),
      sometimes(
        'a server is in doubt no more',
        ofSomeActor((state: RoleState) => (serverOf(state)?.doubt ?? 0) > 0 && !serverOf(state)?.doubtful),
      ),
      sometimes(
        'another leader follows in a later term',
        ofHistory(({ logs }: LeaderLogs) => Object.keys(logs).length > 1),
      ),
    ],
  })
