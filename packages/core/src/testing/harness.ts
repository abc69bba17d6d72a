import type { AnyActorLogic, EmittedFrom, EventFromLogic, InputFrom, SnapshotFrom } from 'xstate'
import { invariant } from '../errors/errors.js'
import { delayNameOf, type Step, stepper } from '../role/stepper.js'
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
  const steps = stepper(logic)
  const pending = new Map<string, number>()

  const take = ([snapshot, outcomes]: Step<Logic>) => {
    const effects: EmittedFrom<Logic>[] = []
    for (const outcome of outcomes) {
      if (outcome.type === 'effect') effects.push(outcome.effect)
      else if (outcome.type === 'schedule') pending.set(outcome.timer, outcome.delayMs)
      else pending.delete(outcome.timer)
    }
    return { snapshot, effects }
  }
  let last = take(steps.initial(input))

  const snapshotNow = () =>
    last.snapshot as { readonly status: string; readonly value: unknown; readonly context: unknown }
  const stepWith = (next: () => Step<Logic>) => {
    const { status, value } = snapshotNow()
    invariant(status === 'active', `the role has ended in ${JSON.stringify(value)}: it takes no further event`)
    last = take(next())
    return last.effects
  }
  const handle = (event: EventFromLogic<Logic>) => stepWith(() => steps.step(last.snapshot, event))
  const nameOf = (timer: string) => {
    const name = delayNameOf(timer)
    const isShared = [...pending.keys()].some((other) => other !== timer && delayNameOf(other) === name)
    return isShared ? timer : name
  }

  return {
    get snapshot() {
      return last.snapshot
    },
    get state() {
      return snapshotNow().value as Driven<Logic>['state']
    },
    get context() {
      return snapshotNow().context as Driven<Logic>['context']
    },
    get effects() {
      return last.effects
    },
    get timers() {
      return Object.fromEntries([...pending].map(([timer, delayMs]) => [nameOf(timer), delayMs]))
    },
    receive: handle,
    tell: handle,
    fire: (name) =>
      stepWith(() => {
        const names = [...pending.keys()].map(nameOf)
        const timer = [...pending.keys()].find((candidate) => nameOf(candidate) === name)
        invariant(timer !== undefined, `no timer "${name}" is pending, only: ${names.join(', ') || 'none'}`)
        pending.delete(timer)
        return steps.fire(last.snapshot, timer)
      }),
  }
}
