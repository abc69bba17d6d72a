import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { raft } from '@quorate/raft'

const nodes = ['n1', 'n2', 'n3']

/** A key-value store on three nodes: it survives the loss of one. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes,
  groups: {
    kv: raft({ members: nodes, stateMachine: kv, electionTimeoutMs: 500, heartbeatMs: 50 }),
  },
})
