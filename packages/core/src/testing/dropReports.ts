/** Messages that were dropped for sure: counted, and told together, soon. */
export class DropReports {
  readonly #soon: (run: () => void) => void
  readonly #tell: (messages: number) => void
  #total = 0
  #untold = 0

  constructor(soon: (run: () => void) => void, tell: (messages: number) => void) {
    this.#soon = soon
    this.#tell = tell
  }

  get total(): number {
    return this.#total
  }

  add(): void {
    this.#total++
    this.#untold++
    if (this.#untold === 1) this.#soon(() => this.report())
  }

  /** Tells of those that were not told of. */
  report(): void {
    if (this.#untold > 0) this.#tell(this.#untold)
    this.#untold = 0
  }
}
