import type { RefusalReason, Refused } from '../generated/client.js'
import { jittered } from '../system/random.js'
import type { FlightSurroundings } from './flights.js'

/** Without an answer it is asked again after this, then after twice as long, and so on. */
const againMs = 500
const againMsMax = 4000
/** The same after a refusal, and after one because all sessions are in use. */
const refusedMs = 25
const refusedMsMax = 1000
const fullMs = 500

/**
 * Asks for a session until one is opened. Asked again with the same number, the group opens it once; under the same number
 * the client asks later whether it still has it.
 */
export class SessionOpening {
  readonly #around: FlightSurroundings
  /** Of the session that the client has or asks for; 0 of none. */
  #number = 0
  #isAsking = false
  #askedAtMs = 0
  #againAtMs = 0
  #asks = 0
  #refusals = 0
  /** Why it was refused last, since it is asked for. */
  #reason: RefusalReason | undefined

  constructor(around: FlightSurroundings) {
    this.#around = around
  }

  get waitingSinceMs(): number {
    return this.#isAsking ? this.#askedAtMs : Number.POSITIVE_INFINITY
  }

  /** When it is asked for again. */
  get dueAtMs(): number {
    return this.#isAsking && this.#around.finder.first !== undefined ? this.#againAtMs : Number.POSITIVE_INFINITY
  }

  /** Why it was refused last, while it is asked for. */
  get refusedFor(): RefusalReason | undefined {
    return this.#isAsking ? this.#reason : undefined
  }

  /** Asks, unless an answer may still come. `session` is the one that the client has; 0 of none. */
  ask(session: number): void {
    const { clock, random, link, finder } = this.#around
    const nowMs = clock.nowMs()
    const leader = finder.first
    if (leader === undefined || (this.#isAsking && nowMs < this.#againAtMs)) return
    if (!this.#isAsking) {
      if (session === 0) this.#number = this.#around.nextRequest()
      this.#isAsking = true
      this.#reason = undefined
      this.#asks = 0
      this.#refusals = 0
    }
    this.#askedAtMs = nowMs
    this.#againAtMs = nowMs + jittered(random, Math.min(againMsMax, againMs * 2 ** Math.min(10, this.#asks++)))
    link.ask(leader, { type: 'OpenSession', request: this.#number, session })
  }

  /** There is somebody else to ask. */
  again(): void {
    this.#againAtMs = 0
    this.#asks = 0
  }

  refused({ request, reason }: Refused): boolean {
    if (!this.#isAsking || request !== this.#number) return false
    const { clock, random } = this.#around
    this.#reason = reason
    const [firstMs, maxMs] = reason === 'sessionsFull' ? [fullMs, againMsMax] : [refusedMs, refusedMsMax]
    this.#againAtMs = clock.nowMs() + jittered(random, Math.min(maxMs, firstMs * 2 ** Math.min(10, this.#refusals++)))
    return true
  }

  /** True if this is the session that was asked for. */
  isOpened(request: number): boolean {
    if (!this.#isAsking || request !== this.#number) return false
    this.#isAsking = false
    return true
  }
}
