import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { multiPaxos } from '@quorate/paxos'

const proposers = ['p1', 'p2']
const acceptors = ['a1', 'a2', 'a3']
const learners = ['l1', 'l2']

/** A key-value store whose nodes play one role each: it survives the loss of one proposer, one acceptor and one learner. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes: [...proposers, ...acceptors, ...learners],
  groups: {
    kv: multiPaxos({ proposers, acceptors, learners, stateMachine: kv, electionTimeoutMs: 500, heartbeatMs: 50 }),
  },
})
