import { type NodeId, type Notice, type RoleStatus, statePath } from '@quorate/core'
import type { Leader } from './leadership.js'
import type { Server } from './server.js'

/** A server as people see it. @module */

export interface RaftSnapshot {
  readonly role: string
  readonly value: object
  readonly context: Server | Leader
}

export function statusOf({ role, value, context }: RaftSnapshot): RoleStatus {
  const notices = noticesOf(context)
  return {
    state: statePath(value),
    term: context.currentTerm,
    leader: context.leaderId,
    leads: role === 'leader',
    commitIndex: context.commitIndex,
    lastIndex: context.log.last.index,
    ...(notices.length > 0 && { notices }),
  }
}

const noticesOf = (context: Server | Leader): readonly Notice[] => ('progress' in context ? whoWentBack(context) : none)

const none: readonly Notice[] = []

function whoWentBack({ config, progress }: Leader): readonly Notice[] {
  const nodes = config.peers.filter((peer) => (progress[peer]?.wentBack ?? 0) > 0)
  // Asked after every step.
  return nodes.length === 0 ? none : nodes.map((node) => ({ ...wentBack(node), count: progress[node]?.wentBack ?? 0 }))
}

const wentBack = (node: NodeId) =>
  ({
    level: 'error',
    text: `the disk of ${node} went back to an older state: it lacks entries that it had acknowledged. They are sent again. Find out whether an old copy of its disk was put in place`,
  }) as const
