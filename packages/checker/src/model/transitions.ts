import type { Model } from './check.js'
import { FairActions } from './engine/fairActions.js'
import { Interner } from './engine/interner.js'
import type { CompiledProperty, Space, StepText, Visitor } from './engine/space.js'
import { asked, ModelFault } from './errors.js'
import { type Fairness, weakFairness } from './fairness.js'
import type { Property } from './property.js'
import { shown } from './shown.js'

/** A step of a transition system: what it is called, and where it leads. */
export interface Transition<State> {
  readonly name: string
  readonly to: State
}

/** A system as its states and the steps between them, in the manner of TLA: nothing is an actor, nothing is a message. */
export interface TransitionSystem<State> {
  readonly name: string
  readonly initial: readonly State[]
  /** Every step that can be taken in a state; one that changes nothing counts too. */
  steps(state: State): Iterable<Transition<State>>
  /** What is asked. A property of steps is told the state before, the name of the step, and the state after. */
  readonly properties: readonly Property<
    (state: State) => boolean,
    (before: State, step: string, after: State) => boolean
  >[]
  /**
   * TLC's `CONSTRAINT`: from a state for which this is false no step is taken. Such a state is asked about, and is not counted.
   * @default all are explored
   */
  constraint?(state: State): boolean
  /**
   * Which steps, by their names, may not be put off for ever, where it is asked what must come. An empty list: a run may stop
   * anywhere.
   * @default each step by its name is weakly fair
   */
  readonly fairness?: readonly Fairness<string>[]
  /** A text that differs where states do. @default one made of all that a state holds */
  keyOf?(state: State): string
  /**
   * Ways to give the alike their names anew, from which all others can be composed: `alikeNames` and `alikePlaces` make them.
   * No property may tell them; that none does is looked at in some of the states.
   * @default none
   */
  readonly symmetry?: readonly ((state: State) => State)[]
}

/** A transition system, to be checked. */
export const transitionModel = <State>(system: TransitionSystem<State>): Model => ({
  name: system.name,
  hasSymmetry: system.symmetry !== undefined,
  compile: () => new TransitionSpace(system),
})

/** As many as 8 that are alike have orders: to look at all of them pays no more. */
const orbitMax = 40_320
/** So many ways to compose renamings are tried. */
const wordsMax = 120

const byName = weakFairness('each step, by its name', (name: string) => name)

/** A state is one number: each is kept whole, under its content. */
class TransitionSpace<State> implements Space {
  readonly properties: readonly CompiledProperty[]
  readonly fairness: FairActions
  readonly isInside?: (state: Int32Array) => boolean
  computed = 0
  readonly #system: TransitionSystem<State>
  readonly #states: Interner<State>
  readonly #names = new Interner<string>((name) => name)
  readonly #tuple = new Int32Array(1)
  readonly #representatives = new Map<number, number>()

  constructor(system: TransitionSystem<State>) {
    this.#system = system
    this.#states = new Interner(system.keyOf?.bind(system))
    this.properties = system.properties.map((property) => this.#compiled(property))
    const { constraint } = system
    if (constraint) this.isInside = this.#asking('the constraint', constraint.bind(system))
    this.fairness = new FairActions(
      (system.fairness ?? [byName]).map(({ strength, name, of }) => ({
        strength,
        name,
        actionOf: (step) =>
          asked(
            () => `fairness "${name}"`,
            () => of(this.#names.valueOf(step)),
          ),
      })),
      () => Array(this.#names.size).keys(),
    )
  }

  #compiled(property: TransitionSystem<State>['properties'][number]): CompiledProperty {
    const { name } = property
    const who = `property "${name}"`
    switch (property.kind) {
      case 'everyStep':
        return {
          name,
          kind: property.kind,
          allows: ({ before, step, after }) =>
            asked(
              () => who,
              () => property.predicate(this.#stateOf(before), this.#names.valueOf(step), this.#stateOf(after)),
            ),
        }
      case 'leadsTo':
        return {
          name,
          kind: property.kind,
          begins: this.#asking(who, property.from),
          holds: this.#asking(who, property.to),
        }
      case 'deadlockFree':
        return { name, kind: property.kind, holds: this.#asking(who, property.isFinal ?? (() => false)) }
      default:
        return { name, kind: property.kind, holds: this.#asking(who, property.predicate) }
    }
  }

  #asking(who: string, predicate: (state: State) => boolean): (state: Int32Array) => boolean {
    return (state) =>
      asked(
        () => who,
        () => predicate(this.#stateOf(state)),
      )
  }

  initial(visitor: Visitor): void {
    for (const state of this.#system.initial) {
      visitor.visit(
        this.#tupleOf(
          asked(
            () => 'an initial state',
            () => this.#states.numberOf(state),
          ),
        ),
        1,
        0,
      )
    }
  }

  expand(state: Int32Array, _length: number, visitor: Visitor): void {
    const number = state[0] as number
    const steps = asked(
      () => `steps of the state ${shown(this.#stateOf(state))}`,
      () => this.#stepsOf(number),
    )
    for (let at = 0; at < steps.length; at += 2) {
      visitor.visit(this.#tupleOf(steps[at + 1] as number), 1, steps[at] as number)
    }
  }

  canonical(state: Int32Array, _length: number, into: Int32Array): number {
    into[0] = this.#representativeOf(state[0] as number)
    return 1
  }

  get others(): number {
    return (this.#system.symmetry ?? []).length === 0 ? 0 : wordsMax
  }

  /** The renamings are applied one after the other: the digits of `which` say which ones. */
  otherwise(state: Int32Array, _length: number, which: number, into: Int32Array): number {
    const renamings = this.#system.symmetry ?? []
    let number = state[0] as number
    let rest = which
    do {
      const rename = renamings[rest % renamings.length]
      if (rename) number = this.#renamed(number, rename)
      rest = renamings.length > 1 ? Math.floor(rest / renamings.length) : 0
    } while (rest > 0)
    into[0] = number
    return 1
  }

  describe(_before: Int32Array, _length: number, step: number, after: Int32Array): StepText {
    return { text: this.#names.valueOf(step), details: this.show(after) }
  }

  show(state: Int32Array): readonly string[] {
    return [shown(this.#stateOf(state))]
  }

  /** The steps from a state: what each is called, and where it leads, by turns. */
  #stepsOf(number: number): readonly number[] {
    const steps: number[] = []
    for (const { name, to } of this.#system.steps(this.#states.valueOf(number))) {
      this.computed++
      steps.push(this.#names.numberOf(name), this.#states.numberOf(to))
    }
    if (this.#states.isAsItWas(number)) return steps
    throw new ModelFault('write into a map, a set or bytes of it: states are values, make new ones')
  }

  #tupleOf(number: number): Int32Array {
    this.#tuple[0] = number
    return this.#tuple
  }

  #stateOf(state: Int32Array): State {
    return this.#states.valueOf(state[0] as number)
  }

  /** The first of its orbit that was seen: then all of it is found, by renaming until nothing new comes. */
  #representativeOf(number: number): number {
    const known = this.#representatives.get(number)
    if (known !== undefined) return known
    const orbit = new Set([number])
    for (const member of orbit) {
      for (const rename of this.#system.symmetry ?? []) orbit.add(this.#renamed(member, rename))
      this.#representatives.set(member, number)
      if (orbit.size <= orbitMax) continue
      const what = `more than ${orbitMax} states differ only in names`
      throw new ModelFault(`${what}: check it with --no-symmetry, or with fewer that are alike`)
    }
    return number
  }

  #renamed(number: number, rename: (state: State) => State): number {
    return asked(
      () => 'a state, under other names,',
      () => this.#states.numberOf(rename(this.#states.valueOf(number))),
    )
  }
}
