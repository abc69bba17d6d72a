import { type AnyStateMachine, type GroupDefinition, grid, type LogService, type NodeId } from '@quorate/core'
import { multiPaxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import type { GroupSettings } from './settings.js'

/** What orders the log of a group, and on which nodes: so many of each role as it takes to survive the loss of one. */
export type Protocol = keyof typeof nodesOf

const three: readonly NodeId[] = ['n1', 'n2', 'n3']

const compartments = {
  proposers: ['p1', 'p2'],
  batchers: ['b1'],
  proxyLeaders: ['x1', 'x2'],
  acceptors: ['a1', 'a2', 'a3', 'a4'],
  learners: ['l1', 'l2'],
}

export const nodesOf = {
  raft: three,
  'multi-paxos': three,
  compartmentalized: Object.values(compartments).flat(),
} satisfies Record<string, readonly NodeId[]>

export const protocols = Object.keys(nodesOf) as readonly Protocol[]

/** Those whose nodes are all alike. */
export const replicating = ['raft', 'multi-paxos'] as const

/** The nodes of a group: so many, where its nodes are all alike. */
export const namesOf = ({ protocol = 'raft', nodes }: GroupSettings): readonly NodeId[] =>
  nodes === undefined ? nodesOf[protocol] : Array.from({ length: nodes }, (_, at) => `n${at + 1}`)

/** The group, equal on all nodes. */
export const groupOf = (settings: GroupSettings, stateMachine: AnyStateMachine): GroupDefinition<LogService> => {
  const { protocol = 'raft', electionTimeoutMs, heartbeatMs, snapshotEveryEntries, entriesKept } = settings
  const members = namesOf(settings)
  const options = {
    stateMachine,
    ...(electionTimeoutMs !== undefined && { electionTimeoutMs }),
    ...(heartbeatMs !== undefined && { heartbeatMs }),
    limits: {
      ...(snapshotEveryEntries !== undefined && { snapshotEveryEntries }),
      ...(entriesKept !== undefined && { entriesKept }),
    },
  }
  switch (protocol) {
    case 'raft':
      return raft({ ...options, members })
    case 'multi-paxos':
      return multiPaxos({ ...options, proposers: members, acceptors: members, learners: members })
    case 'compartmentalized':
      return multiPaxos({ ...options, ...compartments, quorums: grid(2, 2, compartments.acceptors) })
  }
}
