import { InvalidConfigurationError, type NodeId, type QuorateError, textOf } from '@quorate/core'
import type { ClientMessage, ReadConsistency } from '../generated/client.js'
import type { CallOptions } from './call.js'
import { Calls, type CallsOptions } from './calls.js'
import { type ClientCodecs, unused } from './clientCodecs.js'
import { LeaderFinder } from './leaderFinder.js'
import { Proposals, type Proposed } from './proposals.js'
import { Reads } from './reads.js'

/** What a reader may ask for. */
export interface QueryOptions extends CallOptions {
  /** `stale` answers from what the asked node has applied. @default 'linearizable' */
  readonly consistency?: ReadConsistency
}

/** What is wrong with the consistency of a read, if anything: a misspelt `stale` would read otherwise than was meant. */
export function consistencyFault({ consistency }: QueryOptions = {}): InvalidConfigurationError | undefined {
  if (consistency === undefined || consistency === 'linearizable' || consistency === 'stale') return undefined
  return new InvalidConfigurationError(
    `consistency of a read must be linearizable or stale, not ${textOf(consistency)}`,
  )
}

/**
 * A client of a group that orders a log: finds who leads, opens a session when it first needs one, sends what is called for
 * at once in one message, and again until it is answered. A command is executed at most once, however often it was sent.
 */
export class LogClient<Command, Result, Query = never, Answer = never> {
  readonly #calls: Calls
  readonly #codecs: ClientCodecs<Command, Result, Query, Answer>
  readonly #proposals: Proposals<Result>
  readonly #indexes: Reads<number>
  readonly #linearizable: Reads<Answer>
  readonly #stale: Reads<Answer>

  constructor(options: CallsOptions & { readonly codecs: ClientCodecs<Command, Result, Query, Answer> }) {
    const { codecs, behaviour } = options
    this.#codecs = codecs
    this.#calls = new Calls(options, (follower) => new LeaderFinder(follower, options))
    const { around } = this.#calls
    this.#proposals = new Proposals(around, codecs.result, {
      commandsPerMessageMax: behaviour.commandsPerMessageMax ?? 1024,
      messagesInFlightMax: behaviour.messagesInFlightMax ?? 4,
    })
    this.#indexes = new Reads<number>(around, 'index', unused)
    this.#linearizable = new Reads(around, 'linearizable', codecs.answer)
    this.#stale = new Reads(around, 'stale', codecs.answer)
    this.#calls.use({
      kinds: [this.#proposals, this.#indexes, this.#linearizable, this.#stale],
      receive: (message) => this.#receive(message),
      reset: () => this.#proposals.reset(),
    })
  }

  get group(): string {
    return this.#calls.group
  }

  /** The name under which this client hears answers. */
  get id(): string {
    return this.#calls.id
  }

  /** Who leads, as far as this client knows. */
  get leader(): NodeId | undefined {
    return this.#calls.first
  }

  /**
   * Has a command executed, once, and returns where it stands in the log and what came of it.
   * @throws `QUORATE_UNKNOWN_OUTCOME` when it was sent and no answer came in time; `QUORATE_GROUP_RESET` when the group was
   * begun anew meanwhile; `QUORATE_NOT_EXECUTED`, `QUORATE_OVERLOADED`, `QUORATE_SESSIONS_FULL`, `QUORATE_COMMAND_TOO_LARGE` and `QUORATE_UNENCODABLE_VALUE` when it was not
   * executed; `QUORATE_COMMAND_FAILED` when the
   * state machine threw; `QUORATE_CLIENT_CLOSED` after `close`.
   */
  propose(command: Command, options?: CallOptions): Promise<Proposed<Result>> {
    return this.#calls.make(this.#proposals, 'propose', this.#codecs.command, command, options)
  }

  /**
   * Has a question answered by the state machine of the node that leads, or of one that this node chooses where it has none.
   * @throws `QUORATE_NOT_EXECUTED` or `QUORATE_OVERLOADED` when no answer came in time; `QUORATE_QUERY_FAILED` when the
   * state machine threw; `QUORATE_INVALID_CONFIGURATION` for a consistency that is none.
   */
  query(query: Query, options?: QueryOptions): Promise<Answer> {
    const fault = consistencyFault(options)
    if (fault) return Promise.reject(fault)
    const reads = options?.consistency === 'stale' ? this.#stale : this.#linearizable
    return this.#calls.make(reads, 'query', this.#codecs.query, query, options)
  }

  /**
   * An index of the log: who has applied it, sees every write that was acknowledged before this call.
   * @throws `QUORATE_NOT_EXECUTED` or `QUORATE_OVERLOADED` when no answer came in time.
   */
  readIndex(options?: CallOptions): Promise<number> {
    return this.#calls.make(this.#indexes, 'readIndex', unused, undefined as never, options)
  }

  /** Gives up what is under way, and rejects later calls with an error that says so, or with `because`. Idempotent. */
  close(because?: QuorateError): Promise<void> {
    return this.#calls.close(because)
  }

  #receive(message: ClientMessage): void {
    switch (message.type) {
      case 'Results':
        this.#proposals.results(message)
        return
      case 'SessionOpened':
        this.#proposals.opened(message)
        return
      case 'ReadableAt':
        this.#indexes.readableAt(message)
        return
      case 'Answers':
        this.#linearizable.answers(message)
        this.#stale.answers(message)
    }
  }
}
