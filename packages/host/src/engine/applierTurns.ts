import type { Clock } from '@quorate/core'
import type { Applier } from './applier.js'

type Worker = Pick<Applier, 'hasWork' | 'work'>

/** Longest time that one turn spends in state machines, but for a single long `apply`, in milliseconds. */
const workMs = 5

/** Gives the state machines of a node a few milliseconds in each turn, the first of them another one each time. */
export class ApplierTurns {
  readonly #clock: Clock
  /** Those that may have something to do. */
  readonly #busy = new Set<Worker>()
  #turns = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** This one may have something to do from now on. */
  add(applier: Worker): void {
    this.#busy.add(applier)
  }

  /** This one is done nothing for any more. */
  remove(applier: Worker): void {
    this.#busy.delete(applier)
  }

  /** True if something is left to be done. */
  work(): boolean {
    const appliers = [...this.#busy].filter(({ hasWork }) => hasWork)
    const untilMs = this.#clock.nowMs() + workMs
    this.#turns++
    for (let count = 0; count < appliers.length; count++) {
      if (count > 0 && this.#clock.nowMs() >= untilMs) break
      appliers[(this.#turns + count) % appliers.length]?.work(untilMs)
    }
    for (const applier of this.#busy) if (!applier.hasWork) this.#busy.delete(applier)
    return this.#busy.size > 0
  }
}
