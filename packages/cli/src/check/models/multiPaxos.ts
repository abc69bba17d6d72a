import {
  always,
  groupModel,
  type Model,
  type NetworkSettings,
  ofHistory,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import type { NodeId, PhaseQuorums } from '@quorate/core'
import { multiPaxos } from '@quorate/paxos'
import { type Applied, type AppliedLog, appliedLog, commandLog, hasApplied, isOneLog, proposal } from './appliedLog.js'
import { type RolesInstead, withRoles } from './withRoles.js'

/** Multi-Paxos: Lamport, "Paxos Made Simple" (2001), section 3. @module */

export interface MultiPaxosScope {
  readonly name: string
  readonly proposers: number
  readonly acceptors: number
  readonly commands: readonly string[]
  /** Proposers that stand for distinguished proposer. */
  readonly timeouts: number
  /** Of acceptors. */
  readonly crashes: number
  /** Acceptors that crash and whose disk loses its last write. @default 0 */
  readonly doubts?: number
  /** Which acceptors decide, of those that are named. @default a majority in both phases */
  quorums?(acceptors: readonly NodeId[]): PhaseQuorums
  /** Heartbeats of distinguished proposers. @default 0 */
  readonly heartbeats?: number
  readonly writes: 'atomic' | 'split'
  /** Roles in the place of others, e.g. with a mistake. @default those of the package */
  readonly roles?: RolesInstead
  readonly network: NetworkSettings
}

const nodes = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)

const isLeading = ({ actor }: RoleState): boolean => actor?.snapshot.role === 'leading'

export function multiPaxosModel(scope: MultiPaxosScope): Model {
  const acceptors = nodes('a', scope.acceptors)
  const { doubts = 0, heartbeats = 0 } = scope
  const group = multiPaxos({
    proposers: nodes('p', scope.proposers),
    acceptors,
    learners: ['l1'],
    stateMachine: commandLog,
    ...(scope.quorums && { quorums: scope.quorums(acceptors) }),
  })
  return groupModel<Applied, AppliedLog>({
    name: scope.name,
    group: withRoles(group, scope.roles),
    network: scope.network,
    writes: scope.writes,
    alike: acceptors,
    // Who is heard and who is not only decides when a timer ends, and here it may end at any time.
    loses: ({ type }) => type === 'Heartbeat' || type === 'HeartbeatReply',
    // Nothing that was chosen is lost, so the learner asks nobody.
    tells: (role) =>
      role === 'learner' ? [] : role === 'acceptor' ? ['proposer', 'learner'] : ['proposer', 'acceptor', 'learner'],
    timers: { proposer: { electionTimeout: 'timeouts', ...(heartbeats > 0 && { heartbeat: 'heartbeats' }) } },
    crashes: scope.crashes > 0 ? ['acceptor'] : [],
    doubts: doubts > 0 ? ['acceptor'] : [],
    requests: scope.commands.map((command, at) => ({
      name: `takes command ${command}`,
      role: 'proposer',
      event: proposal(at + 1, command),
      isFor: isLeading,
    })),
    budgets: {
      timeouts: scope.timeouts,
      crashes: scope.crashes,
      doubts,
      heartbeats,
      ...Object.fromEntries(scope.commands.map((command) => [`takes command ${command}`, 1])),
    },
    // A value may be chosen by several ballots: only the value must be one.
    history: appliedLog(() => ''),
    properties: [
      always(
        'no slot has two values',
        ofHistory((history: AppliedLog) => isOneLog(history)),
      ),
      ...scope.commands.map((command) =>
        sometimes(
          `command ${command} is applied`,
          ofHistory((history: AppliedLog) => hasApplied(history, command)),
        ),
      ),
    ],
  })
}
