import { type Model, type ModelSettings, type NetworkKind, referenceModels } from '@quorate/checker'
import { assign } from '@quorate/core/statechart'
import { acceptor } from '@quorate/paxos'
import { server } from '@quorate/raft'
import { multiPaxosModel } from './multiPaxos.js'
import { handsOnLate, raftCatchUp } from './raftCatchUp.js'
import { oneHoldsMore, raftDoubt } from './raftDoubt.js'
import { raftElection } from './raftElection.js'
import { forgetfulVoters, withoutPreVote } from './raftFamilies.js'
import { raftLateAnswers } from './raftLateAnswers.js'
import { raftReplication } from './raftReplication.js'
import { registerModel } from './register.js'
import { singlePaxos } from './singlePaxos.js'

/** A model that `quorate check` knows by its name. */
export interface CatalogueModel {
  readonly name: string
  readonly description: string
  /** What can be set, and to what it is set otherwise. */
  readonly defaults: Readonly<Record<string, number>>
  /** How messages travel unless it is said; absent where there are none. */
  readonly network?: NetworkKind
  /** Whether its nodes have disks, so that writes may take time. */
  readonly hasDisks?: true
  /** Whether orders of steps that no property can tell apart are left out, unless it is said. */
  readonly reduced: boolean
  /** Whether of states that differ only in who is who one is explored, unless it is said. */
  readonly symmetric: boolean
  make(settings: ScopeSettings): Model
}

/** What a model is told. */
export interface ScopeSettings extends ModelSettings {
  /** A write begins and ends by steps of their own; otherwise what is written is durable at once. */
  readonly splitWrites: boolean
}

const networkOf = ({ network, lossy }: Pick<ModelSettings, 'network' | 'lossy'>) => ({ kind: network, lossy })

const nondup = { network: 'nondup', hasDisks: true, reduced: true, symmetric: true } as const

/** An acceptor whose promises never reach the disk: it forgets them when it crashes. */
const forgetfulAcceptor = acceptor.provide({ actions: { persist: assign({}) } })

type Defaults = CatalogueModel['defaults']

/** What is set, and otherwise what it is set to unless it is said. */
const scopeOf = <D extends Defaults>({ parameters, splitWrites, ...settings }: ScopeSettings, defaults: D) =>
  ({ ...defaults, ...parameters, writes: splitWrites ? 'split' : 'atomic', network: networkOf(settings) }) as const

const singleDefaults = { proposers: 2, acceptors: 3, timeouts: 0, crashes: 1 }
const singleDoubtDefaults = { proposers: 2, acceptors: 3, timeouts: 0, crashes: 0, doubts: 1 }
const electionDefaults = { servers: 3, terms: 2, timeouts: 2, crashes: 1 }
const multiDefaults = { proposers: 2, acceptors: 3, timeouts: 1, crashes: 0 }
const withoutCrashes = { ...electionDefaults, crashes: 0 }
const registerDefaults = { replicas: 3, clients: 2, retries: 0, crashes: 0 }
const registerDoubtDefaults = { replicas: 3, retries: 0, crashes: 0, doubts: 1 }
const duelDefaults = { ...multiDefaults, timeouts: 2 }

const catchUpDefaults = { timeouts: 3, crashes: 0 }
const doubtDefaults = { servers: 3, terms: 3, timeouts: 2, doubts: 1, crashes: 0, heartbeats: 0, commands: 0 }
const allInDoubtDefaults = { ...doubtDefaults, terms: 5, doubts: 0 }

const roles: readonly CatalogueModel[] = [
  {
    ...nondup,
    name: 'paxos',
    description: 'single-decree Paxos: proposers, acceptors that may crash, a learner',
    defaults: singleDefaults,
    make: (settings) => singlePaxos({ ...scopeOf(settings, singleDefaults), name: 'paxos' }),
  },
  {
    ...nondup,
    name: 'paxos-forgetful',
    description: 'the same with acceptors whose promises never reach the disk: must be caught',
    defaults: singleDefaults,
    make: (settings) =>
      singlePaxos({
        ...scopeOf(settings, singleDefaults),
        name: 'paxos-forgetful',
        roles: { acceptor: forgetfulAcceptor },
      }),
  },
  {
    ...nondup,
    name: 'paxos-doubt',
    description: 'single-decree Paxos: an acceptor crashes and its disk loses its last write',
    defaults: singleDoubtDefaults,
    make: (settings) => singlePaxos({ ...scopeOf(settings, singleDoubtDefaults), name: 'paxos-doubt' }),
  },
  {
    ...nondup,
    name: 'raft-election',
    description: "Raft's elections, without pre-votes",
    defaults: electionDefaults,
    make: (settings) =>
      raftElection({ ...scopeOf(settings, electionDefaults), name: 'raft-election', family: withoutPreVote }),
  },
  {
    ...nondup,
    name: 'raft-pre-vote',
    description: "Raft's elections with pre-votes",
    defaults: withoutCrashes,
    make: (settings) => raftElection({ ...scopeOf(settings, withoutCrashes), name: 'raft-pre-vote', family: server }),
  },
  {
    ...nondup,
    name: 'raft-forgetful',
    description: 'raft-election with voters whose votes never reach the disk: must be caught',
    defaults: electionDefaults,
    make: (settings) =>
      raftElection({ ...scopeOf(settings, electionDefaults), name: 'raft-forgetful', family: forgetfulVoters }),
  },
  {
    ...nondup,
    name: 'raft-replication',
    description: "Raft's log: 2 commands, without pre-votes",
    defaults: withoutCrashes,
    make: (settings) =>
      raftReplication({ ...scopeOf(settings, withoutCrashes), name: 'raft-replication', family: withoutPreVote }),
  },
  {
    ...nondup,
    network: 'fifo',
    symmetric: false,
    name: 'raft-catch-up',
    description: 'Raft with pre-votes: who refuses one hands on what the candidate lacks, now or late',
    defaults: catchUpDefaults,
    make: (settings) =>
      raftCatchUp({
        ...scopeOf(settings, catchUpDefaults),
        name: 'raft-catch-up',
        beginning: handsOnLate,
        family: server,
      }),
  },
  {
    ...nondup,
    name: 'raft-doubt',
    description: 'Raft whose disks may lose the last write, and know it, without pre-votes',
    defaults: doubtDefaults,
    make: (settings) => raftDoubt({ ...scopeOf(settings, doubtDefaults), name: 'raft-doubt', family: withoutPreVote }),
  },
  {
    ...nondup,
    symmetric: false,
    name: 'raft-late-answers',
    description: 'Raft with a disk in doubt, while what was said before that is still on its way, without pre-votes',
    defaults: {},
    make: (settings) =>
      raftLateAnswers({ ...scopeOf(settings, {}), name: 'raft-late-answers', family: withoutPreVote }),
  },
  {
    ...nondup,
    symmetric: false,
    name: 'raft-all-in-doubt',
    description: 'Raft after all disks lost their last write, but for one that still holds what was applied',
    defaults: allInDoubtDefaults,
    make: (settings) =>
      raftDoubt({
        ...scopeOf(settings, allInDoubtDefaults),
        name: 'raft-all-in-doubt',
        remains: oneHoldsMore,
        family: withoutPreVote,
      }),
  },
  {
    ...nondup,
    name: 'multi-paxos',
    description: 'Multi-Paxos: 2 slots, proposers of which --timeouts stand, acceptors, a learner',
    defaults: multiDefaults,
    make: (settings) =>
      multiPaxosModel({ ...scopeOf(settings, multiDefaults), name: 'multi-paxos', commands: ['a', 'b'] }),
  },
  {
    ...nondup,
    name: 'multi-paxos-duel',
    description: 'the same with 1 slot, and 2 proposers that both stand',
    defaults: duelDefaults,
    make: (settings) =>
      multiPaxosModel({ ...scopeOf(settings, duelDefaults), name: 'multi-paxos-duel', commands: ['a'] }),
  },
  {
    ...nondup,
    network: 'fifo',
    name: 'register',
    description: 'atomic registers: replicas, clients that each write and then read',
    defaults: registerDefaults,
    make: (settings) => registerModel({ ...scopeOf(settings, registerDefaults), name: 'register' }),
  },
  {
    ...nondup,
    network: 'fifo',
    name: 'register-doubt',
    description: 'the same where a replica crashes and its disk loses its last write: one client writes, one reads',
    defaults: registerDoubtDefaults,
    make: (settings) =>
      registerModel({
        ...scopeOf(settings, registerDoubtDefaults),
        name: 'register-doubt',
        clients: 2,
        writers: [1],
        readers: [2],
      }),
  },
]

/** Every model that has a name. */
export const catalogue: readonly CatalogueModel[] = [
  ...roles,
  ...referenceModels.map((model) => ({ ...model, reduced: false, symmetric: false })),
]
