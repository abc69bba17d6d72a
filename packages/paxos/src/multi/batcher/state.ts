import { type Address, type Command, invariant, type LocalEvent, type Received, sizeOf } from '@quorate/core'
import { type Ballot, isGreater, noBallot } from '../../ballot.js'
import type { BatchReply, Heartbeat, ReadIndexReply } from '../../generated/multi_paxos.js'
import { bytesOf } from '../shared/bytes.js'
import { type Configured, type MultiPaxosConfig, roleAt } from '../shared/config.js'
import { withoutRepeated } from '../shared/repeated.js'
import * as open from './openReads.js'

/**
 * Batcher: takes commands from clients and hands them to the distinguished proposer, many in one message. Whittaker et
 * al., "Scaling Replicated State Machines with Compartmentalization" (2021), section 4.1. While a message is on its way
 * the next one fills up: the batch comes from load, not from a timer.
 * @module
 */

export interface Batcher extends Configured, open.Reads {
  readonly ballot: Ballot
  /** The distinguished proposer. */
  readonly proposer: Address | undefined
  /** Commands that wait for the next batch. */
  readonly commands: readonly Command[]
  /** Of those. */
  readonly bytes: number
  /** Of the last batch. */
  readonly lastNumber: number
  /** Heartbeats since the last batch was sent, while it is not answered. */
  readonly waited: number | undefined
}

export type BatcherEvent =
  | Received<Heartbeat | BatchReply | ReadIndexReply>
  | Extract<LocalEvent, { type: 'client.proposed' | 'client.read' | 'storage.persisted' }>

/** A batcher remembers nothing: clients ask again. */
export const newBatcher = (config: MultiPaxosConfig): Batcher => ({
  config,
  ballot: noBallot,
  proposer: undefined,
  commands: [],
  bytes: 0,
  lastNumber: 0,
  waited: undefined,
  ...open.noReads,
})

/** Whether an unanswered batch was lost does not matter: after so many heartbeats the next is sent, and clients ask again. */
const waitedMax = 3

export const withLeader = (self: Batcher, { ballot }: Heartbeat) => ({
  ...open.afterHeartbeat(self, isGreater(ballot, self.ballot)),
  ballot,
  proposer: roleAt(self, 'proposer', ballot.node),
  waited: self.waited === undefined || self.waited >= waitedMax ? undefined : self.waited + 1,
})

/**
 * What waits already does not wait twice: where the proposer is slow, clients ask again sooner than it takes what waits, and
 * what waits would grow with every time that they do.
 */
export function withCommands(
  { commands, bytes }: Batcher,
  { commands: arrived }: { readonly commands: readonly Command[] },
) {
  if (commands.length === 0) return { commands: arrived, bytes: bytesOf(arrived) }
  const added = withoutRepeated(arrived, commands)
  return { commands: [...commands, ...added], bytes: bytes + bytesOf(added) }
}

/** As many of the commands that wait as one message carries. */
export function nextBatch({ commands, config: { limits } }: Batcher): readonly Command[] {
  let bytes = 0
  let count = 0
  for (const command of commands) {
    bytes += sizeOf(command)
    if (count === limits.entriesMax || (count > 0 && bytes > limits.bytesMax)) break
    count++
  }
  return commands.slice(0, count)
}

export function theProposer({ proposer }: Batcher): Address {
  invariant(proposer !== undefined, 'nobody is known to lead')
  return proposer
}
