import { defineTopology } from '@quorate/host'
import { register } from '@quorate/register'

const nodes = ['n1', 'n2', 'n3']

/** Atomic registers on three nodes: no leader, and no election when one of them is lost. */
export default defineTopology({
  cluster: process.env.QUORATE_CLUSTER ?? 'demo',
  nodes,
  groups: { registers: register({ replicas: nodes }) },
})
