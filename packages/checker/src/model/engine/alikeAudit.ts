import { ModelFault } from '../errors.js'
import {
  type CompiledStateProperty,
  type CompiledStepProperty,
  changesNothing,
  type Space,
  statePropertiesOf,
  tupleMax,
  type Visitor,
} from './space.js'

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
  readonly #ofStates: readonly Pick<CompiledStateProperty, 'name' | 'holds'>[]
  readonly #ofSteps: readonly CompiledStepProperty[]
  readonly #other = new Int32Array(tupleMax)

  #others: number | undefined

  constructor(space: Space) {
    this.#space = space
    // What must come is asked of a graph of all states.
    this.#ofStates = statePropertiesOf(space, 'always', 'sometimes', 'deadlockFree')
    this.#ofSteps = space.properties.filter((property) => property.kind === 'everyStep')
    const { isInside } = space
    if (isInside) this.#ofStates = [...this.#ofStates, { name: 'constraint', holds: isInside.bind(space) }]
  }

  /** @throws {@link ModelFault} for a property that tells those apart that are alike. */
  look(state: Int32Array, length: number, number: number): void {
    const many = this.#manyOf(number)
    for (let one = 0; one < many; one++) {
      const otherLength = this.#rename(state, length, number, one, many)
      for (const property of this.#ofStates) {
        const answer = property.holds(state, length)
        if (answer === property.holds(this.#other, otherLength)) continue
        throw told(property.name, `${answer} of a state, and ${!answer}`)
      }
    }
  }

  /**
   * The same for properties of steps.
   * @throws {@link ModelFault} for a property that allows all steps from a state, and not when names are others.
   */
  lookAtSteps(state: Int32Array, length: number, number: number): void {
    if (this.#ofSteps.length === 0) return
    const many = this.#manyOf(number)
    for (let one = 0; one < many; one++) {
      const otherLength = this.#rename(state, length, number, one, many)
      const forbidding = this.#forbidding(this.#ofSteps, this.#other, otherLength)
      if (!forbidding || this.#forbidding([forbidding], state, length)) continue
      throw told(forbidding.name, 'true of every step from a state, and not')
    }
  }

  /** A property that does not allow a step from a state. */
  #forbidding(
    properties: readonly CompiledStepProperty[],
    state: Int32Array,
    length: number,
  ): CompiledStepProperty | undefined {
    const steps = new Steps(properties, state, length)
    this.#space.expand(state, length, steps, false)
    return steps.forbidding
  }

  /** Under how many other names a state is looked at. */
  #manyOf(number: number): number {
    this.#others ??= this.#space.others ?? 0
    if (number < closelyMax) return Math.min(namesEach, this.#others)
    return number % every === 0 ? Math.min(1, this.#others) : 0
  }

  /** Gives a state one of so many other names. */
  #rename(state: Int32Array, length: number, number: number, one: number, many: number): number {
    const which = number < closelyMax ? number * many + one : number / every
    return this.#space.otherwise?.(state, length, which % (this.#others ?? 1), this.#other) ?? 0
  }
}

const told = (property: string, answers: string): ModelFault =>
  new ModelFault(
    `property "${property}" is ${answers} of the same under other names: check it with --no-symmetry, or ask about nobody by name`,
  )

/** Asks properties of the steps from a state. */
class Steps implements Visitor {
  /** One that does not allow a step. */
  forbidding: CompiledStepProperty | undefined
  readonly #properties: readonly CompiledStepProperty[]
  readonly #before: Int32Array
  readonly #lengthBefore: number

  constructor(properties: readonly CompiledStepProperty[], before: Int32Array, lengthBefore: number) {
    this.#properties = properties
    this.#before = before
    this.#lengthBefore = lengthBefore
  }

  visit(after: Int32Array, lengthAfter: number, step: number): boolean {
    const taken = { before: this.#before, lengthBefore: this.#lengthBefore, step, after, lengthAfter }
    if (changesNothing(taken)) return true
    this.forbidding ??= this.#properties.find((property) => !property.allows(taken))
    return true
  }
}
