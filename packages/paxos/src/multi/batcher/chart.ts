import { type Effect, ignore, invariant, rulesFor, send } from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { isGreater, isNobodys } from '../../ballot.js'
import type { MultiPaxosMessage } from '../../generated/multi_paxos.js'
import { bytesOf } from '../shared/bytes.js'
import * as open from './openReads.js'
import { type Batcher, type BatcherEvent, nextBatch, theProposer, withCommands, withLeader } from './state.js'

const on = rulesFor<Batcher, BatcherEvent>()

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
