import { paxos } from '@quorate/paxos'
import { paxosInvariants } from '@quorate/paxos/testing'
import { paxosWorkload } from '../sim/subjects/paxos.js'
import { nothing } from './mistake.js'
import type { Pitfall } from './pitfalls.js'
import { type Change, clusterOf, providing, type Simulated, saying } from './simulated.js'

/** Mistakes in single-decree Paxos that the simulator has to find; more are for the model checker. */

const cluster = clusterOf({
  protocol: 'paxos',
  invariants: paxosInvariants,
  workload: paxosWorkload,
  groupOf: (nodes) => paxos({ proposers: nodes, acceptors: nodes, learners: nodes }),
})

const single = (name: string, pitfall: Pitfall, change: Change): Simulated => ({
  name: `Paxos: ${name}`,
  pitfall,
  cluster,
  change,
})

export const paxosMistakes: readonly Simulated[] = [
  single('an acceptor that forgets', 'forgets', providing('acceptor', { actions: { persist: nothing } })),
  single(
    'a proposer that ignores what was accepted',
    'ownValue',
    saying(['Promise'], ({ accepted: _, ...promise }) => promise),
  ),
]
