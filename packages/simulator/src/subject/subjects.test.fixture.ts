import { multiPaxos, paxos } from '@quorate/paxos'
import { decision, paxosInvariants } from '@quorate/paxos/testing'
import { raft, type ServerFamily } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { drawLimits } from '../chance/limits.js'
import { registers } from '../workload/registers.js'
import type { SimulationSubject } from './subject.js'

const named = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)

/** Raft, or a family that is not quite Raft. */
export const raftSubject = (family?: ServerFamily): SimulationSubject => ({
  name: 'raft',
  nodes: 3,
  invariants: raftInvariants,
  make(count, chance) {
    const members = named(count)
    const limits = drawLimits(chance)
    return {
      nodes: members,
      groups: { raft: raft({ members, stateMachine: registers, limits, ...(family && { family: () => family }) }) },
    }
  },
})

/** Multi-Paxos with all roles on each node. */
export const multiPaxosSubject = (): SimulationSubject => ({
  name: 'multi-paxos',
  nodes: 3,
  invariants: paxosInvariants,
  make(count, chance) {
    const nodes = named(count)
    const limits = drawLimits(chance)
    const group = multiPaxos({ proposers: nodes, acceptors: nodes, learners: nodes, stateMachine: registers, limits })
    return { nodes, groups: { paxos: group } }
  },
})

export const paxosSubject = (): SimulationSubject => ({
  name: 'paxos',
  nodes: 3,
  invariants: paxosInvariants,
  make(count) {
    const nodes = named(count)
    return {
      nodes,
      groups: { paxos: paxos({ proposers: nodes, acceptors: nodes, learners: nodes }) },
      workload: { groups: { paxos: decision } },
    }
  },
})

/** What a test runs of a seed. */
export const runOf = (subject: SimulationSubject, seed: number) =>
  ({ subject, seed, faults: 'all', nodes: seed % 2 === 0 ? 5 : 3, lastsMs: 30_000 }) as const
