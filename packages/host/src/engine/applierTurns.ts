import type { Clock } from '@quorate/core'
import type { Applier } from './applier.js'

/** Longest time that one turn spends in state machines, but for a single long `apply`, in milliseconds. */
const workMs = 5

/** Gives the state machines of a node a few milliseconds in each turn, the first of them another one each time. */
export class ApplierTurns {
  readonly #clock: Clock
  #turns = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** True if something is left to be done. */
  work(all: readonly (Applier | undefined)[]): boolean {
    const appliers = all.flatMap((applier) => (applier?.hasWork ? [applier] : []))
    const untilMs = this.#clock.nowMs() + workMs
    this.#turns++
    for (let count = 0; count < appliers.length; count++) {
      if (count > 0 && this.#clock.nowMs() >= untilMs) break
      appliers[(this.#turns + count) % appliers.length]?.work(untilMs)
    }
    return appliers.some(({ hasWork }) => hasWork)
  }
}
