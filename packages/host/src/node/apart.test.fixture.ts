import {
  type AnyStateMachine,
  addressOf,
  type Codec,
  type Command,
  type Effect,
  type Entry,
  everyNode,
  type GroupDefinition,
  json,
  type LocalEvent,
  type LogLimits,
  type LogService,
  type NodeId,
  type Received,
  type RoleDefinition,
  type RoleStatus,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'
import { fixtureLimits, fixtureMessageBytesMax, jsonMessages } from './sequencer.test.fixture.js'

/**
 * The sequencer with its roles apart: batchers take what clients ask and hand it on, one sequencer orders it, appliers
 * apply it, and of each batch one of them answers. Nothing is on a disk. What is lost between batcher and sequencer stays
 * lost, and appliers ask for what they lack.
 */
type ApartMessage =
  | { readonly type: 'Batch'; readonly request: number; readonly commands: readonly Command[] }
  | { readonly type: 'Full'; readonly request: number }
  | { readonly type: 'Where'; readonly request: number }
  | { readonly type: 'At'; readonly request: number; readonly index: number }
  | { readonly type: 'Entries'; readonly entries: readonly Entry[]; readonly answering: NodeId }
  | { readonly type: 'Lacking'; readonly after: number }
  /** To a batcher, which leads no more then. */
  | { readonly type: 'Resign' }

type Event = LocalEvent | Received<ApartMessage>
type Emitted = Effect<ApartMessage, null>

const lackEveryMs = 50
const notLeader = ({ event }: { event: Event }) => ({
  type: 'refuse' as const,
  request: 'request' in event ? event.request : 0,
  reason: 'notLeader' as const,
})

const batcher = setup({
  types: {} as {
    context: { readonly group: string; readonly sequencer: NodeId }
    events: Event
    input: { readonly group: string; readonly sequencer: NodeId }
    emitted: Emitted
  },
  actions: {
    handOn: emit(({ context: { group, sequencer }, event }) => ({
      type: 'send',
      to: addressOf(group, 'sequencer', sequencer),
      message:
        event.type === 'client.proposed'
          ? { type: 'Batch', request: event.request, commands: event.commands }
          : { type: 'Where', request: 'request' in event ? event.request : 0 },
    })),
    readable: emit(({ event }) => ({
      type: 'readable',
      request: event.type === 'At' ? event.request : 0,
      at: event.type === 'At' ? event.index : 0,
    })),
    refuse: emit(({ event }) => ({
      type: 'refuse',
      request: event.type === 'Full' ? event.request : 0,
      reason: 'overloaded',
    })),
    refuseAsNotLeader: emit(notLeader),
  },
}).createMachine({
  id: 'batcher',
  context: ({ input }) => input,
  initial: 'leading',
  states: {
    leading: {
      on: {
        'client.proposed': { actions: 'handOn' },
        'client.read': { actions: 'handOn' },
        At: { actions: 'readable' },
        Full: { actions: 'refuse' },
        Resign: 'resigned',
      },
    },
    resigned: {
      on: {
        'client.proposed': { actions: 'refuseAsNotLeader' },
        'client.read': { actions: 'refuseAsNotLeader' },
      },
    },
  },
})

interface Sequence {
  readonly group: string
  readonly appliers: readonly NodeId[]
  readonly batchMax: number
  readonly entries: readonly Entry[]
  readonly batches: number
}

const numbered = ({ entries }: Sequence, commands: readonly Command[]): Entry[] =>
  commands.map((command, position) => ({ ...command, index: entries.length + 1 + position, term: 1 }))

const sequencer = setup({
  types: {} as {
    context: Sequence
    events: Event
    input: Omit<Sequence, 'entries' | 'batches'>
    emitted: Emitted
  },
  guards: {
    isTooMuch: ({ context, event }) => event.type === 'Batch' && event.commands.length > context.batchMax,
  },
  actions: {
    tell: emit(({ context, event }) => ({
      type: 'send',
      to: addressOf(context.group, 'applier', everyNode),
      message: {
        type: 'Entries',
        entries: numbered(context, event.type === 'Batch' ? event.commands : []),
        answering: context.appliers[context.batches % context.appliers.length] ?? '',
      },
    })),
    order: assign(({ context, event }) => ({
      entries: [...context.entries, ...numbered(context, event.type === 'Batch' ? event.commands : [])],
      batches: context.batches + 1,
    })),
    sayFull: emit(({ event }) => ({
      type: 'send',
      to: senderOf(event),
      message: { type: 'Full', request: event.type === 'Batch' ? event.request : 0 },
    })),
    sayWhere: emit(({ context, event }) => ({
      type: 'send',
      to: senderOf(event),
      message: { type: 'At', request: event.type === 'Where' ? event.request : 0, index: context.entries.length },
    })),
    sayLacking: emit(({ context, event }) => ({
      type: 'send',
      to: senderOf(event),
      message: {
        type: 'Entries',
        entries: context.entries.slice(event.type === 'Lacking' ? event.after : 0),
        answering: '',
      },
    })),
  },
}).createMachine({
  id: 'sequencer',
  context: ({ input }) => ({ ...input, entries: [], batches: 0 }),
  on: {
    Batch: [{ guard: 'isTooMuch', actions: 'sayFull' }, { actions: ['tell', 'order'] }],
    Where: { actions: 'sayWhere' },
    Lacking: { actions: 'sayLacking' },
  },
})

interface Applying {
  readonly group: string
  readonly id: NodeId
  readonly sequencer: NodeId
  readonly last: number
}

const missing = ({ last }: Applying, event: Event): Entry[] =>
  event.type === 'Entries' ? event.entries.filter(({ index }) => index > last) : []

const applier = setup({
  types: {} as { context: Applying; events: Event; input: Omit<Applying, 'last'>; emitted: Emitted },
  delays: { lack: lackEveryMs },
  guards: { continues: ({ context, event }) => missing(context, event)[0]?.index === context.last + 1 },
  actions: {
    commit: emit(({ context, event }) => ({
      type: 'commit',
      entries: missing(context, event),
      answers: event.type === 'Entries' && event.answering === context.id,
    })),
    keep: assign(({ context, event }) => ({ last: context.last + missing(context, event).length })),
    askForMore: emit(({ context: { group, sequencer, last } }) => ({
      type: 'send',
      to: addressOf(group, 'sequencer', sequencer),
      message: { type: 'Lacking', after: last },
    })),
  },
}).createMachine({
  id: 'applier',
  context: ({ input }) => ({ ...input, last: 0 }),
  initial: 'following',
  states: {
    following: {
      after: { lack: { target: 'following', reenter: true, actions: 'askForMore' } },
      on: { Entries: [{ guard: 'continues', actions: ['commit', 'keep'] }, {}] },
    },
  },
})

const senderOf = (event: Event) => ('from' in event ? event.from : addressOf('', '', ''))

const role = (
  definition: Pick<RoleDefinition, 'nodes' | 'logic' | 'input'> & Partial<RoleDefinition>,
): RoleDefinition => ({
  record: json<null>() as Codec<unknown>,
  status: (snapshot): RoleStatus => {
    const { value } = snapshot as { value: string }
    // Every batcher serves, and all in the same epoch.
    return { state: value, serves: value === 'leading', epoch: 1 }
  },
  ...definition,
})

/** A group of it, over any state machine; a node may have several of the roles. */
export function apart<Machine extends AnyStateMachine>(options: {
  batchers: readonly NodeId[]
  sequencer: NodeId
  appliers: readonly NodeId[]
  stateMachine: Machine
  /** Larger batches are refused by the sequencer. @default none are */
  batchMax?: number
  limits?: Partial<LogLimits>
}): GroupDefinition<LogService<Machine>> {
  const { batchers, appliers, batchMax = Number.POSITIVE_INFINITY } = options
  return {
    protocol: 'apart',
    roles: {
      batcher: role({
        nodes: batchers,
        logic: () => batcher,
        input: ({ group }) => ({ group, sequencer: options.sequencer }),
      }),
      sequencer: role({
        nodes: [options.sequencer],
        logic: () => sequencer,
        input: ({ group }) => ({ group, appliers, batchMax }),
      }),
      applier: role({
        nodes: appliers,
        logic: () => applier,
        input: ({ group, node }) => ({ group, id: node, sequencer: options.sequencer }),
      }),
    },
    messages: jsonMessages<ApartMessage>(['Batch', 'Full', 'Where', 'At', 'Entries', 'Lacking', 'Resign']),
    messageBytesMax: fixtureMessageBytesMax,
    service: {
      type: 'log',
      stateMachine: options.stateMachine,
      orders: 'batcher',
      applies: 'applier',
      limits: { ...fixtureLimits, ...options.limits },
    },
  }
}
