/** Small numbers for values: equal texts have equal numbers, from 0. */
export class Interner<T> {
  readonly #numbers = new Map<string, number>()
  readonly #values: T[] = []

  numberOf(text: string, value: T): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#values.length
    this.#numbers.set(text, number)
    this.#values.push(value)
    return number
  }

  /** The value that first had this number. */
  at(number: number): T | undefined {
    return this.#values[number]
  }

  get size(): number {
    return this.#values.length
  }
}
