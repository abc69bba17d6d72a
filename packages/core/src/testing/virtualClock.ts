import type { Clock } from '../ports/ports.js'
import { ReadyCalls } from './readyCalls.js'
import { TimerQueue } from './timerQueue.js'

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

/** What its wall clock shows when it begins: New Year of 2026. */
const wallBeginMs = 1_767_225_600_000

export function virtualClock(startMs = 0): VirtualClock {
  let nowMs = startMs
  let wallAheadMs = wallBeginMs - startMs
  const timers = new TimerQueue()
  const ready = new ReadyCalls()

  const settle = () => ready.run(nowMs)
  const fireNext = (untilMs: number): boolean => {
    settle()
    const timer = timers.take(untilMs)
    if (!timer) return false
    nowMs = Math.max(nowMs, timer.dueMs)
    timer.fire()
    settle()
    return true
  }
  const runUntil = (holds: () => boolean, limitMs: number): void => {
    const untilMs = nowMs + limitMs
    settle()
    while (!holds()) {
      if (!fireNext(untilMs)) throw new Error(`virtual clock: what was waited for did not happen within ${limitMs} ms`)
    }
  }
  const wait = async <T>(promise: Promise<T>, limitMs: number): Promise<T> => {
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
      if (ready.size > 0) continue
      if (!fireNext(untilMs)) throw new Error(`virtual clock: the promise was not settled within ${limitMs} ms`)
    }
  }

  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs + wallAheadMs,
    setWall(byMs) {
      wallAheadMs += byMs
    },
    setTimeout: (fire, delayMs) => timers.add(nowMs + Math.max(0, delayMs), fire),
    clearTimeout: (timer) => timers.cancel(timer),
    soon: (run) => ready.add(run),
    advance(ms) {
      const untilMs = nowMs + ms
      while (fireNext(untilMs));
      nowMs = untilMs
    },
    settle,
    runUntil,
    wait,
    get timers() {
      return timers.size
    },
  }
}
