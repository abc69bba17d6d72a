/** What the links between processes are like, each in its direction: whether they are cut, and how long they are. */
export class Links {
  readonly #cuts = new Map<string, number>()
  /** How far each process is from the middle, in microseconds. */
  readonly #distances = new Map<string, number>()

  /** Nothing passes from one to the other until it is mended as often as it was cut. */
  cut(from: string, to: string): void {
    const link = `${from}>${to}`
    this.#cuts.set(link, (this.#cuts.get(link) ?? 0) + 1)
  }

  mend(from: string, to: string): void {
    const link = `${from}>${to}`
    const cuts = (this.#cuts.get(link) ?? 0) - 1
    if (cuts > 0) this.#cuts.set(link, cuts)
    else this.#cuts.delete(link)
  }

  isCut(from: string, to: string): boolean {
    return this.#cuts.size > 0 && this.#cuts.has(`${from}>${to}`)
  }

  /** What a process says and hears takes so much longer. */
  place(name: string, distanceUs: number): void {
    this.#distances.set(name, distanceUs)
  }

  /** How much longer a message takes from one to the other. */
  distanceUs(from: string, to: string): number {
    return this.#distances.size === 0 ? 0 : (this.#distances.get(from) ?? 0) + (this.#distances.get(to) ?? 0)
  }

  /** The longest that an answer takes because it has far to go, in microseconds. */
  get roundTripUs(): number {
    const [first = 0, second = 0] = [...this.#distances.values()].sort((a, b) => b - a)
    return 2 * (first + second)
  }
}
