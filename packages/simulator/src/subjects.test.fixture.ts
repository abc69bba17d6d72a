import type { GroupDefinition } from '@quorate/core'
import { multiPaxos, paxos } from '@quorate/paxos'
import { raft, type ServerFamily } from '@quorate/raft'
import { drawLimits } from './limits.js'
import { registers } from './registers.js'
import type { SimulationSubject } from './subject.js'

const named = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)

/** Raft, or a family that is not quite Raft. */
export const raftSubject = (family?: ServerFamily): SimulationSubject => ({
  name: 'raft',
  nodes: 3,
  make(count, chance) {
    const members = named(count)
    const limits = drawLimits(chance)
    const options = { members, stateMachine: registers, limits }
    return { nodes: members, groups: { raft: raft({ ...options, ...(family && { family: () => family }) }) } }
  },
})

/** Multi-Paxos with all roles on each node; `change` makes it something else. */
export const multiPaxosSubject = (
  change: (group: GroupDefinition) => GroupDefinition = (group) => group,
): SimulationSubject => ({
  name: 'multi-paxos',
  nodes: 3,
  make(count, chance) {
    const nodes = named(count)
    const limits = drawLimits(chance)
    const group = multiPaxos({ proposers: nodes, acceptors: nodes, learners: nodes, stateMachine: registers, limits })
    return { nodes, groups: { paxos: change(group) } }
  },
})

export const paxosSubject = (
  change: (group: GroupDefinition) => GroupDefinition = (group) => group,
): SimulationSubject => ({
  name: 'paxos',
  nodes: 3,
  make(count) {
    const nodes = named(count)
    return { nodes, groups: { paxos: change(paxos({ proposers: nodes, acceptors: nodes, learners: nodes })) } }
  },
})

/** What a test runs of a seed. */
export const runOf = (subject: SimulationSubject, seed: number) =>
  ({ subject, seed, faults: 'all', nodes: seed % 2 === 0 ? 5 : 3, lastsMs: 30_000 }) as const

/** Faults of one kind leave quieter traces, so seeds take turns at them. */
const mixes = ['crash', 'all', 'network', 'disk'] as const

/** What is run of a seed to find a mistake: shorter, since mistakes show early. */
export const searchOf = (subject: SimulationSubject, seed: number) =>
  ({
    subject,
    seed,
    faults: mixes[seed % mixes.length] ?? 'all',
    nodes: seed % 3 === 0 ? 5 : 3,
    lastsMs: 20_000,
    triesMax: 150,
  }) as const
