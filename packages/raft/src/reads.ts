import { invariant, type RequestId } from '@quorate/core'
import { confirmedRound, hasCommittedInTerm, type Leader } from './leadership.js'

/** Reads without entries of their own: ReadIndex (Ongaro, dissertation, section 6.4). @module */

export const withRead = (self: Leader, { request }: { readonly request: RequestId }) => ({
  readsWaiting: [...self.readsWaiting, request],
})

/** One round at a time: reads that come meanwhile share the next. */
export const isRoundDue = (self: Leader): boolean =>
  self.readsWaiting.length > 0 && self.readsAsked.length === 0 && hasCommittedInTerm(self)

/** Steps 2 and 3: save the commit index, then make sure, by a round of heartbeats, that nobody else leads. */
export const withRound = (self: Leader) => ({
  round: self.round + 1,
  readsWaiting: [],
  readsAsked: self.readsWaiting.map((request) => ({ request, at: self.commitIndex, round: self.round + 1 })),
})

function firstRead({ readsAsked: [read] }: Leader) {
  invariant(read !== undefined, 'no read waits')
  return read
}

export const isConfirmed = (self: Leader): boolean =>
  self.readsAsked.length > 0 && firstRead(self).round <= confirmedRound(self)

export function readableEffect(self: Leader) {
  const { request, at } = firstRead(self)
  return { type: 'readable', request, at, passes: 'append' } as const
}

export const isOpen = ({ readsWaiting, readsAsked }: Leader): boolean =>
  readsWaiting.length > 0 || readsAsked.length > 0

export function refusalEffect({ readsAsked, readsWaiting }: Leader) {
  const request = readsAsked[0]?.request ?? readsWaiting[0]
  invariant(request !== undefined, 'no read waits')
  return { type: 'refuse', request, reason: 'notLeader' } as const
}

export const withoutFirst = ({ readsAsked, readsWaiting }: Leader) =>
  readsAsked.length > 0 ? { readsAsked: readsAsked.slice(1) } : { readsWaiting: readsWaiting.slice(1) }
