import { multiPaxos } from '@quorate/paxos'
import { registers, type SimulationSubject } from '@quorate/simulator'

/**
 * The clusters in which something was found, as they were that day: what the names on the command line stand for changes
 * with time, and a script means something in its own cluster only.
 */

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5']

type Options = Omit<Parameters<typeof multiPaxos>[0], 'stateMachine'>

const multiPaxosOf = ({ acceptors, ...others }: Omit<Options, 'acceptors'> & Partial<Options>): SimulationSubject => {
  const members = acceptors ?? nodes
  const group = multiPaxos({ acceptors: members, stateMachine: registers, ...others })
  return {
    name: 'multi-paxos',
    nodes: members.length,
    make: () => ({ nodes: members, groups: { 'multi-paxos': group } }),
  }
}

/** By the name of the transcript. */
export const foundIn: Readonly<Record<string, SimulationSubject>> = {
  halfConnectedBatcher: multiPaxosOf({
    proposers: ['n2', 'n4', 'n5'],
    learners: ['n3', 'n4', 'n5'],
    batchers: nodes,
    limits: {
      snapshotEveryEntries: 119,
      entriesKept: 13,
      entriesMax: 19,
      bytesMax: 1237,
      pollsMax: 11,
      openSlotsMax: 2,
    },
  }),
  proposerInVain: multiPaxosOf({
    proposers: nodes,
    learners: ['n1', 'n2', 'n5'],
    proxyLeaders: ['n1', 'n3', 'n4', 'n5'],
    limits: { snapshotEveryEntries: 66, entriesKept: 18, entriesMax: 14, bytesMax: 755, pollsMax: 10 },
  }),
  batcherOverrun: multiPaxosOf({
    proposers: ['n1', 'n2', 'n3'],
    acceptors: ['n1', 'n2', 'n3'],
    learners: ['n2'],
    batchers: ['n1'],
    limits: { snapshotEveryEntries: 104, entriesKept: 9, entriesMax: 20, bytesMax: 108, pollsMax: 3 },
  }),
  leaderWithoutLearner: multiPaxosOf({
    proposers: ['n2', 'n4', 'n5'],
    learners: ['n4'],
    limits: {
      snapshotEveryEntries: 23,
      entriesKept: 27,
      entriesMax: 11,
      bytesMax: 819,
      pollsMax: 11,
      openSlotsMax: 3,
    },
  }),
}
