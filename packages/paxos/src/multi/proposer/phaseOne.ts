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
  /** By slot, the acceptors that say they accepted in that very ballot, and lost no write. */
  readonly acceptedBy: ReadonlyMap<number, Readonly<Record<NodeId, true>>>
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
  acceptedBy: new Map(),
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
  const acceptedBy = new Map(self.acceptedBy)
  const vote = message.doubtful ? {} : { [senderOf(message)]: true as const }
  for (const entry of message.entries) {
    const { index, term } = entry
    const highest = found.get(index)?.term ?? 0
    if (term > highest) {
      found.set(index, entry)
      acceptedBy.set(index, vote)
    } else if (term === highest && term > 0) acceptedBy.set(index, { ...acceptedBy.get(index), ...vote })
  }
  const promise = isPartial(self, message) ? message.through + 1 : ('done' as const)
  return {
    found,
    acceptedBy,
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
 * The slots of which phase 1 proves that a value is chosen: "a value is chosen when a single proposal with that value has
 * been accepted by a majority of the acceptors" (section 2.1), here by a quorum of phase 2, and all of one say so. That an
 * acceptor has accepted a proposal stays true whatever it promises or accepts later, so the answers need not be of one time;
 * but the proposal must be the same, which is to say the ballot: acceptances of one value in different ballots choose
 * nothing. By P2c the value is the one that this ballot would propose. The answers of acceptors that lost a write are not
 * counted: that what such a disk still holds was accepted, and under a promise that it remembers, need not be relied on.
 *
 * So the slots need no phase 2 again. After all acceptors have restarted that is most of what they hold behind what was
 * written down as chosen, and to have it written once more takes a slow disk longer than proposers are patient.
 */
export const provenSlots = ({ acceptedBy, chosenThrough, config }: Preparing): ReadonlySet<number> =>
  new Set(
    [...acceptedBy].flatMap(([slot, votes]) =>
      slot > chosenThrough && config.quorums.phase2.tally(votes) === 'won' ? [slot] : [],
    ),
  )

/**
 * What is to be chosen, from the first slot that is not known to be: values that may have been chosen already, some of them
 * {@link provenSlots proven} to be, and no-ops in the holes between them. "We let it fill the gap immediately by proposing
 * ... a special no-op command that leaves the state unchanged" (section 3).
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
