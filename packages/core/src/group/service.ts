import type { SessionLimits } from '../stateMachine/sessions.js'
import type { AnyStateMachine, Codec } from '../stateMachine/stateMachine.js'

/**
 * What a group does for its clients: it orders commands for a state machine, it answers questions, or it does nothing for
 * them, as where members only watch each other.
 */
export type Service = LogService | AskService | NoService

/** Orders commands for a state machine. */
export interface LogService<Machine extends AnyStateMachine = AnyStateMachine> {
  readonly type: 'log'
  readonly stateMachine: Machine
  /** The role that takes `client.proposed` and `client.read`. */
  readonly orders: string
  /** The role that emits `commit`: where it runs, the state machine runs. It may be the same one. */
  readonly applies: string
  readonly limits: LogLimits
}

/** Limits of a group that orders a log, equal on all its nodes. */
export interface LogLimits extends SessionLimits {
  /** Largest command, in bytes. @default 262144 */
  readonly commandBytesMax: number
  /** A snapshot is taken when so many entries were applied since the last one. @default 50000 */
  readonly snapshotEveryEntries: number
  /** A snapshot is taken when entries of so many bytes were applied since the last one. @default 67108864 */
  readonly snapshotEveryBytes?: number
  /** Sessions remembered. When another is opened the one unused for longest expires, unless all are in use. @default 16384 */
  readonly sessionsMax: number
}

/** What those who ask a group must know of it. */
export interface AskContract<Request = unknown, Reply = unknown> {
  /** How a question becomes bytes. What a member cannot decode it refuses, and its role never sees. */
  readonly request: Codec<Request>
  readonly reply: Codec<Reply>
  /**
   * Which member is asked: the one that leads; any that serves; or, of these, the one that a key of the question falls to,
   * for as long as it is there. That is for speed alone: whoever is asked must answer the same, since clients may disagree on
   * who is there, and ask another one when the first is silent.
   */
  readonly routing: 'leader' | 'any' | { keyOf(request: Request): string }
  /**
   * True of a question that may be taken twice and have its effect once: it is asked again until there is an answer. Any
   * other a member takes at most once, and a client that hears no answer does not know what came of it.
   */
  isIdempotent(request: Request): boolean
}

/** Answers questions, in the words of its protocol: it orders no log. */
export interface AskService<Request = unknown, Reply = unknown> extends AskContract<Request, Reply> {
  readonly type: 'ask'
  /** The role that takes `client.asked`. */
  readonly answers: string
  readonly limits: AskLimits
}

/** Limits of a group that is asked, equal on all its nodes. */
export interface AskLimits {
  /** Largest question, in bytes. */
  readonly requestBytesMax: number
}

/** Takes nothing from clients. */
export interface NoService {
  readonly type: 'none'
}

/** The role of a group that its clients turn to; `undefined` where they turn to none. */
export function servingRole(service: Service): string | undefined {
  switch (service.type) {
    case 'log':
      return service.orders
    case 'ask':
      return service.answers
    case 'none':
      return undefined
  }
}

/** The log whose state machine runs where this role does; `undefined` of a role that drives none. */
export const logAppliedBy = (role: string, { service }: { readonly service: Service }): LogService | undefined =>
  service.type === 'log' && service.applies === role ? service : undefined
