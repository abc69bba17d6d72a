import { madeOnce, type Random } from '@quorate/core'
import type { AnyActorLogic } from '@quorate/core/statechart'
import { acceptor as acceptorRole } from './acceptor/chart.js'
import { batcher as batcherRole } from './batcher/chart.js'
import { learner as learnerRole } from './learner/chart.js'
import { multiPaxosProposer } from './proposer/chart.js'
import * as heart from './proposer/heart.js'
import { isPrompt, type Proposer, patienceOf } from './proposer/state.js'
import { proxyLeader as proxyLeaderRole } from './proxyLeader/chart.js'

/** The roles with the times of a group in place of their nominal ones: one for all groups of a node that have the same times. @module */

export interface Times {
  readonly electionTimeoutMs: number
  readonly heartbeatMs: number
}

const once = {
  proposer: madeOnce<AnyActorLogic>(),
  acceptor: madeOnce<AnyActorLogic>(),
  learner: madeOnce<AnyActorLogic>(),
  batcher: madeOnce<AnyActorLogic>(),
}

const keyOf = ({ electionTimeoutMs, heartbeatMs }: Times): string => `${electionTimeoutMs} ${heartbeatMs}`

export const proposer = (random: Random, times: Times): AnyActorLogic =>
  once.proposer([random], keyOf(times), () => timedProposer(random, times))

export const acceptor = (times: Times): AnyActorLogic => once.acceptor([], keyOf(times), () => timedAcceptor(times))

export const learner = (times: Times): AnyActorLogic => once.learner([], keyOf(times), () => timedLearner(times))

export const batcher = (times: Times): AnyActorLogic => once.batcher([], keyOf(times), () => timedBatcher(times))

/** Proposers wait for different times, so that seldom two stand at once, and of two that duel one soon waits longer. */
function timedProposer(random: Random, { electionTimeoutMs, heartbeatMs }: Times) {
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
        quorumCheck: ({ context }) => electionTimeoutMs * heart.patienceOf(context),
      },
    },
  })
}

const timedAcceptor = ({ electionTimeoutMs, heartbeatMs }: Times) =>
  acceptorRole.provide({
    delays: {
      minimumElectionTimeout: electionTimeoutMs,
      pieceTimeout: 3 * heartbeatMs,
      rejoinAgain: electionTimeoutMs,
    },
  })

const timedLearner = ({ electionTimeoutMs, heartbeatMs }: Times) =>
  learnerRole.provide({
    delays: { learnAgain: ({ context }) => heartbeatMs * 2 ** context.doublings, silence: electionTimeoutMs },
  })

const timedBatcher = ({ electionTimeoutMs }: Times) =>
  batcherRole.provide({ delays: { leaderTimeout: electionTimeoutMs } })

export const proxyLeader = proxyLeaderRole
