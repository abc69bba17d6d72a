import { existsSync } from 'node:fs'
import {
  atLeast,
  bothPhases,
  flexible,
  grid,
  type NodeId,
  nearestTo,
  type PhaseQuorums,
  type QuorumSystem,
  weighted,
} from '@quorate/core'
import { multiPaxos, paxos } from '@quorate/paxos'
import { decision, paxosInvariants } from '@quorate/paxos/testing'
import { raft } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { register } from '@quorate/register'
import {
  type Chance,
  drawLimits,
  type Promises,
  registers,
  type SimulatedCluster,
  type SimulationSubject,
} from '@quorate/simulator'
import { UnusableTopologyError } from '../errors.js'
import { simulatedMistakeNamed } from '../mistakes/catalogue.js'
import { mistakePrefix, subjectOf } from '../mistakes/subjectOf.js'
import { registerWorkload } from './registerWorkload.js'
import type { Subject } from './subject.js'
import { subjectOfFile } from './subjectFile.js'
import { unreachableInMultiPaxos, unreachableInPaxos, unreachableInRaft, unreachableInRegister } from './unreachable.js'

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

/** A snapshot in smaller pieces, with a round trip for each, takes longer than half a minute. */
const farPieceBytes = 300

/** Time-outs as they are by default bear round trips of a second. */
const farOf = (chance: Chance, { bytesMax }: { readonly bytesMax: number }): Promises =>
  drawVariety(chance).isNervous || bytesMax < farPieceBytes ? {} : { roundTripMs: 1000 }

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

/** Of a third of the clusters something else than a majority decides. */
const hasOddQuorums = (own: Chance): boolean => own.isOne(330)

/** One node has two votes, and perhaps another has none. */
function drawWeights(nodes: readonly NodeId[], own: Chance): QuorumSystem {
  const order = own.shuffled(nodes)
  const silent = order.length > 3 && own.isOne(500) ? order.at(-1) : undefined
  return weighted(Object.fromEntries(nodes.map((node) => [node, node === order[0] ? 2 : node === silent ? 0 : 1])))
}

/** Few accept and many are asked by a new leader, or the other way round; a grid; or weights. */
function drawQuorums(acceptors: readonly NodeId[], own: Chance): PhaseQuorums {
  const count = acceptors.length
  const isSquare = count >= 4 && own.isOne(400)
  if (isSquare) return grid(2, 2, own.shuffled(acceptors).slice(0, 4))
  if (own.isOne(300)) return bothPhases(drawWeights(acceptors, own))
  const accepting = own.between(1, count)
  return flexible({ phase1: atLeast(count - accepting + 1, acceptors), phase2: atLeast(accepting, acceptors) })
}

const raftSubject: SimulationSubject = {
  name: 'raft',
  nodes: 3,
  invariants: raftInvariants,
  unreachable: unreachableInRaft,
  make(count, chance) {
    const nodes = named(count)
    const limits = {
      ...drawLimits(chance),
      ...drawFrugalLimits(chance),
      inflightMessagesMax: chance.between(1, 16),
      uncommittedEntriesMax: chance.isOne(300) ? chance.between(1, 6) : 65_536,
    }
    const own = chance.stream('quorums')
    const quorum = hasOddQuorums(own) ? { quorum: drawWeights(nodes, own) } : {}
    const group = raft({ members: nodes, stateMachine: registers, limits, ...quorum, ...drawTimes(chance) })
    return { nodes, groups: { raft: group }, promises: farOf(chance, limits) }
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
  invariants: paxosInvariants,
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
    const roles = {
      proposers: some(),
      acceptors: nodes,
      learners: some(),
      ...(chance.isOne(400) && { batchers: some() }),
      ...(chance.isOne(400) && { proxyLeaders: some() }),
    }
    const own = chance.stream('quorums')
    const isOdd = hasOddQuorums(own)
    // Of other quorums a node at the edge may reach one of a phase, and none of the other.
    const hubs = isOdd ? [] : hubsOf(roles)
    const group = multiPaxos({
      ...roles,
      ...(isOdd && { quorums: drawQuorums(nodes, own) }),
      stateMachine: registers,
      limits,
      ...drawTimes(chance),
    })
    return { nodes, groups: { 'multi-paxos': group }, promises: { ...farOf(chance, limits), hubs } }
  },
}

/** Who can lead without others in between, and learn what it has chosen. */
const hubsOf = ({
  proposers,
  learners,
  batchers,
  proxyLeaders,
}: Pick<
  Parameters<typeof multiPaxos>[0],
  'proposers' | 'learners' | 'batchers' | 'proxyLeaders'
>): readonly NodeId[] => (batchers || proxyLeaders ? [] : proposers.filter((node) => learners.includes(node)))

const paxosSubject: SimulationSubject = {
  name: 'paxos',
  nodes: 3,
  invariants: paxosInvariants,
  unreachable: unreachableInPaxos,
  make(count, chance) {
    const nodes = named(count)
    const own = chance.stream('quorums')
    const group = paxos({
      proposers: nodes,
      acceptors: nodes,
      learners: nodes,
      ...(hasOddQuorums(own) && { quorums: drawQuorums(nodes, own) }),
      ...(chance.isOne(300) && { distinguishedLearner: chance.pick(nodes) }),
    })
    return { nodes, groups: { paxos: group }, workload: { groups: { paxos: decision } } }
  },
}

/** Any coordinator of any number, and quorums of all kinds. */
const registerSubject: SimulationSubject = {
  name: 'register',
  nodes: 3,
  unreachable: unreachableInRegister,
  make(count, chance) {
    const nodes = named(count)
    const own = chance.stream('quorums')
    const group = register({
      replicas: nodes,
      ...(chance.isOne(300) && { coordinators: chance.shuffled(nodes).slice(0, chance.between(1, count)).sort() }),
      ...(hasOddQuorums(own) && { quorums: drawQuorums(nodes, own) }),
      ...(chance.isOne(500) && { retryMs: chance.pick([20, 100, 300]) }),
    })
    return { nodes, groups: { register: group }, workload: { groups: { register: registerWorkload } } }
  },
}

const builtIn: readonly SimulationSubject[] = [raftSubject, paxosSubject, multiPaxosSubject, registerSubject]

/**
 * What is simulated under a name: a protocol, one with a mistake, or the topology of a file.
 * @throws what `loadTopology` throws.
 */
export const subjectNamed = async (name: string): Promise<Subject> => {
  const known = builtIn.find((subject) => subject.name === name)
  if (known) return { ...known, isTopology: false }
  if (name.startsWith(mistakePrefix)) return mistakenSubject(name.slice(mistakePrefix.length))
  if (existsSync(name) || /[./\\]/.test(name)) return subjectOfFile(name)
  const names = builtIn.map((subject) => subject.name)
  const meant = nearestTo(name, names)
  throw new UnusableTopologyError(
    name,
    `there is no such protocol, and no such file. ${meant ? `Did you mean ${meant}?` : `Protocols are ${names.join(', ')}`}`,
  )
}

/**
 * The cluster with a mistake of the catalogue.
 * @throws {@link UnknownMistakeError} `QUORATE_UNKNOWN_MISTAKE`; {@link MistakeOfOtherCommandError}
 *   `QUORATE_MISTAKE_OF_OTHER_COMMAND`
 */
export const mistakenSubject = (name: string): Subject => subjectOf(simulatedMistakeNamed(name))

/** How many nodes a run of a protocol has where nobody says. */
export const drawNodes = (chance: Chance): number => chance.pick([3, 5])
