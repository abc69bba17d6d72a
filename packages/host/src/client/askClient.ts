import type { AskContract, NodeId, QuorateError } from '@quorate/core'
import { Asks } from './asks.js'
import type { CallOptions } from './call.js'
import { Calls, type CallsOptions } from './calls.js'

/** A client of a group that answers questions: finds who takes them, and asks again until there is an answer. */
export class AskClient<Request, Reply> {
  readonly #calls: Calls
  readonly #contract: AskContract<Request, Reply>
  readonly #asks: Asks<Reply>

  constructor(options: CallsOptions & { readonly contract: AskContract<Request, Reply> }) {
    this.#contract = options.contract
    this.#calls = new Calls(options)
    this.#asks = new Asks(this.#calls.around, options.contract.reply)
    this.#calls.use({
      kinds: [this.#asks],
      receive: (message) => {
        if (message.type === 'Answered') this.#asks.answered(message)
      },
    })
  }

  get group(): string {
    return this.#calls.group
  }

  /** The name under which this client hears answers. */
  get id(): string {
    return this.#calls.id
  }

  /** Who is asked, as far as this client knows. */
  get leader(): NodeId | undefined {
    return this.#calls.leader
  }

  /**
   * Asks, and returns what the group answers. Asked again until then: that does no harm in any such protocol, and after an
   * error the caller may do so too.
   * @throws `QUORATE_UNKNOWN_OUTCOME` when it was sent and no answer came in time; `QUORATE_NOT_EXECUTED`,
   * `QUORATE_OVERLOADED`, `QUORATE_COMMAND_TOO_LARGE`, `QUORATE_UNENCODABLE_VALUE` and `QUORATE_MALFORMED_REQUEST` when it
   * had no effect; `QUORATE_RESULT_TOO_LARGE` when the answer is larger than the bus carries; `QUORATE_CLIENT_CLOSED` after
   * `close`.
   */
  ask(request: Request, options?: CallOptions): Promise<Reply> {
    return this.#calls.make(this.#asks, 'ask', this.#contract.request, request, options)
  }

  /** Gives up what is under way, and rejects later calls with an error that says so, or with `because`. Idempotent. */
  close(because?: QuorateError): Promise<void> {
    return this.#calls.close(because)
  }
}
