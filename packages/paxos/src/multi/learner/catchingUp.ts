import {
  type Address,
  completed as completedSnapshot,
  type Entry,
  type IncomingSnapshot,
  invariant,
  isLastChunk,
  isNextChunk,
  isSameLogId,
  Log,
  type NodeId,
  nodeOf,
  origin,
  type Received,
  type Snapshot,
  type SnapshotChunk,
  stageLastChunk,
  withChunk,
} from '@quorate/core'
import { isKnown } from '../../answered.js'
import type { Chosen, InstallSnapshot, Learn, Report } from '../../generated/multi_paxos.js'
import { bytesOf } from '../shared/bytes.js'
import { others, roleAt } from '../shared/config.js'
import type { Learner } from './state.js'

/** What a learner does with what was chosen, and how it comes by what it missed. @module */

const firstOf = ({ entries }: Chosen): number => entries[0]?.index ?? 0
const lastOf = ({ entries }: Chosen): number => entries.at(-1)?.index ?? 0

/** No slots at all, or such as do not follow one another. */
export const isMalformed = (message: Chosen): boolean =>
  firstOf(message) < 1 || message.entries.some(({ index }, position) => index !== firstOf(message) + position)

export function isTooFarAhead(self: Learner, message: Chosen): boolean {
  const { ahead, aheadBytes, chosenThrough } = self
  const { limits } = self.config
  if (firstOf(message) <= chosenThrough + 1) return false
  const entries = ahead.reduce((sum, waiting) => sum + waiting.entries.length, message.entries.length)
  return entries > limits.entriesAheadMax || aheadBytes + bytesOf(message.entries) > limits.bytesAheadMax
}

/** Nobody answers clients for what a learner asked for. */
const isAnswer = ({ answeredBy }: Chosen): boolean => answeredBy === ''

/** Slots are chosen in any order: that this one is says nothing of those before it. */
export const withChosen = (self: Learner, { from, ...message }: Received<Chosen>) => ({
  ahead: [...self.ahead, message].sort((a, b) => firstOf(a) - firstOf(b)),
  aheadBytes: self.aheadBytes + bytesOf(message.entries),
  // An answer may come when nothing is missing any more, and nobody is being asked.
  ...(self.turn !== undefined && isAnswer(message) && afterAnswer(self, turnOf(self, from), message)),
})

export const isNextHere = ({ ahead: [next], chosenThrough }: Learner): boolean =>
  next !== undefined && firstOf(next) <= chosenThrough + 1

/** The entries of the next message that are not known yet. It may repeat others, or all. */
function nextEntries({ ahead: [next], chosenThrough }: Learner): readonly Entry[] {
  invariant(next !== undefined, 'nothing waits')
  const known = chosenThrough + 1 - firstOf(next)
  return known === 0 ? next.entries : next.entries.slice(known)
}

export function commitEffect(self: Learner) {
  const entries = nextEntries(self)
  return self.ahead[0]?.answeredBy === self.config.id
    ? ({ type: 'commit', entries, answers: true } as const)
    : ({ type: 'commit', entries } as const)
}

const afterEntries = ({ log, chosenThrough, announced }: Learner, entries: readonly Entry[]) => ({
  log: log.append(entries),
  chosenThrough: chosenThrough + entries.length,
  announced: Math.max(announced, chosenThrough + entries.length),
})

export const afterCommit = (self: Learner) => ({
  ...afterEntries(self, nextEntries(self)),
  ahead: self.ahead.slice(1),
  aheadBytes: self.aheadBytes - bytesOf(self.ahead[0]?.entries ?? []),
})

// Asking others: each other learner in turn, and then the acceptors. An answer counts whenever it comes, whoever's turn it
// is by then: on a slow link none comes in its turn. Who answers is asked for more.

const acceptorsTurn = (self: Learner): number => others(self, 'learner').length

const turnAfter = (self: Learner): number =>
  self.turn === undefined || self.turn >= acceptorsTurn(self) ? 0 : self.turn + 1

export const areAcceptorsNext = (self: Learner): boolean => turnAfter(self) === acceptorsTurn(self)
export const areAcceptorsAsked = (self: Learner): boolean => self.turn === acceptorsTurn(self)

/** A wait doubles so often: from one heartbeat to 32. */
const doublingsMax = 5

/** The wait for an answer was too short, or what was said is lost. */
export const afterSilence = ({ doublings, repeats }: Learner) => ({
  doublings: Math.min(doublings + 1, doublingsMax),
  repeats: repeats + 1,
})

/**
 * The wait doubles once all have been asked, and not with each of them: the one that can answer may be the last, and those that
 * cannot be reached would make it wait for longest.
 */
export const withNextTurn = (self: Learner) => ({
  ...(areAcceptorsAsked(self) && afterSilence(self)),
  turn: turnAfter(self),
  incoming: undefined,
  pieces: [],
  repeats: 0,
})

/**
 * Who answers is asked for more, once all messages of the answer have come; a snapshot of which the pieces came from another
 * is no longer waited for.
 */
const afterAnswer = (
  self: Learner,
  turn: number | undefined,
  { more }: { readonly more?: boolean | undefined } = {},
) => ({
  answered: self.answered || !more,
  doublings: Math.max(self.doublings - 1, 0),
  turn,
  ...(turn !== self.turn && { incoming: undefined, pieces: [] }),
})

const turnOf = (self: Learner, from: Address): number | undefined => {
  const turn = others(self, 'learner').indexOf(nodeOf(from))
  return turn < 0 ? self.turn : turn
}

export function peerInTurn(self: Learner): Address {
  const peer = others(self, 'learner')[self.turn ?? 0]
  invariant(peer !== undefined, 'it is the turn of the acceptors')
  return roleAt(self, 'learner', peer)
}

export const hasPeers = (self: Learner): boolean => acceptorsTurn(self) > 0

/** The next of the other learners: acceptors are asked only for what is known to be chosen. */
export const withNextPeer = (self: Learner) => ({ turn: ((self.turn ?? -1) + 1) % acceptorsTurn(self) })

/** Whoever has a snapshot knows that all in it is chosen. */
export const withAnnounced = (self: Learner, { lastIndex }: Received<InstallSnapshot>) => ({
  announced: Math.max(self.announced, lastIndex),
})

export function learn({ chosenThrough, announced, incoming }: Learner): Learn {
  const { index, term } = incoming?.last ?? origin
  return {
    type: 'Learn',
    first: chosenThrough + 1,
    through: announced,
    snapshotIndex: index,
    snapshotTerm: term,
    offset: incoming?.received ?? 0,
  }
}

// A snapshot of another learner.

const chunkOf = ({ lastIndex, lastTerm, offset, data, size }: InstallSnapshot): SnapshotChunk => ({
  last: { index: lastIndex, term: lastTerm },
  offset,
  data,
  size,
})

/** Two learners may write the same state in different bytes: all pieces are of the one whose first piece came. */
const isOfSender = (self: Learner, { from }: Received<InstallSnapshot>): boolean =>
  self.turn !== undefined && (self.incoming === undefined || from === peerInTurn(self))

/** Pieces kept that wait for one before them, since a link may change their order. */
const piecesMax = 16

/** A piece that comes next, or later in the snapshot that is arriving, and is not here. */
export function isWantedPiece(self: Learner, piece: Received<InstallSnapshot>): boolean {
  const { incoming, pieces } = self
  if (!isOfSender(self, piece)) return false
  const { last, offset, data, size } = chunkOf(piece)
  const isAhead = incoming !== undefined && isSameLogId(incoming.last, last) && offset > incoming.received
  if (!isAhead || pieces.length >= piecesMax) return isNextChunk(incoming, chunkOf(piece))
  return data.length > 0 && offset + data.length <= size && pieces.every((kept) => kept.offset !== offset)
}

/** Asks for more at once when the answer has ended, unless this piece was none. */
export const withPiece = (self: Learner, { from, ...piece }: Received<InstallSnapshot>) => ({
  ...afterAnswer(self, turnOf(self, from)),
  pieces: [...self.pieces, piece],
  answered: self.answered || (piece.data.length > 0 && !piece.more),
})

const nextPieceHere = ({ incoming, pieces }: Learner): SnapshotChunk | undefined =>
  pieces.map(chunkOf).find((chunk) => isNextChunk(incoming, chunk))

export const isPieceNextHere = (self: Learner): boolean => nextPieceHere(self) !== undefined
export const isLastPieceHere = (self: Learner): boolean => {
  const next = nextPieceHere(self)
  return next !== undefined && isLastChunk(self.incoming, next)
}

export function withNextPiece(self: Learner) {
  const next = nextPieceHere(self)
  invariant(next !== undefined, 'no piece comes next')
  const isBehind = (piece: InstallSnapshot) => isSameLogId(chunkOf(piece).last, next.last) && piece.offset > next.offset
  return { incoming: withChunk(self.incoming, next), pieces: self.pieces.filter(isBehind), repeats: 0 }
}

function begun({ incoming }: Learner): IncomingSnapshot {
  invariant(incoming !== undefined, 'no snapshot is arriving')
  return incoming
}

/** Each piece is written down as it comes: a large snapshot in one write would hold up whatever is written after it. */
export const stagePiece = (self: Learner) => stageLastChunk(begun(self))
/** The whole snapshot, once its last piece is in. */
export const completed = (self: Learner): Snapshot => completedSnapshot(begun(self))

/** A piece that was lost is asked for so often, before another learner is asked for a snapshot of its own. */
const repeatsMax = 3

export const isWorthRepeating = ({ incoming, repeats }: Learner): boolean =>
  incoming !== undefined && repeats < repeatsMax

export function withInstalled(self: Learner) {
  const snapshot = completed(self)
  const { index } = snapshot.last
  const ahead = self.ahead.filter((message) => lastOf(message) > index)
  return {
    snapshot,
    log: Log.empty(snapshot.last),
    chosenThrough: index,
    announced: Math.max(self.announced, index),
    ahead,
    aheadBytes: ahead.reduce((sum, { entries }) => sum + bytesOf(entries), 0),
    incoming: undefined,
    pieces: [],
    answered: true,
  }
}

// What acceptors accepted.

export const isWanted = (self: Learner, { first }: Report): boolean => first === self.chosenThrough + 1

export const withReport = ({ reports }: Learner, { from, ...report }: Received<Report>) => ({
  reports: { ...reports, [nodeOf(from)]: report },
})

/**
 * Values of slots that were known to be chosen when acceptors were asked: of what a phase-1 quorum of them accepted, the
 * one of the highest ballot. By P2c every ballot after the one in which a value was chosen proposes that value, and one of
 * the quorum had accepted it in that ballot or a later one; so it is right, also where no two acceptors name the same
 * ballot. Of a slot that is chosen only after an acceptor has answered, the answer says nothing. An acceptor that lost a
 * write counts only where all have answered.
 */
export function reportedEntries({ reports, config, chosenThrough }: Learner): readonly Entry[] {
  const answered = Object.entries(reports).map(([node, { doubtful }]): [NodeId, boolean] => [node, doubtful])
  if (!isKnown(config.quorums, config.nodes.acceptor, Object.fromEntries(answered))) return []
  const through = Math.min(...Object.values(reports).map((report) => report.through))
  const highest = new Map<number, Entry>()
  for (const { entries } of Object.values(reports)) {
    for (const entry of entries) {
      if (entry.term > (highest.get(entry.index)?.term ?? 0)) highest.set(entry.index, entry)
    }
  }
  const entries: Entry[] = []
  for (let slot = chosenThrough + 1; slot <= through; slot++) {
    const entry = highest.get(slot)
    if (!entry) break
    entries.push(entry)
  }
  return entries
}

export const afterReports = (self: Learner) => ({
  ...afterEntries(self, reportedEntries(self)),
  ...afterAnswer(self, acceptorsTurn(self)),
  reports: {},
})
