import { InterruptedError } from '../errors.js'

/** What was begun and must be ended, whatever happens: the last first. */
export class Endings {
  readonly #endings: (() => Promise<unknown>)[] = []
  #isOver = false

  /**
   * Said before something is begun, so that it is ended also when that is interrupted.
   * @throws {@link InterruptedError} when everything is ended already: begin nothing more.
   */
  add(end: () => Promise<unknown>): void {
    if (this.#isOver) throw new InterruptedError()
    this.#endings.push(end)
  }

  async endAll(): Promise<void> {
    this.#isOver = true
    for (let end = this.#endings.pop(); end; end = this.#endings.pop()) await end()
  }
}
