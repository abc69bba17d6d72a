import { raft } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { drawLimits, registers, type SimulationSubject } from '@quorate/simulator'
import { drawFrugalLimits, drawTimes, drawWeights, farOf, hasOddQuorums, named } from '../draws.js'
import { because, clientsAreRefused, nobodyAcceptsLoss, nobodySaysSo, type Reasons } from '../unreachable.js'

const unreachable: Reasons = {
  ...because(nobodySaysSo, 'follower AppendEntries [isMalformed]'),
  ...because('Election Safety: a term has no other leader', 'leader AppendEntries', 'leader InstallSnapshot'),
  ...because(clientsAreRefused, 'candidate client.proposed', 'candidate client.read'),
  ...because(
    'what a leader installed was on its disk, and in its state machine, before it asked for votes: no older snapshot comes',
    'leader snapshot.taken',
  ),
  ...because(
    'who does not know what it promised appends, applies and serves nothing',
    'doubtful snapshot.taken',
    'doubtful storage.persisted',
    'doubtful client.proposed',
    'doubtful client.read',
  ),
  ...because(nobodyAcceptsLoss, 'doubtful.asking.patience.spent always [mayGoWithout] -> settled'),
  ...because('the host drops what those say that are no members', 'leader Inquiry'),
}

export const raftSubject: SimulationSubject = {
  name: 'raft',
  nodes: 3,
  invariants: raftInvariants,
  unreachable,
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
