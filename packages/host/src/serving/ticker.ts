import {
  type AnyStateMachine,
  type Applied,
  type Clock,
  type Command,
  type Deadline,
  type LogTime,
  noBytes,
  timerMsMax,
} from '@quorate/core'
import type { Applier } from '../engine/applier.js'

/** A tick that is not applied by then was lost, and one that changed nothing is not repeated sooner. */
const againMs = 1000
/** A wall clock may be set at any time: it is looked at so often. */
const lookMs = 1000

export const tick: Command = { kind: 'tick', session: 0, sequence: 0, answeredBelow: 0, bytes: noBytes }

/**
 * Proposes a tick when a deadline that the state machine named has passed: on the node that orders, where the state machine runs
 * there too. It may be too early, where the clocks of this node and those that stamped are not the same: then there is another.
 */
export class Ticker {
  readonly #machine: AnyStateMachine
  readonly #failed: (error: unknown) => void
  readonly #applier: Applier
  readonly #clock: Clock
  readonly #serves: () => boolean
  readonly #propose: () => void
  /** What the log's time was last, and when this node saw it first. */
  #time: LogTime | undefined
  #atMs = 0
  #timer: unknown
  /** Nothing is proposed before, whatever has passed. */
  #notBeforeMs = Number.NEGATIVE_INFINITY
  /** That for which the last tick was proposed. */
  #told: Deadline | undefined
  /** Until it has proposed a tick in this turn of ordering, what passes is not counted. */
  #isUnstamped = false
  /** The state machine threw when it was asked last. */
  #hasThrown = false
  #isStopped = false

  constructor(options: {
    machine: AnyStateMachine
    /** The state machine threw: once, until it names a deadline again. */
    failed: (error: unknown) => void
    applier: Applier
    clock: Clock
    /** True while this node orders. */
    serves: () => boolean
    propose: () => void
  }) {
    this.#machine = options.machine
    this.#failed = options.failed
    this.#applier = options.applier
    this.#clock = options.clock
    this.#serves = options.serves
    this.#propose = options.propose
  }

  /** The state machine has applied these. */
  applied(applied: readonly Applied[]): void {
    if (applied.some(({ entry }) => entry.kind === 'tick')) this.#answered()
    this.look()
  }

  /** This node has come to order: the time of the log goes on from the first stamp of its own. */
  led(): void {
    this.#isUnstamped = true
    this.look()
  }

  /** A deadline, or who is to look at it, may be another. */
  look(): void {
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#isStopped || !this.#serves()) return
    const nowMs = this.#clock.nowMs()
    const { state, time } = this.#applier.appliedState
    if (time !== this.#time) {
      this.#time = time
      this.#atMs = nowMs
    }
    const deadline = this.#deadlineOf(state)
    if (!deadline) return
    const isToStamp = this.#isUnstamped && deadline.logMs !== undefined
    const waitMs = isToStamp ? 0 : Math.max(this.#leftMs(deadline, time, nowMs), this.#notBeforeMs - nowMs)
    if (waitMs > 0) {
      this.#timer = this.#clock.setTimeout(() => this.look(), Math.min(waitMs, timerMsMax))
      return
    }
    this.#isUnstamped = false
    this.#told = deadline
    this.#notBeforeMs = nowMs + againMs
    this.#propose()
    this.#timer = this.#clock.setTimeout(() => this.look(), againMs)
  }

  stop(): void {
    this.#isStopped = true
    this.#clock.clearTimeout(this.#timer)
  }

  /** The tick was applied. Where it had come in time and the deadline is still the same, another one would do no more. */
  #answered(): void {
    const { state, time } = this.#applier.appliedState
    const deadline = this.#deadlineOf(state)
    const isSame = deadline?.logMs === this.#told?.logMs && deadline?.wallMs === this.#told?.wallMs
    const { logMs = Number.POSITIVE_INFINITY, wallMs = Number.POSITIVE_INFINITY } = deadline ?? {}
    if (!(isSame && (logMs <= time.logMs || wallMs <= time.wallMs))) this.#notBeforeMs = Number.NEGATIVE_INFINITY
  }

  /** What it throws means never: the state is as it is on all nodes, and asking again would give the same. */
  #deadlineOf(state: unknown): Deadline | undefined {
    try {
      const deadline = this.#machine.deadline?.(state)
      this.#hasThrown = false
      return deadline
    } catch (error) {
      if (!this.#hasThrown) this.#failed(error)
      this.#hasThrown = true
      return undefined
    }
  }

  #leftMs({ logMs, wallMs }: Deadline, time: LogTime, nowMs: number): number {
    const log = logMs === undefined ? Number.POSITIVE_INFINITY : this.#atMs + logMs - time.logMs - nowMs
    const wall =
      wallMs === undefined ? Number.POSITIVE_INFINITY : Math.min(lookMs, wallMs - Math.floor(this.#clock.wallMs()))
    return Math.ceil(Math.min(log, wall))
  }
}
