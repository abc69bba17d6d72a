import { type Clock, messageOf } from '@quorate/core'

const firstPauseMs = 1000
const longestPauseMs = 60_000

/** What came of the last tries to take a snapshot. */
export interface SnapshotFailure {
  /** Tries that failed since the last one that did not. */
  readonly attempts: number
  /** What the last of them threw. */
  readonly reason: string
}

/** When a snapshot is tried again that the state machine failed to give: later each time, so that other work goes on. */
export class SnapshotRetry {
  readonly #clock: Clock
  #failure: SnapshotFailure | undefined
  #againAtMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get failure(): SnapshotFailure | undefined {
    return this.#failure
  }

  get isPausing(): boolean {
    return this.#failure !== undefined && this.#clock.nowMs() < this.#againAtMs
  }

  failed(thrown: unknown): void {
    const attempts = (this.#failure?.attempts ?? 0) + 1
    this.#failure = { attempts, reason: messageOf(thrown) }
    this.#againAtMs = this.#clock.nowMs() + Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs)
  }

  succeeded(): void {
    this.#failure = undefined
  }
}
