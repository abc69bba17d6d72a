import type { Address, RequestId } from '@quorate/core'
import { RequestBook } from './requestBook.js'
import type { Asker } from './responder.js'
import type { Part, PendingCommands } from './takenCommands.js'

interface Taking extends Asker {
  /** 0 of a message that opens one. */
  readonly session: number
}

/** No client waits longer than that before it sends again, under a number that it hears of instead. */
const keepMs = 4000
const countMax = 16_384

/**
 * What is remembered of commands where no state machine runs, so that nothing here tells that they are done: whose
 * messages they were, in case the actor refuses them. Of each message only that, for four seconds and of the last 16,384.
 */
export class Takings implements PendingCommands {
  readonly commands = 0
  readonly bytes = 0
  readonly #book = new RequestBook<Taking[]>(keepMs)
  #count = 0

  /** A command that comes again may have been lost on its way: it is taken again, and executed once. */
  has(): boolean {
    return false
  }

  add(request: RequestId, { client, request: number, commands }: Part, nowMs: number): void {
    const taking = { client, request: number, session: commands[0]?.session ?? 0 }
    const known = this.#book.get(request)
    if (known) known.push(taking)
    else this.#book.add(request, [taking], nowMs)
    this.#count++
    while (this.#count > countMax) this.#forget(this.#book.takeFirst())
  }

  takeProposal(request: RequestId): readonly Asker[] {
    return this.#forget(this.#book.take(request))
  }

  /** Each client once: it need only know to go elsewhere. */
  takeAll(): readonly Asker[] {
    const takings = this.#book.takeAll().flat()
    this.#count = 0
    return [...new Map(takings.map((taking) => [taking.client, taking])).values()]
  }

  expire(nowMs: number): void {
    for (const takings of this.#book.expire(nowMs)) this.#forget(takings)
  }

  clientOf(session: number): Address | undefined {
    let client: Address | undefined
    for (const takings of this.#book)
      for (const taking of takings) if (taking.session === session) client = taking.client
    return client
  }

  #forget(takings: readonly Taking[] = []): readonly Taking[] {
    this.#count -= takings.length
    return takings
  }
}
