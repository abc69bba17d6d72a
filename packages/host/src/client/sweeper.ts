import type { Clock } from '@quorate/core'

/**
 * How soon a client looks whether something is due, and how long at most it waits before it looks again: ever longer while
 * nothing happens, because thousands of clients may wait in one process.
 */
const sweepMs = 20
const sweepMsMax = 250

/** Wakes a client that waits: soon after something has happened, and when time alone makes it do something. */
export class Sweeper {
  readonly #clock: Clock
  readonly #dueAtMs: () => number
  readonly #sweep: () => void
  #timer: unknown
  /** Since something happened. */
  #sweeps = 0

  constructor(clock: Clock, dueAtMs: () => number, sweep: () => void) {
    this.#clock = clock
    this.#dueAtMs = dueAtMs
    this.#sweep = sweep
  }

  /** Something waits. */
  arm(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined
      this.#sweeps++
      this.#sweep()
    }, this.#waitMs())
  }

  /** Something happened: what is due next may be due soon. */
  stir(): void {
    if (this.#sweeps === 0) return
    this.#sweeps = 0
    this.stop()
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #waitMs(): number {
    const longestMs = Math.min(sweepMsMax, sweepMs * 2 ** Math.min(10, this.#sweeps))
    if (this.#sweeps === 0) return longestMs
    return Math.max(sweepMs, Math.min(longestMs, this.#dueAtMs() - this.#clock.nowMs()))
  }
}
