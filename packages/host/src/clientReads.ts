import { type Address, failureTextMax, type LocalEvent, type RequestId } from '@quorate/core'
import type { Applier } from './applier.js'
import type { Bus } from './bus.js'
import { type Answer, messages, type Query, type ReadIndex, type RefusalReason } from './generated/client.js'
import { sayAnswers } from './results.js'

interface Read {
  readonly client: Address
  readonly message: Query | ReadIndex
}

/** Messages of readers that may wait; what comes beyond is refused. */
const waitingMax = 16_384

/** The reads of one group's clients on one node: all that arrive in one turn ask the actor once. */
export class ClientReads {
  readonly #bus: Bus
  readonly #address: Address
  readonly #applier: Applier
  readonly #post: (event: LocalEvent) => void
  readonly #refuse: (client: Address, request: number, reason: RefusalReason, maybeTaken: boolean) => void
  readonly #waiting = new Map<RequestId, readonly Read[]>()
  #arrived: Read[] = []
  #count = 0

  constructor(options: {
    bus: Bus
    address: Address
    applier: Applier
    post: (event: LocalEvent) => void
    refuse: (client: Address, request: number, reason: RefusalReason, maybeTaken: boolean) => void
  }) {
    this.#bus = options.bus
    this.#address = options.address
    this.#applier = options.applier
    this.#post = options.post
    this.#refuse = options.refuse
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#count
  }

  receive(client: Address, message: Query | ReadIndex): void {
    if (this.#count >= waitingMax) {
      this.#refuse(client, message.request, 'overloaded', false)
      return
    }
    this.#arrived.push({ client, message })
    this.#count++
  }

  /** Answers from what is applied here, however old it is. */
  answerStale(client: Address, query: Query): void {
    this.#answer(client, query)
  }

  /** Hands over what arrived since the last turn. */
  gather(nextRequest: () => RequestId): void {
    if (this.#arrived.length === 0) return
    const request = nextRequest()
    this.#waiting.set(request, this.#arrived)
    this.#arrived = []
    this.#post({ type: 'client.read', request })
  }

  readable(request: RequestId, at: number): void {
    const reads = this.#take(request)
    for (const { client, message } of reads) {
      if (message.type === 'ReadIndex') {
        this.#bus.say(this.#address, client, messages, { type: 'ReadableAt', request: message.request, index: at })
      } else this.#applier.whenApplied(at, () => this.#answer(client, message))
    }
  }

  refused(request: RequestId, reason: RefusalReason): void {
    for (const { client, message } of this.#take(request)) this.#refuse(client, message.request, reason, false)
  }

  refuseAll(reason: RefusalReason): void {
    for (const request of [...this.#waiting.keys()]) this.refused(request, reason)
    for (const { client, message } of this.#arrived) this.#refuse(client, message.request, reason, false)
    this.#count -= this.#arrived.length
    this.#arrived = []
  }

  #take(request: RequestId): readonly Read[] {
    const reads = this.#waiting.get(request) ?? []
    this.#waiting.delete(request)
    this.#count -= reads.length
    return reads
  }

  #answer(client: Address, { questions }: Query): void {
    const { index } = this.#applier.driver.applied
    const answers = questions.map(({ number, bytes }): Answer => {
      try {
        return { number, index, status: 'ok', bytes: this.#applier.query(bytes) }
      } catch (error) {
        const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
        return { number, index, status: 'failed', bytes: textEncoder.encode(reason.slice(0, failureTextMax)) }
      }
    })
    sayAnswers(this.#bus, this.#address, client, answers)
  }
}

const textEncoder = new TextEncoder()
