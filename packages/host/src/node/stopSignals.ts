import { Deferred } from '../system/deferred.js'

/** Signals of the process that stop a node: the first in order, a second one at once. They are heard until the node has stopped. */
export class StopSignals {
  readonly #signals: readonly NodeJS.Signals[]
  readonly #second = new Deferred<void>()
  readonly #hear: () => void
  #isHeard = false

  constructor(signals: readonly NodeJS.Signals[], stop: () => void) {
    this.#signals = signals
    this.#hear = () => {
      if (this.#isHeard) this.#second.resolve()
      this.#isHeard = true
      stop()
    }
    for (const signal of signals) process.on(signal, this.#hear)
  }

  /** Settles at the second signal. */
  get second(): Promise<void> {
    return this.#second.promise
  }

  forget(): void {
    for (const signal of this.#signals) process.off(signal, this.#hear)
  }
}
