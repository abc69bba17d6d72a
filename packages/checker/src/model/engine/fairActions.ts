/** Weak: a step that can be taken from some state on, without a break, is taken. Strong: one that can be taken again and again. */
export type Strength = 'weak' | 'strong'

/** What is assumed of runs, as a report tells it. */
export interface Assumption {
  readonly strength: Strength
  readonly name: string
  /** How many actions it speaks of, of those that were seen; 0 where no step is of it. */
  readonly actions: number
}

/** A condition of fairness, asked of steps by their numbers. */
export interface FairnessCondition {
  readonly strength: Strength
  readonly name: string
  /** True: the step is one of the action; a text: of the action that is called so; false: of none. */
  actionOf(step: number): boolean | string
}

const none: readonly number[] = []

/**
 * Which actions a step belongs to, as numbers: those that may not be put off for ever. Steps of one action stand for each
 * other: it is enough that one of them is taken. A step may belong to several, or to none, and then nobody owes it.
 */
export class FairActions {
  readonly #conditions: readonly FairnessCondition[]
  readonly #numbers = new Map<string, number>()
  readonly #strong: boolean[] = []
  readonly #counts: number[]
  readonly #ofStep = new Map<number, readonly number[]>()
  readonly #stepsSeen: () => Iterable<number>

  /** @param stepsSeen every step of which anybody knows. */
  constructor(conditions: readonly FairnessCondition[], stepsSeen: () => Iterable<number>) {
    this.#conditions = conditions
    this.#stepsSeen = stepsSeen
    this.#counts = conditions.map(() => 0)
  }

  get assumptions(): readonly Assumption[] {
    for (const step of this.#stepsSeen()) this.of(step)
    return this.#conditions.map(({ strength, name }, at) => ({ strength, name, actions: this.#counts[at] as number }))
  }

  of(step: number): readonly number[] {
    const known = this.#ofStep.get(step)
    if (known) return known
    const numbers = this.#conditions.flatMap((condition, at) => {
      const action = condition.actionOf(step)
      return action === false ? [] : [this.#numberOf(at, condition, action === true ? '' : `:${action}`)]
    })
    const found = numbers.length === 0 ? none : numbers
    this.#ofStep.set(step, found)
    return found
  }

  isStrong(action: number): boolean {
    return this.#strong[action] as boolean
  }

  #numberOf(at: number, { strength }: FairnessCondition, action: string): number {
    const key = `${at}${action}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#strong.length
    this.#numbers.set(key, number)
    this.#strong.push(strength === 'strong')
    this.#counts[at] = (this.#counts[at] as number) + 1
    return number
  }
}
