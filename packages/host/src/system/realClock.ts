import { type Clock, timerMsMax } from '@quorate/core'

/** A timer of {@link realClock}: at first it waits for its time, then for the sockets. */
interface RealTimer {
  timeout: NodeJS.Timeout | undefined
  immediate: NodeJS.Immediate | undefined
}

/**
 * The clock of production: monotonic, and a due timer is handed over only after the event loop has polled its sockets
 * once more, unless it was cancelled meanwhile. A loop that was blocked for longer than an election timeout would
 * otherwise start an election while the heartbeats lie unread in the socket.
 */
export function realClock(): Clock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    setTimeout(fire, delayMs) {
      const timer: RealTimer = { timeout: undefined, immediate: undefined }
      const isDue = (): void => {
        timer.timeout = undefined
        // The poll phase lies between a timer and the next immediate; what arrives there is handed over by `soon`, an
        // immediate too and set later than this one, so only the second immediate is behind it.
        timer.immediate = setImmediate(() => {
          timer.immediate = setImmediate(fire)
        })
      }
      // Longer than a timer holds: in pieces.
      const wait = (leftMs: number): void => {
        const pieceMs = Math.min(leftMs, timerMsMax)
        timer.timeout = setTimeout(() => (leftMs > pieceMs ? wait(leftMs - pieceMs) : isDue()), pieceMs)
      }
      wait(delayMs)
      return timer
    },
    clearTimeout(timer) {
      if (timer === undefined) return
      const { timeout, immediate } = timer as RealTimer
      clearTimeout(timeout)
      clearImmediate(immediate)
    },
    soon(run) {
      setImmediate(run)
    },
  }
}
