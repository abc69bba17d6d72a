import { assign, emit } from 'xstate'
import type { Any } from './mistake.js'

/** Rules of Raft as they should not be, for whoever catches them. */

export const senderOf = ({ from }: { readonly from: string }): string => from.slice(from.lastIndexOf('/') + 1)

/** Commits up to what a rule of its own says. */
export const committing = (target: (self: Any) => number, passing: object = {}): Any => ({
  guards: { hasMoreToCommit: ({ context }: Any) => target(context) > context.commitIndex },
  actions: {
    commit: emit(({ context }: Any) => ({
      type: 'commit',
      entries: context.log.slice(context.commitIndex + 1, target(context)),
      ...passing,
    })),
    advanceCommitIndex: assign(({ context }: Any) => ({ commitIndex: target(context) })),
  },
})

/** What a majority holds, of whatever term. */
export const heldByQuorum = ({ config, persistedIndex, progress }: Any): number =>
  config.quorum.committed({
    [config.id]: persistedIndex,
    ...Object.fromEntries(Object.entries(progress).map(([node, { matchIndex }]: Any) => [node, matchIndex])),
  })

export const hasHalf = ({ context: { votes, config } }: Any): boolean =>
  Object.values(votes).filter(Boolean).length * 2 >= config.peers.length + 1

/** Its vote is free, and the candidate's log is not shorter. */
export const isLonger = ({ context: self, event }: Any): boolean =>
  event.term === self.currentTerm &&
  (self.votedFor === undefined || self.votedFor === senderOf(event)) &&
  event.lastLogIndex >= self.log.last.index

export const readsUnconfirmed = ({ context: { readsAsked } }: Any): boolean => readsAsked.length > 0

export const readsBeforeCommit = ({ context: { readsAsked, readsWaiting } }: Any): boolean =>
  readsWaiting.length > 0 && readsAsked.length === 0

/** Says yes to entries, in some cases before the disk has them. */
export const acknowledging = (isEarly: (self: Any) => boolean): Any =>
  emit(({ context: self, event }: Any) => ({
    type: 'send',
    to: event.from,
    message: {
      type: 'AppendEntriesReply',
      term: self.currentTerm,
      success: true,
      matchIndex: event.prevLogIndex + event.entries.length,
      conflictTerm: 0,
      conflictIndex: 0,
      round: event.round,
      prevLogIndex: event.prevLogIndex,
      doubt: self.doubt,
    },
    ...(isEarly(self) && { passes: 'append' }),
  }))
