import { type NodeId, type Notice, type RoleStatus, statePath } from '@quorate/core'
import type { Doubtful } from './doubt.js'
import type { Leader } from './leadership.js'
import type { Server } from './server.js'

/** A server as people see it. @module */

type AnyContext = Server | Leader | Doubtful

export interface RaftSnapshot {
  readonly role: string
  readonly value: object
  readonly context: AnyContext
}

export function statusOf({ role, value, context }: RaftSnapshot): RoleStatus {
  const notices = noticesOf(context)
  // It takes nothing for a while, or for ever, and others are to be asked.
  const isLeaving = 'transfer' in context && context.transfer !== undefined
  return {
    state: statePath(value),
    serves: role === 'leader' && !isLeaving,
    epoch: context.currentTerm,
    leader: isLeaving ? undefined : context.leaderId,
    committed: context.commitIndex,
    details: { last: context.log.last.index },
    ...(notices.length > 0 && { notices }),
  }
}

/** The leader that a server follows, or is. */
export const followed = ({ context: { leaderId } }: RaftSnapshot): readonly NodeId[] =>
  leaderId === undefined ? [] : [leaderId]

/** Asked after every step: as a rule there is none, and nothing is made. */
function noticesOf(context: AnyContext): readonly Notice[] {
  const back = 'progress' in context ? whoWentBack(context) : none
  const doubts = doubtsOf(context)
  return doubts.length === 0 ? back : [...back, ...doubts]
}

const none: readonly Notice[] = []

function doubtsOf(context: AnyContext): readonly Notice[] {
  const { doubtful, mayHaveLost } = context
  if ('answers' in context) return [unsettled(context)]
  if (!doubtful && !mayHaveLost) return none
  return [...(doubtful ? [inDoubt] : none), ...(mayHaveLost ? [hasLost] : none)]
}

const lost = 'the last write of its store may be lost'

/** It waits for others to answer, or for the operator. */
const unsettled = ({ config: { peers }, answers }: Doubtful): Notice => {
  const missing = peers.filter((peer) => !answers[peer]).join(', ')
  return peers.length === 0
    ? {
        level: 'error',
        text: `${lost}, and no other node can say what it was. To go on without it, start this node with acceptPossibleLoss (quorate up --accept-possible-loss)`,
      }
    : {
        level: 'warn',
        text: `${lost}. It takes no part until ${missing} have answered what it may have promised. Start them; where one is gone for good, start this node with acceptPossibleLoss (quorate up --accept-possible-loss)`,
      }
}

const inDoubt: Notice = {
  level: 'warn',
  text: `${lost}. Until a leader has brought it up to date its vote counts only where every server votes for the same one`,
}

const hasLost: Notice = {
  level: 'error',
  text: 'it went on, or was elected, although the last writes of stores may be lost: what was acknowledged last may be gone. Compare with what clients know',
}

function whoWentBack({ config, progress }: Leader): readonly Notice[] {
  const nodes = config.peers.filter((peer) => (progress[peer]?.wentBack ?? 0) > 0)
  return nodes.length === 0 ? none : nodes.map((node) => ({ ...wentBack(node), count: progress[node]?.wentBack ?? 0 }))
}

const wentBack = (node: NodeId) =>
  ({
    level: 'error',
    text: `the disk of ${node} went back to an older state: it lacks entries that it had acknowledged. They are sent again. Find out whether an old copy of its disk was put in place`,
  }) as const
