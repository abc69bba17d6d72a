import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { raft, server } from '@quorate/raft'
import { deputyServer } from './deputy/families.js'
import { watch } from './watch/group.js'

const nodes = ['n1', 'n2', 'n3']

/** A key-value store whose third member leads only if it must, and beside it a group of our own, on the same nodes. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes,
  groups: {
    kv: raft({
      members: nodes,
      stateMachine: kv,
      electionTimeoutMs: 500,
      heartbeatMs: 50,
      family: (member) => (member === 'n3' ? deputyServer : server),
    }),
    watch: watch({ members: nodes, silenceMs: 500, roundMs: 50 }),
  },
})
