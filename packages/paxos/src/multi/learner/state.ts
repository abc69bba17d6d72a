import {
  type Address,
  type IncomingSnapshot,
  type LocalEvent,
  Log,
  type NodeId,
  type Received,
  type RecoveredState,
  type Snapshot,
} from '@quorate/core'
import type { Chosen, Heartbeat, InstallSnapshot, Learn, Report } from '../../generated/multi_paxos.js'
import type { Configured, MultiPaxosConfig } from '../shared/config.js'

/**
 * Multi-Paxos learner: Lamport, "Paxos Made Simple" (2001), sections 2.3 and 3. It hands what was chosen to the state
 * machine in the order of slots, and asks for what it missed. It keeps snapshots on the disk and no log: what was chosen
 * can be learned again.
 * @module
 */

export interface Learner extends Configured {
  /** Every slot up to here is chosen, and was handed to the state machine. */
  readonly chosenThrough: number
  /** Every slot up to here is chosen, as somebody says who knows. */
  readonly announced: number
  /** What was chosen since a while before the snapshot, for learners that are behind. */
  readonly log: Log
  /** The latest that is on the disk. */
  readonly snapshot: Snapshot | undefined
  /** Chosen, behind a slot that is missing; by first slot. */
  readonly ahead: readonly Chosen[]
  readonly aheadBytes: number
  readonly incoming: IncomingSnapshot | undefined
  /** Pieces of it that came before one that is missing. */
  readonly pieces: readonly InstallSnapshot[]
  /** By learner that asks for a snapshot, the one that it is sent: to its end, also after a newer one was taken here. */
  readonly loans: Readonly<Record<NodeId, Loan>>
  /** Who is being answered, within one step. */
  readonly answering: Answering | undefined
  /** How often the next piece of it was asked for in vain. */
  readonly repeats: number
  /** Whose turn it is to be asked; nobody's until something was missing for a while. */
  readonly turn: number | undefined
  /** How often the wait for an answer has doubled. */
  readonly doublings: number
  /** Somebody has answered, and there is more to ask for. */
  readonly answered: boolean
  /** A distinguished proposer was heard since that was last looked at. */
  readonly heard: boolean
  /** What acceptors said they accepted. */
  readonly reports: Readonly<Record<NodeId, Report>>
  /** The disk lost its last write: at worst a snapshot, which is taken again. */
  readonly lostWrite: boolean
}

export interface Loan {
  readonly snapshot: Snapshot
  /** It ends after so many heartbeats without a question. */
  readonly patience: number
}

export interface Answering {
  readonly to: Address
  /** What was asked, or would be after the messages that were sent. */
  readonly question: Learn
  /** Messages that may still be sent. */
  readonly left: number
}

export type LearnerEvent =
  | Received<Chosen | Heartbeat | Learn | Report | InstallSnapshot>
  | Extract<LocalEvent, { type: 'storage.persisted' | 'snapshot.taken' }>

/** A learner as of its last snapshot. */
export function recoverLearner(config: MultiPaxosConfig, { snapshot, base, doubtful }: RecoveredState): Learner {
  return {
    config,
    chosenThrough: base.index,
    announced: base.index,
    log: Log.empty(base),
    snapshot,
    ahead: [],
    aheadBytes: 0,
    incoming: undefined,
    pieces: [],
    loans: {},
    answering: undefined,
    repeats: 0,
    turn: undefined,
    doublings: 0,
    answered: false,
    heard: false,
    reports: {},
    lostWrite: doubtful,
  }
}
