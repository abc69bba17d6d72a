import { type ActorEvent, type ActorState, actorOf } from '../actor/actor.js'
import type { Effect } from '../actor/effect.js'
import { emptyOutbox } from '../actor/outbox.js'
import { invariant } from '../errors/errors.js'
import type { AnyActorLogic, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from '../role/statechart.js'
import { timerName } from '../role/stepper.js'
import type { Address } from '../values/address.js'

type EventOf<Logic extends AnyActorLogic> = Exclude<EventFromLogic<Logic>, { readonly type: 'xstate.route' }>
type FieldOf<Snapshot, Key extends string> = Snapshot extends { readonly [Name in Key]: infer Value } ? Value : never

/** A role under test, with no host: what it did last, and what it waits for. */
export interface Driven<Logic extends AnyActorLogic> {
  readonly snapshot: SnapshotFrom<Logic>
  /** The statechart's state: `'following'` of a machine, `{ follower: 'following' }` of a family. */
  readonly state: FieldOf<SnapshotFrom<Logic>, 'value'>
  readonly context: FieldOf<SnapshotFrom<Logic>, 'context'>
  /** What the last step emitted, in order; first of all the start. */
  readonly effects: readonly EmittedFrom<Logic>[]
  /**
   * Pending timers: the name of the delay -> its milliseconds when it was set. Timers whose delays share a name stand
   * under their ids.
   */
  readonly timers: Readonly<Record<string, number>>
  /** Hands a message over. Gives the effects of this step. @throws what the role throws. */
  receive(message: Extract<EventOf<Logic>, { readonly from: Address }>): readonly EmittedFrom<Logic>[]
  /** Tells what a host would. Gives the effects of this step. @throws what the role throws. */
  tell(event: Exclude<EventOf<Logic>, { readonly from: Address }>): readonly EmittedFrom<Logic>[]
  /**
   * Lets a pending timer fire, by the name of its delay. Gives the effects of this step.
   * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when no such timer is pending.
   */
  fire(timer: string): readonly EmittedFrom<Logic>[]
}

/**
 * Starts a machine or a family with no host around it:
 *
 * ```ts
 * const role = drive(follower, { currentTerm: 1, votedFor: undefined })
 * role.fire('electionTimeout')
 * expect(role.state).toBe('timedOut')
 * ```
 */
export function drive<Logic extends AnyActorLogic>(logic: Logic, input: InputFrom<Logic>): Driven<Logic> {
  const actor = actorOf(logic)
  let last = actor.begin(input)
  // With no host around it nothing waits: all that it emits is what it is asked about.
  const from = (): ActorState => ({ ...last.state, outbox: emptyOutbox })
  return driven<Logic>({
    state: () => last.state,
    effects: () => last.emitted,
    deliver: (event) => {
      last = actor.deliver(from(), event)
    },
    fire: (timer) => {
      last = actor.fire(from(), timer)
    },
  })
}

/** Where an actor is kept that is driven by hand. */
export interface Seat {
  state(): ActorState
  /** What its last step emitted. */
  effects(): readonly Effect[]
  deliver(event: ActorEvent): void
  fire(timer: string): void
}

/** An actor, wherever it is kept, to be driven by hand. */
export function driven<Logic extends AnyActorLogic>(seat: Seat): Driven<Logic> {
  const stepWith = (step: () => void) => {
    const { status, value } = seat.state().snapshot
    invariant(status === 'active', `the role has ended in ${JSON.stringify(value)}: it takes no further event`)
    step()
    return seat.effects() as Driven<Logic>['effects']
  }
  const handle = (event: EventFromLogic<Logic>) => stepWith(() => seat.deliver(event))
  return {
    get snapshot() {
      return seat.state().snapshot as SnapshotFrom<Logic>
    },
    get state() {
      return seat.state().snapshot.value as Driven<Logic>['state']
    },
    get context() {
      return seat.state().snapshot.context as Driven<Logic>['context']
    },
    get effects() {
      return seat.effects() as Driven<Logic>['effects']
    },
    get timers() {
      const { timers } = seat.state()
      return Object.fromEntries(Array.from(timers, ([timer, delayMs]) => [timerName(timers, timer), delayMs]))
    },
    receive: handle,
    tell: handle,
    fire: (name) =>
      stepWith(() => {
        const { timers } = seat.state()
        const pending = new Map(Array.from(timers.keys(), (timer) => [timerName(timers, timer), timer]))
        const timer = pending.get(name)
        invariant(
          timer !== undefined,
          () => `no timer "${name}" is pending, only: ${[...pending.keys()].join(', ') || 'none'}`,
        )
        seat.fire(timer)
      }),
  }
}
