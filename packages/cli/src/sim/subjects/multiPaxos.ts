import type { NodeId } from '@quorate/core'
import { multiPaxos } from '@quorate/paxos'
import { paxosInvariants } from '@quorate/paxos/testing'
import { type Chance, drawLimits, registers, type SimulatedCluster, type SimulationSubject } from '@quorate/simulator'
import { drawFrugalLimits, drawQuorums, drawTimes, farOf, hasOddQuorums, named } from '../draws.js'
import {
  appendsNothing,
  because,
  clientsAreRefused,
  nobodyAcceptsLoss,
  nobodySaysSo,
  type Reasons,
} from '../unreachable.js'

const unreachable: Reasons = {
  ...because(nobodyAcceptsLoss, 'acceptor.doubtful after rejoinAgain [isToGoWithout] -> serving'),
  ...because(
    nobodySaysSo,
    'acceptor Accept [isMalformed]',
    'acceptor Accept [isNobodysAccept]',
    'acceptor Prepare [isNobodysPrepare]',
    'acceptor.serving.led Prepare [isNobodysPrepare]',
    'acceptor.serving.promised Prepare [isNobodysPrepare]',
    'learner Chosen [isMalformed]',
    'proxyLeader Accept [isNobodys]',
  ),
  ...because(
    appendsNothing,
    'standby storage.persisted',
    'preparing storage.persisted',
    'leading storage.persisted',
    'batcher storage.persisted',
    'proxyLeader storage.persisted',
  ),
  ...because(clientsAreRefused, 'preparing client.proposed', 'preparing client.read'),
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
export const multiPaxosSubject: SimulationSubject = {
  name: 'multi-paxos',
  nodes: 3,
  invariants: paxosInvariants,
  unreachable,
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
