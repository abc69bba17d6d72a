import type { Clock, NodeId, Random } from '@quorate/core'
import type { ClientMessage, RefusalReason, Refused } from '../generated/client.js'
import { jittered } from '../system/random.js'
import type { Call } from './call.js'
import type { ClientLink } from './clientLink.js'
import type { Finder } from './finder.js'
import { isBusy } from './isBusy.js'

/** Calls that travel in one message, again and again until all are answered. */
export interface Flight {
  readonly calls: readonly Call[]
  /** It must not be sent again while it may have been taken. */
  readonly isOnce: boolean
  /** How many of them are open. */
  open: number
  /** The numbers under which it was sent. */
  readonly requests: number[]
  /** How many of these were refused, so that they can have had no effect. */
  refusals: number
  reason: RefusalReason | undefined
  sentTo: NodeId | undefined
  sentAtMs: number
  resendAtMs: number
}

/** What flights stand on, shared by all of a client. */
export interface FlightSurroundings {
  readonly clock: Clock
  readonly random: Random
  readonly link: ClientLink
  readonly finder: Finder
  nextRequest(): number
}

/** Without an answer a message is sent again after this, then after twice as long, and so on. */
const resendMs = 500
const resendMsMax = 4000
/** The same after a refusal. */
const retryMs = 25
const retryMsMax = 1000

/** Who was greeted is greeted again after this. */
const greetMs = 100

/** The messages of one kind that are under way. */
export class Flights {
  readonly #around: FlightSurroundings
  readonly #compose: (request: number, flight: Flight) => ClientMessage
  readonly #flights = new Set<Flight>()
  readonly #byRequest = new Map<number, Flight>()
  #mayBeDue = false

  constructor(around: FlightSurroundings, compose: (request: number, flight: Flight) => ClientMessage) {
    this.#around = around
    this.#compose = compose
  }

  /** How many messages are under way. */
  get count(): number {
    return this.#flights.size
  }

  /** In the order in which they were first sent. */
  [Symbol.iterator](): Iterator<Flight> {
    return this.#flights.values()
  }

  of(request: number): Flight | undefined {
    return this.#byRequest.get(request)
  }

  /** Sends calls for the first time. */
  begin(calls: readonly Call[]): Flight {
    const flight: Flight = {
      calls,
      isOnce: calls.some(({ isOnce }) => isOnce),
      open: calls.length,
      requests: [],
      refusals: 0,
      reason: undefined,
      sentTo: undefined,
      sentAtMs: 0,
      resendAtMs: 0,
    }
    for (const call of calls) call.flight = flight
    this.#flights.add(flight)
    this.#send(flight)
    return flight
  }

  /** Sends again what is due. */
  resend(): void {
    if (!this.#mayBeDue) return
    this.#mayBeDue = false
    const nowMs = this.#around.clock.nowMs()
    for (const flight of this.#flights) if (flight.resendAtMs <= nowMs) this.#send(flight)
  }

  /** A call of a flight has ended. */
  ended(call: Call): void {
    const { flight } = call
    if (!flight || --flight.open > 0) return
    this.#flights.delete(flight)
    for (const request of flight.requests) this.#byRequest.delete(request)
  }

  /** A message was refused as a whole. True if it was one of these. */
  refused({ request, reason, maybeTaken }: Refused, by: NodeId): boolean {
    const flight = this.#byRequest.get(request)
    if (!flight) return false
    if (!maybeTaken) flight.refusals++
    this.#byRequest.delete(request)
    flight.reason = reason
    const { clock, random, finder } = this.#around
    const next = finder.targetOf(flight.calls[0], flight.requests.length)
    const isElsewhere = !isBusy(reason) && next !== undefined && next !== by
    const waitMs =
      isElsewhere && flight.requests.length < 4 ? 0 : jittered(random, backOff(retryMs, retryMsMax, flight))
    flight.resendAtMs = clock.nowMs() + waitMs
    this.#mayBeDue = true
    return true
  }

  /** Others take calls than before: whatever was sent to one that does not is sent to another. */
  leaderChanged(): void {
    const { finder } = this.#around
    for (const flight of this.#flights) {
      const { sentTo } = flight
      if (!isOut(flight) && (sentTo === undefined || !finder.takes(sentTo))) flight.resendAtMs = 0
    }
    this.#mayBeDue = true
  }

  /** Time has passed: gives those calls to `giveUp` whose deadline has. */
  sweep(nowMs: number, giveUp: (call: Call) => void): void {
    for (const flight of this.#flights) {
      // Calls of one client have one deadline after another; those of a flight that are open are few when it is old.
      for (const call of flight.calls) {
        if (!call.isOpen) continue
        if (call.deadlineMs > nowMs) break
        giveUp(call)
      }
    }
    this.#mayBeDue = this.#flights.size > 0
  }

  /** When the next of them is to be sent again, or a call of it is given up. */
  get dueAtMs(): number {
    const maySend = this.#around.finder.first !== undefined
    let dueAtMs = Number.POSITIVE_INFINITY
    for (const { calls, resendAtMs } of this.#flights) {
      const open = calls.find(({ isOpen }) => isOpen)
      dueAtMs = Math.min(dueAtMs, open?.deadlineMs ?? dueAtMs, maySend ? resendAtMs : dueAtMs)
    }
    return dueAtMs
  }

  /** Since when the first of them has waited for an answer. */
  get waitingSinceMs(): number {
    for (const { sentAtMs } of this.#flights) return sentAtMs
    return Number.POSITIVE_INFINITY
  }

  #send(flight: Flight): void {
    const { clock, random, link, finder } = this.#around
    const target = finder.targetOf(flight.calls[0], flight.requests.length)
    if (target === undefined) return
    if (flight.isOnce && link.startOf(target) === undefined) {
      // Heard of, and not heard: in another start it might be taken twice.
      flight.resendAtMs = clock.nowMs() + greetMs
      link.ask(target, { type: 'WhoLeads', request: this.#around.nextRequest() })
      return
    }
    const request = this.#around.nextRequest()
    flight.requests.push(request)
    this.#byRequest.set(request, flight)
    flight.sentTo = target
    flight.sentAtMs = clock.nowMs()
    flight.resendAtMs = flight.isOnce
      ? Number.POSITIVE_INFINITY
      : flight.sentAtMs + jittered(random, backOff(resendMs, resendMsMax, flight))
    link.ask(target, this.#compose(request, flight))
  }
}

/** True of one that must not be sent again, unless it is refused. */
const isOut = ({ isOnce, refusals, requests }: Flight): boolean => isOnce && refusals < requests.length

const backOff = (firstMs: number, maxMs: number, { requests }: Flight): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(10, Math.max(0, requests.length - 1)))
