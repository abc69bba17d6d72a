import {
  always,
  groupModel,
  type HistoryDefinition,
  isLinearizable,
  type Model,
  type NetworkSettings,
  noOperations,
  ofHistory,
  type RegisterHistory,
  type RegisterNote,
  type RoleState,
  recordNotes,
  sometimes,
} from '@quorate/checker'
import type { Effect, Message, NodeId } from '@quorate/core'
import { type RegisterReply, type RegisterRequest, register } from '@quorate/register'
import { type RolesInstead, withRoles } from './withRoles.js'

/** An atomic register: Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing Systems" (1995). @module */

export interface RegisterScope {
  readonly name: string
  readonly replicas: number
  /** Each writes a value of its own, and then reads. */
  readonly clients: number
  /** Nodes that clients ask, each client always the same one. @default one for each client */
  readonly coordinators?: number
  /** Phases that ask again. */
  readonly retries: number
  readonly crashes: number
  /** Replicas that crash and whose disk loses its last write. @default 0 */
  readonly doubts?: number
  /** Who only writes, by number: a smaller scope. @default nobody */
  readonly writers?: readonly number[]
  /** Who only reads, by number: a smaller scope. @default nobody */
  readonly readers?: readonly number[]
  /** Which role crashes. @default 'replica' */
  readonly crashing?: 'coordinator' | 'replica'
  readonly writes: 'atomic' | 'split'
  /** Roles in the place of others, e.g. with a mistake. @default those of the package */
  readonly roles?: RolesInstead
  readonly network: NetworkSettings
}

/** One operation of a client. */
interface Operation {
  readonly name: string
  readonly thread: string
  readonly coordinator: NodeId
  readonly request: number
  readonly body: RegisterRequest
}

/** What clients saw so far, and whether one began with something before the last was answered. */
interface Seen {
  readonly operations: RegisterHistory
  readonly isOutOfTurn: boolean
}

/** Of a key that nobody wrote. */
const nothing = '-'
const text = new TextDecoder()

const named = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)

function operationsOf({ clients, coordinators = clients, writers = [], readers = [] }: RegisterScope): Operation[] {
  return named('client ', clients).flatMap((thread, at) => {
    const coordinator = `c${(at % coordinators) + 1}`
    const value = new TextEncoder().encode(String.fromCharCode(65 + at))
    const operation = (request: number, body: RegisterRequest): Operation => ({
      name: `${thread} ${body.type}s`,
      thread,
      coordinator,
      request,
      body,
    })
    return [
      ...(readers.includes(at + 1) ? [] : [operation(at * 2 + 1, { type: 'write', key: 'x', value })]),
      ...(writers.includes(at + 1) ? [] : [operation(at * 2 + 2, { type: 'read', key: 'x' })]),
    ]
  })
}

const isPending = (operations: RegisterHistory, thread: string): boolean => operations[thread]?.pending !== undefined

/** A client does one thing after the other: first it writes. */
function isOutOfTurn(
  operations: RegisterHistory,
  notes: readonly RegisterNote[],
  writes: ReadonlySet<string>,
): boolean {
  return notes.some((note) => {
    if (note.type !== 'invoke') return false
    const isFirst = (operations[note.thread]?.completed.length ?? 0) === 0
    const isTooEarly = isFirst && note.operation.type === 'read' && writes.has(note.thread)
    return isTooEarly || isPending(operations, note.thread)
  })
}

function seenBy(all: readonly Operation[]): HistoryDefinition<RoleState, Message, readonly RegisterNote[], Seen> {
  const byName = new Map(all.map((operation) => [operation.name, operation]))
  const byRequest = new Map(all.map((operation) => [operation.request, operation]))
  const writes = new Set(all.flatMap(({ thread, body }) => (body.type === 'write' ? [thread] : [])))
  return {
    initial: { operations: noOperations, isOutOfTurn: false },
    note({ event, outputs }) {
      const notes: RegisterNote[] = []
      const begun = event.type === 'own' ? byName.get(event.name) : undefined
      if (begun) notes.push({ type: 'invoke', thread: begun.thread, operation: operationOf(begun.body) })
      for (const effect of outputs as readonly Effect[]) {
        const answered = effect.type === 'answer' ? byRequest.get(effect.request) : undefined
        if (!answered || effect.type !== 'answer') continue
        const { value } = effect.body as RegisterReply
        const result = answered.body.type === 'read' ? (value ? text.decode(value) : nothing) : undefined
        notes.push({ type: 'return', thread: answered.thread, result })
      }
      return notes.length > 0 ? notes : undefined
    },
    record: (history, notes) => ({
      operations: recordNotes(history.operations, notes),
      isOutOfTurn: isOutOfTurn(history.operations, notes, writes),
    }),
  }
}

const operationOf = (body: RegisterRequest) =>
  body.type === 'write' ? ({ type: 'write', value: text.decode(body.value) } as const) : ({ type: 'read' } as const)

const isDone = (operations: RegisterHistory, thread: string): boolean =>
  (operations[thread]?.completed.length ?? 0) > 0 && !isPending(operations, thread)

export function registerModel(scope: RegisterScope): Model {
  const { doubts = 0, clients, coordinators = clients } = scope
  const replicas = named('r', scope.replicas)
  const operations = operationsOf(scope)
  const group = register({ replicas, coordinators: named('c', coordinators) })
  return groupModel<readonly RegisterNote[], Seen>({
    name: scope.name,
    group: withRoles(group, scope.roles),
    network: scope.network,
    alike: replicas,
    writes: scope.writes,
    timers: { coordinator: { retry: 'retries' }, replica: { retry: 'retries' } },
    tells: (role) => (role === 'coordinator' ? ['replica'] : doubts > 0 ? ['coordinator', 'replica'] : ['coordinator']),
    crashes: scope.crashes > 0 ? [scope.crashing ?? 'replica'] : [],
    doubts: doubts > 0 ? ['replica'] : [],
    requests: operations.map(({ name, coordinator, request, body }) => ({
      name,
      role: 'coordinator',
      event: { type: 'client.asked', request, body } as { type: string },
      isFor: ({ actor }: RoleState) => idOf(actor?.snapshot.context) === coordinator,
    })),
    budgets: {
      retries: scope.retries,
      crashes: scope.crashes,
      doubts,
      ...Object.fromEntries(operations.map(({ name }) => [name, 1])),
    },
    history: seenBy(operations),
    constraint: ofHistory((seen: Seen) => !seen.isOutOfTurn),
    properties: [
      always(
        'linearizable: what clients see could have come from one copy',
        ofHistory((seen: Seen) => seen.isOutOfTurn || isLinearizable(seen.operations, nothing)),
      ),
      sometimes(
        'every client is answered all that it asks',
        ofHistory((seen: Seen) => operations.every(({ thread }) => isDone(seen.operations, thread))),
      ),
      sometimes(
        'a value is read',
        ofHistory((seen: Seen) =>
          Object.values(seen.operations).some(({ completed }) =>
            completed.some(({ result }) => result !== undefined && result !== nothing),
          ),
        ),
      ),
    ],
  })
}

const idOf = (context: unknown): string | undefined =>
  (context as { readonly config?: { readonly id: string } } | undefined)?.config?.id
