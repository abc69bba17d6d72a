import { enqueueActions } from '@quorate/core/statechart'
import { server } from '@quorate/raft'
import { raftSuspicion } from '../check/models/raftSuspicion.js'
import { raftTransfer } from '../check/models/raftTransfer.js'
import { type Any, always, type Checked, never, nothing } from './mistake.js'
import { grantingWhoSuspects, handingOverToTheFirst } from './raftRules.js'
import { raft, type Scope, scope } from './raftScope.js'

/** Mistakes in how Raft comes by its next leader, that the model checker has to find. */

const suspicion: Scope = (family) =>
  raftSuspicion({ ...scope, network: { kind: 'fifo' }, family, timeouts: 1, suspicions: 2 })

const transfer =
  (changed: Partial<Parameters<typeof raftTransfer>[0]> = {}): Scope =>
  (family) =>
    raftTransfer({ ...scope, network: { kind: 'fifo' }, family, timeouts: 1, transfers: 1, ...changed })

export const leadershipMistakes: readonly Checked[] = [
  raft(
    'a follower that takes the suspicion of another for its own',
    'suspicion',
    suspicion,
    { follower: { actions: { refusePreVote: grantingWhoSuspects } } },
    server,
  ),
  raft(
    'a follower that does not ask the leader that it suspects',
    'suspicion',
    suspicion,
    { follower: { actions: { askLeader: nothing } } },
    server,
  ),
  raft(
    'a leader that does not answer who suspects it',
    'suspicion',
    suspicion,
    { leader: { actions: { oweHeartbeat: nothing } } },
    server,
  ),
  raft(
    'candidates that suspect one leader, and all go on',
    'split',
    suspicion,
    { candidate: { guards: { givesWay: never } } },
    server,
  ),
  raft(
    'a leader that gives its place to one that lacks entries',
    'transfer',
    transfer(),
    { leader: handingOverToTheFirst },
    server,
  ),
  raft(
    'a leader that takes commands while it gives its place away',
    'transfer',
    transfer(),
    {
      leader: {
        actions: {
          refuseProposal: enqueueActions(({ enqueue }: Any) => ['append', 'persistEntries'].forEach(enqueue)),
        },
      },
    },
    server,
  ),
  raft(
    'a leader that never takes commands again when nobody took its place',
    'transfer',
    transfer(),
    { leader: { actions: { forgetTransfer: nothing } } },
    server,
  ),
  raft(
    'a follower that campaigns whoever tells it to',
    'transfer',
    transfer({ crashes: 1 }),
    { follower: { guards: { maySucceed: always } } },
    server,
  ),
]
