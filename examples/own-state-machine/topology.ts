import { defineTopology } from '@quorate/host'
import { raft } from '@quorate/raft'
import { stock } from './stock.js'
import { stockWorkload } from './workload.js'

const nodes = ['n1', 'n2', 'n3']

/** A stock on three nodes: it survives the loss of one. */
export default defineTopology({
  cluster: process.env['QUORATE_CLUSTER'] ?? 'demo',
  nodes,
  groups: { stock: raft({ members: nodes, stateMachine: stock }) },
})

/** What `quorate sim` has clients do. */
export const workload = { groups: { stock: stockWorkload } }
