import type { AskContract, NodeId, QuorateError } from '@quorate/core'
import { Asks } from './asks.js'
import type { CallOptions } from './call.js'
import { Calls, type CallsOptions } from './calls.js'
import { LeaderFinder } from './leaderFinder.js'
import { MemberFinder } from './memberFinder.js'

/**
 * A client of a group that answers questions: finds who takes them, by the routing of the contract, and asks again until there
 * is an answer. Where another question would be another deed it asks once.
 */
export class AskClient<Request, Reply> {
  readonly #calls: Calls
  readonly #contract: AskContract<Request, Reply>
  readonly #asks: Asks<Reply>

  /** `home` is the node that the client lives on, where that is a member: what any member may be asked, it is asked. */
  constructor(
    options: CallsOptions & { readonly contract: AskContract<Request, Reply>; readonly home?: NodeId | undefined },
  ) {
    const { contract, clock, random, home } = options
    this.#contract = contract
    this.#calls = new Calls(options, (follower, name) =>
      contract.routing === 'leader'
        ? new LeaderFinder(follower, options)
        : new MemberFinder(follower, { clock, random, name, home }),
    )
    this.#asks = new Asks(this.#calls.around, contract.reply)
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

  /**
   * Asks, and returns what the group answers. An idempotent question is asked again until then, of another member where any
   * may be asked; after an error the caller may do so too. Any other is sent once, and again only after a refusal.
   * @throws `QUORATE_UNKNOWN_OUTCOME` when it was sent and no answer came in time, or none will; `QUORATE_NOT_EXECUTED`,
   * `QUORATE_OVERLOADED`, `QUORATE_COMMAND_TOO_LARGE`, `QUORATE_UNENCODABLE_VALUE` and `QUORATE_MALFORMED_REQUEST` when it
   * had no effect; `QUORATE_RESULT_TOO_LARGE` when the answer is larger than the bus carries; `QUORATE_CLIENT_CLOSED` after
   * `close`; what the contract throws of the request.
   */
  ask(request: Request, options?: CallOptions): Promise<Reply> {
    const contract = this.#contract
    return this.#calls.make(this.#asks, 'ask', contract.request, request, options, () => ({
      isOnce: !contract.isIdempotent(request),
      ...(typeof contract.routing === 'object' && { key: contract.routing.keyOf(request) }),
    }))
  }

  /** Gives up what is under way, and rejects later calls with an error that says so, or with `because`. Idempotent. */
  close(because?: QuorateError): Promise<void> {
    return this.#calls.close(because)
  }
}
