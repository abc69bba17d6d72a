import { assign } from '@quorate/core/statechart'
import { acceptor } from '@quorate/paxos'
import { type CatalogueModel, nondup, scopeOf } from './catalogueModel.js'
import { singlePaxos } from './singlePaxos.js'

/** An acceptor whose promises never reach the disk: it forgets them when it crashes. */
const forgetfulAcceptor = acceptor.provide({ actions: { persist: assign({}) } })

const singleDefaults = { proposers: 2, acceptors: 3, timeouts: 0, crashes: 1 }
const singleDoubtDefaults = { proposers: 2, acceptors: 3, timeouts: 0, crashes: 0, doubts: 1 }

export const paxosModels: readonly CatalogueModel[] = [
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
]
