import { server } from '@quorate/raft'
import { type CatalogueModel, nondup, scopeOf } from './catalogueModel.js'
import { handsOnLate, raftCatchUp } from './raftCatchUp.js'
import { oneHoldsMore, raftDoubt } from './raftDoubt.js'
import { raftElection } from './raftElection.js'
import { forgetfulVoters, withoutPreVote } from './raftFamilies.js'
import { raftLateAnswers } from './raftLateAnswers.js'
import { raftReplication } from './raftReplication.js'
import { raftSuspicion } from './raftSuspicion.js'
import { raftTransfer } from './raftTransfer.js'

const electionDefaults = { servers: 3, terms: 2, timeouts: 2, crashes: 1 }
const withoutCrashes = { ...electionDefaults, crashes: 0 }
const suspicionDefaults = { ...withoutCrashes, timeouts: 1, suspicions: 2 }
const transferDefaults = { ...withoutCrashes, timeouts: 1, transfers: 1 }
const catchUpDefaults = { timeouts: 3, crashes: 0 }
const doubtDefaults = { servers: 3, terms: 3, timeouts: 2, doubts: 1, crashes: 0, heartbeats: 0, commands: 0 }
const allInDoubtDefaults = { ...doubtDefaults, terms: 5, doubts: 0 }

export const raftModels: readonly CatalogueModel[] = [
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
    network: 'fifo',
    symmetric: false,
    name: 'raft-suspicion',
    description: 'Raft with pre-votes: servers are told, rightly or not, that nobody hears their leader',
    defaults: suspicionDefaults,
    make: (settings) =>
      raftSuspicion({ ...scopeOf(settings, suspicionDefaults), name: 'raft-suspicion', family: server }),
  },
  {
    ...nondup,
    network: 'fifo',
    symmetric: false,
    name: 'raft-transfer',
    description: 'Raft with pre-votes: a leader gives its place to another, and a command is on its way',
    defaults: transferDefaults,
    make: (settings) => raftTransfer({ ...scopeOf(settings, transferDefaults), name: 'raft-transfer', family: server }),
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
]
