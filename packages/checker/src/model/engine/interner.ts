import { contentKey } from './contentKey.js'
import { freeze } from './freeze.js'

/** Gives each value a number, from 0; values of equal content get the same. Those that are kept are frozen. */
export class Interner<Value> {
  readonly #numbers = new Map<string, number>()
  readonly #values: Value[] = []
  /** The text of a value that cannot be frozen whole; `undefined` for one that cannot change. */
  readonly #changeable: (string | undefined)[] = []
  readonly #keyOf: (value: Value) => string
  readonly #onNew: (value: Value, number: number) => void

  constructor(keyOf: (value: Value) => string = contentKey, onNew: (value: Value, number: number) => void = () => {}) {
    this.#keyOf = keyOf
    this.#onNew = onNew
  }

  get size(): number {
    return this.#values.length
  }

  numberOf(value: Value): number {
    const key = this.#keyOf(value)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#values.length
    this.#numbers.set(key, number)
    this.#values.push(value)
    this.#changeable.push(freeze(value) ? undefined : key)
    this.#onNew(value, number)
    return number
  }

  valueOf(number: number): Value {
    return this.#values[number] as Value
  }

  /** False when somebody has changed the value since: not all that a value may hold can be frozen. */
  isAsItWas(number: number): boolean {
    const key = this.#changeable[number]
    return key === undefined || this.#keyOf(this.valueOf(number)) === key
  }
}
