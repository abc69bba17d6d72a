import type { Model } from '@quorate/checker'
import { acceptor, learner, proposer } from '@quorate/paxos'
import type { Leader } from '@quorate/raft'
import { assign, emit } from 'xstate'
import { raftElection } from './raftElection.js'
import { withoutPreVote } from './raftFamilies.js'
import { raftReplication } from './raftReplication.js'
import { singlePaxos } from './singlePaxos.js'

/** Deliberate mistakes in the roles, each in a scope in which it must be caught. */
export interface Mistake {
  readonly name: string
  readonly model: Model
}

const network = { kind: 'nondup' } as const
const never = () => false
const always = () => true
/** An action that is left out; it fits every role. */
const nothing = assign({}) as never

type Family = Parameters<typeof withoutPreVote.provide>[0]

const raft = { name: 'raft', servers: 3, terms: 2, timeouts: 2, crashes: 0, writes: 'atomic', network } as const

const election = (name: string, by: Family, changed: Partial<Parameters<typeof raftElection>[0]> = {}): Mistake => ({
  name: `Raft: ${name}`,
  model: raftElection({ ...raft, family: withoutPreVote.provide(by), ...changed }),
})

const replication = (
  name: string,
  by: Family,
  changed: Partial<Parameters<typeof raftReplication>[0]> = {},
): Mistake => ({
  name: `Raft: ${name}`,
  model: raftReplication({ ...raft, family: withoutPreVote.provide(by), ...changed }),
})

const commitThrough = (targetOf: (self: Leader) => number): Family => ({
  leader: {
    guards: { hasMoreToCommit: ({ context }) => targetOf(context) > context.commitIndex },
    actions: {
      commit: emit(({ context: self }) => ({
        type: 'commit' as const,
        entries: self.log.slice(self.commitIndex + 1, targetOf(self)),
      })),
      advanceCommitIndex: assign(({ context }) => ({ commitIndex: targetOf(context) })),
    },
  },
})

const paxos = { name: 'paxos', proposers: 2, acceptors: 3, timeouts: 0, crashes: 0, writes: 'atomic', network } as const

const single = (name: string, changed: Partial<Parameters<typeof singlePaxos>[0]>): Mistake => ({
  name: `Paxos: ${name}`,
  model: singlePaxos({ ...paxos, ...changed }),
})

export const mistakes: readonly Mistake[] = [
  election('a voter that votes for everyone', { follower: { guards: { mayVote: always } } }),
  election('a voter that does not remember its vote', { follower: { actions: { vote: nothing } } }),
  election(
    'a voter whose vote never reaches the disk',
    { follower: { actions: { persist: nothing } } },
    { crashes: 1 },
  ),
  election(
    'a candidate whose own vote never reaches the disk',
    { candidate: { actions: { persist: nothing } } },
    { crashes: 1 },
  ),
  election('a candidate that needs one vote', { candidate: { guards: { hasMajority: always } } }),
  election('a candidate that counts refusals', {
    candidate: {
      actions: {
        countVote: assign(({ context, event }) =>
          'from' in event
            ? { votes: { ...context.votes, [event.from.slice(event.from.lastIndexOf('/') + 1)]: true } }
            : {},
        ),
      },
    },
  }),
  election(
    'a candidate that counts votes of an earlier term',
    { candidate: { guards: { isAboutThisTerm: always } } },
    { timeouts: 3 },
  ),
  election('a candidate that begins no new term', {
    candidate: { actions: { beginTerm: assign(({ context }) => ({ votes: { [context.config.id]: true } })) } },
  }),
  replication('a voter that does not compare logs', {
    follower: {
      guards: {
        mayVote: ({ context, event }) =>
          'term' in event &&
          event.term === context.currentTerm &&
          (context.votedFor === undefined || event.from.endsWith(context.votedFor)),
      },
    },
  }),
  replication(
    'a leader that commits what only it holds',
    commitThrough((self) => self.persistedIndex),
  ),
  replication(
    'a leader that commits before its disk has it',
    commitThrough((self) => self.log.last.index),
    { writes: 'split' },
  ),
  replication(
    'a follower whose entries never reach the disk',
    { follower: { actions: { persistEntries: nothing } } },
    { crashes: 1 },
  ),
  replication('a follower that appends after a gap', { follower: { guards: { isGap: never } } }),
  replication('a follower that keeps what conflicts', { follower: { guards: { hasConflict: never } } }),
  single('an acceptor whose promise never reaches the disk', {
    crashes: 1,
    roles: { acceptor: acceptor.provide({ actions: { persist: nothing } }) },
  }),
  single('an acceptor that accepts below its promise', {
    roles: { acceptor: acceptor.provide({ guards: { honoursPromise: always } }) },
  }),
  single('an acceptor that promises to everybody', {
    roles: { acceptor: acceptor.provide({ guards: { exceedsPromised: always } }) },
  }),
  single('an acceptor that does not remember what it promised', {
    roles: { acceptor: acceptor.provide({ actions: { promise: nothing } }) },
  }),
  single('an acceptor that does not remember what it accepted', {
    roles: {
      acceptor: acceptor.provide({
        actions: {
          accept: assign(({ event }) => (event.type === 'Accept' ? { promised: event.proposal.ballot } : {})),
        },
      }),
    },
  }),
  single('an acceptor that does not say what it accepted', {
    roles: {
      acceptor: acceptor.provide({
        actions: {
          replyPromise: emit(({ event }) => ({
            type: 'send' as const,
            to: (event as { from: `${string}/${string}/${string}` }).from,
            message: {
              type: 'Promise' as const,
              ballot: (event as unknown as { ballot: { round: number; node: string } }).ballot,
            },
          })),
        },
      }),
    },
  }),
  single('a proposer that proposes its own value', {
    roles: {
      proposer: proposer.provide({
        actions: {
          countPromise: assign(({ context, event }) =>
            event.type === 'Promise'
              ? {
                  promises: { ...context.promises, [event.from.slice(event.from.lastIndexOf('/') + 1)]: true as const },
                }
              : {},
          ),
        },
      }),
    },
  }),
  single('a proposer that needs one promise', {
    roles: {
      proposer: proposer.provide({ guards: { isPrepared: ({ context }) => Object.keys(context.promises).length > 0 } }),
    },
  }),
  single('a proposer that needs one acceptance', {
    roles: {
      proposer: proposer.provide({ guards: { isChosen: ({ context }) => Object.keys(context.votes).length > 0 } }),
    },
  }),
  single('a proposer whose ballot never reaches the disk', {
    crashes: 1,
    crashing: 'proposer',
    proposers: 1,
    asks: 2,
    roles: { proposer: proposer.provide({ actions: { persist: nothing } }) },
  }),
  single('a learner that needs one acceptance', {
    roles: {
      learner: learner.provide({
        guards: { isChosen: ({ context }) => context.votes.size > 0 },
        actions: {
          learn: assign(({ context }) => ({ chosen: [...context.votes.values()][0]?.value, votes: new Map() })),
        },
      }),
    },
  }),
  single('a learner that counts acceptances of different ballots together', {
    roles: {
      learner: learner.provide({
        guards: {
          isChosen: ({ context }) => new Set([...context.votes.values()].flatMap(({ by }) => Object.keys(by))).size > 1,
        },
        actions: {
          learn: assign(({ context }) => ({ chosen: [...context.votes.values()][0]?.value, votes: new Map() })),
        },
      }),
    },
  }),
]
