import type { Codec } from '@quorate/core'
import {
  CommandFailedError,
  CommandTooLargeError,
  GroupResetError,
  NotExecutedError,
  OverloadedError,
  ResultTooLargeError,
  SessionsFullError,
  UnknownOutcomeError,
} from '../errors.js'
import type { CommandResult, Propose, Refused, Results, SessionOpened } from '../generated/client.js'
import { type Call, fail, succeed } from './call.js'
import { CallQueue } from './callQueue.js'
import { type Flight, type FlightSurroundings, Flights } from './flights.js'
import { givenUp } from './givenUp.js'
import { isBusy } from './isBusy.js'
import { SessionOpening } from './sessionOpening.js'
import { whyUnanswered } from './whyUnanswered.js'

/** How a command ended that was executed. */
export interface Proposed<Result> {
  /** Index of its entry in the log. */
  readonly index: number
  readonly result: Result
}

/** How many messages a client has under way, and how many commands one of them carries. */
export interface Coalescing {
  readonly commandsPerMessageMax: number
  readonly messagesInFlightMax: number
}

/** Calls that may wait to be sent. */
const queuedMax = 100_000
/** Members refuse sequences that run further ahead than 65536. */
const sequenceWindow = 60_000
const commandOverheadBytes = 24
/**
 * A session that was not used for so long may be gone. To send a command in it would be to ask for an unknown outcome, so the
 * client asks first whether it still has it.
 */
const idleMs = 30_000

/**
 * The commands of one client: coalesced into messages, numbered in a session, and sent again until each is answered, so
 * that it is executed at most once (Ongaro, dissertation, section 6.3).
 */
export class Proposals<Result> {
  readonly #around: FlightSurroundings
  readonly #codec: Codec<Result>
  readonly #coalescing: Coalescing
  readonly #flights: Flights
  readonly #queue = new CallQueue()
  readonly #sent = new Map<number, Call>()
  readonly #opening: SessionOpening
  /** 0 without one. */
  #session = 0
  #usedAtMs = 0
  #nextSequence = 1
  /** Index of the last entry of a command of this client that was acknowledged. */
  #acknowledged = 0

  constructor(around: FlightSurroundings, codec: Codec<Result>, coalescing: Coalescing) {
    this.#around = around
    this.#codec = codec
    this.#coalescing = coalescing
    this.#flights = new Flights(around, (request, flight) => this.#compose(request, flight))
    this.#opening = new SessionOpening(around)
  }

  get hasWork(): boolean {
    return this.#queue.size > 0 || this.#flights.count > 0
  }
  get dueAtMs(): number {
    return Math.min(this.#queue.dueAtMs, this.#flights.dueAtMs, this.#opening.dueAtMs)
  }
  get waitingSinceMs(): number {
    return Math.min(this.#flights.waitingSinceMs, this.#opening.waitingSinceMs)
  }

  take(call: Call): void {
    if (call.bytes.length + commandOverheadBytes > this.#around.link.bytesMax) {
      const { bytesMax } = this.#around.link
      fail(call, new CommandTooLargeError(`a command of ${call.bytes.length} bytes, where the bus carries ${bytesMax}`))
    } else if (this.#queue.size >= queuedMax) fail(call, new OverloadedError('this client'))
    else this.#queue.push(call)
  }

  /** Sends what may be sent. */
  pump(): void {
    this.#flights.resend()
    if (this.#queue.size === 0) return
    if (!this.#hasSession()) {
      this.#opening.ask(this.#session)
      return
    }
    while (this.#queue.size > 0 && this.#flights.count < this.#coalescing.messagesInFlightMax) {
      const calls = this.#nextCalls()
      if (calls.length === 0) return
      for (const call of calls) {
        call.number = this.#nextSequence++
        this.#sent.set(call.number, call)
      }
      this.#flights.begin(calls)
    }
    this.#usedAtMs = this.#around.clock.nowMs()
  }

  leaderChanged(): void {
    this.#flights.leaderChanged()
    this.#opening.again()
  }

  /** Gives up what is past its deadline. */
  sweep(nowMs: number): void {
    const giveUp = (call: Call) => this.giveUp(call, 'its deadline passed')
    this.#queue.expire(nowMs, giveUp)
    this.#flights.sweep(nowMs, giveUp)
  }

  giveUp(call: Call, why: string, cause?: unknown): void {
    if (!call.isOpen) return
    const { flight } = call
    if (!flight) {
      this.#queue.remove(call)
      fail(call, this.#unsent(why, cause))
      return
    }
    this.#forget(call)
    fail(call, givenUp('command', flight, why, cause, this.#around.link.outage))
  }

  giveUpAll(why: string, cause: unknown): void {
    for (const call of [...this.#queue, ...this.#sent.values()]) this.giveUp(call, why, cause)
  }

  opened({ request, session }: SessionOpened): void {
    if (!this.#opening.isOpened(request)) return
    this.#usedAtMs = this.#around.clock.nowMs()
    if (session === this.#session) return
    this.#session = session
    this.#nextSequence = 1
  }

  results({ session, results }: Results): void {
    if (session !== this.#session) return
    for (const result of results) {
      const call = this.#sent.get(result.sequence)
      if (!call) continue
      if (result.status === 'expired') {
        // An entry that was ordered just now stands behind all that was acknowledged, or that is gone.
        if (result.index <= this.#acknowledged) this.reset()
        else this.#expired()
        return
      }
      this.#forget(call)
      this.#acknowledged = Math.max(this.#acknowledged, result.index)
      this.#finish(call, result)
    }
  }

  refused(refused: Refused, by: string): boolean {
    if (this.#opening.refused(refused)) return true
    if (refused.reason !== 'tooLarge') return this.#flights.refused(refused, by)
    const flight = this.#flights.of(refused.request)
    if (!flight) return false
    for (const sequence of refused.sequences) {
      const call = this.#sent.get(sequence)
      if (call?.flight !== flight) continue
      this.#forget(call)
      fail(call, new CommandTooLargeError(`node ${by} takes no command of ${call.bytes.length} bytes`))
    }
    return true
  }

  #hasSession(): boolean {
    const isIdle = this.#flights.count === 0 && this.#around.clock.nowMs() - this.#usedAtMs >= idleMs
    return this.#session !== 0 && !isIdle
  }

  /** How a call ends that never went out. */
  #unsent(why: string, cause: unknown): Error {
    const { link, finder } = this.#around
    const { refusedFor } = this.#opening
    if (refusedFor === 'sessionsFull') return new SessionsFullError(link.group)
    if (finder.first !== undefined && isBusy(refusedFor)) return new OverloadedError(`node ${finder.first}`, refusedFor)
    return new NotExecutedError(`${why} before the command was sent: ${this.#hint()}`, { cause })
  }

  #hint(): string {
    return whyUnanswered(this.#around, (leader) =>
      this.#hasSession() ? 'others go before it' : `node ${leader} was asked for a session and gave no answer`,
    )
  }

  #finish(call: Call, { status, index, bytes }: CommandResult): void {
    switch (status) {
      case 'ok':
        succeed(call, (): Proposed<Result> => ({ index, result: this.#codec.decode(bytes) }))
        return
      case 'failed':
        fail(call, new CommandFailedError(textDecoder.decode(bytes), index))
        return
      case 'tooLarge':
        fail(call, new ResultTooLargeError(index))
        return
      default:
        fail(call, new UnknownOutcomeError('its answer is no longer remembered'))
    }
  }

  /** The group is another than the one that this client knew: what was sent is no part of it. */
  reset(): void {
    this.#acknowledged = 0
    this.#leaveSession(() => new GroupResetError(this.#around.link.group))
  }

  #expired(): void {
    const why = 'the session of this client expired: it was not used for long, and others were opened'
    this.#leaveSession(() => new UnknownOutcomeError(why))
  }

  /** What was sent may have been executed before; what was not goes into a new session. */
  #leaveSession(errorOfCall: () => Error): void {
    const sent = [...this.#sent.values()]
    this.#session = 0
    for (const call of sent) {
      this.#forget(call)
      fail(call, errorOfCall())
    }
  }

  #forget(call: Call): void {
    this.#sent.delete(call.number)
    this.#flights.ended(call)
  }

  /** Every call below it has ended. */
  #answeredBelow(): number {
    for (const { calls } of this.#flights) {
      for (const call of calls) if (call.isOpen) return call.number
    }
    return this.#nextSequence
  }

  #nextCalls(): Call[] {
    const room = sequenceWindow - (this.#nextSequence - this.#answeredBelow())
    const calls: Call[] = []
    const countMax = Math.min(this.#coalescing.commandsPerMessageMax, room)
    let bytes = 0
    for (let call = this.#queue.first; call && calls.length < countMax; call = this.#queue.first) {
      bytes += call.bytes.length + commandOverheadBytes
      if (bytes > this.#around.link.bytesMax && calls.length > 0) break
      calls.push(call)
      this.#queue.shift()
    }
    return calls
  }

  #compose(request: number, { calls }: Flight): Propose {
    const commands = calls.filter(({ isOpen }) => isOpen).map(({ number, bytes }) => ({ sequence: number, bytes }))
    return { type: 'Propose', request, session: this.#session, answeredBelow: this.#answeredBelow(), commands }
  }
}

const textDecoder = new TextDecoder()
