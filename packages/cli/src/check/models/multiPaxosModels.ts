import { type CatalogueModel, nondup, scopeOf } from './catalogueModel.js'
import { multiPaxosModel } from './multiPaxos.js'

const multiDefaults = { proposers: 2, acceptors: 3, timeouts: 1, crashes: 0 }
const duelDefaults = { ...multiDefaults, timeouts: 2 }

export const multiPaxosModels: readonly CatalogueModel[] = [
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
]
