import { type Address, invariant } from '@quorate/core'
import { type Leading, question, usesProxies } from './leadership.js'
import { toEach } from './presence.js'

/** Linearizable reads without a slot of their own: which slot a reader must have applied. @module */

/** One that waits for an answer: a client's on this node, or a batcher's. */
export interface Read {
  readonly request: number
  readonly batcher: Address | undefined
}

export interface Reads {
  /** No question was asked for them yet. */
  readonly readsWaiting: readonly Read[]
  /** In the order of questions: answered when a quorum has answered this one, or a later one. */
  readonly readsAsked: readonly (Read & { readonly at: number; readonly number: number })[]
}

export type Reading = Leading & Reads

export const withRead = ({ readsWaiting }: Reads, request: number, batcher?: Address) => ({
  readsWaiting: [...readsWaiting, { request, batcher }],
})

/** Reads that come while one question is on its way share the next. */
export const isQuestionDue = ({ readsWaiting, readsAsked, chosenThrough, horizon }: Reading): boolean =>
  readsWaiting.length > 0 && readsAsked.length === 0 && chosenThrough >= horizon

/**
 * A read must see what was acknowledged before it came: that is chosen, and this proposer knows it, unless proxy leaders
 * tell the learners before they tell it. And it must be sure that no later ballot has had anything chosen: a phase-2
 * quorum that has promised nothing greater meets every phase-1 quorum of a later ballot.
 */
export function withQuestion(self: Reading) {
  const number = self.lastNumber + 1
  const at = usesProxies(self) ? self.sentThrough : self.chosenThrough
  return {
    lastNumber: number,
    readsWaiting: [],
    readsAsked: self.readsWaiting.map((read) => ({ ...read, at, number })),
    outgoing: [...self.outgoing, ...toEach(self, 'acceptor', question(self, number))],
  }
}

export const isReadConfirmed = ({ readsAsked: [first], acknowledged, config }: Reading): boolean =>
  first !== undefined && first.number <= config.quorums.phase2.committed(acknowledged)

export function readAnswer({ readsAsked: [first] }: Reading) {
  invariant(first !== undefined, 'no read waits')
  const { request, at, batcher } = first
  return batcher === undefined
    ? ({ type: 'readable', request, at } as const)
    : ({
        type: 'send',
        to: batcher,
        message: { type: 'ReadIndexReply', request, readable: true, index: at },
      } as const)
}

export const isReadOpen = ({ readsWaiting, readsAsked }: Reads): boolean => readsWaiting.length + readsAsked.length > 0

/** Reads that were not confirmed are somebody else's to answer. */
export function readRefusal({ readsWaiting, readsAsked }: Reads) {
  const read = readsAsked[0] ?? readsWaiting[0]
  invariant(read !== undefined, 'no read waits')
  const { request, batcher } = read
  return batcher === undefined
    ? ({ type: 'refuse', request, reason: 'notLeader' } as const)
    : ({
        type: 'send',
        to: batcher,
        message: { type: 'ReadIndexReply', request, readable: false, index: 0 },
      } as const)
}

export const withoutFirstRead = ({ readsWaiting, readsAsked }: Reads) =>
  readsAsked.length > 0 ? { readsAsked: readsAsked.slice(1) } : { readsWaiting: readsWaiting.slice(1) }
