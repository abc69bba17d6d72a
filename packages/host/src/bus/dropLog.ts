import type { Clock, Envelope, Logger, Observe } from '@quorate/core'
import type { Telemetry } from '../system/telemetry.js'

/** Why a message that came over the bus is not handed to anyone. */
export type DropReason =
  | 'malformed'
  | 'otherVersion'
  | 'otherCluster'
  | 'misaddressed'
  /** For a role of a group that this node does not host, or not any more. */
  | 'notHosted'
  | 'unknownSender'
  | 'unknownStore'
  /** More came at once than is kept until it can be read. */
  | 'overloaded'
  /** Of a start of a store before the last one that is known: a copy of the disk, or one that went back. */
  | 'earlierStart'
  /** Its sender takes the group for something else. */
  | 'otherCharter'
  /** For a role on a node that joins the group, and that no member has taken in yet. */
  | 'notTakenIn'
  /** More of a node than is held while its store is being recorded. */
  | 'tooManyHeld'
  /** More is decided than this node can apply in time. */
  | 'behindInApply'

const everyMs = 10_000

/** Counts what is dropped, and logs the first of each kind at once, the others every ten seconds with their number. */
export class DropLog {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #telemetry: Telemetry
  readonly #observe: Observe | undefined
  readonly #counts = new Map<DropReason, { total: number; unlogged: number; loggedAtMs: number }>()

  constructor(clock: Clock, logger: Logger, telemetry: Telemetry, observe?: Observe) {
    this.#clock = clock
    this.#logger = logger
    this.#telemetry = telemetry
    this.#observe = observe
  }

  /** @param envelope of the message, where it could be read and is still there */
  note(reason: DropReason, fields: object, envelope?: Envelope): void {
    this.#observe?.({ type: 'dropped', why: reason, envelope })
    const nowMs = this.#clock.nowMs()
    const count = this.#counts.get(reason) ?? { total: 0, unlogged: 0, loggedAtMs: Number.NEGATIVE_INFINITY }
    this.#counts.set(reason, count)
    count.total++
    count.unlogged++
    this.#telemetry.dropped(reason)
    if (nowMs - count.loggedAtMs < everyMs) return
    this.#logger.warn({ reason, messages: count.unlogged, ...fields }, 'dropped a message')
    count.unlogged = 0
    count.loggedAtMs = nowMs
  }

  /** How many were dropped, by reason. */
  get totals(): Readonly<Partial<Record<DropReason, number>>> {
    return Object.fromEntries([...this.#counts].map(([reason, { total }]) => [reason, total]))
  }
}
