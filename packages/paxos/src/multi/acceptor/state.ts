import { Log, type LogId, type Received, type RecoveredState, send } from '@quorate/core'
import { type Ballot, noBallot } from '../../ballot.js'
import type { Accept, Learn, Prepare } from '../../generated/multi_paxos.js'
import { bytesOf } from '../shared/bytes.js'
import type { Configured, MultiPaxosConfig } from '../shared/config.js'
import * as accepted from './acceptedLog.js'
import { type Doubt, noDoubt } from './doubt.js'

/** What a Multi-Paxos acceptor remembers, and what it answers from that. @module */

/** What an acceptor must not forget, beside the log of what it accepted. */
export interface AcceptorRecord {
  /** The highest ballot of a Prepare or an Accept that was answered. */
  readonly promised: Ballot
  /** The disk lost a write, and what it was may still matter: see `doubt.ts`. */
  readonly doubtful: boolean
  /** How often the disk was in doubt. */
  readonly doubt: number
  /** Values of slots up to here may be missing, although they were accepted. */
  readonly doubtedThrough: number
  /** Every slot up to here is known to be chosen. */
  readonly chosenThrough: number
}

export interface Acceptor extends Configured, AcceptorRecord, Doubt {
  readonly log: Log
  /** What the record said of `chosenThrough` when that last was the reason to write it. */
  readonly notedThrough: number
  /** Of what is known to be chosen since then. */
  readonly unnotedBytes: number
  /** Learners hold snapshots of every slot up to here. */
  readonly forgetThrough: number
  /** Of what may be forgotten. */
  readonly forgettableBytes: number
  /** The furthest slot from which the proposer that was promised has asked what was accepted. */
  readonly askedFrom: number
}

/** An acceptor as it was when it stopped. */
export function recoverAcceptor(
  config: MultiPaxosConfig,
  { record, base, entries, doubtful: isStoreDoubtful }: RecoveredState<AcceptorRecord>,
): Acceptor {
  // Records of earlier versions count no doubts.
  const { promised = noBallot, doubtful = false, doubt = 0, doubtedThrough = 0 }: Partial<AcceptorRecord> = record ?? {}
  return {
    config,
    ...noDoubt,
    promised,
    doubtful: isStoreDoubtful || doubtful,
    doubt: isStoreDoubtful ? doubt + 1 : Math.max(doubt, doubtful ? 1 : 0),
    doubtedThrough,
    log: Log.of(entries, base),
    chosenThrough: Math.max(base.index, record?.chosenThrough ?? 0),
    notedThrough: Math.max(base.index, record?.chosenThrough ?? 0),
    unnotedBytes: 0,
    forgetThrough: 0,
    forgettableBytes: 0,
    askedFrom: 0,
  }
}

export const recordOf = ({ promised, doubtful, doubt, doubtedThrough, chosenThrough }: Acceptor): AcceptorRecord => ({
  promised,
  doubtful,
  doubt,
  doubtedThrough,
  chosenThrough,
})

export const nack = ({ promised }: Acceptor, { from, ballot }: Received<Prepare | Accept>) =>
  send(from, { type: 'Nack', ballot, promised })

/** What was accepted from `first` on, as far as one message carries it. */
function reported(self: Acceptor, first: number) {
  const batch = self.log.batch(first, self.config.limits)
  return { entries: batch.filter(accepted.isAccepted), end: batch.at(-1)?.index ?? first - 1 }
}

export function promise(self: Acceptor, { ballot, first: asked }: Prepare) {
  const { log, chosenThrough } = self
  const first = Math.max(asked, chosenThrough + 1)
  const { entries, end } = reported(self, first)
  const last = log.last.index
  const { doubtful } = self
  return { type: 'Promise', ballot, first, through: end, last, chosenThrough, entries, doubtful } as const
}

/** Nothing of slots that the learner does not know to be chosen: what is accepted there may change until they are. */
export function report(self: Acceptor, { first, through: asked }: Learn) {
  const { entries, end } = reported(self, first)
  // Behind its last slot an acceptor has accepted nothing, and that is an answer too.
  const through = end < self.log.last.index ? Math.min(end, asked) : asked
  const doubtful = self.doubtful || first <= self.doubtedThrough
  return { type: 'Report', first, through, entries: entries.filter(({ index }) => index <= through), doubtful } as const
}

export const holesLeft = ({ log, config }: Acceptor, message: Accept) =>
  accepted.holesBefore(log, message, config.limits.emptySlotsMax)

/** Beyond the last slot the log begins anew; its base is of no ballot. */
export function forgettingPoint({ log, forgetThrough: index }: Acceptor): LogId {
  return { index, term: log.termAt(index) ?? 0 }
}

export const mayForget = ({ forgetThrough, forgettableBytes, log, config: { limits } }: Acceptor): boolean =>
  forgetThrough - log.base.index >= limits.forgetEverySlots || forgettableBytes >= limits.forgetEveryBytes

/**
 * What is known to be chosen is written down for many slots, or many bytes, at once, but it is: else, after all acceptors
 * have restarted, phase 1 would be about all that they ever accepted, and phase 2 would have it written again.
 */
export const isProgressNotable = (self: Acceptor): boolean =>
  self.chosenThrough - self.notedThrough >= self.config.limits.noteEverySlots ||
  self.unnotedBytes >= self.config.limits.noteEveryBytes

export function withProgress(self: Acceptor, message: Accept) {
  const { log } = self
  const chosenThrough = Math.max(self.chosenThrough, message.chosenThrough)
  const forgetThrough = Math.max(self.forgetThrough, Math.min(message.forgetThrough, message.chosenThrough))
  return {
    chosenThrough,
    unnotedBytes: self.unnotedBytes + bytesOf(log.slice(self.chosenThrough + 1, chosenThrough)),
    forgetThrough,
    forgettableBytes: self.forgettableBytes + bytesOf(log.slice(self.forgetThrough + 1, forgetThrough)),
  }
}
