import { atLeast, flexible } from '@quorate/core'
import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { multiPaxos } from '@quorate/paxos'

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5']

/** A key-value store on five nodes: two decide a command, and it takes four to make one of them lead. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes,
  groups: {
    kv: multiPaxos({
      proposers: nodes,
      acceptors: nodes,
      learners: nodes,
      quorums: flexible({ phase1: atLeast(4, nodes), phase2: atLeast(2, nodes) }),
      stateMachine: kv,
      electionTimeoutMs: 500,
      heartbeatMs: 50,
    }),
  },
})
