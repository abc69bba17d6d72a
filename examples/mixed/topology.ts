import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { multiPaxos, paxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'

const nodes = ['n1', 'n2', 'n3']
const everywhere = { proposers: nodes, acceptors: nodes, learners: nodes }
const times = { electionTimeoutMs: 500, heartbeatMs: 50 }

/** Two key-value stores by two protocols, and a single decision, on the same three nodes: all survive the loss of one. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes,
  groups: {
    raft: raft({ members: nodes, stateMachine: kv, ...times }),
    paxos: multiPaxos({ ...everywhere, stateMachine: kv, ...times }),
    decision: paxos(everywhere),
  },
})
