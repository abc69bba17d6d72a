import {
  type AskContract,
  type AskService,
  addressOf,
  bothPhases,
  type ClientAsked,
  type Codec,
  type Effect,
  everyNode,
  type GroupDefinition,
  ignore,
  json,
  type Member,
  type Members,
  type MembersDenied,
  type Message,
  majority,
  type NodeId,
  nodeOf,
  type Received,
  type RecoveredState,
  rulesFor,
  send,
} from '@quorate/core'
import { assign, emit, setup } from '@quorate/core/statechart'

/**
 * The smallest protocol whose groups change their members. One node, the keeper, decides, and what is on its disk is decided;
 * all others have the list from it, or from each other. Everybody says to everybody, again and again, by which list it goes, and tells
 * whoever goes by an earlier one.
 */

/**
 * What clients ask: to change the list, which the keeper does, and who is dismissed is told as well; what a node knows; and to
 * forget whom it has heard.
 */
export interface RollQuestion {
  readonly f: 'add' | 'remove' | 'dismiss' | 'who' | 'forget'
  readonly node?: NodeId
  /** Of the node that is added, in hexadecimal. */
  readonly store?: string
}

/** What a node says of itself. */
export interface RollAnswer {
  readonly node: NodeId
  readonly version: number
  readonly members: readonly NodeId[]
  /** Whom it has heard since it was asked to forget that. */
  readonly heard: readonly NodeId[]
  /** Members that denied it since it was asked to forget that. */
  readonly denied: readonly NodeId[]
}

export type RollMessage =
  | { readonly type: 'Beat'; readonly version: number }
  | { readonly type: 'Roll'; readonly version: number; readonly members: readonly Member[] }

/** What a node remembers: `undefined` while the group consists of whom it began with. */
interface Kept {
  readonly roll?: Members
}

export interface RollContext {
  readonly config: {
    readonly group: string
    readonly id: NodeId
    readonly keeper: NodeId
    readonly nodes: readonly NodeId[]
  }
  readonly roll: Members | undefined
  readonly heard: readonly NodeId[]
  readonly denied: readonly NodeId[]
}

type Event = Received<RollMessage> | ClientAsked<RollQuestion> | MembersDenied
interface Input {
  readonly config: RollContext['config']
  readonly recovered: RecoveredState<Kept>
}

const role = 'roll'
const on = rulesFor<RollContext, Event>()

const versionOf = ({ roll }: RollContext): number => roll?.version ?? 0
const membersOf = ({ roll, config }: RollContext): readonly Member[] =>
  roll?.roles[role] ?? config.nodes.map((node) => ({ node }))
const rollOf = (version: number, members: readonly Member[]): Members => ({ version, roles: { [role]: members } })
const withName = (names: readonly NodeId[], name: NodeId): readonly NodeId[] => [...new Set([...names, name])].sort()

const everyone = ({ group }: RollContext['config']) => addressOf(group, role, everyNode)
const beat = (self: RollContext): RollMessage => ({ type: 'Beat', version: versionOf(self) })
const told = (self: RollContext): RollMessage => ({ type: 'Roll', version: versionOf(self), members: membersOf(self) })

const isChange = ({ f }: RollQuestion): boolean => f === 'add' || f === 'remove' || f === 'dismiss'

/** The list that is asked for; the one that there is where it asks for nothing new. */
function changed(self: RollContext, { f, node, store }: RollQuestion): Members | undefined {
  if (node === undefined) return self.roll
  const [before, others] = [membersOf(self), membersOf(self).filter((member) => member.node !== node)]
  const isThere = before.some((member) => member.node === node && member.store === store)
  if (f === 'add' && store !== undefined && !isThere) return rollOf(versionOf(self) + 1, [...others, { node, store }])
  if (f !== 'add' && others.length < before.length) return rollOf(versionOf(self) + 1, others)
  return self.roll
}

export const rollRole = setup({
  types: {} as { context: RollContext; events: Event; input: Input; emitted: Effect<RollMessage, Kept, RollAnswer> },
  delays: { beat: 100 },
  guards: {
    /** It goes by an earlier list. */
    isBehind: on('Beat', (self, { version }) => version < versionOf(self)),
    /** It goes by a later one. */
    isAhead: on('Beat', (self, { version }) => version > versionOf(self)),
    isLater: on('Roll', (self, { version }) => version > versionOf(self)),
    asksToChange: on('client.asked', (self, { body }) => isChange(body) && changed(self, body) !== self.roll),
    asksAnotherToChange: on('client.asked', ({ config }, { body }) => isChange(body) && config.id !== config.keeper),
    dismisses: on('client.asked', (self, { body }) => body.f === 'dismiss' && changed(self, body) !== self.roll),
    hasRoll: ({ context: { roll } }) => roll !== undefined,
    asksToForget: on('client.asked', (_self, { body }) => body.f === 'forget'),
  },
  actions: {
    sayBeat: emit(({ context }) => send(everyone(context.config), beat(context))),
    replyBeat: emit(on('Beat', (self, { from }) => send(from, beat(self)))),
    replyRoll: emit(on('Beat', (self, { from }) => send(from, told(self)))),
    sayRoll: emit(({ context }) => send(everyone(context.config), told(context))),
    sayFarewell: emit(
      on('client.asked', (self, { body }) => send(addressOf(self.config.group, role, body.node ?? ''), told(self))),
    ),
    hear: assign(({ context, event }) => ({
      heard: withName(context.heard, nodeOf((event as Received<Message>).from)),
    })),
    adopt: assign(on('Roll', (_self, { version, members }) => ({ roll: rollOf(version, members) }))),
    change: assign(on('client.asked', (self, { body }) => ({ roll: changed(self, body) }))),
    persist: emit(({ context: { roll } }) => ({ type: 'persist', record: roll ? { roll } : {} }) as const),
    tellMembers: emit(({ context: { roll } }) => ({ type: 'members', ...(roll as Members) }) as const),
    forget: assign({ heard: [], denied: [] }),
    noteDenial: assign(on('members.denied', (self, { by }) => ({ denied: withName(self.denied, by) }))),
    answer: emit(
      on('client.asked', (self, { request }) => {
        const { config, heard, denied } = self
        const members = membersOf(self).map(({ node }) => node)
        return {
          type: 'answer',
          request,
          body: { node: config.id, version: versionOf(self), members, heard, denied },
        } as const
      }),
    ),
    refuse: emit(
      on('client.asked', (_self, { request }) => ({ type: 'refuse', request, reason: 'notLeader' }) as const),
    ),
  },
}).createMachine({
  id: role,
  context: ({ input: { config, recovered } }) => ({ config, roll: recovered.record?.roll, heard: [], denied: [] }),
  initial: 'starting',
  states: {
    starting: { always: [{ guard: 'hasRoll', actions: 'tellMembers', target: 'calling' }, { target: 'calling' }] },
    calling: {
      after: { beat: { target: 'calling', reenter: true, actions: 'sayBeat' } },
      on: {
        Beat: [
          { guard: 'isBehind', actions: ['hear', 'replyRoll'] },
          { guard: 'isAhead', actions: ['hear', 'replyBeat'] },
          { actions: 'hear' },
        ],
        Roll: [{ guard: 'isLater', actions: ['hear', 'adopt', 'persist', 'tellMembers'] }, ignore('it is known')],
        'client.asked': [
          { guard: 'asksAnotherToChange', actions: 'refuse' },
          { guard: 'dismisses', actions: ['change', 'persist', 'tellMembers', 'answer', 'sayRoll', 'sayFarewell'] },
          { guard: 'asksToChange', actions: ['change', 'persist', 'tellMembers', 'answer', 'sayRoll'] },
          { guard: 'asksToForget', actions: ['forget', 'answer'] },
          { actions: 'answer' },
        ],
        'members.denied': { actions: 'noteDenial' },
      },
    },
  },
})

export const rollContract: AskContract<RollQuestion, RollAnswer> = {
  request: json<RollQuestion>(),
  reply: json<RollAnswer>(),
  routing: 'any',
  isIdempotent: () => true,
}

const contextOf = (snapshot: unknown): RollContext => (snapshot as { readonly context: RollContext }).context
const codec = json<Message>()

/** A group of it: the first member is the keeper. */
export const rollGroup = (options: {
  readonly members: readonly [NodeId, ...NodeId[]]
  readonly joining?: readonly NodeId[]
  /** @default the role as it is */
  readonly logic?: typeof rollRole
}): GroupDefinition<AskService<RollQuestion, RollAnswer>> => {
  const { members: nodes, joining = [], logic = rollRole } = options
  return {
    protocol: 'roll',
    roles: {
      [role]: {
        nodes,
        joining,
        logic: () => logic,
        input: ({ group, node: id, recovered }) => ({ config: { group, id, keeper: nodes[0], nodes }, recovered }),
        record: json<Kept>() as Codec<unknown>,
        changesMembers: true,
        status: (snapshot) => {
          const context = contextOf(snapshot)
          const isMember = membersOf(context).some(({ node }) => node === context.config.id)
          const details = { heard: context.heard.join(), denied: context.denied.join() }
          return { state: 'calling', serves: isMember, epoch: versionOf(context), details }
        },
      },
    },
    quorums: bothPhases(majority([nodes[0]])),
    messages: { types: ['Beat', 'Roll'], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
    messageBytesMax: 4096,
    service: { ...rollContract, type: 'ask', answers: role, limits: { requestBytesMax: 1000 } },
  }
}
