import { type Address, type AskService, type ClientAsked, type Clock, noBytes, type RequestId } from '@quorate/core'
import type { DropLog } from '../bus/dropLog.js'
import type { Ask, RefusalReason } from '../generated/client.js'
import type { RecentRequests } from './recentRequests.js'
import { RequestBook } from './requestBook.js'
import type { RequestMemory } from './requestMemories.js'
import type { Asker, Responder } from './responder.js'
import { isTooLarge } from './results.js'

interface WaitingAsk extends Asker {
  readonly size: number
}

/** Questions, and bytes of questions, that may wait; what comes beyond is refused. */
const waitingMax = 16_384
const bytesMax = 64 * 1024 * 1024
/** The actor may still answer later; nobody here remembers then who asked, and who still wants to know has asked again. */
const keepMs = 30_000

/** What clients ask of a group that answers questions, on one node: bytes outside, and what they mean inside. */
export class ClientAsks {
  readonly #responder: Responder
  readonly #clock: Clock
  readonly #service: AskService
  readonly #drops: DropLog
  readonly #start: number
  readonly #post: (event: ClientAsked) => void
  readonly #nextRequest: () => RequestId
  readonly #waiting = new RequestBook<WaitingAsk>(keepMs)
  /** What was taken and may not be taken again. */
  readonly #once: RecentRequests
  #count = 0
  #bytes = 0

  constructor(options: {
    responder: Responder
    clock: Clock
    service: AskService
    drops: DropLog
    /** The start of its store in which this node is. */
    start: number
    memory: RequestMemory
    post: (event: ClientAsked) => void
    nextRequest: () => RequestId
  }) {
    this.#responder = options.responder
    this.#clock = options.clock
    this.#service = options.service
    this.#drops = options.drops
    this.#start = options.start
    this.#once = options.memory.taken
    this.#post = options.post
    this.#nextRequest = options.nextRequest
  }

  /** Questions that wait for the actor. */
  get waiting(): number {
    return this.#count
  }

  receive(client: Address, { request, bytes, start }: Ask): void {
    // A copy: what came of the first will be said, or has been.
    if (this.#once.has(client, request)) return
    const asker = { client, request, size: bytes.length }
    const reason = this.#refusalOf(bytes.length)
    if (reason) {
      this.#responder.refuse(asker, reason, false)
      return
    }
    const question = this.#decoded(client, bytes)
    if (!question) {
      this.#responder.refuse(asker, 'malformed', false)
      return
    }
    const { body, isOnce } = question
    if (isOnce && start !== this.#start) {
      this.#responder.refuse(asker, 'restarted', true)
      return
    }
    if (isOnce) this.#once.note(client, request)
    const own = this.#nextRequest()
    this.#waiting.add(own, asker, this.#clock.nowMs())
    this.#count++
    this.#bytes += asker.size
    this.#post({ type: 'client.asked', request: own, body })
  }

  /** What a stranger sent, if it is a question. */
  #decoded(client: Address, bytes: Uint8Array): { readonly body: unknown; readonly isOnce: boolean } | undefined {
    try {
      const body = this.#service.request.decode(bytes)
      return { body, isOnce: !this.#service.isIdempotent(body) }
    } catch (error) {
      this.#drops.note('malformed', { from: client, to: this.#responder.address, type: 'Ask', error })
      return undefined
    }
  }

  /** @throws what the codec of replies throws: a role that answers something else is broken. */
  answered(own: RequestId, body: unknown): void {
    const bytes = this.#service.reply.encode(body)
    for (const { client, request } of this.#take(own)) {
      const said = isTooLarge(bytes, this.#responder.bus.bytesMax)
        ? ({ status: 'tooLarge', bytes: noBytes } as const)
        : ({ status: 'ok', bytes } as const)
      this.#responder.send(client, { type: 'Answered', request, ...said })
    }
  }

  /** The actor does not take it. */
  refused(own: RequestId, reason: RefusalReason): void {
    for (const asker of this.#take(own)) this.#responder.refuse(asker, reason, false)
  }

  /** The actor may have begun with what was asked. */
  refuseAll(reason: RefusalReason): void {
    for (const asker of this.#forget(this.#waiting.takeAll())) this.#responder.refuse(asker, reason, true)
  }

  #refusalOf(size: number): RefusalReason | undefined {
    if (size > this.#service.limits.requestBytesMax) return 'tooLarge'
    if (!this.#responder.serves) return 'notLeader'
    this.#forget(this.#waiting.expire(this.#clock.nowMs()))
    return this.#count >= waitingMax || this.#bytes + size > bytesMax ? 'overloaded' : undefined
  }

  #take(own: RequestId): readonly WaitingAsk[] {
    const asked = this.#waiting.take(own)
    return this.#forget(asked ? [asked] : [])
  }

  #forget(asked: readonly WaitingAsk[]): readonly WaitingAsk[] {
    this.#count -= asked.length
    for (const { size } of asked) this.#bytes -= size
    return asked
  }
}
