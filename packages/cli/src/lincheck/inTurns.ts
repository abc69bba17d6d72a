import { setImmediate } from 'node:timers/promises'
import type { Slices } from '@quorate/checker'

/** Work goes on for about so long before anybody else gets a turn. */
const turnMs = 50

/** Does all of it; Ctrl-C is heard meanwhile. */
export const inTurns = async <T>(work: Slices<T>): Promise<T> => {
  for (let turnEndsAt = performance.now() + turnMs; ; ) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() < turnEndsAt) continue
    await setImmediate()
    turnEndsAt = performance.now() + turnMs
  }
}
