import type { AnyActorLogic } from '../role/statechart.js'
import type { Address } from '../values/address.js'
import type { ActorEvent, ActorState, ActorStep } from './actor.js'
import { type Cause, causeOf } from './cause.js'

/** Whose steps they are. */
export interface ObservedActor {
  /** `group/role/node`. */
  readonly address: Address
  readonly group: string
  readonly role: string
  /** The statechart, or the family, that steps. */
  readonly logic: AnyActorLogic
}

/** One step of one actor, as whoever observes it sees it: all by reference, nothing is copied. */
export interface StepRecord extends ObservedActor, Omit<ActorStep, 'state'> {
  readonly type: 'step'
  /** What it took; of a timer, its id is the type. `undefined`: it began. */
  readonly event: ActorEvent | undefined
  readonly cause: Cause
  /** `undefined` before it began. */
  readonly before: ActorState | undefined
  readonly after: ActorState
}

/**
 * The record of a step. In one literal: spreads cost a busy node as much as all else that it does for an observer.
 * @param cause of an event that is a message. @default what the event says itself
 */
export const stepRecord = (
  { address, group, role, logic }: ObservedActor,
  event: ActorEvent | undefined,
  before: ActorState | undefined,
  { state, emitted, leaves, timers, transitions }: ActorStep,
  cause: Cause = causeOf(event),
): StepRecord => ({
  type: 'step',
  address,
  group,
  role,
  logic,
  event,
  cause,
  before,
  after: state,
  emitted,
  leaves,
  timers,
  transitions,
})
