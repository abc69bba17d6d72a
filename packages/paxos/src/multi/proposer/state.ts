import {
  type Address,
  type Effect,
  invariant,
  type LocalEvent,
  type NodeId,
  nodeOf,
  type Received,
  type RecoveredState,
  send,
} from '@quorate/core'
import { type Ballot, isGreater, isNobodys, noBallot, roundsSkippedInDoubt } from '../../ballot.js'
import type {
  Accepted,
  Batch,
  Heartbeat,
  HeartbeatReply,
  MultiPaxosMessage,
  Nack,
  Promise as PromiseReply,
  ReadIndex,
  Rejoin,
  Relayed,
} from '../../generated/multi_paxos.js'
import type { Configured, MultiPaxosConfig } from '../shared/config.js'

/**
 * What the three roles of a proposer have in common: standby, preparing and leading take turns at its address.
 * Lamport, "Paxos Made Simple" (2001), section 3: "a single server is elected to be the leader, which acts as the
 * distinguished proposer".
 * @module
 */

/** "Each proposer remembers (in stable storage) the highest-numbered proposal it has tried to issue" (section 2.5). */
export interface ProposerRecord {
  readonly round: number
}

/** What every role of a proposer knows, and what a role hands to its successor. */
export interface Proposer extends Configured {
  /** The highest round that it used, or that stood in its way. */
  readonly round: number
  /** The highest round that it used. */
  readonly issued: number
  /** The highest ballot of a distinguished proposer that was heard of. */
  readonly leaderBallot: Ballot
  readonly leader: NodeId | undefined
  /** Every slot up to here is known to be chosen. */
  readonly chosenThrough: number
  /** How often it was refused since a distinguished proposer was heard of. */
  readonly refusals: number
  /** The disk lost its last write: that rounds are skipped must be on it before one of them is used. */
  readonly lostWrite: boolean
}

export type ProposerEvent =
  | Received<PromiseReply | Accepted | Nack | Relayed | Heartbeat | HeartbeatReply | Batch | ReadIndex | Rejoin>
  | Extract<LocalEvent, { type: 'client.proposed' | 'client.read' | 'storage.persisted' }>

export type ProposerEffect = Effect<MultiPaxosMessage, ProposerRecord>

/** A proposer as it was when it stopped: it never issues a ballot again. */
export const recoverProposer = (
  config: MultiPaxosConfig,
  { record, doubtful }: RecoveredState<ProposerRecord>,
): Proposer => {
  const round = (record?.round ?? 0) + (doubtful ? roundsSkippedInDoubt : 0)
  return {
    config,
    round,
    issued: round,
    leaderBallot: noBallot,
    leader: undefined,
    chosenThrough: 0,
    refusals: 0,
    lostWrite: doubtful,
  }
}

/** The common part of a role's context: what the next role gets. */
export const handOver = ({ context }: { context: Proposer }): Proposer => {
  const { config, round, issued, leaderBallot, leader, chosenThrough, refusals, lostWrite } = context
  return { config, round, issued, leaderBallot, leader, chosenThrough, refusals, lostWrite }
}

/** The ballot that this proposer issues in its round. */
export const ballotOf = ({ round, config }: Proposer): Ballot => ({ round, node: config.id })

// The failure detector.

/** A distinguished proposer that no later one has replaced. */
export const isLeader = (self: Proposer, { ballot }: Heartbeat): boolean =>
  !isNobodys(ballot) && !isGreater(self.leaderBallot, ballot)

export const withLeader = (self: Proposer, { ballot, chosenThrough }: Heartbeat) => ({
  leaderBallot: ballot,
  leader: ballot.node,
  round: Math.max(self.round, ballot.round),
  chosenThrough: Math.max(self.chosenThrough, chosenThrough),
  refusals: 0,
})

/** A promise to a greater ballot forbids an acceptor to answer this one. */
export const isRefusal = (self: Proposer, { ballot, promised }: Nack): boolean =>
  isGreater(promised, ballotOf(self)) && !isNobodys(promised) && ballot.node === self.config.id

/** The next ballot is to be greater than the one that stood in the way. */
export const withRefusal = (self: Proposer, { promised }: Nack) => ({
  round: Math.max(self.round, promised.round),
  refusals: self.refusals + 1,
})

/** So often it stands again soon, where nobody is heard to lead: who refused may be the only ones that the others reach. */
const promptMax = 2
/** From then on it waits twice as long each time, up to four times: phase 1 of another may take long. */
const doublingsMax = 2

/** True if what refused it is likely to be a ballot that came to nothing: its next one is above. */
export const isPrompt = ({ refusals }: Proposer): boolean => refusals > 0 && refusals <= promptMax

/** How many times as long as at first it waits before it stands. */
export const patienceOf = ({ refusals }: Proposer): number =>
  2 ** Math.min(Math.max(refusals - promptMax - 1, 0), doublingsMax)

// Clients and batchers, of a proposer that does not lead.

export const refuse = (self: Proposer, { request }: { readonly request: number }) => {
  const reason = { type: 'refuse', request, reason: 'notLeader' } as const
  return self.leader === undefined ? reason : { ...reason, leader: self.leader }
}

export const refuseBatch = (_self: Proposer, { from, number }: Received<Batch>) =>
  send(from, { type: 'BatchReply', number, taken: false })

export const refuseReadIndex = (_self: Proposer, { from, request }: Received<ReadIndex>) =>
  send(from, { type: 'ReadIndexReply', request, readable: false, index: 0 })

/** Something that is to be said, and to whom. */
export interface Outgoing {
  readonly to: Address
  readonly message: MultiPaxosMessage
}

export const senderOf = ({ from }: { readonly from: Address }): NodeId => nodeOf(from)

interface Speaker {
  readonly outgoing: readonly Outgoing[]
}

/** The effect that says what is due first. */
export function firstOf({ outgoing: [first] }: Speaker) {
  invariant(first !== undefined, 'nothing is due')
  return send(first.to, first.message)
}
