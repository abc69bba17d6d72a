import type { Clock } from '../ports/ports.js'

/**
 * Time that passes only when it is told to. Everything happens in one order, which depends on nothing but the calls:
 * timers by the time at which they are due, then by the order in which they were set; what was asked for `soon` runs
 * before the next timer.
 */
export interface VirtualClock extends Clock {
  /** Lets `ms` pass, with all that falls due on the way. Chained timers fire at their exact times. */
  advance(ms: number): void
  /** Runs what is ready now, without letting time pass. */
  settle(): void
  /**
   * Lets time pass from one event to the next until `holds` does.
   * @throws Error when it still does not after `limitMs`.
   */
  runUntil(holds: () => boolean, limitMs: number): void
  /**
   * Lets time pass until a promise is settled, giving promises their turn between events.
   * @throws what the promise rejects with, or an Error after `limitMs`.
   */
  wait<T>(promise: Promise<T>, limitMs: number): Promise<T>
  /** Sets the wall clock so much forward, or back where it is below 0. */
  setWall(byMs: number): void
  /** How many timers wait. */
  readonly timers: number
}

interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly fire: () => void
}

/** So many calls without time passing: something asks for itself `soon`, for ever. */
const callsMax = 1_000_000

/** What its wall clock shows when it begins: New Year of 2026. */
const wallBeginMs = 1_767_225_600_000

export function virtualClock(startMs = 0): VirtualClock {
  let nowMs = startMs
  let wallAheadMs = wallBeginMs - startMs
  let order = 0
  // Cancelled timers are dropped from `waiting` only; the heap forgets them when they come up.
  const heap: Timer[] = []
  const waiting = new Set<Timer>()
  let ready: (() => void)[] = []

  const settle = () => {
    for (let calls = 0; ready.length > 0; ) {
      const batch = ready
      ready = []
      calls += batch.length
      if (calls > callsMax)
        throw new Error(`virtual clock: more than ${callsMax} calls at ${nowMs} ms, and none lets time pass`)
      for (const run of batch) run()
    }
  }
  const next = (): Timer | undefined => {
    for (let first = heap[0]; first; first = heap[0]) {
      if (waiting.has(first)) return first
      pop(heap)
    }
    return undefined
  }
  const fireNext = (untilMs: number): boolean => {
    settle()
    const timer = next()
    if (!timer || timer.dueMs > untilMs) return false
    pop(heap)
    waiting.delete(timer)
    nowMs = Math.max(nowMs, timer.dueMs)
    timer.fire()
    settle()
    return true
  }

  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs + wallAheadMs,
    setWall(byMs) {
      wallAheadMs += byMs
    },
    setTimeout(fire, delayMs) {
      const timer = { dueMs: nowMs + Math.max(0, delayMs), order: order++, fire }
      waiting.add(timer)
      push(heap, timer)
      return timer
    },
    clearTimeout(timer) {
      waiting.delete(timer as Timer)
    },
    soon(run) {
      ready.push(run)
    },
    advance(ms) {
      const untilMs = nowMs + ms
      while (fireNext(untilMs));
      nowMs = untilMs
    },
    settle,
    runUntil(holds, limitMs) {
      const untilMs = nowMs + limitMs
      settle()
      while (!holds()) {
        if (!fireNext(untilMs))
          throw new Error(`virtual clock: what was waited for did not happen within ${limitMs} ms`)
      }
    },
    async wait<T>(promise: Promise<T>, limitMs: number): Promise<T> {
      const untilMs = nowMs + limitMs
      let isSettled = false
      const settled = () => {
        isSettled = true
      }
      promise.then(settled, settled)
      for (;;) {
        settle()
        // Promises that follow from one another need a turn each; a macrotask lets all of them run.
        await new Promise((resolve) => setImmediate(resolve))
        if (isSettled) return promise
        if (ready.length > 0) continue
        if (!fireNext(untilMs)) throw new Error(`virtual clock: the promise was not settled within ${limitMs} ms`)
      }
    },
    get timers() {
      return waiting.size
    },
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)

function push(heap: Timer[], timer: Timer): void {
  let at = heap.push(timer) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (!parent || !isBefore(timer, parent)) break
    heap[at] = parent
    at = above
  }
  heap[at] = timer
}

function pop(heap: Timer[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = heap[2 * at + 1]
    const right = heap[2 * at + 2]
    const isRight = left !== undefined && right !== undefined && isBefore(right, left)
    const child = isRight ? right : left
    if (!child || !isBefore(child, last)) break
    heap[at] = child
    at = 2 * at + (isRight ? 2 : 1)
  }
  heap[at] = last
}
