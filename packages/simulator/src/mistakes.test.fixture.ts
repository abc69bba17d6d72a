import type { Command, Entry, GroupDefinition, Message, RoleDefinition } from '@quorate/core'
import { type ServerFamily, server } from '@quorate/raft'
import { type AnyActorLogic, assign, emit } from 'xstate'
import type { SimulationSubject } from './subject.js'
import { multiPaxosSubject, paxosSubject, raftSubject } from './subjects.test.fixture.js'

interface Found {
  readonly name: string
  readonly subject: SimulationSubject
}

/** A protocol with one thing wrong in it, and how many seeds the simulator has to find it. */
export interface Mistake extends Found {
  /** Seeds that are tried at most, from 1. */
  readonly seedsMax: number
  /** A seed at which it is known to be found, so that a quick test need not search for it. */
  readonly foundAt: number
}

// biome-ignore lint/suspicious/noExplicitAny: contexts and events of any role, wrong on purpose.
type Any = any

const nothing: Any = assign({})

const raftWith = (by: Any): SimulationSubject => raftSubject(server.provide(by) as unknown as ServerFamily)

/** A group one of whose roles is provided with other guards and actions. */
const withRole =
  (role: string, provide: (logic: Any) => AnyActorLogic) =>
  (group: GroupDefinition): GroupDefinition => {
    const definition = group.roles[role] as RoleDefinition
    const logic: RoleDefinition['logic'] = (random, node) => provide(definition.logic(random, node))
    return { ...group, roles: { ...group.roles, [role]: { ...definition, logic } } }
  }

/** A group in which messages of a type are said otherwise. */
const saying =
  (type: string, change: (message: Any) => Any) =>
  (group: GroupDefinition): GroupDefinition => {
    const { messages } = group
    const encode = (message: Message) => messages.encode(message.type === type ? change(message) : message)
    return { ...group, messages: { ...messages, encode } }
  }

/** A subject whose group is changed by an adapter. */
const adapted = (
  subject: SimulationSubject,
  change: (group: GroupDefinition) => GroupDefinition,
): SimulationSubject => ({
  ...subject,
  make(nodes, chance) {
    const made = subject.make(nodes, chance)
    return {
      ...made,
      groups: Object.fromEntries(Object.entries(made.groups).map(([name, group]) => [name, change(group)])),
    }
  },
})

const held = ({ config, persistedIndex, progress }: Any): number =>
  config.quorum.committed({
    [config.id]: persistedIndex,
    ...Object.fromEntries(Object.entries<Any>(progress).map(([node, { matchIndex }]) => [node, matchIndex])),
  })

/** Commits up to what a rule of its own says. */
const committing = (role: 'leader' | 'follower', target: (self: Any) => number): SimulationSubject =>
  raftWith({
    [role]: {
      guards: { hasMoreToCommit: ({ context }: Any) => target(context) > context.commitIndex },
      actions: {
        commit: emit(({ context }: Any) => ({
          type: 'commit',
          entries: context.log.slice(context.commitIndex + 1, target(context)),
        })),
        advanceCommitIndex: assign(({ context }: Any) => ({ commitIndex: target(context) })),
      },
    },
  })

const raftMistakes: readonly Found[] = [
  { name: 'a voter that votes for everyone', subject: raftWith({ follower: { guards: { mayVote: () => true } } }) },
  { name: 'a voter that forgets its vote', subject: raftWith({ follower: { actions: { vote: nothing } } }) },
  {
    name: 'a voter whose vote never reaches the disk',
    subject: raftWith({ follower: { actions: { persist: nothing } } }),
  },
  {
    name: 'a record on the disk that leaves out the vote',
    subject: adapted(raftSubject(), (group) => {
      const definition = group.roles['server'] as RoleDefinition
      const { record } = definition
      const encode = (value: Any) => record.encode({ ...value, votedFor: undefined })
      return { ...group, roles: { server: { ...definition, record: { ...record, encode } } } }
    }),
  },
  {
    name: 'a voter that compares logs by their length',
    subject: raftWith({
      follower: {
        guards: {
          mayVote: ({ context: self, event }: Any) =>
            event.term === self.currentTerm &&
            (self.votedFor === undefined || event.from.endsWith(`/${self.votedFor}`)) &&
            event.lastLogIndex >= self.log.last.index,
          wouldVote: ({ context: self, event }: Any) =>
            event.term > self.currentTerm && event.lastLogIndex >= self.log.last.index,
        },
      },
    }),
  },
  {
    name: 'a voter that does not compare logs',
    subject: raftWith({
      follower: {
        guards: {
          mayVote: ({ context: self, event }: Any) =>
            event.term === self.currentTerm &&
            (self.votedFor === undefined || event.from.endsWith(`/${self.votedFor}`)),
          wouldVote: ({ context: self, event }: Any) => event.term > self.currentTerm,
        },
      },
    }),
  },
  {
    name: 'a candidate that needs one vote',
    subject: raftWith({ candidate: { guards: { hasMajority: () => true } } }),
  },
  {
    name: 'a candidate that counts votes of earlier elections',
    subject: raftWith({ candidate: { guards: { isAboutThisTerm: () => true, isNewerVoter: () => false } } }),
  },
  {
    name: 'a candidate whose term and vote never reach the disk',
    subject: raftWith({ candidate: { actions: { persist: nothing } } }),
  },
  {
    name: 'a follower that takes entries after a gap',
    subject: raftWith({ follower: { guards: { isGap: () => false } } }),
  },
  {
    name: 'a follower that says yes where entries are missing',
    subject: adapted(
      raftSubject(),
      saying('AppendEntriesReply', (reply) =>
        reply.success ? reply : { ...reply, success: true, matchIndex: reply.prevLogIndex },
      ),
    ),
  },
  {
    name: 'a follower that commits what it did not compare',
    subject: committing('follower', (self) => Math.min(self.leaderCommit, self.log.last.index)),
  },
  {
    name: 'a follower whose entries never reach the disk',
    subject: raftWith({ follower: { actions: { persistEntries: nothing } } }),
  },
  {
    name: 'a follower that truncates in memory only',
    subject: raftWith({ follower: { actions: { persistTruncation: nothing } } }),
  },
  { name: 'a leader that commits what it alone holds', subject: committing('leader', (self) => self.persistedIndex) },
  {
    name: 'a leader that commits what is not on its disk',
    subject: committing('leader', (self) => self.log.last.index),
  },
  { name: 'a leader that counts replicas of earlier terms', subject: committing('leader', held) },
  {
    name: 'a leader that takes itself for the leader when it reads',
    subject: raftWith({ leader: { guards: { isReadConfirmed: ({ context }: Any) => context.readsAsked.length > 0 } } }),
  },
  {
    name: 'a leader that reads before it knows what is committed',
    subject: raftWith({
      leader: {
        guards: {
          isRoundDue: ({ context }: Any) => context.readsWaiting.length > 0 && context.readsAsked.length === 0,
        },
      },
    }),
  },
  {
    name: 'a leader that does not mind a newer term',
    subject: raftWith({ leader: { guards: { isNewerFollower: () => false, isAnswer: () => true } } }),
  },
  {
    name: 'a snapshot that is installed and not restored',
    subject: raftWith({ follower: { actions: { restore: nothing } } }),
  },
  {
    name: 'a server that trusts a disk which lost its last write',
    subject: raftWith({ follower: { guards: { isDoubtful: () => false } } }),
  },
  {
    name: 'a leader that takes every retry for a new command',
    subject: raftWith({
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
  },
]

const multiPaxosMistakes: readonly Found[] = [
  {
    name: 'an acceptor that breaks its promise',
    subject: multiPaxosSubject(
      withRole('acceptor', (acceptor) => acceptor.provide({ guards: { breaksPromise: () => false } })),
    ),
  },
  {
    name: 'an acceptor whose promise never reaches the disk',
    subject: multiPaxosSubject(withRole('acceptor', (acceptor) => acceptor.provide({ actions: { persist: nothing } }))),
  },
  {
    name: 'an acceptor whose acceptances never reach the disk',
    subject: multiPaxosSubject(
      withRole('acceptor', (acceptor) => acceptor.provide({ actions: { persistEntries: nothing } })),
    ),
  },
  {
    name: 'an acceptor that keeps to itself what it accepted',
    subject: multiPaxosSubject(saying('Promise', (promise) => ({ ...promise, entries: [], last: promise.through }))),
  },
  {
    name: 'an acceptor that trusts a disk which lost its last write',
    subject: multiPaxosSubject(
      withRole('acceptor', (acceptor) => acceptor.provide({ guards: { isDoubtful: () => false } })),
    ),
  },
  {
    name: 'a proposer that forgets its ballots',
    subject: multiPaxosSubject(
      withRole('proposer', (family) => family.provide({ preparing: { actions: { persist: nothing } } })),
    ),
  },
  {
    name: 'a proposer that needs one promise',
    subject: multiPaxosSubject(
      withRole('proposer', (family) =>
        family.provide({
          preparing: { guards: { isPrepared: ({ context }: Any) => Object.values(context.promises).includes('done') } },
        }),
      ),
    ),
  },
  {
    name: 'a proposer that takes the lowest accepted ballot for the highest',
    subject: multiPaxosSubject(
      withRole('proposer', (family) =>
        family.provide({
          preparing: {
            actions: {
              notePromise: assign(({ context: self, event }: Any) => {
                const found = new Map<number, Entry>(self.found)
                for (const entry of event.entries as Entry[]) {
                  const known = found.get(entry.index)
                  if (!known || entry.term < known.term) found.set(entry.index, entry)
                }
                const node = event.from.split('/').at(-1)
                return {
                  found,
                  promises: { ...self.promises, [node]: event.through < event.last ? event.through + 1 : 'done' },
                  horizon: Math.max(self.horizon, event.last),
                  chosenThrough: Math.max(self.chosenThrough, event.chosenThrough),
                }
              }),
            },
          },
        }),
      ),
    ),
  },
  {
    name: 'a proposer that proposes values of its own where others were accepted',
    subject: multiPaxosSubject(
      withRole('proposer', (family) =>
        family.provide({
          preparing: {
            actions: {
              notePromise: assign(({ context: self, event }: Any) => ({
                promises: { ...self.promises, [event.from.split('/').at(-1)]: 'done' },
                chosenThrough: Math.max(self.chosenThrough, event.chosenThrough),
              })),
            },
          },
        }),
      ),
    ),
  },
  {
    name: 'a distinguished proposer that reads without asking whether it still is',
    subject: multiPaxosSubject(
      withRole('proposer', (family) =>
        family.provide({
          leading: { guards: { isReadConfirmed: ({ context }: Any) => context.readsAsked.length > 0 } },
        }),
      ),
    ),
  },
  {
    name: 'a learner that skips slots which it missed',
    subject: multiPaxosSubject(saying('Chosen', (chosen) => ({ ...chosen, entries: chosen.entries.slice(-1) }))),
  },
]

const paxosMistakes: readonly Found[] = [
  {
    name: 'an acceptor of one decision that breaks its promise',
    subject: paxosSubject(
      withRole('acceptor', (acceptor) => acceptor.provide({ guards: { honoursPromise: () => true } })),
    ),
  },
  {
    name: 'an acceptor of one decision that forgets',
    subject: paxosSubject(withRole('acceptor', (acceptor) => acceptor.provide({ actions: { persist: nothing } }))),
  },
  {
    name: 'a proposer of one decision that needs one promise',
    subject: paxosSubject(
      withRole('proposer', (proposer) =>
        proposer.provide({ guards: { isPrepared: ({ context }: Any) => Object.keys(context.promises).length > 0 } }),
      ),
    ),
  },
  {
    name: 'a proposer of one decision that ignores what was accepted',
    subject: paxosSubject(saying('Promise', ({ accepted: _, ...promise }) => promise)),
  },
]

/** Where each is known to be found. A long run searches from the first seed on. */
const foundAt: Readonly<Record<string, number>> = {}

const seedsMax = 60

export const mistakes: readonly Mistake[] = [...raftMistakes, ...multiPaxosMistakes, ...paxosMistakes].map((found) => ({
  ...found,
  seedsMax,
  foundAt: foundAt[found.name] ?? 1,
}))
