import type { Random } from '@quorate/core'
import { acceptor as acceptorRole } from './acceptor/chart.js'
import { batcher as batcherRole } from './batcher/chart.js'
import { learner as learnerRole } from './learner/chart.js'
import { multiPaxosProposer } from './proposer/chart.js'
import * as lead from './proposer/leadership.js'
import { isPrompt, type Proposer, patienceOf } from './proposer/state.js'
import { proxyLeader as proxyLeaderRole } from './proxyLeader/chart.js'

/** The roles with the times of a group in place of their nominal ones. @module */

export interface Times {
  readonly electionTimeoutMs: number
  readonly heartbeatMs: number
}

/** Proposers wait for different times, so that seldom two stand at once, and of two that duel one soon waits longer. */
export function proposer(random: Random, { electionTimeoutMs, heartbeatMs }: Times) {
  const electionTimeout = ({ context: self }: { context: Proposer }) => {
    const ms = isPrompt(self) ? heartbeatMs : electionTimeoutMs * patienceOf(self)
    return ms + random.below(Math.ceil(ms))
  }
  return multiPaxosProposer.provide({
    standby: { delays: { electionTimeout } },
    preparing: { delays: { prepareAgain: ({ context }) => heartbeatMs * 2 ** context.doublings } },
    leading: {
      delays: {
        heartbeat: heartbeatMs,
        quorumCheck: ({ context }) => electionTimeoutMs * lead.patienceOf(context),
      },
    },
  })
}

export const acceptor = ({ electionTimeoutMs, heartbeatMs }: Times) =>
  acceptorRole.provide({
    delays: {
      minimumElectionTimeout: electionTimeoutMs,
      pieceTimeout: 3 * heartbeatMs,
      rejoinAgain: electionTimeoutMs,
    },
  })

export const learner = ({ heartbeatMs }: Times) =>
  learnerRole.provide({ delays: { learnAgain: ({ context }) => heartbeatMs * 2 ** context.doublings } })

export const batcher = ({ electionTimeoutMs }: Times) =>
  batcherRole.provide({ delays: { leaderTimeout: electionTimeoutMs } })

export const proxyLeader = proxyLeaderRole
