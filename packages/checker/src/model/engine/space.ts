/**
 * What is searched: states as tuples of small integers, and the steps between them. Actors, transition systems and roles
 * are compiled to this, so that the search runs at the speed of typed arrays.
 * @module
 */

import type { TraceEvent } from '@quorate/core'
import type { FairActions } from './fairActions.js'

/** Tuples are at most so long. */
export const tupleMax = 1 << 13

/** Takes the states that a step leads to. The tuple is only lent: who keeps it copies it. */
export interface Visitor {
  /** `step` names the step among those of its state. True when the state was not expanded yet, and will be. */
  visit(state: Int32Array, length: number, step: number): boolean
  /** There is a step that leads beyond the bounds of the model, and is not taken. */
  passBy?(): void
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
  /** Tells the steps of a run, from its beginning, as events. Absent where nothing more is known than what `describe` says. */
  tell?(steps: readonly number[], listen: (event: TraceEvent) => void): void
  /** Which steps may not be put off for ever. */
  readonly fairness: FairActions
  /** False of a state that is asked about, and from which no step is taken. Absent where all are explored. */
  isInside?(state: Int32Array, length: number): boolean
  /** Real steps of actors that were computed; all others were remembered. */
  readonly computed: number
  /** How often `expand`, reduced, did with fewer steps than there are. @default never */
  readonly reduced?: number
}

/** A property, asked of tuples. */
export type CompiledProperty = CompiledStateProperty | CompiledLeadsTo | CompiledStepProperty

/** What must be true of a state. Of `deadlockFree`: whether a state without a step is final. */
export interface CompiledStateProperty {
  readonly name: string
  readonly kind: 'always' | 'sometimes' | 'eventually' | 'deadlockFree'
  holds(state: Int32Array, length: number): boolean
}

/** The properties of states that are of some kinds. */
export const statePropertiesOf = (
  { properties }: Space,
  ...kinds: readonly CompiledStateProperty['kind'][]
): readonly CompiledStateProperty[] =>
  properties.filter((property): property is CompiledStateProperty =>
    (kinds as readonly PropertyKind[]).includes(property.kind),
  )

/** Whenever it begins, it comes to where it holds. */
export interface CompiledLeadsTo {
  readonly name: string
  readonly kind: 'leadsTo'
  begins(state: Int32Array, length: number): boolean
  holds(state: Int32Array, length: number): boolean
}

export interface CompiledStepProperty {
  readonly name: string
  readonly kind: 'everyStep'
  allows(step: TakenStep): boolean
}

/** A step, as it was taken. The tuples are only lent. */
export interface TakenStep {
  readonly before: Int32Array
  readonly lengthBefore: number
  readonly step: number
  readonly after: Int32Array
  readonly lengthAfter: number
}

/** True of a step that leaves the state as it is: one that no property of steps speaks about, as in TLA. */
export function changesNothing({ before, lengthBefore, after, lengthAfter }: TakenStep): boolean {
  if (lengthBefore !== lengthAfter) return false
  for (let at = 0; at < lengthBefore; at++) if (before[at] !== after[at]) return false
  return true
}

export type PropertyKind = CompiledProperty['kind']

/** One line that says what happened, and lines that say what came of it. */
export interface StepText {
  readonly text: string
  readonly details: readonly string[]
}
