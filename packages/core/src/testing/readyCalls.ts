/** So many calls without time passing: something asks for itself `soon`, for ever. */
const callsMax = 1_000_000

/** What is to run before time passes, in order. */
export class ReadyCalls {
  #calls: (() => void)[] = []

  get size(): number {
    return this.#calls.length
  }

  add(run: () => void): void {
    this.#calls.push(run)
  }

  /** Runs all, and what they add. */
  run(nowMs: number): void {
    for (let calls = 0; this.#calls.length > 0; ) {
      const batch = this.#calls
      this.#calls = []
      calls += batch.length
      if (calls > callsMax)
        throw new Error(`virtual clock: more than ${callsMax} calls at ${nowMs} ms, and none lets time pass`)
      for (const run of batch) run()
    }
  }
}
