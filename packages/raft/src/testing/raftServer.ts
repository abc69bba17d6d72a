import type { GroupDefinition, Log, NodeId } from '@quorate/core'

/** What the invariants of Raft look at, in the snapshot of a server. */
export interface RaftServer {
  readonly role: string
  readonly value: { readonly follower?: { readonly following?: string } }
  readonly context: {
    readonly currentTerm: number
    readonly votedFor: NodeId | undefined
    readonly log: Log
    readonly commitIndex: number
  }
}

export const isRaft = ({ protocol }: GroupDefinition): boolean => protocol === 'raft'

export const leads = ({ role }: RaftServer): boolean => role === 'leader'
