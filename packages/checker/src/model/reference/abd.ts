import type { Model } from '../check.js'
import {
  type RegisterMessage,
  type RegisterReaction,
  type RegisterServer,
  type RegisterSettings,
  refuseOneAlone,
  registerModel,
  serverName,
  unwritten,
} from './register.js'

/**
 * A register on several servers without consensus: Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing
 * Systems" (1995). Who is asked first asks a majority what it holds, and then has a majority record the latest.
 * @module
 */

/** Which write a value is of: the greater is the later. */
interface Sequence {
  readonly clock: number
  readonly server: number
}

interface Held {
  readonly sequence: Sequence
  readonly value: string
}

type AbdMessage =
  | { readonly type: 'Query'; readonly request: number }
  | { readonly type: 'QueryReply'; readonly request: number; readonly held: Held }
  | { readonly type: 'Record'; readonly request: number; readonly held: Held }
  | { readonly type: 'RecordReply'; readonly request: number }

/** The client's request that a server is busy with. */
type Phase =
  | {
      readonly type: 'querying'
      readonly request: number
      readonly client: string
      /** What is to be written; `undefined` for a read. */
      readonly write: string | undefined
      readonly replies: Readonly<Record<number, Held>>
    }
  | {
      readonly type: 'recording'
      readonly request: number
      readonly client: string
      /** What was read; `undefined` for a write. */
      readonly read: string | undefined
      readonly replies: Readonly<Record<number, true>>
    }

interface Server {
  readonly held: Held
  readonly phase: Phase | undefined
}

interface Place {
  readonly number: number
  readonly servers: number
}

type Reaction = RegisterReaction<Server, AbdMessage>

const isLater = (a: Sequence, b: Sequence): boolean => a.clock > b.clock || (a.clock === b.clock && a.server > b.server)
const latest = (held: readonly Held[], first: Held): Held =>
  held.reduce((best, other) => (isLater(other.sequence, best.sequence) ? other : best), first)
const isMajority = (replies: object, { servers }: Place): boolean =>
  Object.keys(replies).length === Math.floor(servers / 2) + 1

const toOthers = ({ number, servers }: Place, message: AbdMessage) =>
  Array.from({ length: servers }, (_, server) => server)
    .filter((server) => server !== number)
    .map((server) => ({ to: serverName(server), message }))

function begin(self: Server, place: Place, request: number, client: string, write: string | undefined): Reaction {
  const replies = { [place.number]: self.held }
  return {
    state: { ...self, phase: { type: 'querying', request, client, write, replies } },
    sends: toOthers(place, { type: 'Query', request }),
  }
}

function queried(self: Server, place: Place, sender: number, message: AbdMessage): Reaction | undefined {
  const { phase } = self
  if (message.type !== 'QueryReply' || phase?.type !== 'querying' || phase.request !== message.request) return undefined
  const replies = { ...phase.replies, [sender]: message.held }
  if (!isMajority(replies, place)) return { state: { ...self, phase: { ...phase, replies } } }
  const { request, client, write } = phase
  const read = latest(Object.values(replies), message.held)
  const clock = read.sequence.clock + 1
  const held = write === undefined ? read : { sequence: { clock, server: place.number }, value: write }
  return {
    state: {
      held: latest([held], self.held),
      phase: {
        type: 'recording',
        request,
        client,
        read: write === undefined ? read.value : undefined,
        replies: { [place.number]: true },
      },
    },
    sends: toOthers(place, { type: 'Record', request, held }),
  }
}

function recorded(self: Server, place: Place, sender: number, asked: number): Reaction | undefined {
  const { phase } = self
  if (phase?.type !== 'recording' || phase.request !== asked || phase.replies[sender]) return undefined
  const replies = { ...phase.replies, [sender]: true as const }
  if (!isMajority(replies, place)) return { state: { ...self, phase: { ...phase, replies } } }
  const { request, client, read } = phase
  const answer =
    read === undefined ? { type: 'PutOk' as const, request } : { type: 'GetOk' as const, request, value: read }
  return { state: { ...self, phase: undefined }, sends: [{ to: client, message: answer }] }
}

function react(self: Server, place: Place, message: AbdMessage | RegisterMessage, from: string): Reaction | undefined {
  const { request } = message
  const sender = Number(from.slice(1))
  switch (message.type) {
    case 'Put':
      return self.phase ? undefined : begin(self, place, request, from, message.value)
    case 'Get':
      return self.phase ? undefined : begin(self, place, request, from, undefined)
    case 'Query':
      return { state: self, sends: [{ to: from, message: { type: 'QueryReply', request, held: self.held } }] }
    case 'QueryReply':
      return queried(self, place, sender, message)
    case 'Record':
      return {
        state: { ...self, held: latest([message.held], self.held) },
        sends: [{ to: from, message: { type: 'RecordReply', request } }],
      }
    case 'RecordReply':
      return recorded(self, place, sender, request)
    default:
      return undefined
  }
}

/** A register by majorities that read and record. */
export const abd = (settings: RegisterSettings): Model => {
  refuseOneAlone('reference/abd', settings)
  return registerModel<Server, AbdMessage>(
    'reference/abd',
    settings,
    (number): RegisterServer<Server, AbdMessage> => ({
      name: serverName(number),
      start: () => ({
        state: { held: { sequence: { clock: 0, server: number }, value: unwritten }, phase: undefined },
      }),
      receive: (self, message, from) => react(self, { number, servers: settings.servers }, message, from),
    }),
  )
}
