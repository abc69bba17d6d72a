import type { Codec } from '@quorate/core'
import {
  CommandTooLargeError,
  NotExecutedError,
  OverloadedError,
  QueryFailedError,
  ResultTooLargeError,
} from '../errors.js'
import type { Answer, Answers, ClientMessage, ReadableAt, ReadConsistency, Refused } from '../generated/client.js'
import { type Call, fail, succeed } from './call.js'
import { CallQueue } from './callQueue.js'
import { type Flight, type FlightSurroundings, Flights } from './flights.js'
import { whyUnanswered } from './whyUnanswered.js'

/** What is read: an index that a linearizable read must wait for, or the answer to a question. */
export type ReadKind = 'index' | ReadConsistency

/** Calls that may wait to be sent, messages that may be under way, and questions in one of them. */
const queuedMax = 100_000
const messagesInFlightMax = 4
const questionsPerMessageMax = 1024
const questionOverheadBytes = 24

/** The reads of one kind of one client. Concurrent ones share a message, and a single index serves all that began before it was asked for. */
export class Reads<Value> {
  readonly #around: FlightSurroundings
  readonly #kind: ReadKind
  readonly #codec: Codec<Value>
  readonly #flights: Flights
  readonly #queue = new CallQueue()
  readonly #sent = new Map<number, Call>()

  constructor(around: FlightSurroundings, kind: ReadKind, codec: Codec<Value>) {
    this.#around = around
    this.#kind = kind
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
    if (call.bytes.length + questionOverheadBytes > this.#around.link.bytesMax) {
      fail(call, new CommandTooLargeError(`a query of ${call.bytes.length} bytes is more than the bus carries`))
    } else if (this.#queue.size >= queuedMax) fail(call, new OverloadedError('this client'))
    else this.#queue.push(call)
  }

  pump(): void {
    this.#flights.resend()
    while (this.#queue.size > 0 && this.#flights.count < messagesInFlightMax) {
      const calls = this.#nextCalls()
      for (const call of calls) {
        // Another one for every question of the client, whatever its kind: the answers do not say which it was.
        call.number = this.#around.nextRequest()
        this.#sent.set(call.number, call)
      }
      this.#flights.begin(calls)
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
    if (flight) this.#forget(call)
    else this.#queue.remove(call)
    if (flight?.reason === 'overloaded' && flight.refusals === flight.requests.length) {
      fail(call, new OverloadedError(`node ${flight.sentTo}`))
      return
    }
    const hint = whyUnanswered(this.#around, (leader) => `node ${leader} gave no answer`)
    fail(call, new NotExecutedError(`${why} before the read was answered: ${hint}`, { cause }))
  }

  giveUpAll(why: string, cause: unknown): void {
    for (const call of [...this.#queue, ...this.#sent.values()]) this.giveUp(call, why, cause)
  }

  /** An index was said, to one of these or to another kind. */
  readableAt({ request, index }: ReadableAt): void {
    for (const call of this.#flights.of(request)?.calls ?? []) {
      if (!call.isOpen) continue
      this.#forget(call)
      succeed(call, () => index)
    }
  }

  answers({ answers }: Answers): void {
    for (const answer of answers) {
      const call = this.#sent.get(answer.number)
      if (!call) continue
      this.#forget(call)
      this.#finish(call, answer)
    }
  }

  refused(refused: Refused, by: string): boolean {
    return this.#flights.refused(refused, by)
  }

  #finish(call: Call, { status, index, bytes }: Answer): void {
    if (status === 'ok') succeed(call, () => this.#codec.decode(bytes))
    else if (status === 'tooLarge') fail(call, new ResultTooLargeError(index))
    else fail(call, new QueryFailedError(textDecoder.decode(bytes)))
  }

  #forget(call: Call): void {
    this.#sent.delete(call.number)
    this.#flights.ended(call)
  }

  #nextCalls(): Call[] {
    const calls: Call[] = []
    let bytes = 0
    for (let call = this.#queue.first; call; call = this.#queue.first) {
      bytes += call.bytes.length + questionOverheadBytes
      // An index is asked for once, for however many.
      if (this.#kind !== 'index' && calls.length >= questionsPerMessageMax) break
      if (bytes > this.#around.link.bytesMax && calls.length > 0 && this.#kind !== 'index') break
      calls.push(call)
      this.#queue.shift()
    }
    return calls
  }

  #compose(request: number, { calls, requests }: Flight): ClientMessage {
    if (this.#kind === 'index') return { type: 'ReadIndex', request }
    const questions = calls.filter(({ isOpen }) => isOpen).map(({ number, bytes }) => ({ number, bytes }))
    return { type: 'Query', request, consistency: this.#kind, questions, attempt: requests.length - 1 }
  }
}

const textDecoder = new TextDecoder()
