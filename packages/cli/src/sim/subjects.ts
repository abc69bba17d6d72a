import type { NodeId } from '@quorate/core'
import { multiPaxos, paxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import {
  allInvariants,
  type Chance,
  drawLimits,
  registers,
  type SimulatedCluster,
  type SimulationSubject,
} from '@quorate/simulator'
import type { Subject } from './subject.js'
import { subjectOfFile } from './subjectFile.js'
import { unreachableInMultiPaxos, unreachableInPaxos, unreachableInRaft } from './unreachable.js'

const named = (count: number): NodeId[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)

/** A third of the clusters are like those that people deploy; the others are nervous, or frugal, or as a rule both. */
function drawVariety(chance: Chance): { readonly isNervous: boolean; readonly isFrugal: boolean } {
  const variety = chance.stream('variety').below(1000)
  return { isNervous: variety >= 450, isFrugal: variety >= 550 || (variety >= 350 && variety < 450) }
}

/** Time-outs so short that leaders come and go. */
function drawTimes(chance: Chance): { readonly electionTimeoutMs?: number; readonly heartbeatMs?: number } {
  if (!drawVariety(chance).isNervous) return {}
  const own = chance.stream('nervous')
  const leastMs = own.pick([40, 120, 300, 400])
  const electionTimeoutMs = leastMs + own.below(leastMs)
  const heartbeatMs = Math.floor((electionTimeoutMs * own.between(30, 50)) / 100)
  return { electionTimeoutMs, heartbeatMs }
}

/** Next to nothing is kept, so that snapshots are what nodes are busy with: whole, or in many pieces. */
function drawFrugalLimits(chance: Chance) {
  if (!drawVariety(chance).isFrugal) return {}
  const own = chance.stream('frugal')
  return {
    snapshotEveryEntries: own.pick([1, 1, 2, 5, 10]),
    entriesKept: own.pick([1, 1, 3]),
    entriesMax: own.between(1, 4),
    bytesMax: own.pick([30, 100, 300, 262_144, 262_144]),
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
export const subjectNamed = async (name: string): Promise<Subject> => {
  const known = builtIn.find((subject) => subject.name === name)
  return known ? { ...known, invariants: allInvariants, isTopology: false } : subjectOfFile(name)
}

/** How many nodes a run of a protocol has where nobody says. */
export const drawNodes = (chance: Chance): number => chance.pick([3, 5])
