import { assign, enqueueActions } from '@quorate/core/statechart'
import { server } from '@quorate/raft'
import { type CatchUpBeginning, handsOnLate, longerLog, raftCatchUp } from '../check/models/raftCatchUp.js'
import { oneHoldsMore, raftDoubt } from '../check/models/raftDoubt.js'
import { raftElection } from '../check/models/raftElection.js'
import { raftLateAnswers } from '../check/models/raftLateAnswers.js'
import { raftReplication } from '../check/models/raftReplication.js'
import { type Any, always, type Checked, never, nothing } from './mistake.js'
import { leadershipMistakes } from './raftLeadershipChecked.js'
import {
  acknowledging,
  committing,
  handingOnByLength,
  hasHalf,
  heldByQuorum,
  isLonger,
  readsBeforeCommit,
  readsUnconfirmed,
  senderOf,
  takesEverything,
  trustsItsLeader,
} from './raftRules.js'
import { raft, type Scope, scope } from './raftScope.js'
import { raftDisks, raftFigure8, raftLongerLog, raftReads } from './scopes.js'

/** Mistakes in Raft that the model checker has to find. */

/** Disks that lose their last write. */
const doubts = { terms: 3, doubts: 1, heartbeats: 0, commands: 0 } as const

const election =
  (changed: Partial<Parameters<typeof raftElection>[0]> = {}): Scope =>
  (family) =>
    raftElection({ ...scope, family, ...changed })

const replication =
  (changed: Partial<Parameters<typeof raftReplication>[0]> = {}): Scope =>
  (family) =>
    raftReplication({ ...scope, family, ...changed })

const doubt =
  (changed: Partial<Parameters<typeof raftDoubt>[0]> = {}): Scope =>
  (family) =>
    raftDoubt({ ...scope, ...doubts, family, ...changed })

const catchUp =
  (beginning: CatchUpBeginning, timeouts: number): Scope =>
  (family) =>
    raftCatchUp({ ...scope, network: { kind: 'fifo' }, family, beginning, timeouts })

const lateAnswers: Scope = (family) => raftLateAnswers({ ...scope, family })

const allInDoubt = doubt({ doubts: 0, terms: 5, timeouts: 1, remains: oneHoldsMore })

/** Whatever the logs are. */
const isVoteFree = ({ context: self, event }: Any): boolean =>
  event.term === self.currentTerm && (self.votedFor === undefined || self.votedFor === senderOf(event))

/** Counts votes, and not voters. */
const countingMessages = {
  countVote: assign(({ context: { votes }, event }: Any) =>
    event.voteGranted ? { votes: { ...votes, [`${senderOf(event)} ${Object.keys(votes).length}`]: true } } : {},
  ),
}
const hasMajorityOfMessages = ({ context: { votes, config } }: Any): boolean =>
  Object.keys(votes).length * 2 > config.peers.length + 1

export const raftMistakes: readonly Checked[] = [
  raft('a voter that votes for everyone', 'vote', election(), { follower: { guards: { mayVote: always } } }),
  raft('a voter that does not remember its vote', 'vote', election(), { follower: { actions: { vote: nothing } } }),
  raft('a voter whose vote never reaches the disk', 'disk', election({ crashes: 1 }), {
    follower: { actions: { persist: nothing } },
  }),
  raft('a voter that says its vote before it is on the disk', 'disk', election({ crashes: 1, writes: 'split' }), {
    follower: {
      actions: {
        persist: nothing,
        replyVote: enqueueActions(
          ({ context: { currentTerm, votedFor, doubtful, doubt, spentTerm }, event, enqueue }: Any) => {
            const message = { type: 'RequestVoteReply', term: currentTerm, voteGranted: true, doubtful }
            enqueue.emit({ type: 'send', to: event.from, message })
            enqueue.emit({ type: 'persist', record: { currentTerm, votedFor, doubtful, doubt, spentTerm } })
          },
        ),
      },
    },
  }),
  raft('a candidate whose own vote never reaches the disk', 'disk', election({ crashes: 1 }), {
    candidate: { actions: { persist: nothing } },
  }),
  raft('a candidate that needs one vote', 'vote', election(), { candidate: { guards: { hasMajority: always } } }),
  raft('a candidate that counts refusals', 'vote', election(), {
    candidate: {
      actions: {
        countVote: assign(({ context, event }: Any) => ({ votes: { ...context.votes, [senderOf(event)]: true } })),
      },
    },
  }),
  raft('a candidate that counts votes of an earlier term', 'stale', election({ timeouts: 3 }), {
    candidate: { guards: { isAboutThisTerm: always } },
  }),
  raft('a candidate that begins no new term', 'vote', election(), {
    candidate: {
      actions: {
        beginTerm: assign(({ context: { config, currentTerm } }: Any) => ({
          // The first one.
          currentTerm: Math.max(1, currentTerm),
          votes: { [config.id]: true },
        })),
      },
    },
  }),
  raft('a candidate for which half the votes are enough, of four', 'twice', election({ servers: 4 }), {
    candidate: { guards: { hasMajority: hasHalf } },
  }),
  raft(
    'a candidate that counts a repeated vote twice, of four',
    'twice',
    election({ servers: 4, network: { kind: 'dup' } }),
    { candidate: { actions: countingMessages, guards: { hasMajority: hasMajorityOfMessages } } },
  ),
  raft(
    'a candidate that takes pre-votes for votes',
    'preVote',
    election(),
    {
      candidate: {
        actions: {
          beginTerm: assign(({ context: self }: Any) => ({
            currentTerm: self.currentTerm + 1,
            votedFor: self.config.id,
          })),
        },
      },
    },
    server,
  ),
  raft('a voter that does not compare logs', 'logLength', raftLongerLog, {
    follower: {
      guards: {
        mayVote: isVoteFree,
      },
    },
  }),
  raft('a voter that compares logs by their length', 'logLength', raftLongerLog, {
    follower: { guards: { mayVote: isLonger } },
  }),
  raft('a leader that commits entries of earlier terms by counting', 'earlierTerms', raftFigure8, {
    leader: committing(heldByQuorum),
  }),
  raft('a leader that commits what only it holds', 'twice', replication(), {
    leader: committing((self) => self.persistedIndex),
  }),
  raft('a leader that commits before its disk has it', 'disk', replication({ writes: 'split' }), {
    leader: committing((self) => self.log.last.index),
  }),
  raft('a follower that acknowledges before its disk has it', 'disk', raftDisks, {
    follower: { actions: { replySuccess: acknowledging(always) } },
  }),
  raft('a follower whose entries never reach the disk', 'disk', replication({ crashes: 1 }), {
    follower: { actions: { persistEntries: nothing } },
  }),
  raft('a follower that appends after a gap', 'logMatching', replication(), { follower: { guards: { isGap: never } } }),
  raft('a follower that keeps what conflicts', 'logMatching', replication(), {
    follower: { guards: { hasConflict: never } },
  }),
  raft(
    'a follower that commits what its leader has, and not what matches',
    'logMatching',
    replication({ heartbeats: 1 }),
    {
      follower: committing((self) => Math.min(self.leaderCommit, self.log.last.index)),
    },
  ),
  raft(
    'a candidate that takes what it is handed from a log that is behind its own by now',
    'stale',
    catchUp(handsOnLate, 3),
    { candidate: { guards: { bringsOtherEntries: takesEverything } } },
    server,
  ),
  raft(
    'servers that hand on a longer log in the place of a later one',
    'logLength',
    catchUp(longerLog, 1),
    handingOnByLength,
    server,
  ),
  raft('a server in doubt that asks one other what it may have forgotten, and not all', 'torn', doubt(), {
    doubtful: { guards: { hasAllAnswers: ({ context: { answers } }: Any) => Object.keys(answers).length > 0 } },
  }),
  raft('a leader that counts what a server acknowledged before its disk was in doubt', 'torn', lateAnswers, {
    leader: { actions: { voidAcknowledgements: nothing } },
  }),
  raft('a server in doubt that trusts its log before it holds what others knew to be committed', 'torn', lateAnswers, {
    follower: { guards: { isUpToDateAgain: trustsItsLeader } },
  }),
  raft('a candidate for which a majority is enough, although they are in doubt', 'torn', allInDoubt, {
    candidate: {
      guards: {
        hasMajority: ({ context: { config, votes, doubtfulVotes } }: Any) =>
          config.quorum.tally({ ...votes, ...doubtfulVotes }) === 'won',
      },
    },
  }),
  raft('voters in doubt that vote for one that holds less than they do', 'torn', allInDoubt, {
    follower: { guards: { mayVote: isVoteFree } },
  }),
  raft('a leader that answers reads without asking a majority', 'read', raftReads(1), {
    leader: { guards: { isReadConfirmed: readsUnconfirmed } },
  }),
  raft('a leader that answers reads before it has committed in its term', 'read', raftReads(1), {
    leader: { guards: { isRoundDue: readsBeforeCommit } },
  }),
  raft('a leader for whose reads the answers to an earlier round count', 'read', raftReads(2), {
    leader: {
      actions: {
        queueRead: assign(({ context: self, event: { request } }: Any) =>
          self.readsAsked.length > 0
            ? { readsAsked: [...self.readsAsked, { request, at: self.commitIndex, round: self.round }] }
            : { readsWaiting: [...self.readsWaiting, request] },
        ),
      },
    },
  }),
  ...leadershipMistakes,
]
