/** What the clocks of a node show, in whole milliseconds. */
export interface Instant {
  /** Monotonic, since an arbitrary start of each process: it may run fast or slow, and is never set back. */
  readonly nowMs: number
  /** Since 1970, as people count: it may be set forward or back at any time. */
  readonly wallMs: number
}

/** An event as a role takes it that asks for the time (`timed` of its definition). */
export type Timed<Event> = Event extends unknown ? Event & Instant : never

/** When an event came to its role, where that is told. */
export function instantOf(event: { readonly type: string } & Partial<Instant>): Instant | undefined {
  const { nowMs, wallMs } = event
  return nowMs === undefined || wallMs === undefined ? undefined : { nowMs, wallMs }
}
