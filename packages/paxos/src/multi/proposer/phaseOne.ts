import { type Entry, type NodeId, noopAt, type Received } from '@quorate/core'
import { type Answered, isKnown, isSure } from '../../answered.js'
import { isSameBallot, termOf } from '../../ballot.js'
import type { Prepare, Promise as PromiseReply } from '../../generated/multi_paxos.js'
import { everyRole, roleAt } from '../shared/config.js'
import { ballotOf, type Outgoing, type Proposer, senderOf } from './state.js'

/** Phase 1 for all slots at once, and what follows from it for phase 2. @module */

export interface Preparing extends Proposer {
  /** By acceptor: the slot from which on it has yet to say what it accepted, or `done`. */
  readonly promises: Readonly<Record<NodeId, number | 'done'>>
  /** The acceptors that lost a write: they may have left something out. */
  readonly doubtful: Readonly<Record<NodeId, true>>
  /** By slot, what was accepted in the highest ballot. */
  readonly found: ReadonlyMap<number, Entry>
  /** The last slot in which anything was accepted. */
  readonly horizon: number
  /** Too many had lost their last write to be sure of what was chosen. */
  readonly mayHaveLost: boolean
  /** How many pieces of promises have come. */
  readonly pieces: number
  /** How often the wait for an answer has doubled. */
  readonly doublings: number
}

export const begin = (self: Proposer): Preparing => ({
  ...self,
  round: self.round + 1,
  issued: self.round + 1,
  mayHaveLost: false,
  doubtful: {},
  leader: undefined,
  promises: {},
  found: new Map(),
  horizon: 0,
  pieces: 0,
  doublings: 0,
})

/** A wait doubles so often: from one heartbeat to 16. */
const doublingsMax = 4

/** On a slow link everything would be asked for again and again before it can come. */
export const afterSilence = ({ doublings }: Preparing) => ({ doublings: Math.min(doublings + 1, doublingsMax) })

const prepare = (self: Preparing, first: number): Prepare => ({ type: 'Prepare', ballot: ballotOf(self), first })

const askedFrom = ({ promises, chosenThrough }: Preparing, node: NodeId): number | 'done' =>
  promises[node] ?? chosenThrough + 1

/**
 * Phase 1(a), to everybody at first, and later for the next piece. While pieces come, who has said all is asked for what lies
 * behind it, ever further: it has nothing to say, but it hears that phase 1 gets on, and helps nobody else meanwhile.
 */
export function preparesDue(self: Preparing): readonly Outgoing[] {
  if (Object.keys(self.promises).length === 0) {
    return [{ to: everyRole(self, 'acceptor'), message: prepare(self, self.chosenThrough + 1) }]
  }
  const areMoreToCome = Object.values(self.promises).some((promise) => promise !== 'done')
  const behind = self.horizon + 1 + self.pieces
  return self.config.nodes.acceptor.flatMap((node) => {
    const first = askedFrom(self, node)
    if (first === 'done' && !areMoreToCome) return []
    return { to: roleAt(self, 'acceptor', node), message: prepare(self, first === 'done' ? behind : first) }
  })
}

/** True if the acceptor has accepted more than the message carries. */
export const isPartial = (_self: Preparing, { through, last }: PromiseReply): boolean => through < last

/**
 * An answer in this ballot, of an acceptor, that leaves out no slot but such as are chosen. A piece that came before is
 * none: to ask for the next one once more would have all that follow come twice.
 */
export function isPromise(self: Preparing, message: Received<PromiseReply>): boolean {
  const node = senderOf(message)
  if (!isSameBallot(message.ballot, ballotOf(self)) || !self.config.nodes.acceptor.includes(node)) return false
  const asked = askedFrom(self, node)
  if (asked === 'done' || (isPartial(self, message) && message.through < asked)) return false
  return message.first <= Math.max(asked, message.chosenThrough + 1)
}

/** P2c: of each slot, the value of the highest-numbered proposal among the answers. */
export function withPromise(self: Preparing, message: Received<PromiseReply>) {
  const found = new Map(self.found)
  for (const entry of message.entries) {
    if (entry.term > (found.get(entry.index)?.term ?? 0)) found.set(entry.index, entry)
  }
  const promise = isPartial(self, message) ? message.through + 1 : ('done' as const)
  return {
    found,
    promises: { ...self.promises, [senderOf(message)]: promise },
    ...(message.doubtful && { doubtful: { ...self.doubtful, [senderOf(message)]: true as const } }),
    horizon: Math.max(self.horizon, message.last),
    pieces: self.pieces + 1,
    doublings: Math.max(self.doublings - 1, 0),
    chosenThrough: Math.max(self.chosenThrough, message.chosenThrough),
  }
}

export const nextPiece = (self: Preparing, message: Received<PromiseReply>): Outgoing => ({
  to: message.from,
  message: prepare(self, message.through + 1),
})

const answered = ({ promises, doubtful }: Preparing): Answered => {
  const done = Object.entries(promises).filter(([, promise]) => promise === 'done')
  return Object.fromEntries(done.map(([node]) => [node, doubtful[node] === true]))
}

/**
 * Phase 1 is done when a quorum has promised, and said all that it accepted; or every acceptor has said all that it still
 * holds, where too many lost a write.
 */
export const isPrepared = (self: Preparing): boolean =>
  isKnown(self.config.quorums, self.config.nodes.acceptor, answered(self))

export const prepared = (self: Preparing): Preparing => ({
  ...self,
  mayHaveLost: !isSure(self.config.quorums, answered(self)),
})

/**
 * What phase 2 must propose, from the first slot that is not known to be chosen: values that may have been chosen, and
 * no-ops in the holes between them: "we let it fill the gap immediately by proposing ... a special no-op command that
 * leaves the state unchanged" (section 3).
 */
export function openEntries(self: Preparing): readonly Entry[] {
  const term = termOf(ballotOf(self))
  const entries: Entry[] = []
  for (let index = self.chosenThrough + 1; index <= self.horizon; index++) {
    const entry = self.found.get(index)
    entries.push(entry ? { ...entry, term } : noopAt({ index, term }))
  }
  return entries
}
