import type { AnyActorLogic } from '../role/statechart.js'
import type { Address } from '../values/address.js'
import type { ActorEvent, ActorState, ActorStep } from './actor.js'

/** One step of one actor, as whoever observes it sees it: all by reference, nothing is copied. */
export interface StepRecord extends Omit<ActorStep, 'state'> {
  /** Whose step it is: `group/role/node`. */
  readonly address: Address
  readonly group: string
  readonly role: string
  /** The statechart, or the family, that stepped. */
  readonly logic: AnyActorLogic
  /** What it took; of a timer, its id is the type. `undefined`: it began. */
  readonly event: ActorEvent | undefined
  /** `undefined` before it began. */
  readonly before: ActorState | undefined
  readonly after: ActorState
}

/** Hears of every step of every actor of a place, within the step: it must do nothing that can fail or take long. */
export type Observe = (step: StepRecord) => void
