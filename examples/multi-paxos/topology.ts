import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { multiPaxos } from '@quorate/paxos'

const nodes = ['n1', 'n2', 'n3']

/** A key-value store on three nodes, each of them proposer, acceptor and learner: it survives the loss of one. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes,
  groups: {
    kv: multiPaxos({
      proposers: nodes,
      acceptors: nodes,
      learners: nodes,
      stateMachine: kv,
      electionTimeoutMs: 500,
      heartbeatMs: 50,
    }),
  },
})
