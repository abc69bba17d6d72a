import { type RoleStatus, statePath } from '@quorate/core'
import type { SnapshotFrom } from '@quorate/core/statechart'
import { noticesOf, preparedInDoubt } from '../doubtNotice.js'
import type { acceptor } from './acceptor/chart.js'
import type { batcher } from './batcher/chart.js'
import type { learner } from './learner/chart.js'
import type { Proposer } from './proposer/state.js'
import type { proxyLeader } from './proxyLeader/chart.js'

/** What people and clients are told of each role. @module */

interface ProposerSnapshot {
  readonly role: string
  readonly value: object
  readonly context: Proposer & {
    readonly mayHaveLost?: boolean
    readonly log?: { readonly last: { readonly index: number } }
  }
}

export const ofProposer = ({ role, value, context }: ProposerSnapshot): RoleStatus => ({
  state: role === 'leading' ? 'leading' : statePath(value),
  serves: role === 'leading',
  epoch: context.round,
  leader: context.leader,
  committed: context.chosenThrough,
  details: { last: context.log?.last.index ?? context.chosenThrough },
  ...(context.mayHaveLost === true && { notices: [preparedInDoubt] }),
})

export const ofAcceptor = ({ value, context }: SnapshotFrom<typeof acceptor>): RoleStatus => ({
  state: statePath(value),
  serves: false,
  epoch: context.promised.round,
  committed: context.chosenThrough,
  details: { last: context.log.last.index },
  ...noticesOf(context),
})

export const ofLearner = ({ value, context }: SnapshotFrom<typeof learner>): RoleStatus => ({
  state: statePath(value),
  serves: false,
  committed: context.chosenThrough,
  details: { last: Math.max(context.announced, context.chosenThrough) },
})

/** A batcher serves as long as it knows whom to hand commands to. */
export const ofBatcher = ({ value, context }: SnapshotFrom<typeof batcher>): RoleStatus => {
  const serves = context.proposer !== undefined
  return {
    state: statePath(value),
    serves,
    epoch: context.ballot.round,
    leader: serves ? context.ballot.node : undefined,
  }
}

export const ofProxyLeader = ({ value, context }: SnapshotFrom<typeof proxyLeader>): RoleStatus => ({
  state: statePath(value),
  serves: false,
  epoch: context.ballot.round,
})
