import { assign, emit } from '@quorate/core/statechart'
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

type Handed = { readonly term: number; readonly lastLogIndex: number; readonly lastLogTerm: number }

/** Where it would refuse a pre-vote, it grants one that is asked for because of a suspicion. */
export const grantingWhoSuspects: Any = emit(({ context: { currentTerm, doubtful }, event }: Any) => ({
  type: 'send',
  to: event.from,
  message: { type: 'PreVoteReply', term: currentTerm, voteGranted: event.suspects, askedTerm: event.term, doubtful },
}))

/** Tells one to campaign without having heard of it how much it holds. */
export const handingOverToTheFirst: Any = {
  guards: { hasSuccessor: ({ context: { transfer } }: Any) => transfer !== undefined && transfer.sentTo === undefined },
  actions: {
    sendTimeoutNow: emit(({ context: { config, currentTerm } }: Any) => ({
      type: 'send',
      to: `${config.group}/server/${config.peers[0]}`,
      message: { type: 'TimeoutNow', term: currentTerm },
      passes: 'append',
    })),
    noteTimeoutNow: assign(({ context: { config, transfer } }: Any) => ({
      transfer: { ...transfer, sentTo: config.peers[0] },
    })),
  },
}

/** Entries that the log does not have, in the place of others. */
const replaces = ({ log }: Any, { entries: [first] }: Any): boolean =>
  first !== undefined && first.index <= log.last.index && !log.has(first)

/** Takes what it is handed, from whatever log. */
export const takesEverything = ({ context: self, event }: Any): boolean => replaces(self, event)

const mayStandIn = ({ currentTerm, spentTerm }: Any, { term }: Handed): boolean =>
  term > Math.max(currentTerm, spentTerm)
const isAsLong = ({ log }: Any, { lastLogIndex }: Handed): boolean => lastLogIndex >= log.last.index

/** Pre-votes, and what is handed on in their place, as if a longer log were a later one. */
export const handingOnByLength: Any = {
  follower: {
    guards: {
      wouldVote: ({ context: self, event }: Any) => mayStandIn(self, event) && isAsLong(self, event),
      isBehind: ({ context: self, event }: Any) => mayStandIn(self, event) && !isAsLong(self, event),
    },
  },
  candidate: {
    guards: { bringsOtherEntries: ({ context: self, event }: Any) => isAsLong(self, event) && replaces(self, event) },
  },
}

/** A server in doubt that holds what its leader said to be committed, whenever it said so. */
export const trustsItsLeader = ({ context: self }: Any): boolean =>
  self.doubtful &&
  self.leaderId !== undefined &&
  self.commitIndex >= self.leaderCommit &&
  self.log.termAt(self.commitIndex) === self.currentTerm

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
