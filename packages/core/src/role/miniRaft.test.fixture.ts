import type { Effect, LocalEvent } from '../actor/effect.js'
import { send } from '../actor/effect.js'
import { again, become } from './become.js'
import { ignore, rulesFor } from './rules.js'
import { assign, emit, setup } from './statechart.js'

/** An election of three, and no log: just enough of a family to try the contract on. */
export type Message =
  | { readonly type: 'RequestVote'; readonly from: `${string}/${string}/${string}`; readonly term: number }
  | { readonly type: 'Vote'; readonly from: `${string}/${string}/${string}`; readonly term: number }
  | { readonly type: 'Heartbeat'; readonly from: `${string}/${string}/${string}`; readonly term: number }
type Sent = { readonly type: Message['type']; readonly term: number }
export type Event = Message | LocalEvent

export interface Server {
  readonly currentTerm: number
  readonly votedFor: string | undefined
}
export interface Follower extends Server {
  readonly leader: string | undefined
}
export interface Candidate extends Server {
  readonly votes: readonly string[]
}
export interface Leader extends Server {
  readonly beats: number
}
export type Emitted = Effect<Sent, Server>

const everyone = 'g/server/all'
const durable = ({ currentTerm, votedFor }: Server): Server => ({ currentTerm, votedFor })
const isNewer = (self: Server, message: { term: number }) => message.term > self.currentTerm
const isCurrent = (self: Server, message: { term: number }) => message.term >= self.currentTerm
const local = {
  'storage.persisted': ignore('nothing waits for it'),
  'client.proposed': ignore('there is no log'),
  'client.read': ignore('there is no log'),
  'snapshot.taken': ignore('there is no log'),
}

const onFollower = rulesFor<Follower, Event>()
export const follower = setup({
  types: {} as { context: Follower; events: Event; input: Server; output: Server; emitted: Emitted },
  delays: { electionTimeout: 150 },
  guards: { isNewer: onFollower('RequestVote', isNewer), isCurrent: onFollower('Heartbeat', isCurrent) },
  actions: {
    vote: assign(onFollower('RequestVote', (_self, { term, from }) => ({ currentTerm: term, votedFor: from }))),
    follow: assign(onFollower('Heartbeat', (_self, { term, from }) => ({ currentTerm: term, leader: from }))),
    persist: emit(({ context }) => ({ type: 'persist', record: durable(context) })),
    replyVote: emit(
      onFollower('RequestVote', (self, { from }) => send(from, { type: 'Vote', term: self.currentTerm })),
    ),
  },
}).createMachine({
  id: 'follower',
  context: ({ input }) => ({ ...durable(input), leader: undefined }),
  output: ({ context }) => durable(context),
  initial: 'following',
  states: {
    following: {
      after: { electionTimeout: 'timedOut' },
      on: {
        RequestVote: [
          { guard: 'isNewer', target: 'following', reenter: true, actions: ['vote', 'persist', 'replyVote'] },
          ignore('an old term'),
        ],
        Heartbeat: [
          { guard: 'isCurrent', target: 'following', reenter: true, actions: 'follow' },
          ignore('an old term'),
        ],
        Vote: ignore('asked for none'),
        ...local,
      },
    },
    timedOut: { type: 'final' },
  },
})

const onCandidate = rulesFor<Candidate, Event>()
export const candidate = setup({
  types: {} as { context: Candidate; events: Event; input: Server; output: Server; emitted: Emitted },
  delays: { electionTimeout: 200 },
  guards: {
    isNewer: onCandidate('RequestVote', isNewer),
    isCurrent: onCandidate('Heartbeat', isCurrent),
    wins: onCandidate('Vote', (self, { term, from }) => term === self.currentTerm && !self.votes.includes(from)),
  },
  actions: {
    persist: emit(({ context }) => ({ type: 'persist', record: durable(context) })),
    requestVotes: emit(({ context }) => send(everyone, { type: 'RequestVote', term: context.currentTerm })),
    count: assign(onCandidate('Vote', (self, { from }) => ({ votes: [...self.votes, from] }))),
  },
}).createMachine({
  id: 'candidate',
  context: ({ input }) => ({ currentTerm: input.currentTerm + 1, votedFor: 'myself', votes: [] }),
  output: ({ context }) => durable(context),
  entry: ['persist', 'requestVotes'],
  initial: 'campaigning',
  states: {
    campaigning: {
      after: { electionTimeout: 'timedOut' },
      on: {
        RequestVote: [{ guard: 'isNewer', target: 'lost' }, ignore('voted for myself')],
        Heartbeat: [{ guard: 'isCurrent', target: 'lost' }, ignore('an old term')],
        Vote: [{ guard: 'wins', target: 'won', actions: 'count' }, ignore('of another term')],
        ...local,
      },
    },
    won: { type: 'final' },
    lost: { type: 'final' },
    timedOut: { type: 'final' },
  },
})

const onLeader = rulesFor<Leader, Event>()
export const leader = setup({
  types: {} as { context: Leader; events: Event; input: Server; output: Server; emitted: Emitted },
  delays: { heartbeat: 50 },
  guards: { isNewer: onLeader('RequestVote', isNewer), isNewerLeader: onLeader('Heartbeat', isNewer) },
  actions: {
    beat: assign(({ context }) => ({ beats: context.beats + 1 })),
    broadcastHeartbeat: emit(({ context }) => send(everyone, { type: 'Heartbeat', term: context.currentTerm })),
  },
}).createMachine({
  id: 'leader',
  context: ({ input }) => ({ ...durable(input), beats: 0 }),
  output: ({ context }) => durable(context),
  initial: 'leading',
  states: {
    leading: {
      entry: 'broadcastHeartbeat',
      after: { heartbeat: { target: 'leading', reenter: true, actions: 'beat' } },
      on: {
        RequestVote: [{ guard: 'isNewer', target: 'deposed' }, ignore('an old term')],
        Heartbeat: [{ guard: 'isNewerLeader', target: 'deposed' }, ignore('an old term')],
        Vote: ignore('won already'),
        ...local,
      },
    },
    deposed: { type: 'final' },
  },
})

export const server = become({
  id: 'miniRaft',
  initial: 'follower',
  roles: {
    follower: { actor: follower, on: { timedOut: 'candidate' } },
    candidate: { actor: candidate, on: { won: 'leader', lost: again('follower'), timedOut: 'candidate' } },
    leader: { actor: leader, on: { deposed: again('follower') } },
  },
})

export const events = {
  RequestVote: 'message',
  Vote: 'message',
  Heartbeat: 'message',
  'storage.persisted': 'local',
  'client.proposed': 'local',
  'client.read': 'local',
  'snapshot.taken': 'local',
} as const
