import { type Codec, noBytes } from '@quorate/core'
import {
  CommandTooLargeError,
  MalformedRequestError,
  NotExecutedError,
  OverloadedError,
  ResultTooLargeError,
} from '../errors.js'
import type { Answered, ClientMessage, Refused } from '../generated/client.js'
import { type Call, fail, succeed } from './call.js'
import { CallQueue } from './callQueue.js'
import { type Flight, type FlightSurroundings, Flights } from './flights.js'
import { givenUp } from './givenUp.js'
import { whyUnanswered } from './whyUnanswered.js'

/** Calls that may wait to be sent, and messages that may be under way. */
const queuedMax = 100_000
const messagesInFlightMax = 1024
const askOverheadBytes = 24

/** What one client asks of a group that answers questions: each by itself, again until it is answered where it may be. */
export class Asks<Reply> {
  readonly #around: FlightSurroundings
  readonly #codec: Codec<Reply>
  readonly #flights: Flights
  readonly #queue = new CallQueue()

  constructor(around: FlightSurroundings, codec: Codec<Reply>) {
    this.#around = around
    this.#codec = codec
    this.#flights = new Flights(around, (request, flight) => this.#compose(request, flight))
  }

  get hasWork(): boolean {
    return this.#queue.size > 0 || this.#flights.count > 0
  }
  get dueAtMs(): number {
    return Math.min(this.#queue.dueAtMs, this.#flights.dueAtMs)
  }
  get waitingSinceMs(): number {
    return this.#flights.waitingSinceMs
  }

  take(call: Call): void {
    const { bytesMax } = this.#around.link
    if (call.bytes.length + askOverheadBytes > bytesMax) {
      fail(
        call,
        new CommandTooLargeError(`a question of ${call.bytes.length} bytes, where the bus carries ${bytesMax}`),
      )
    } else if (this.#queue.size >= queuedMax) fail(call, new OverloadedError('this client'))
    else this.#queue.push(call)
  }

  pump(): void {
    this.#flights.resend()
    while (this.#flights.count < messagesInFlightMax) {
      const call = this.#queue.first
      if (!call || this.#around.finder.targetOf(call, 0) === undefined) return
      this.#queue.shift()
      this.#flights.begin([call])
    }
  }

  leaderChanged(): void {
    this.#flights.leaderChanged()
  }

  sweep(nowMs: number): void {
    const giveUp = (call: Call) => this.giveUp(call, 'its deadline passed')
    this.#queue.expire(nowMs, giveUp)
    this.#flights.sweep(nowMs, giveUp)
  }

  giveUp(call: Call, why: string, cause?: unknown): void {
    if (!call.isOpen) return
    const { flight } = call
    if (flight) this.#flights.ended(call)
    else this.#queue.remove(call)
    if (flight && flight.requests.length > 0) {
      fail(call, givenUp('question', flight, why, cause, this.#around.link.outage))
      return
    }
    const hint = whyUnanswered(this.#around, () => 'others go before it')
    fail(call, new NotExecutedError(`${why} before the question was sent: ${hint}`, { cause }))
  }

  giveUpAll(why: string, cause: unknown): void {
    const sent = [...this.#flights].flatMap(({ calls }) => calls)
    for (const call of [...this.#queue, ...sent]) this.giveUp(call, why, cause)
  }

  answered({ request, status, bytes }: Answered): void {
    for (const call of this.#openOf(request)) {
      this.#flights.ended(call)
      if (status === 'ok') succeed(call, () => this.#codec.decode(bytes))
      else fail(call, new ResultTooLargeError())
    }
  }

  refused(refused: Refused, by: string): boolean {
    const { reason, request, maybeTaken } = refused
    const calls = this.#openOf(request)
    if (maybeTaken && this.#flights.of(request)?.isOnce) {
      for (const call of calls) this.giveUp(call, `node ${by} had begun with it, and answers no more`)
      return true
    }
    if (reason !== 'tooLarge' && reason !== 'malformed') return this.#flights.refused(refused, by)
    for (const call of calls) {
      this.#flights.ended(call)
      const size = call.bytes.length
      const tooLarge = () => new CommandTooLargeError(`node ${by} takes no question of ${size} bytes`)
      fail(call, reason === 'tooLarge' ? tooLarge() : new MalformedRequestError(by))
    }
    return calls.length > 0
  }

  #compose(request: number, { calls: [call], isOnce, sentTo }: Flight): ClientMessage {
    const start = isOnce && sentTo !== undefined ? this.#around.link.startOf(sentTo) : undefined
    return { type: 'Ask', request, bytes: call?.bytes ?? noBytes, ...(start !== undefined && { start }) }
  }

  #openOf(request: number): readonly Call[] {
    return (this.#flights.of(request)?.calls ?? []).filter(({ isOpen }) => isOpen)
  }
}
