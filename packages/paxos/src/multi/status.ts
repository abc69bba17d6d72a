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
  term: context.round,
  leader: context.leader,
  leads: role === 'leading',
  commitIndex: context.chosenThrough,
  lastIndex: context.log?.last.index ?? context.chosenThrough,
  ...(context.mayHaveLost === true && { notices: [preparedInDoubt] }),
})

export const ofAcceptor = ({ value, context }: SnapshotFrom<typeof acceptor>): RoleStatus => ({
  state: statePath(value),
  term: context.promised.round,
  leader: undefined,
  leads: false,
  commitIndex: context.chosenThrough,
  lastIndex: context.log.last.index,
  ...noticesOf(context),
})

export const ofLearner = ({ value, context }: SnapshotFrom<typeof learner>): RoleStatus => ({
  state: statePath(value),
  term: 0,
  leader: undefined,
  leads: false,
  commitIndex: context.chosenThrough,
  lastIndex: Math.max(context.announced, context.chosenThrough),
})

/** For clients a batcher leads as long as it knows whom to hand their commands to. */
export const ofBatcher = ({ value, context }: SnapshotFrom<typeof batcher>): RoleStatus => {
  const leads = context.proposer !== undefined
  return {
    state: statePath(value),
    term: context.ballot.round,
    leader: leads ? context.config.id : undefined,
    leads,
    ...(leads && { handsTo: context.ballot.node }),
    commitIndex: 0,
    lastIndex: 0,
  }
}

export const ofProxyLeader = ({ value, context }: SnapshotFrom<typeof proxyLeader>): RoleStatus => ({
  state: statePath(value),
  term: context.ballot.round,
  leader: undefined,
  leads: false,
  commitIndex: 0,
  lastIndex: 0,
})
