import type { Assumption } from './engine/fairActions.js'
import type { Trace } from './engine/replay.js'
import type { Ending } from './engine/search.js'
import type { PropertyKind } from './engine/space.js'
import type { ParameterValue } from './parameters.js'

export interface PropertyReport {
  readonly name: string
  readonly kind: PropertyKind
  readonly verdict: Verdict
  /** A run that violates the property, or the shortest one after which a `sometimes` is true. */
  readonly trace?: Trace
  /** Of a `leadsTo` that holds: nothing is ever awaited, so that it says nothing. */
  readonly isVacuous?: true
}

/** `unknown`: the search ended before it could be said. */
export type Verdict = 'holds' | 'violated' | 'unknown'

export interface CheckReport {
  readonly model: string
  /** What the model was told, where it can be told something. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>
  /** Of all properties together. */
  readonly verdict: Verdict
  readonly ending: Ending
  /** Without those beyond the constraint of the model. */
  readonly distinct: number
  /** Initial states, and every step that was taken. */
  readonly generated: number
  /** The greatest depth of a state; the initial one has depth 1. */
  readonly depth: number
  /** States without a step. */
  readonly terminal: number
  readonly properties: readonly PropertyReport[]
  /** Of a model with a constraint: states beyond it. They were asked about, and nothing that comes after them was. */
  readonly outside?: number
  /** Of a model that says what must come: the runs of which that was asked. None: a run may stop anywhere. */
  readonly fairness?: readonly Assumption[]
  /** Steps of actors that were really taken; all others were remembered. */
  readonly computedSteps: number
  /** What the search itself kept, without the local states and messages. */
  readonly bytes: number
  /** States at which steps were left out, because no property can tell the orders apart. */
  readonly reducedStates: number
  /** Pairs of states that differ and have one fingerprint; only in exact mode, where they are told apart. */
  readonly collisions?: number
  /**
   * How many such pairs are to be expected of so many states, each of which might hide a state: n²/2⁶⁵. Absent in exact
   * mode.
   */
  readonly collisionsExpected?: number
}
