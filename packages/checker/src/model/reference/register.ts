import type { ActorStep, ActorSystem, HistoryDefinition, ModelActor, NetworkKind, Reaction } from '../actors/actor.js'
import { ofHistory, ofSomeMessage } from '../actors/actor.js'
import { actorModel } from '../actors/actorModel.js'
import type { Model } from '../check.js'
import { InvalidModelError } from '../errors.js'
import { always, sometimes } from '../property.js'
import {
  isLinearizable,
  noOperations,
  type RegisterHistory,
  type RegisterNote,
  recordNotes,
} from './linearizability.js'

/** What clients and the servers of a register say to each other. */
export type RegisterMessage =
  | { readonly type: 'Put'; readonly request: number; readonly value: string }
  | { readonly type: 'Get'; readonly request: number }
  | { readonly type: 'PutOk'; readonly request: number }
  | { readonly type: 'GetOk'; readonly request: number; readonly value: string }

/** What a register holds before anybody wrote. */
export const unwritten = '-'

/** A client that puts one value and, when it knows that this was done, gets what there is. */
interface Client {
  /** The request that was not answered yet. */
  readonly awaiting: number | undefined
  /** Operations that it began. */
  readonly operations: number
}

export interface RegisterSettings {
  readonly servers: number
  readonly clients: number
  readonly network: NetworkKind
  readonly lossy: boolean
}

export const serverName = (number: number): string => `s${number}`

/** Requests are numbered apart, and each goes to the next server. */
function clientOf(number: number, servers: number): ModelActor<Client, RegisterMessage> {
  const place = servers + number
  const request = (operations: number): number => operations * place
  const server = (operations: number): string => serverName((place + operations - 1) % servers)
  return {
    name: `c${number}`,
    start: () => ({
      state: { awaiting: request(1), operations: 1 },
      sends: [
        { to: server(1), message: { type: 'Put', request: request(1), value: String.fromCharCode(65 + number) } },
      ],
    }),
    receive({ awaiting, operations }, message) {
      if (awaiting === undefined || message.request !== awaiting) return undefined
      const next = operations + 1
      if (message.type === 'GetOk') return { state: { awaiting: undefined, operations: next } }
      if (message.type !== 'PutOk') return undefined
      return {
        state: { awaiting: request(next), operations: next },
        sends: [{ to: server(next), message: { type: 'Get', request: request(next) } }],
      }
    },
  }
}

/** Each step of a client ends its operation and begins the next one. */
function notesOf({ actor, event, sends }: ActorStep<unknown, unknown>): readonly RegisterNote[] | undefined {
  const notes: RegisterNote[] = []
  const received = event.type === 'receive' ? (event.message as RegisterMessage) : undefined
  if (received?.type === 'PutOk') notes.push({ type: 'return', thread: actor, result: undefined })
  if (received?.type === 'GetOk') notes.push({ type: 'return', thread: actor, result: received.value })
  for (const { message } of sends as readonly { readonly message: RegisterMessage }[]) {
    if (message.type === 'Put') {
      notes.push({ type: 'invoke', thread: actor, operation: { type: 'write', value: message.value } })
    }
    if (message.type === 'Get') notes.push({ type: 'invoke', thread: actor, operation: { type: 'read' } })
  }
  return notes.length > 0 ? notes : undefined
}

const history: HistoryDefinition<unknown, unknown, readonly RegisterNote[], RegisterHistory> = {
  initial: noOperations,
  note: notesOf,
  record: recordNotes,
}

/** A server of a register; what it says to other servers is its own. */
export type RegisterServer<State, Inner> = ModelActor<State, Inner | RegisterMessage>
export type RegisterReaction<State, Inner> = Reaction<State, Inner | RegisterMessage>

/**
 * Of servers that count answers only as they come, as those whose numbers are published do, one alone would wait for ever.
 * @throws {@link InvalidModelError} `QUORATE_INVALID_MODEL` for fewer than 2 servers.
 */
export function refuseOneAlone(name: string, { servers }: RegisterSettings): void {
  if (servers > 1) return
  throw new InvalidModelError(name, 'its servers wait for one another: expected at least 2 servers')
}

/** Servers that are to be a register together, and clients that use it: is what they see linearizable? */
export function registerModel<State, Inner extends { readonly type: string }>(
  name: string,
  { servers, clients, network, lossy }: RegisterSettings,
  serverOf: (number: number) => RegisterServer<State, Inner>,
): Model {
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number)
  const actors = [
    ...numbers(servers).map(serverOf),
    ...numbers(clients).map((number) => clientOf(number, servers)),
  ] as unknown as ModelActor<State | Client, Inner | RegisterMessage>[]
  const system: ActorSystem<State | Client, Inner | RegisterMessage, readonly RegisterNote[], RegisterHistory> = {
    name,
    actors,
    network: { kind: network, lossy },
    history,
    properties: [
      always(
        'linearizable',
        ofHistory((operations: RegisterHistory) => isLinearizable(operations, unwritten)),
      ),
      sometimes(
        'a value is read',
        ofSomeMessage<Inner | RegisterMessage>(
          ({ message }) => message.type === 'GetOk' && (message as { readonly value: string }).value !== unwritten,
        ),
      ),
    ],
  }
  return actorModel(system)
}
