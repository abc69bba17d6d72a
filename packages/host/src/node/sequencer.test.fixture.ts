import {
  type AnyStateMachine,
  addressOf,
  type Codec,
  type Command,
  type Effect,
  type Entry,
  everyNode,
  type GroupDefinition,
  wholeOf as inOnePlace,
  json,
  type LocalEvent,
  Log,
  type LogId,
  type LogLimits,
  type LogService,
  type NodeId,
  origin,
  type Received,
  type RecoveredState,
  type RoleStatus,
  type Snapshot,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'

/**
 * The smallest protocol that orders a log: the first node appends, and what is on its disk is decided; the others take
 * from it. It tolerates no failure and has nothing of Raft, and the host runs it: that is what it is for.
 */

type SequencerMessage =
  | { readonly type: 'Entries'; readonly entries: readonly Entry[] }
  | { readonly type: 'Ask'; readonly after: number }
  | { readonly type: 'Whole'; readonly last: LogId; readonly bytes: Uint8Array }

/** How often it was started: entries bear it as their term. */
interface Epoch {
  readonly epoch: number
}

interface Context {
  readonly group: string
  readonly id: NodeId
  readonly first: NodeId
  readonly epoch: number
  readonly log: Log
  readonly snapshot: Snapshot | undefined
  readonly commitIndex: number
}

type Event = LocalEvent | Received<SequencerMessage>

interface Input {
  readonly group: string
  readonly id: NodeId
  readonly first: NodeId
  readonly recovered: RecoveredState<Epoch>
}

const role = 'log'
const askEveryMs = 50

const numbered = ({ epoch, log }: Context, commands: readonly Command[]): Entry[] =>
  commands.map((command, position) => ({ ...command, index: log.last.index + 1 + position, term: epoch }))

/** What an asker lacks: entries, or all when they are compacted already. */
const lacking = ({ log, commitIndex, snapshot }: Context, after: number): SequencerMessage =>
  after < log.base.index && snapshot
    ? { type: 'Whole', last: snapshot.last, bytes: inOnePlace(snapshot.bytes) }
    : { type: 'Entries', entries: log.slice(after + 1, commitIndex) }

const continues = ({ log }: Context, entries: readonly Entry[]): boolean => entries[0]?.index === log.last.index + 1

const sequencer = setup({
  types: {} as { context: Context; events: Event; input: Input; emitted: Effect<SequencerMessage, Epoch> },
  delays: { ask: askEveryMs },
  guards: {
    isFirst: ({ context }) => context.id === context.first,
    continues: ({ context, event }) => event.type === 'Entries' && continues(context, event.entries),
    isAhead: ({ context, event }) => event.type === 'Whole' && event.last.index > context.log.last.index,
  },
  actions: {
    persistEpoch: emit(({ context: { epoch } }) => ({ type: 'persist', record: { epoch } }) as const),
    commitRecovered: emit(
      ({ context: { log } }) => ({ type: 'commit', entries: log.slice(1, log.last.index) }) as const,
    ),
    append: emit(({ context, event }) => {
      const entries = event.type === 'client.proposed' ? numbered(context, event.commands) : []
      return { type: 'append', entries } as const
    }),
    keep: assign(({ context, event }) => ({
      log: event.type === 'client.proposed' ? context.log.append(numbered(context, event.commands)) : context.log,
    })),
    commit: emit(({ context, event }) => {
      const last = event.type === 'storage.persisted' ? event.last.index : 0
      return { type: 'commit', entries: context.log.slice(context.commitIndex + 1, last) } as const
    }),
    tell: emit(({ context, event }) => {
      const last = event.type === 'storage.persisted' ? event.last.index : 0
      const entries = context.log.slice(context.commitIndex + 1, last)
      return {
        type: 'send',
        to: addressOf(context.group, role, everyNode),
        message: { type: 'Entries', entries },
      } as const
    }),
    decide: assign(({ context, event }) => ({
      commitIndex: event.type === 'storage.persisted' ? event.last.index : context.commitIndex,
    })),
    answer: emit(({ context, event }) => {
      const message = lacking(context, event.type === 'Ask' ? event.after : 0)
      const to = event.type === 'Ask' ? event.from : addressOf(context.group, role, everyNode)
      return { type: 'send', to, message } as const
    }),
    ask: emit(
      ({ context: { group, first, log } }) =>
        ({ type: 'send', to: addressOf(group, role, first), message: { type: 'Ask', after: log.last.index } }) as const,
    ),
    appendTold: emit(
      ({ event }) => ({ type: 'append', entries: event.type === 'Entries' ? event.entries : [] }) as const,
    ),
    commitTold: emit(
      ({ event }) => ({ type: 'commit', entries: event.type === 'Entries' ? event.entries : [] }) as const,
    ),
    keepTold: assign(({ context, event }) => {
      const log = event.type === 'Entries' ? context.log.append(event.entries) : context.log
      return { log, commitIndex: log.last.index }
    }),
    install: emit(({ event }) => ({ type: 'install', snapshot: wholeOf(event) }) as const),
    restore: emit(({ event }) => ({ type: 'restore', snapshot: wholeOf(event) }) as const),
    replace: assign(({ event }) => {
      const snapshot = wholeOf(event)
      return { log: Log.empty(snapshot.last), commitIndex: snapshot.last.index, snapshot }
    }),
    compact: emit(({ event }) => {
      const snapshot = takenOf(event)
      return { type: 'compact', snapshot, through: snapshot.last } as const
    }),
    shorten: assign(({ context, event }) => {
      const snapshot = takenOf(event)
      return { log: context.log.compactThrough(snapshot.last), snapshot }
    }),
    readable: emit(
      ({ context, event }) =>
        ({
          type: 'readable',
          request: event.type === 'client.read' ? event.request : 0,
          at: context.commitIndex,
        }) as const,
    ),
    refuse: emit(({ context, event }) => {
      const request = event.type === 'client.proposed' || event.type === 'client.read' ? event.request : 0
      return { type: 'refuse', request, reason: 'notLeader', leader: context.first } as const
    }),
    break: assign(() => {
      throw new Error('a role broke')
    }),
  },
}).createMachine({
  id: 'sequencer',
  context: ({ input: { group, id, first, recovered } }) => {
    const log = Log.of(recovered.entries, recovered.base)
    const { snapshot } = recovered
    return { group, id, first, epoch: (recovered.record?.epoch ?? 0) + 1, log, snapshot, commitIndex: log.last.index }
  },
  initial: 'starting',
  states: {
    starting: {
      entry: ['persistEpoch', 'commitRecovered'],
      always: [{ guard: 'isFirst', target: 'ordering' }, { target: 'following' }],
    },
    ordering: {
      on: {
        'client.proposed': { actions: ['append', 'keep'] },
        'storage.persisted': { actions: ['commit', 'tell', 'decide'] },
        'client.read': { actions: 'readable' },
        'snapshot.taken': { actions: ['compact', 'shorten'] },
        Ask: { actions: 'answer' },
        Whole: { actions: 'break' },
      },
    },
    following: {
      after: { ask: { target: 'following', reenter: true, actions: 'ask' } },
      on: {
        Entries: [{ guard: 'continues', actions: ['appendTold', 'commitTold', 'keepTold'] }, {}],
        Whole: [{ guard: 'isAhead', actions: ['install', 'restore', 'replace'] }, {}],
        'snapshot.taken': { actions: ['compact', 'shorten'] },
        'client.proposed': { actions: 'refuse' },
        'client.read': { actions: 'refuse' },
      },
    },
  },
})

function wholeOf(event: Event): Snapshot {
  return event.type === 'Whole' ? { last: event.last, bytes: event.bytes } : { last: origin, bytes: new Uint8Array(0) }
}

function takenOf(event: Event): Snapshot {
  return event.type === 'snapshot.taken' ? event.snapshot : { last: origin, bytes: new Uint8Array(0) }
}

/** Bytes as arrays of numbers: slow, and enough for a fixture. */
export const jsonMessages = <M extends { readonly type: string }>(
  types: readonly M['type'][],
): GroupDefinition['messages'] => ({
  types,
  encode: (message) =>
    json<unknown>().encode(
      JSON.parse(JSON.stringify(message, (_key, value) => (value instanceof Uint8Array ? { $: [...value] } : value))),
    ),
  decode: (_type, bytes) =>
    JSON.parse(new TextDecoder().decode(bytes), (_key, value) =>
      Array.isArray(value?.$) ? new Uint8Array(value.$) : value,
    ),
})

export const fixtureLimits: LogLimits = { commandBytesMax: 1000, snapshotEveryEntries: 1000, sessionsMax: 64 }
export const fixtureMessageBytesMax = 1024 * 1024

/** A group of it, over any state machine. */
export function sequenced<Machine extends AnyStateMachine>(options: {
  members: readonly [NodeId, ...NodeId[]]
  stateMachine: Machine
  limits?: Partial<LogLimits>
  messageBytesMax?: number
}): GroupDefinition<LogService<Machine>> {
  const [first] = options.members
  const { stateMachine, limits, messageBytesMax = fixtureMessageBytesMax } = options
  return {
    protocol: 'sequencer',
    roles: {
      [role]: {
        nodes: options.members,
        logic: () => sequencer,
        input: ({ group, node, recovered }) => ({ group, id: node, first, recovered }),
        record: json<Epoch>() as Codec<unknown>,
        status: (snapshot): RoleStatus => {
          const { context, value } = snapshot as { context: Context; value: string }
          return {
            state: value,
            serves: value === 'ordering',
            epoch: context.epoch,
            leader: first,
            committed: context.commitIndex,
          }
        },
      },
    },
    messages: jsonMessages<SequencerMessage>(['Entries', 'Ask', 'Whole']),
    messageBytesMax,
    service: { type: 'log', stateMachine, orders: role, applies: role, limits: { ...fixtureLimits, ...limits } },
  }
}
