import {
  type Address,
  type Command,
  type Effect,
  ignore,
  invariant,
  type LocalEvent,
  type Received,
  rulesFor,
  send,
  sizeOf,
} from '@quorate/core'
import { assign, emit, setup } from 'xstate'
import { type Ballot, isGreater, isNobodys, noBallot } from '../ballot.js'
import type { BatchReply, Heartbeat, MultiPaxosMessage, ReadIndexReply } from '../generated/multi_paxos.js'
import { bytesOf } from './bytes.js'
import { type Configured, type MultiPaxosConfig, roleAt } from './config.js'
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

const on = rulesFor<Batcher, BatcherEvent>()

/** Whether an unanswered batch was lost does not matter: after so many heartbeats the next is sent, and clients ask again. */
const waitedMax = 3

const withLeader = (self: Batcher, { ballot }: Heartbeat) => ({
  ...open.afterHeartbeat(self, isGreater(ballot, self.ballot)),
  ballot,
  proposer: roleAt(self, 'proposer', ballot.node),
  waited: self.waited === undefined || self.waited >= waitedMax ? undefined : self.waited + 1,
})

/** What a command is known by when it comes again: its session, or its client, which has none yet. */
function nameOf({ session, sequence, kind, bytes }: Command): string | undefined {
  if (kind === 'openSession') return `${kind} ${sequence} ${bytes}`
  return session === 0 ? undefined : `${session} ${sequence}`
}

/**
 * What waits already does not wait twice: where the proposer is slow, clients ask again sooner than it takes what waits, and
 * what waits would grow with every time that they do.
 */
function withCommands({ commands, bytes }: Batcher, { commands: arrived }: { readonly commands: readonly Command[] }) {
  if (commands.length === 0) return { commands: arrived, bytes: bytesOf(arrived) }
  // Numbers first: names are made of the few that may be the same, and not of all that waits.
  const sequences = new Set(arrived.map(({ sequence }) => sequence))
  const waiting = new Set(commands.filter(({ sequence }) => sequences.has(sequence)).map(nameOf))
  waiting.delete(undefined)
  const added = arrived.filter((command) => !waiting.has(nameOf(command)))
  return { commands: [...commands, ...added], bytes: bytes + bytesOf(added) }
}

/** As many of the commands that wait as one message carries. */
function nextBatch({ commands, config: { limits } }: Batcher): readonly Command[] {
  let bytes = 0
  let count = 0
  for (const command of commands) {
    bytes += sizeOf(command)
    if (count === limits.entriesMax || (count > 0 && bytes > limits.bytesMax)) break
    count++
  }
  return commands.slice(0, count)
}

function theProposer({ proposer }: Batcher): Address {
  invariant(proposer !== undefined, 'nobody is known to lead')
  return proposer
}

export const batcher = setup({
  types: {} as {
    context: Batcher
    events: BatcherEvent
    input: Batcher
    emitted: Effect<MultiPaxosMessage>
  },
  delays: { leaderTimeout: 1000 },
  guards: {
    isOverloaded: on(
      'client.proposed',
      ({ commands, bytes, config: { limits } }) =>
        commands.length >= limits.openSlotsMax || bytes >= limits.openBytesMax,
    ),
    hasTooManyReads: on('client.read', ({ reads, config }) => reads.length >= config.limits.openReadsMax),
    isLeader: on('Heartbeat', (self, { ballot }) => !isNobodys(ballot) && !isGreater(self.ballot, ballot)),
    isLast: on('BatchReply', (self, { number }) => self.waited !== undefined && number === self.lastNumber),
    isAwaited: on('ReadIndexReply', open.isAwaited),
    isReadable: on('ReadIndexReply', (self, message) => message.readable && open.isAwaited(self, message)),
    isBatchDue: ({ context: { commands, waited } }) => commands.length > 0 && waited === undefined,
    isReadOpen: ({ context: { reads } }) => reads.length > 0,
    isReadDue: ({ context: { readsDue } }) => readsDue.length > 0,
    isReadLate: ({ context: self }) => open.isLate(self),
  },
  actions: {
    recognizeLeader: assign(on('Heartbeat', withLeader)),
    replyHeartbeat: emit(
      on('Heartbeat', (_self, { from, ballot }) => send(from, { type: 'HeartbeatReply', ballot, snapshotThrough: 0 })),
    ),
    gather: assign(on('client.proposed', withCommands)),
    sendBatch: emit(({ context: self }) =>
      send(theProposer(self), { type: 'Batch', number: self.lastNumber + 1, commands: nextBatch(self) }),
    ),
    noteBatch: assign(({ context: self }) => {
      const batch = nextBatch(self)
      return {
        lastNumber: self.lastNumber + 1,
        waited: 0,
        commands: self.commands.slice(batch.length),
        bytes: self.bytes - bytesOf(batch),
      }
    }),
    noteArrived: assign({ waited: undefined }),
    askIndex: emit(on('client.read', (self, { request }) => send(theProposer(self), { type: 'ReadIndex', request }))),
    noteRead: assign(on('client.read', open.withRead)),
    askIndexAgain: emit(({ context: self }) =>
      send(theProposer(self), { type: 'ReadIndex', request: open.firstDue(self) }),
    ),
    noteAskedAgain: assign(({ context: { readsDue } }) => ({ readsDue: readsDue.slice(1) })),
    answerRead: emit(
      on('ReadIndexReply', (_self, { request, index }) => ({ type: 'readable' as const, request, at: index })),
    ),
    refuseReadOfReply: emit(
      on('ReadIndexReply', (_self, { request }) => ({
        type: 'refuse' as const,
        request,
        reason: 'notLeader' as const,
      })),
    ),
    forgetRead: assign(
      on('ReadIndexReply', ({ reads }, { request }) => ({ reads: reads.filter((read) => read.request !== request) })),
    ),
    refuseOpenRead: emit(({ context: { reads } }) => {
      const [read] = reads
      invariant(read !== undefined, 'no read waits')
      return { type: 'refuse', request: read.request, reason: 'notLeader' }
    }),
    forgetOpenRead: assign(({ context: { reads } }) => ({ reads: reads.slice(1) })),
    /** What was handed over and never answered, and what waits, clients will ask for again. */
    letGo: assign({ proposer: undefined, commands: [], bytes: 0, waited: undefined }),
    refuseProposal: emit(
      on('client.proposed', (_self, { request }) => ({
        type: 'refuse' as const,
        request,
        reason: 'notLeader' as const,
      })),
    ),
    refuseOverloaded: emit(
      on('client.proposed', (_self, { request }) => ({
        type: 'refuse' as const,
        request,
        reason: 'overloaded' as const,
      })),
    ),
    refuseRead: emit(
      on('client.read', (_self, { request }) => ({ type: 'refuse' as const, request, reason: 'notLeader' as const })),
    ),
    refuseReadOverloaded: emit(
      on('client.read', (_self, { request }) => ({ type: 'refuse' as const, request, reason: 'overloaded' as const })),
    ),
  },
}).createMachine({
  id: 'batcher',
  context: ({ input }) => input,
  initial: 'leaderless',
  on: {
    BatchReply: ignore('of a batch that is given up'),
    'storage.persisted': ignore('a batcher writes nothing'),
  },
  states: {
    leaderless: {
      always: { guard: 'isReadOpen', actions: ['refuseOpenRead', 'forgetOpenRead'] },
      on: {
        Heartbeat: [
          { guard: 'isLeader', actions: ['recognizeLeader', 'replyHeartbeat'], target: 'led' },
          ignore('another one has taken its place'),
        ],
        ReadIndexReply: ignore('it was refused by now'),
        'client.proposed': { actions: 'refuseProposal' },
        'client.read': { actions: 'refuseRead' },
      },
    },
    led: {
      after: { leaderTimeout: { actions: 'letGo', target: 'leaderless' } },
      always: [
        { guard: 'isBatchDue', actions: ['sendBatch', 'noteBatch'] },
        { guard: 'isReadDue', actions: ['askIndexAgain', 'noteAskedAgain'] },
        { guard: 'isReadLate', actions: ['refuseOpenRead', 'forgetOpenRead'] },
      ],
      on: {
        Heartbeat: [
          { guard: 'isLeader', actions: ['recognizeLeader', 'replyHeartbeat'], target: 'led', reenter: true },
          ignore('another one has taken its place'),
        ],
        BatchReply: [{ guard: 'isLast', actions: 'noteArrived' }, ignore('of a batch that is given up')],
        ReadIndexReply: [
          { guard: 'isReadable', actions: ['answerRead', 'forgetRead'] },
          { guard: 'isAwaited', actions: ['refuseReadOfReply', 'forgetRead'] },
          ignore('it was refused by now'),
        ],
        'client.proposed': [{ guard: 'isOverloaded', actions: 'refuseOverloaded' }, { actions: 'gather' }],
        'client.read': [
          { guard: 'hasTooManyReads', actions: 'refuseReadOverloaded' },
          { actions: ['askIndex', 'noteRead'] },
        ],
      },
    },
  },
})
