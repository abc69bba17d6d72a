import { ModelFault } from '../errors.js'
import { type CompiledProperty, type Space, tupleMax } from './space.js'

/** Each of the first states is looked at under several other names. */
const closelyMax = 2048
const namesEach = 24
/** Of the others, one in so many, under one. */
const every = 8

/**
 * Looks whether properties say the same of a state and of those that differ from it only in who is who. Where one does not,
 * a state that was left out might violate it. Some states are looked at, which is evidence, not a proof.
 */
export class AlikeAudit {
  readonly #space: Space
  /** Those that are asked of one state for all of its orbit. */
  readonly #properties: readonly CompiledProperty[]
  readonly #other = new Int32Array(tupleMax)

  #others: number | undefined

  constructor(space: Space) {
    this.#space = space
    this.#properties = space.properties.filter(({ kind }) => kind !== 'eventually')
  }

  /** @throws {@link ModelFault} for a property that tells those apart that are alike. */
  look(state: Int32Array, length: number, number: number): void {
    this.#others ??= this.#space.others ?? 0
    const others = this.#others
    if (others === 0) return
    if (number < closelyMax) {
      const many = Math.min(namesEach, others)
      for (let one = 0; one < many; one++) this.#ask(state, length, (number * many + one) % others)
    } else if (number % every === 0) this.#ask(state, length, (number / every) % others)
  }

  #ask(state: Int32Array, length: number, which: number): void {
    const otherLength = this.#space.otherwise?.(state, length, which, this.#other) ?? 0
    for (const property of this.#properties) {
      const holds = property.holds(state, length)
      if (holds === property.holds(this.#other, otherLength)) continue
      const told = `property "${property.name}" is ${holds} of a state, and ${!holds} of the same under other names`
      throw new ModelFault(`${told}: check it with --no-symmetry, or ask about nobody by name`)
    }
  }
}
