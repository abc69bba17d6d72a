import { type Command, completed, decodeAppliedState, encodeAppliedState, type StateMachine } from '@quorate/core'
import { assign, emit } from '@quorate/core/statechart'
import { raft as raftGroup } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { registers } from '@quorate/simulator'
import { behind, deaf, leftBehind, missed, repeated, snapshotSent, teachingTerms, tornTail } from './aims.js'
import { backlogMistake, expiredMistake } from './behindSimulated.js'
import { hostMistakes } from './hostSimulated.js'
import { type Any, always, never, nothing } from './mistake.js'
import type { Pitfall } from './pitfalls.js'
import { committing, grantingWhoSuspects, readsUnconfirmed } from './raftRules.js'
import { type Change, clusterOf, providing, type Simulated, saying } from './simulated.js'

/** Mistakes in Raft that the simulator has to find. */

const cluster = clusterOf({
  protocol: 'raft',
  invariants: raftInvariants,
  groupOf: (members, limits) => raftGroup({ members, stateMachine: registers, limits }),
})

const raft = (name: string, pitfall: Pitfall, change: Change, settings: Partial<Simulated> = {}): Simulated => ({
  name: `Raft: ${name}`,
  pitfall,
  cluster,
  change,
  ...settings,
})

const server = (by: Any): Change => providing('server', by)

/** So that a few commands are enough for one. */
const smallSnapshots = { snapshotEveryEntries: 4, entriesKept: 1 }

const passing = { passes: 'append' } as const
const machine = registers as StateMachine<unknown>

export const raftMistakes: readonly Simulated[] = [
  raft('a voter that forgets its vote', 'vote', server({ follower: { actions: { vote: nothing } } })),
  raft('a follower that takes entries after a gap', 'logMatching', server({ follower: { guards: { isGap: never } } })),
  raft(
    'a follower that says yes where entries are missing',
    'logMatching',
    saying(['AppendEntriesReply'], (reply) =>
      reply.success ? reply : { ...reply, success: true, matchIndex: reply.prevLogIndex },
    ),
  ),
  raft(
    'a follower whose entries never reach the disk',
    'disk',
    server({ follower: { actions: { persistEntries: nothing } } }),
  ),
  raft(
    'a follower that truncates in memory only',
    'disk',
    server({ follower: { actions: { persistTruncation: nothing } } }),
  ),
  raft(
    'a leader that commits what is not on its disk',
    'disk',
    server({ leader: committing((self) => self.log.last.index, passing) }),
  ),
  raft(
    'a snapshot that is installed and not restored',
    'snapshot',
    server({ follower: { actions: { restore: nothing } } }),
    { limits: smallSnapshots },
  ),
  raft(
    'a snapshot that forgets its sessions',
    'twiceExecuted',
    server({
      follower: {
        actions: {
          restore: emit(({ context }: Any) => {
            const { last, bytes } = completed(context.incoming)
            const appliedState = { ...decodeAppliedState(machine, bytes), sessions: new Map() }
            return { type: 'restore', snapshot: { last, bytes: encodeAppliedState(machine, appliedState) } }
          }),
        },
      },
    }),
    { limits: smallSnapshots, aim: snapshotSent('raft') },
  ),
  raft(
    'a snapshot that says it reaches further than it does',
    'snapshot',
    saying(['InstallSnapshot'], (chunk) => ({ ...chunk, lastIncludedIndex: chunk.lastIncludedIndex + 1 })),
    { limits: smallSnapshots },
  ),
  raft(
    'a leader that takes every retry for a new command',
    'twiceExecuted',
    server({
      leader: {
        actions: {
          append: assign(({ context: self, event }: Any) => {
            let index = self.log.last.index
            const entries = event.commands.map((command: Command) => {
              index++
              const sequence = command.kind === 'command' ? index * 1000 + command.sequence : command.sequence
              return { ...command, sequence, answeredBelow: 0, index, term: self.currentTerm }
            })
            return { log: self.log.append(entries) }
          }),
        },
      },
    }),
  ),
  raft(
    'a leader that answers reads without asking a majority',
    'read',
    server({ leader: { guards: { isReadConfirmed: readsUnconfirmed } } }),
    { aim: leftBehind('raft') },
  ),
  raft(
    'a server that votes although its disk lost a write',
    'torn',
    server({
      follower: { guards: { isUnsettled: never } },
      candidate: {
        guards: {
          hasMajority: ({ context: { config, votes, doubtfulVotes } }: Any) =>
            config.quorum.tally({ ...votes, ...doubtfulVotes }) === 'won',
        },
      },
    }),
    { aim: tornTail('raft') },
  ),
  raft(
    'a follower that cuts its log behind whatever it is sent',
    'cut',
    server({
      follower: {
        guards: {
          hasConflict: ({ context: self, event }: Any) =>
            event.entries.length > 0 && event.prevLogIndex < self.log.last.index,
        },
        actions: {
          persistTruncation: emit(({ context: self, event }: Any) => ({
            type: 'truncate',
            after: { index: event.prevLogIndex, term: self.log.termAt(event.prevLogIndex) },
          })),
          persistEntries: emit(({ event }: Any) => ({ type: 'append', entries: event.entries })),
          append: assign(({ context: self, event }: Any) => ({
            log: self.log.truncateAfter(event.prevLogIndex).append(event.entries),
          })),
        },
      },
    }),
    { aim: repeated('raft') },
  ),
  raft(
    'a candidate that says its log is of its own term',
    'logLength',
    saying(['PreVote', 'RequestVote'], (request) => ({ ...request, lastLogTerm: request.term })),
    { aim: behind('raft') },
  ),
  raft(
    'a leader that never looks further back for what a follower misses',
    'stuck',
    server({
      leader: {
        guards: {
          isAnswer: ({ context: self, event }: Any) =>
            event.term === self.currentTerm && event.success && event.matchIndex <= self.log.last.index,
        },
      },
      // Nor does anybody else give it what it lacks, when it campaigns.
      follower: { guards: { isBehind: never, needsSnapshot: never } },
      candidate: { guards: { isBehind: never, needsSnapshot: never } },
    }),
    { aim: missed('raft') },
  ),
  raft(
    'a leader that goes on when no majority answers',
    'stepDown',
    // Nor does anybody look whether it is there: the bus would say that it is not reached.
    { ...server({ leader: { guards: { isFit: always } } }), probeEveryMs: 60_000 },
    { aim: deaf('raft') },
  ),
  raft(
    'a follower that takes the suspicion of another for its own',
    'suspicion',
    server({ follower: { actions: { refusePreVote: grantingWhoSuspects } } }),
  ),
  raft(
    'a refusal of a pre-vote that does not tell the later term',
    'preVote',
    saying(['PreVoteReply', 'CatchUp'], (reply) => ({ ...reply, term: 0 })),
    { aim: teachingTerms('raft') },
  ),
  ...hostMistakes('Raft', cluster),
  backlogMistake('Raft', cluster),
  expiredMistake('Raft', cluster),
]
