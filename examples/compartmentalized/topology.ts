import { grid } from '@quorate/core'
import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { multiPaxos } from '@quorate/paxos'

const batchers = ['b1']
const proposers = ['p1', 'p2']
const proxyLeaders = ['x1', 'x2']
const acceptors = ['a1', 'a2', 'a3', 'a4']
const learners = ['l1', 'l2']

/** A key-value store whose leader only puts commands in order: others gather them, have them decided, and answer. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes: [...batchers, ...proposers, ...proxyLeaders, ...acceptors, ...learners],
  groups: {
    kv: multiPaxos({
      batchers,
      proposers,
      proxyLeaders,
      acceptors,
      learners,
      quorums: grid(2, 2, acceptors),
      stateMachine: kv,
      electionTimeoutMs: 500,
      heartbeatMs: 50,
    }),
  },
})
