import { paxos } from '@quorate/paxos'
import { decision, paxosInvariants } from '@quorate/paxos/testing'
import type { SimulatedWorkload, SimulationSubject } from '@quorate/simulator'
import { drawQuorums, hasOddQuorums, named } from '../draws.js'
import { appendsNothing, because, nobodyAcceptsLoss, nobodySaysSo, type Reasons } from '../unreachable.js'

const tooMany = 'a run of minutes does not come to as many'

const unreachable: Reasons = {
  ...because(nobodyAcceptsLoss, 'acceptor.doubtful after rejoinAgain [isToGoWithout] -> serving'),
  ...because(
    nobodySaysSo,
    'acceptor Accept [isNobodysAccept]',
    'acceptor Prepare [isNobodysPrepare]',
    'learner.listening Accepted [isNobodysProposal]',
  ),
  ...because(appendsNothing, 'proposer storage.persisted', 'acceptor storage.persisted', 'learner storage.persisted'),
  ...because(tooMany, 'proposer client.asked [isOverloaded]'),
}

export const paxosWorkload = decision as SimulatedWorkload

export const paxosSubject: SimulationSubject = {
  name: 'paxos',
  nodes: 3,
  invariants: paxosInvariants,
  unreachable,
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
    return { nodes, groups: { paxos: group }, workload: { groups: { paxos: paxosWorkload } } }
  },
}
