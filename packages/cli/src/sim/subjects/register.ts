import { register } from '@quorate/register'
import { readsAndWrites } from '@quorate/register/testing'
import type { SimulatedWorkload, SimulationSubject } from '@quorate/simulator'
import { drawQuorums, hasOddQuorums, named } from '../draws.js'
import { because, nobodyAcceptsLoss, type Reasons } from '../unreachable.js'

export const registerWorkload = readsAndWrites as SimulatedWorkload

const unreachable: Reasons = {
  ...because(nobodyAcceptsLoss, 'replica.doubtful after retry [isToGoWithout] -> done'),
  ...because('what is propagated comes after the query', 'coordinator.querying PropagateReply'),
  ...because(
    'a host gives each question a number of its own',
    'coordinator.querying client.asked',
    'coordinator.propagating client.asked',
  ),
}

/** Any coordinator of any number, and quorums of all kinds. */
export const registerSubject: SimulationSubject = {
  name: 'register',
  nodes: 3,
  unreachable,
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
