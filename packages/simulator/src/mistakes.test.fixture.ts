import type { Command, GroupDefinition, Message, RoleDefinition } from '@quorate/core'
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
    name: 'a candidate that needs one vote',
    subject: raftWith({ candidate: { guards: { hasMajority: () => true } } }),
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
    name: 'a follower whose entries never reach the disk',
    subject: raftWith({ follower: { actions: { persistEntries: nothing } } }),
  },
  {
    name: 'a follower that truncates in memory only',
    subject: raftWith({ follower: { actions: { persistTruncation: nothing } } }),
  },
  {
    name: 'a leader that commits what is not on its disk',
    subject: committing('leader', (self) => self.log.last.index),
  },
  {
    name: 'a snapshot that is installed and not restored',
    subject: raftWith({ follower: { actions: { restore: nothing } } }),
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
]

const paxosMistakes: readonly Found[] = [
  {
    name: 'an acceptor of one decision that forgets',
    subject: paxosSubject(withRole('acceptor', (acceptor) => acceptor.provide({ actions: { persist: nothing } }))),
  },
  {
    name: 'a proposer of one decision that ignores what was accepted',
    subject: paxosSubject(saying('Promise', ({ accepted: _, ...promise }) => promise)),
  },
]

/** Where each is known to be found. A long run searches from the first seed on. */
const foundAt: Readonly<Record<string, number>> = {
  'a voter that votes for everyone': 21,
  'a voter that forgets its vote': 21,
  'a follower that says yes where entries are missing': 10,
  'a snapshot that is installed and not restored': 11,
  'an acceptor that keeps to itself what it accepted': 3,
  'a proposer that needs one promise': 5,
  'a proposer that proposes values of its own where others were accepted': 5,
}

const seedsMax = 60

export const mistakes: readonly Mistake[] = [...raftMistakes, ...multiPaxosMistakes, ...paxosMistakes].map((found) => ({
  ...found,
  seedsMax,
  foundAt: foundAt[found.name] ?? 1,
}))
