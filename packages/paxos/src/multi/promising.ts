import { Log, type Mark, type Received, type RecoveredState, send } from '@quorate/core'
import { type Ballot, noBallot } from '../ballot.js'
import type { Accept, Learn, Prepare } from '../generated/multi_paxos.js'
import * as accepted from './acceptedLog.js'
import type { Configured, MultiPaxosConfig } from './config.js'

/** What a Multi-Paxos acceptor remembers, and what it answers from that. @module */

/** What an acceptor must not forget, beside the log of what it accepted. */
export interface AcceptorRecord {
  /** The highest ballot of a Prepare or an Accept that was answered. */
  readonly promised: Ballot
  /** The disk lost a write once, so that a promise may be forgotten. */
  readonly doubtful: boolean
  /** Every slot up to here is known to be chosen. */
  readonly chosenThrough: number
}

export interface Acceptor extends Configured, AcceptorRecord {
  readonly log: Log
  /** What the record said of `chosenThrough` when that last was the reason to write it. */
  readonly notedThrough: number
  /** Learners hold snapshots of every slot up to here. */
  readonly forgetThrough: number
  /** The furthest slot from which the proposer that was promised has asked what was accepted. */
  readonly askedFrom: number
}

/** An acceptor as it was when it stopped. */
export function recoverAcceptor(
  config: MultiPaxosConfig,
  { record, base, entries, torn }: RecoveredState<AcceptorRecord>,
): Acceptor {
  return {
    config,
    promised: record?.promised ?? noBallot,
    doubtful: torn || (record?.doubtful ?? false),
    log: Log.of(entries, base),
    chosenThrough: Math.max(base.index, record?.chosenThrough ?? 0),
    notedThrough: Math.max(base.index, record?.chosenThrough ?? 0),
    forgetThrough: 0,
    askedFrom: 0,
  }
}

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
  return { type: 'Promise', ballot, first, through: end, last, chosenThrough, entries } as const
}

/** Nothing of slots that the learner does not know to be chosen: what is accepted there may change until they are. */
export function report(self: Acceptor, { first, through: asked }: Learn) {
  const { entries, end } = reported(self, first)
  // Behind its last slot an acceptor has accepted nothing, and that is an answer too.
  const through = end < self.log.last.index ? Math.min(end, asked) : asked
  return { type: 'Report', first, through, entries: entries.filter(({ index }) => index <= through) } as const
}

export const holesLeft = ({ log, config }: Acceptor, message: Accept) =>
  accepted.holesBefore(log, message, config.limits.emptySlotsMax)

/** Beyond the last slot the log begins anew; its mark is of no ballot. */
export function forgettingPoint({ log, forgetThrough: index }: Acceptor): Mark {
  return { index, term: log.termAt(index) ?? 0 }
}

export const mayForget = ({ forgetThrough, log, config }: Acceptor): boolean =>
  forgetThrough - log.base.index >= config.limits.forgetEverySlots
