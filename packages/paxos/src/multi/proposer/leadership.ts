import {
  type Address,
  type Command,
  type Entry,
  entriesAfter,
  instantOf,
  invariant,
  type LocalEvent,
  Log,
  type NodeId,
  type Received,
} from '@quorate/core'
import { isSameBallot, termOf } from '../../ballot.js'
import type { Accept, Accepted, Batch, Relayed } from '../../generated/multi_paxos.js'
import { bytesOf } from '../shared/bytes.js'
import { roleAt } from '../shared/config.js'
import { changed, chosenOf, isWon, lastSlotOf, type Poll, withVote } from '../shared/polls.js'
import { withoutRepeated } from '../shared/repeated.js'
import { openEntries, type Preparing, provenSlots } from './phaseOne.js'
import { inTurn, present, toEach } from './presence.js'
import { type Relaying, relayInTurn } from './relays.js'
import { ballotOf, type Outgoing, type Proposer, senderOf } from './state.js'

/** What a distinguished proposer knows, and what it says next. @module */

export interface Leading extends Proposer, Relaying {
  /** It was prepared by acceptors of which too many had lost their last write to be sure of what was chosen. */
  readonly mayHaveLost: boolean
  /** Until every slot up to here is chosen, it is not known what earlier proposers had chosen. */
  readonly horizon: number
  /** Slots that phase 1 has proven to be chosen: learners are told, and acceptors are asked nothing. */
  readonly proven: ReadonlySet<number>
  /** Of such slots, what learners were told since the last heartbeat. */
  readonly provenBytes: number
  /** What is proposed, from a while before the first slot that is not chosen. */
  readonly log: Log
  /** Of the slots that are not known to be chosen yet. */
  readonly openBytes: number
  /** Of those before them that are kept. */
  readonly keptBytes: number
  /** The last slot that was sent to acceptors. */
  readonly sentThrough: number
  /** Of the last Accept. */
  readonly lastNumber: number
  /** The Accepts on their way, by slot. */
  readonly polls: readonly Poll[]
  /** By acceptor, the latest Accept that it answered. */
  readonly acknowledged: Readonly<Record<NodeId, number>>
  /** In which beat it was last checked that a quorum is there. */
  readonly checkedAt: number
  /** By learner, the last slot that its snapshot holds. */
  readonly snapshots: Readonly<Record<NodeId, number>>
  /** What is to be said, one message after the other. */
  readonly outgoing: readonly Outgoing[]
}

export function begin(input: Preparing): Leading {
  const { config, round, issued, chosenThrough, horizon, mayHaveLost } = input
  const open = openEntries(input)
  return {
    config,
    round,
    issued,
    mayHaveLost,
    leaderBallot: ballotOf(input),
    leader: config.id,
    chosenThrough,
    refusals: 0,
    lostWrite: false,
    horizon,
    proven: provenSlots(input),
    provenBytes: 0,
    log: Log.empty({ index: chosenThrough, term: 0 }).append(open),
    openBytes: bytesOf(open),
    keptBytes: 0,
    sentThrough: chosenThrough,
    lastNumber: 0,
    polls: [],
    beat: 0,
    acknowledged: {},
    heardAt: {},
    tardyAt: {},
    checkedAt: 0,
    snapshots: {},
    outgoing: [],
  }
}

/** The learner beside this proposer, whose node the clients asked; otherwise each in turn. */
const answererOf = (self: Leading, turn: number): NodeId => {
  const { id, nodes } = self.config
  return nodes.batcher.length === 0 && nodes.learner.includes(id) ? id : inTurn(present(self, 'learner'), turn)
}

export const heard = (self: Leading, from: Address) => ({ heardAt: { ...self.heardAt, [from]: self.beat } })

// Phase 2.

export const usesProxies = ({ config }: Leading): boolean => config.nodes.proxyLeader.length > 0

/** The slots that as many learners hold in snapshots as it takes not to lose them. */
const forgetThrough = ({ config, snapshots }: Leading): number => config.snapshotQuorum.committed(snapshots)

export const accept = (
  self: Leading,
  { number, entries, answeredBy }: Pick<Poll, 'number' | 'entries' | 'answeredBy'>,
) =>
  ({
    type: 'Accept',
    ballot: ballotOf(self),
    number,
    entries,
    chosenThrough: self.chosenThrough,
    forgetThrough: forgetThrough(self),
    answeredBy,
  }) satisfies Accept

/** Asks nothing but whether the promise still holds. */
export const question = (self: Leading, number: number) => accept(self, { number, entries: [], answeredBy: '' })

export const isOverloaded = ({ log, chosenThrough, openBytes, config: { limits } }: Leading): boolean =>
  log.last.index - chosenThrough >= limits.openSlotsMax || openBytes >= limits.openBytesMax

type Brought = Extract<LocalEvent, { type: 'client.proposed' }> | Received<Batch>

/** A client asks again after several heartbeats at the soonest: what is younger is no repetition, and not looked through. */
const againAfterBeats = 2

const mayBeAskedAgain = ({ polls: [first], beat }: Leading): boolean =>
  first !== undefined && (first.repeats > 0 || beat - first.sentAt >= againAfterBeats)

/** A command that is under way takes no second slot: where slots are chosen slowly, each of them would be taken many times. */
const newOnes = (self: Leading, commands: readonly Command[]): readonly Command[] =>
  mayBeAskedAgain(self)
    ? withoutRepeated(commands, self.log.slice(self.chosenThrough + 1, self.log.last.index))
    : commands

export const withCommands = (self: Leading, event: Brought) => {
  const commands = newOnes(self, event.commands)
  const entries = entriesAfter(self.log.last.index, termOf(ballotOf(self)), commands, instantOf(event))
  return { log: self.log.append(entries), openBytes: self.openBytes + bytesOf(entries) }
}

/** Learners are told of so much between two heartbeats that was proven, or it would all be said at once. */
const provenBytesMax = ({ config: { limits } }: Leading): number => limits.openBytesMax / 8

export const mayOpenPoll = (self: Leading): boolean =>
  self.sentThrough < self.log.last.index &&
  self.polls.length < self.config.limits.pollsMax &&
  !(self.proven.has(self.sentThrough + 1) && self.provenBytes >= provenBytesMax(self))

/** As many as one message carries; all of them are proven to be chosen, or none. */
function nextEntries({ log, sentThrough, proven, config }: Leading): readonly Entry[] {
  const entries = log.batch(sentThrough + 1, config.limits)
  const isProven = proven.has(sentThrough + 1)
  const end = entries.findIndex(({ index }) => proven.has(index) !== isProven)
  return end < 0 ? entries : entries.slice(0, end)
}

export function withNextPoll(self: Leading) {
  const entries = nextEntries(self)
  const number = self.lastNumber + 1
  const answeredBy = answererOf(self, number)
  const isChosen = self.proven.has(self.sentThrough + 1)
  const relay = isChosen ? undefined : relayInTurn(self, number)
  const poll = { number, entries, votes: {}, isChosen, answeredBy, relay, sentAt: self.beat, repeats: 0 }
  return {
    lastNumber: number,
    sentThrough: lastSlotOf(poll),
    polls: [...self.polls, poll],
    provenBytes: self.provenBytes + (isChosen ? bytesOf(entries) : 0),
    outgoing: [...self.outgoing, ...(isChosen ? toEach(self, 'learner', chosenOf(poll)) : acceptsOf(self, poll))],
  }
}

/** To a proxy leader; without any, or when all of them are silent, to the acceptors. */
const acceptsOf = (self: Leading, poll: Poll): readonly Outgoing[] =>
  poll.relay === undefined
    ? toEach(self, 'acceptor', accept(self, poll))
    : [{ to: roleAt(self, 'proxyLeader', poll.relay), message: accept(self, poll) }]

export const isAcceptance = (self: Leading, message: Received<Accepted>): boolean =>
  isSameBallot(message.ballot, ballotOf(self)) &&
  message.number <= self.lastNumber &&
  self.config.nodes.acceptor.includes(senderOf(message))

export function withAcceptance(self: Leading, message: Received<Accepted>) {
  const node = senderOf(message)
  const number = Math.max(self.acknowledged[node] ?? 0, message.number)
  return {
    ...heard(self, message.from),
    acknowledged: { ...self.acknowledged, [node]: number },
    polls: withVote(self.polls, message.number, node),
  }
}

/** A proxy leader has told the learners. */
export const isRelayed = (self: Leading, message: Received<Relayed>): boolean =>
  isSameBallot(message.ballot, ballotOf(self)) && self.config.nodes.proxyLeader.includes(senderOf(message))

export const withRelayed = (self: Leading, { from, number }: Received<Relayed>) => ({
  ...heard(self, from),
  polls: changed(self.polls, number, (poll) => ({ ...poll, isChosen: true })),
})

const wonPoll = ({ polls, config }: Leading): Poll | undefined =>
  polls.find((poll) => !poll.isChosen && isWon(poll, config.quorums.phase2))

export const hasWonPoll = (self: Leading): boolean => wonPoll(self) !== undefined

export function withWonPoll(self: Leading) {
  const poll = wonPoll(self)
  invariant(poll !== undefined, 'no poll is won')
  return {
    outgoing: [...self.outgoing, ...toEach(self, 'learner', chosenOf(poll))],
    polls: changed(self.polls, poll.number, (won) => ({ ...won, isChosen: true })),
  }
}

export const isFirstChosen = ({ polls: [first] }: Leading): boolean => first?.isChosen === true

/** What is kept of the log is copied when its beginning goes, so that is done for many slots, or many bytes, at once. */
const compactAtLeast = 8192

export function withoutFirstPoll(self: Leading) {
  const [first, ...polls] = self.polls
  invariant(first !== undefined, 'no poll is under way')
  const index = lastSlotOf(first)
  const term = self.log.termAt(index)
  invariant(term !== undefined, 'what is proposed is in the log')
  const bytes = bytesOf(first.entries)
  const keptBytes = self.keptBytes + bytes
  const isLong = index - self.log.base.index >= Math.max(compactAtLeast, self.log.length / 2)
  const isWorthwhile = isLong || keptBytes >= self.config.limits.bytesKept / 4
  return {
    polls,
    chosenThrough: index,
    openBytes: self.openBytes - bytes,
    log: isWorthwhile ? self.log.compactThrough({ index, term }) : self.log,
    keptBytes: isWorthwhile ? 0 : keptBytes,
  }
}

/** Says yes to a batcher. */
export const takeBatch = (_self: Leading, { from, number }: Received<Batch>) =>
  ({ type: 'send', to: from, message: { type: 'BatchReply', number, taken: true } }) as const
