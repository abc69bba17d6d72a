/** What the clocks of a node show, in whole milliseconds. */
export interface Instant {
  /** Monotonic, since an arbitrary start of each process: it may run fast or slow, and is never set back. */
  readonly nowMs: number
  /** Since 1970, as people count: it may be set forward or back at any time. */
  readonly wallMs: number
}

/** An event as a role takes it that asks for the time (`timed` of its definition). */
export type Timed<Event> = Event extends unknown ? Event & Instant : never

/** Whether a role that is `timed` like that is told the time with events of this type. */
export const isTimed = (timed: boolean | readonly string[] | undefined, type: string): boolean =>
  timed === true || (timed !== undefined && timed !== false && timed.includes(type))

/** When an event came to its role, where that is told. */
export function instantOf(event: { readonly type: string } & Partial<Instant>): Instant | undefined {
  const { nowMs, wallMs } = event
  return nowMs === undefined || wallMs === undefined ? undefined : { nowMs, wallMs }
}

/**
 * When an entry was ordered, by the clocks of who did. Two stamps say how much time passed between them only where `by` is the
 * same: the monotonic clocks of two processes, or of two lives of one, have nothing to do with each other.
 */
export interface Stamp extends Instant {
  /** The term, or the ballot as a number, in which it was ordered: nobody else orders in it, and nobody in another life. */
  readonly by: number
}

/**
 * The time of a log after an entry, equal on every node. Without a stamp it stands still: of commands that came together the
 * first has one, and what earlier versions wrote has none.
 */
export interface LogTime {
  /** The latest wall clock of those who ordered, in milliseconds since 1970: it never goes back. 0 before the first stamp. */
  readonly wallMs: number
  /**
   * The sum of the monotonic time that passed while one and the same was ordering, in milliseconds, rounded down: it stands still
   * without a leader, and no wall clock that is set can hurry it.
   */
  readonly logMs: number
  /** Of the last stamp, and up to where its monotonic clock is counted. */
  readonly by: number
  readonly nowMs: number
}

/** Before the first entry. */
export const startOfTime: LogTime = { wallMs: 0, logMs: 0, by: 0, nowMs: 0 }

/** The time after an entry with that stamp. */
export function timeAfter(time: LogTime, stamp: Stamp | undefined): LogTime {
  if (!stamp) return time
  const wallMs = Math.max(time.wallMs, stamp.wallMs)
  // Rounded up: what is counted from here on is never more than what passed.
  if (stamp.by !== time.by) return { wallMs, logMs: time.logMs, by: stamp.by, nowMs: stamp.nowMs + 1 }
  const passedMs = Math.max(0, stamp.nowMs - time.nowMs)
  if (passedMs === 0 && wallMs === time.wallMs) return time
  return { wallMs, logMs: time.logMs + passedMs, by: stamp.by, nowMs: time.nowMs + passedMs }
}

export const isSameStamp = (a: Stamp | undefined, b: Stamp | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.by === b.by && a.nowMs === b.nowMs && a.wallMs === b.wallMs)
