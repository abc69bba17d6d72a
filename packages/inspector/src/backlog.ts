/** Texts that wait, oldest first, bounded in number and length: when a new one finds no room, the oldest are left out. */
export class Backlog {
  readonly #countMax: number
  readonly #charactersMax: number
  readonly #texts: string[] = []
  #characters = 0

  constructor(limits: { readonly countMax: number; readonly charactersMax: number }) {
    this.#countMax = limits.countMax
    this.#charactersMax = limits.charactersMax
  }

  /** Adds a text, and says how many were left out for it; one that is too long by itself is left out, too. */
  push(text: string): number {
    this.#texts.push(text)
    this.#characters += text.length
    let dropped = 0
    for (; this.#texts.length > this.#countMax || this.#characters > this.#charactersMax; dropped++) this.shift()
    return dropped
  }

  shift(): string | undefined {
    const text = this.#texts.shift()
    this.#characters -= text?.length ?? 0
    return text
  }

  [Symbol.iterator](): Iterator<string> {
    return this.#texts[Symbol.iterator]()
  }
}
