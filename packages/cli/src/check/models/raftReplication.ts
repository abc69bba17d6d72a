import { always, groupModel, type Model, type NetworkSettings, ofHistory, sometimes } from '@quorate/checker'
import { raft, type ServerFamily } from '@quorate/raft'
import { type Applied, type AppliedLog, appliedLog, commandLog, hasApplied, isOneLog, proposal } from './appliedLog.js'
import { isLeader, membersOf, serverOf } from './raftElection.js'

/** Raft's log: Ongaro and Ousterhout (2014), sections 5.3 and 5.4. @module */

export interface ReplicationScope {
  readonly name: string
  readonly servers: number
  readonly terms: number
  readonly timeouts: number
  /** Rounds of heartbeats. @default 0 */
  readonly heartbeats?: number
  readonly crashes: number
  readonly writes: 'atomic' | 'split'
  readonly family: ServerFamily
  readonly network: NetworkSettings
}

const commands = ['a', 'b']

export const raftReplication = (scope: ReplicationScope): Model =>
  groupModel<Applied, AppliedLog>({
    name: scope.name,
    group: raft({
      members: membersOf(scope),
      stateMachine: commandLog,
      family: () => scope.family,
    }),
    network: scope.network,
    alike: membersOf(scope),
    writes: scope.writes,
    timers: { server: { electionTimeout: 'timeouts', minimumElectionTimeout: 'timeouts', heartbeat: 'heartbeats' } },
    crashes: scope.crashes > 0 ? ['server'] : [],
    requests: commands.map((command, at) => ({
      name: `takes command ${command}`,
      role: 'server',
      event: proposal(at + 1, command),
      isFor: isLeader,
    })),
    budgets: {
      timeouts: scope.timeouts,
      heartbeats: scope.heartbeats ?? 0,
      crashes: scope.crashes,
      ...Object.fromEntries(commands.map((command) => [`takes command ${command}`, 1])),
    },
    within: (state) => (serverOf(state)?.currentTerm ?? 0) <= scope.terms,
    history: appliedLog((entry) => `${entry.term}.`),
    properties: [
      always(
        'State Machine Safety: no two servers apply different entries at one index',
        ofHistory((history: AppliedLog) => isOneLog(history)),
      ),
      ...commands.map((command) =>
        sometimes(
          `command ${command} is applied`,
          ofHistory((history: AppliedLog) => hasApplied(history, command)),
        ),
      ),
    ],
  })
