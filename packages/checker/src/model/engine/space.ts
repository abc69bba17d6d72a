/**
 * What is searched: states as tuples of small integers, and the steps between them. Actors, transition systems and roles
 * are compiled to this, so that the search runs at the speed of typed arrays.
 * @module
 */

/** Tuples are at most so long. */
export const tupleMax = 1 << 13

/** Takes the states that a step leads to. The tuple is only lent: who keeps it copies it. */
export interface Visitor {
  /** `step` names the step among those of its state. True when the state was not expanded yet, and will be. */
  visit(state: Int32Array, length: number, step: number): boolean
}

export interface Space {
  readonly properties: readonly CompiledProperty[]
  initial(visitor: Visitor): void
  /** Every step from a state; `reduced`, only as many as the properties need. */
  expand(state: Int32Array, length: number, visitor: Visitor, reduced: boolean): void
  /** Puts the representative of the orbit of `state` into `into`, and returns its length. Absent without symmetry. */
  canonical?(state: Int32Array, length: number, into: Int32Array): number
  /** How many ways there are to give other names. */
  readonly others?: number
  /** Puts the state as one of the ways has it into `into`, and returns its length; `which` is below `others`. */
  otherwise?(state: Int32Array, length: number, which: number, into: Int32Array): number
  /** What a person reads of a step. */
  describe(before: Int32Array, lengthBefore: number, step: number, after: Int32Array, lengthAfter: number): StepText
  /** What a person reads of a state. */
  show(state: Int32Array, length: number): readonly string[]
  /**
   * A step that may not be put off for ever, as a number that tells it from others: as long as such a step can be taken,
   * it is taken some day. Below 0 for a step that nobody owes, like a loss or a crash.
   */
  fairnessOf(step: number): number
  /** Real steps of actors that were computed; all others were remembered. */
  readonly computed: number
  /** How often `expand`, reduced, did with fewer steps than there are. @default never */
  readonly reduced?: number
}

/** A property, asked of tuples. */
export interface CompiledProperty {
  readonly name: string
  readonly kind: PropertyKind
  holds(state: Int32Array, length: number): boolean
}

export type PropertyKind = 'always' | 'sometimes' | 'eventually'

/** One line that says what happened, and lines that say what came of it. */
export interface StepText {
  readonly text: string
  readonly details: readonly string[]
}
