import type { Address, RequestId } from '@quorate/core'
import { RequestBook } from './requestBook.js'
import type { Asker } from './responder.js'
import type { Part, TakenCommands } from './takenCommands.js'

interface Forwarded extends Asker {
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
export class ForwardedCommands implements TakenCommands {
  readonly commands = 0
  readonly bytes = 0
  readonly #book = new RequestBook<Forwarded[]>(keepMs)
  #count = 0

  /** A command that comes again may have been lost on its way: it is taken again, and executed once. */
  has(): boolean {
    return false
  }

  add(request: RequestId, { client, request: number, commands }: Part, nowMs: number): void {
    const forwarded = { client, request: number, session: commands[0]?.session ?? 0 }
    const known = this.#book.get(request)
    if (known) known.push(forwarded)
    else this.#book.add(request, [forwarded], nowMs)
    this.#count++
    while (this.#count > countMax) this.#forget(this.#book.takeFirst())
  }

  takeProposal(request: RequestId): readonly Asker[] {
    return this.#forget(this.#book.take(request))
  }

  /** Each client once: it need only know to go elsewhere. */
  takeAll(): readonly Asker[] {
    const forwarded = this.#book.takeAll().flat()
    this.#count = 0
    return [...new Map(forwarded.map((each) => [each.client, each])).values()]
  }

  expire(nowMs: number): void {
    for (const forwarded of this.#book.expire(nowMs)) this.#forget(forwarded)
  }

  clientOf(session: number): Address | undefined {
    let client: Address | undefined
    for (const forwarded of this.#book) for (const each of forwarded) if (each.session === session) client = each.client
    return client
  }

  #forget(forwarded: readonly Forwarded[] = []): readonly Forwarded[] {
    this.#count -= forwarded.length
    return forwarded
  }
}
