import { type Drawable, isFamily } from '@quorate/diagram'
import * as paxos from '@quorate/paxos'
import * as raft from '@quorate/raft'
import * as register from '@quorate/register'

/** What protocol packages export, by the name that is asked for. A family brings its roles: `raft/follower`. */
const exported: Readonly<Record<string, Drawable>> = {
  raft: raft.server,
  'paxos/proposer': paxos.proposer,
  'paxos/acceptor': paxos.acceptor,
  'paxos/learner': paxos.learner,
  'multi-paxos/proposer': paxos.multiPaxosProposer,
  'multi-paxos/acceptor': paxos.multiPaxosAcceptor,
  'multi-paxos/learner': paxos.multiPaxosLearner,
  'multi-paxos/batcher': paxos.batcher,
  'multi-paxos/proxy-leader': paxos.proxyLeader,
  'register/coordinator': register.coordinator,
  'register/replica': register.replica,
}

/** Every role and family that can be drawn by its name. */
export const knownRoles: ReadonlyMap<string, Drawable> = new Map(
  Object.entries(exported).flatMap(([name, drawable]): [string, Drawable][] => [
    [name, drawable],
    ...(isFamily(drawable)
      ? Object.entries(drawable.roles).map(([role, { actor }]): [string, Drawable] => [`${name}/${role}`, actor])
      : []),
  ]),
)
