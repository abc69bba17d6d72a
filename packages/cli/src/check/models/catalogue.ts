import { type Model, type ModelSettings, type NetworkKind, referenceModels } from '@quorate/checker'
import { acceptor } from '@quorate/paxos'
import { server } from '@quorate/raft'
import { assign } from 'xstate'
import { multiPaxosModel } from './multiPaxos.js'
import { raftElection } from './raftElection.js'
import { forgetfulVoters, withoutPreVote } from './raftFamilies.js'
import { raftReplication } from './raftReplication.js'
import { singlePaxos } from './singlePaxos.js'

/** A model that `quorate check` knows by its name. */
export interface CatalogueModel {
  readonly name: string
  readonly description: string
  /** What can be set, and to what it is set otherwise. */
  readonly defaults: Readonly<Record<string, number>>
  /** How messages travel unless it is said; absent where there are none. */
  readonly network?: NetworkKind
  /** Whether orders of steps that no property can tell apart are left out, unless it is said. */
  readonly reduced: boolean
  /** Whether of states that differ only in who is who one is explored, unless it is said. */
  readonly symmetric: boolean
  make(settings: ModelSettings): Model
}

const networkOf = ({ network, lossy }: ModelSettings) => ({ kind: network, lossy })

const nondup = { network: 'nondup', reduced: true, symmetric: true } as const

/** An acceptor whose promises never reach the disk: it forgets them when it crashes. */
const forgetfulAcceptor = acceptor.provide({ actions: { persist: assign({}) } })

const roles: readonly CatalogueModel[] = [
  {
    ...nondup,
    name: 'paxos',
    description: 'single-decree Paxos: 2 proposers, 3 acceptors of which one may crash, a learner',
    defaults: {},
    make: (settings) => singlePaxos({ ...paxos, name: 'paxos', network: networkOf(settings) }),
  },
  {
    ...nondup,
    name: 'paxos-forgetful',
    description: 'the same with acceptors whose promises never reach the disk: must be caught',
    defaults: {},
    make: (settings) =>
      singlePaxos({
        ...paxos,
        name: 'paxos-forgetful',
        roles: { acceptor: forgetfulAcceptor },
        network: networkOf(settings),
      }),
  },
  {
    ...nondup,
    name: 'raft-election',
    description: "Raft's elections: 2 terms, 2 timeouts, a crash; writes are atomic, no pre-votes",
    defaults: { servers: 3 },
    make: (settings) =>
      raftElection({ ...election(settings), name: 'raft-election', crashes: 1, family: withoutPreVote }),
  },
  {
    ...nondup,
    name: 'raft-pre-vote',
    description: "Raft's elections with pre-votes: 2 terms, 2 timeouts",
    defaults: { servers: 3 },
    make: (settings) => raftElection({ ...election(settings), name: 'raft-pre-vote', crashes: 0, family: server }),
  },
  {
    ...nondup,
    name: 'raft-forgetful',
    description: 'raft-election with voters whose votes never reach the disk: must be caught',
    defaults: { servers: 3 },
    make: (settings) =>
      raftElection({ ...election(settings), name: 'raft-forgetful', crashes: 1, family: forgetfulVoters }),
  },
  {
    ...nondup,
    name: 'raft-replication',
    description: "Raft's log: 2 commands, 2 terms, 2 timeouts; writes are atomic, no pre-votes",
    defaults: { servers: 3 },
    make: (settings) =>
      raftReplication({ ...election(settings), name: 'raft-replication', crashes: 0, family: withoutPreVote }),
  },
  {
    ...nondup,
    name: 'multi-paxos',
    description: 'Multi-Paxos: 2 slots, 2 proposers of which one stands, 3 acceptors, a learner',
    defaults: {},
    make: (settings) =>
      multiPaxosModel({
        ...multi,
        name: 'multi-paxos',
        commands: ['a', 'b'],
        timeouts: 1,
        network: networkOf(settings),
      }),
  },
  {
    ...nondup,
    name: 'multi-paxos-duel',
    description: 'Multi-Paxos: 1 slot, 2 proposers that both stand, 3 acceptors, a learner',
    defaults: {},
    make: (settings) =>
      multiPaxosModel({
        ...multi,
        name: 'multi-paxos-duel',
        commands: ['a'],
        timeouts: 2,
        network: networkOf(settings),
      }),
  },
]

const paxos = { proposers: 2, acceptors: 3, timeouts: 0, crashes: 1, writes: 'atomic' } as const

const multi = { proposers: 2, acceptors: 3, crashes: 0, writes: 'atomic' } as const

const election = (settings: ModelSettings) =>
  ({
    servers: settings.parameters['servers'] ?? 3,
    terms: 2,
    timeouts: 2,
    writes: 'atomic',
    network: networkOf(settings),
  }) as const

/** Every model that has a name. */
export const catalogue: readonly CatalogueModel[] = [
  ...roles,
  ...referenceModels.map((model) => ({ ...model, reduced: false, symmetric: false })),
]
