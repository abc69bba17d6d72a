import { jittered } from '../random.js'
import type { FlightSurroundings } from './flights.js'

/** Without an answer it is asked again after this, then after twice as long, and so on: each may open one more session. */
const againMs = 300
const againMsMax = 4000
const refusedMs = 25

/** Asks for a session until one is opened. Asked again with the same number, so that a member that is at it need not do it twice. */
export class SessionOpening {
  readonly #around: FlightSurroundings
  /** 0 when none is asked for. */
  #request = 0
  #askedAtMs = 0
  #againAtMs = 0
  #asks = 0
  #refusals = 0

  constructor(around: FlightSurroundings) {
    this.#around = around
  }

  get waitingSinceMs(): number {
    return this.#request === 0 ? Number.POSITIVE_INFINITY : this.#askedAtMs
  }

  /** Asks, unless an answer may still come. */
  ask(): void {
    const { clock, random, link, tracker } = this.#around
    const nowMs = clock.nowMs()
    if (tracker.leader === undefined || (this.#request !== 0 && nowMs < this.#againAtMs)) return
    if (this.#request === 0) {
      this.#request = this.#around.nextRequest()
      this.#asks = 0
      this.#refusals = 0
    }
    this.#askedAtMs = nowMs
    this.#againAtMs = nowMs + jittered(random, Math.min(againMsMax, againMs * 2 ** Math.min(10, this.#asks++)))
    link.ask(tracker.leader, { type: 'OpenSession', request: this.#request })
  }

  /** There is somebody else to ask. */
  again(): void {
    this.#againAtMs = 0
    this.#asks = 0
  }

  refused(request: number): boolean {
    if (request !== this.#request) return false
    const { clock, random } = this.#around
    this.#againAtMs = clock.nowMs() + jittered(random, refusedMs * 2 ** Math.min(5, this.#refusals++))
    return true
  }

  /** True if this is the session that was asked for. */
  isOpened(request: number): boolean {
    if (request === 0 || request !== this.#request) return false
    this.#request = 0
    return true
  }
}
