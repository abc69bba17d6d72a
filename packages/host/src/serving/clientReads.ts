import type { Address, Clock, LocalEvent, RequestId } from '@quorate/core'
import type { Query, ReadIndex, RefusalReason } from '../generated/client.js'
import { bytesOf, type Queries } from './queries.js'
import { RequestBook } from './requestBook.js'
import type { Responder } from './responder.js'

interface Read {
  readonly client: Address
  readonly message: Query | ReadIndex
}

/** Messages of readers that may wait, and bytes of questions in them; what comes beyond is refused. */
const waitingMax = 16_384
const waitingBytesMax = 64 * 1024 * 1024
/** Clients have asked again twice by then. */
const keepMs = 10_000

/** The linearizable reads of one group's clients on one node: all that arrive in one turn ask the actor once. */
export class ClientReads {
  readonly #responder: Responder
  readonly #clock: Clock
  readonly #queries: Queries
  readonly #post: (event: LocalEvent) => void
  readonly #nextRequest: () => RequestId
  readonly #waiting = new RequestBook<readonly Read[]>(keepMs)
  #arrived: Read[] = []
  #count = 0
  #bytes = 0

  constructor(options: {
    responder: Responder
    clock: Clock
    queries: Queries
    post: (event: LocalEvent) => void
    nextRequest: () => RequestId
  }) {
    this.#responder = options.responder
    this.#clock = options.clock
    this.#queries = options.queries
    this.#post = options.post
    this.#nextRequest = options.nextRequest
  }

  /** Messages that wait for an index. */
  get waiting(): number {
    return this.#count
  }

  receive(client: Address, message: Query | ReadIndex): void {
    const bytes = sizeOf(message)
    if (!this.#hasRoomFor(bytes)) this.#expire()
    if (!this.#hasRoomFor(bytes)) {
      this.#responder.refuse({ client, request: message.request }, 'overloaded', false)
      return
    }
    this.#arrived.push({ client, message })
    this.#count++
    this.#bytes += bytes
  }

  /** Hands over what arrived since it was last gathered. */
  gather(): void {
    if (this.#arrived.length === 0) return
    this.#expire()
    const request = this.#nextRequest()
    this.#waiting.add(request, this.#arrived, this.#clock.nowMs())
    this.#arrived = []
    this.#post({ type: 'client.read', request })
  }

  readable(request: RequestId, at: number): void {
    for (const { client, message } of this.#take(request)) {
      if (message.type === 'Query') this.#queries.answer(client, message, at)
      else this.#responder.send(client, { type: 'ReadableAt', request: message.request, index: at })
    }
  }

  refused(request: RequestId, reason: RefusalReason): void {
    this.#refuse(this.#take(request), reason)
  }

  refuseAll(reason: RefusalReason): void {
    const reads = [...this.#waiting.takeAll().flat(), ...this.#arrived]
    this.#arrived = []
    this.#count = 0
    this.#bytes = 0
    this.#refuse(reads, reason)
  }

  #refuse(reads: readonly Read[], reason: RefusalReason): void {
    for (const { client, message } of reads) this.#responder.refuse({ client, request: message.request }, reason, false)
  }

  #take(request: RequestId): readonly Read[] {
    const reads = this.#waiting.take(request) ?? []
    this.#forget(reads)
    return reads
  }

  #expire(): void {
    for (const reads of this.#waiting.expire(this.#clock.nowMs())) this.#forget(reads)
  }

  #forget(reads: readonly Read[]): void {
    this.#count -= reads.length
    for (const { message } of reads) this.#bytes -= sizeOf(message)
  }

  /** What waits for an index, and then to be applied, counts together. */
  #hasRoomFor(bytes: number): boolean {
    const { waiting, waitingBytes } = this.#queries
    return this.#count + waiting < waitingMax && this.#bytes + waitingBytes + bytes <= waitingBytesMax
  }
}

const sizeOf = (message: Query | ReadIndex): number => (message.type === 'Query' ? bytesOf(message.questions) : 0)
