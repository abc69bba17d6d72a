import type { NodeId } from '@quorate/core'
import { multiPaxos, paxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import { type Chance, drawLimits, registers, type SimulatedCluster, type SimulationSubject } from '@quorate/simulator'
import { loadTopology } from '../topologyFile.js'
import { unreachableInMultiPaxos, unreachableInPaxos, unreachableInRaft } from './unreachable.js'

const named = (count: number): NodeId[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)

/** Most runs are like what people deploy. In some, time-outs are so short that leaders come and go. */
function drawTimes(chance: Chance): { readonly electionTimeoutMs?: number; readonly heartbeatMs?: number } {
  const own = chance.stream('nervous')
  if (!own.isOne(480)) return {}
  const leastMs = own.pick([40, 100, 250, 400])
  const electionTimeoutMs = leastMs + own.below(leastMs)
  const heartbeatMs = Math.floor((electionTimeoutMs * own.between(25, 50)) / 100)
  return { electionTimeoutMs, heartbeatMs }
}

/** In some runs next to nothing is kept, so that snapshots are what nodes are busy with: whole, or in many pieces. */
function drawFrugalLimits(chance: Chance) {
  const own = chance.stream('frugal')
  if (!own.isOne(580)) return {}
  return {
    snapshotEveryEntries: own.between(1, own.pick([2, 10])),
    entriesKept: own.between(1, 2),
    entriesMax: own.between(1, 4),
    bytesMax: own.isOne(500) ? own.between(20, 300) : 262_144,
  }
}

const raftSubject: SimulationSubject = {
  name: 'raft',
  nodes: 3,
  unreachable: unreachableInRaft,
  make(count, chance) {
    const nodes = named(count)
    const limits = {
      ...drawLimits(chance),
      ...drawFrugalLimits(chance),
      inflightMessagesMax: chance.between(1, 16),
      uncommittedEntriesMax: chance.isOne(300) ? chance.between(1, 6) : 65_536,
    }
    const group = raft({ members: nodes, stateMachine: registers, limits, ...drawTimes(chance) })
    return { nodes, groups: { raft: group } }
  },
}

/** Bounds that a run of half a minute meets only where they are small. */
function drawBounds(chance: Chance) {
  const own = chance.stream('small bounds')
  if (!own.isOne(500)) return {}
  return {
    entriesAheadMax: own.between(1, 50),
    openReadsMax: own.between(1, 3),
    emptySlotsMax: own.between(20, 100),
    noteEverySlots: own.between(5, 100),
    forgetEverySlots: own.between(5, 100),
  }
}

/** All roles on each node, or each on some, with or without those that only hand on. */
const multiPaxosSubject: SimulationSubject = {
  name: 'multi-paxos',
  nodes: 3,
  unreachable: unreachableInMultiPaxos,
  make(count, chance): SimulatedCluster {
    const nodes = named(count)
    const limits = {
      ...drawLimits(chance),
      ...drawFrugalLimits(chance),
      pollsMax: chance.between(1, 16),
      openSlotsMax: chance.isOne(300) ? chance.between(1, 6) : 65_536,
      ...drawBounds(chance),
    }
    const isApart = chance.isOne(500)
    const some = () => (isApart ? chance.shuffled(nodes).slice(0, chance.between(1, nodes.length)).sort() : nodes)
    const group = multiPaxos({
      proposers: some(),
      acceptors: nodes,
      learners: some(),
      ...(chance.isOne(400) && { batchers: some() }),
      ...(chance.isOne(400) && { proxyLeaders: some() }),
      stateMachine: registers,
      limits,
      ...drawTimes(chance),
    })
    return { nodes, groups: { 'multi-paxos': group } }
  },
}

const paxosSubject: SimulationSubject = {
  name: 'paxos',
  nodes: 3,
  unreachable: unreachableInPaxos,
  make(count, chance) {
    const nodes = named(count)
    const group = paxos({
      proposers: nodes,
      acceptors: nodes,
      learners: nodes,
      ...(chance.isOne(300) && { distinguishedLearner: chance.pick(nodes) }),
    })
    return { nodes, groups: { paxos: group } }
  },
}

const builtIn: readonly SimulationSubject[] = [raftSubject, paxosSubject, multiPaxosSubject]

/**
 * What is simulated under a name: a protocol, or the topology of a file.
 * @throws what `loadTopology` throws.
 */
export const subjectNamed = async (name: string): Promise<SimulationSubject & { readonly isTopology: boolean }> => {
  const known = builtIn.find((subject) => subject.name === name)
  if (known) return { ...known, isTopology: false }
  const { nodes, groups } = await loadTopology(name)
  return { name, nodes: nodes.length, make: () => ({ nodes, groups }), isTopology: true }
}

/** How many nodes a run of a protocol has where nobody says. */
export const drawNodes = (chance: Chance): number => chance.pick([3, 5])
