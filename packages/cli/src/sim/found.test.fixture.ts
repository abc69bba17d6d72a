import { multiPaxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import { registers, type SimulationSubject } from '@quorate/simulator'

/** The clusters in which something was found: a script means something in its own cluster only. */

type Options = Omit<Parameters<typeof multiPaxos>[0], 'stateMachine'>

const multiPaxosOf = (nodes: readonly string[], options: Options): SimulationSubject => ({
  name: 'multi-paxos',
  nodes: nodes.length,
  make: () => ({ nodes, groups: { 'multi-paxos': multiPaxos({ stateMachine: registers, ...options }) } }),
})

const three = ['n1', 'n2', 'n3']
const four = ['n1', 'n2', 'n3', 'n4']
const five = [...four, 'n5']

/** By the name of the script. */
export const foundIn: Readonly<Record<string, SimulationSubject>> = {
  halfConnectedBatcher: multiPaxosOf(four, {
    batchers: ['n1', 'n2'],
    proposers: ['n3'],
    acceptors: ['n2', 'n3', 'n4'],
    learners: ['n3'],
  }),
  batcherTakenForLeader: multiPaxosOf(four, {
    batchers: ['n2'],
    proposers: ['n3'],
    acceptors: ['n2', 'n3', 'n4'],
    learners: ['n1', 'n2', 'n3'],
  }),
  tardyProxyLeader: multiPaxosOf(five, {
    proposers: ['n1'],
    acceptors: three,
    learners: ['n1'],
    proxyLeaders: ['n4', 'n5'],
    limits: { pollsMax: 1, entriesMax: 1 },
    electionTimeoutMs: 2500,
    heartbeatMs: 1000,
  }),
  answerToEarlierStart: multiPaxosOf(four, {
    batchers: ['n1', 'n4'],
    proposers: ['n1'],
    acceptors: three,
    learners: ['n1', 'n4'],
  }),
  lostReadIndex: multiPaxosOf(four, {
    batchers: ['n4'],
    proposers: ['n1'],
    acceptors: three,
    learners: three,
    limits: { openReadsMax: 1 },
    electionTimeoutMs: 2500,
    heartbeatMs: 1000,
  }),
  proposerInVain: multiPaxosOf(five, { proposers: five, acceptors: five, learners: ['n1', 'n4', 'n5'] }),
  phaseOneInPieces: multiPaxosOf(three, {
    proposers: three,
    acceptors: three,
    learners: three,
    limits: { entriesMax: 1 },
    electionTimeoutMs: 20,
    heartbeatMs: 5,
  }),
  constrainedElection: {
    name: 'raft',
    nodes: 5,
    make: () => ({ nodes: five, groups: { raft: raft({ members: five, stateMachine: registers }) } }),
  },
  leaderWithoutLearner: multiPaxosOf(five, { proposers: ['n4', 'n5'], acceptors: five, learners: ['n4'] }),
}
