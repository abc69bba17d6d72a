import { BrokenInvariantError, invariant } from '../errors/errors.js'
import { type PersistentMap, PersistentMapDraft, persistentMap } from '../values/persistentMap.js'
import type {
  AnyActorLogic,
  AnyActorScope,
  AnyTransitionDefinition,
  EmittedFrom,
  EventFromLogic,
  InputFrom,
  InspectionEvent,
  Snapshot,
  SnapshotFrom,
} from './statechart.js'

/** What one step did. A timer is named by its id (see {@link delayNameOf}), its delay as provided. */
export type StepOutcome<Emitted> =
  | { readonly type: 'effect'; readonly effect: Emitted }
  | { readonly type: 'schedule'; readonly timer: string; readonly delayMs: number }
  | { readonly type: 'cancel'; readonly timer: string }

/** What a step did to the timers of a role. */
export type TimerChange = Exclude<StepOutcome<never>, { readonly type: 'effect' }>

/** Timers that were set, and have neither fired nor been cancelled: by id, the delay as it was when the timer was set. */
export type PendingTimers = PersistentMap<string, number>

export const noTimers: PendingTimers = persistentMap()

/** The timers that are pending after those changes. What it costs are the changes, and not what else is pending. */
export function pendingAfter(pending: PendingTimers, changes: readonly TimerChange[]): PendingTimers {
  const after = new PersistentMapDraft(pending)
  for (const change of changes) {
    after.delete(change.timer)
    if (change.type === 'schedule') after.set(change.timer, change.delayMs)
  }
  return after.finish()
}

/**
 * The name of the delay of a pending timer. Where another one of that name is pending too, with the key that it belongs to:
 * `patience of k2`; its id where it belongs to none.
 */
export function timerName(pending: PendingTimers, timer: string): string {
  const name = delayNameOf(timer)
  for (const [other] of pending) {
    if (other === timer || delayNameOf(other) !== name) continue
    const key = withoutKey(timer)?.key
    return key === undefined ? timer : `${name} of ${key}`
  }
  return name
}

/** A transition of a statechart, as far as it has a name: where it starts, its event, its guard, where it leads. */
export type Transition = Pick<AnyTransitionDefinition, 'source' | 'eventType' | 'guard' | 'target'>

/** The next snapshot, the same object when nothing changed, and what the role did, in that order. */
export type Step<Logic extends AnyActorLogic> = readonly [
  snapshot: SnapshotFrom<Logic>,
  outcomes: readonly StepOutcome<EmittedFrom<Logic>>[],
]

/**
 * Steps a role as a function: nothing is kept between calls, so any snapshot may be stepped again and again. Who steps
 * keeps the table of pending timers: a `schedule` enters one, a `cancel` removes one, `fire` uses one up.
 */
export interface Stepper<Logic extends AnyActorLogic> {
  /** @throws what the role throws while it starts. */
  initial(input: InputFrom<Logic>): Step<Logic>
  /**
   * @throws what an action throws; what a guard throws, in XState's wording.
   * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when the role does more than assign, emit, wait.
   */
  step(snapshot: SnapshotFrom<Logic>, event: EventFromLogic<Logic>): Step<Logic>
  /** Lets a pending timer fire; `told` is what its event says besides. @throws as `step` does. */
  fire(snapshot: SnapshotFrom<Logic>, timer: string, told?: object): Step<Logic>
}

const timerPrefix = 'xstate.after.'

/** The name under which a role declares a timer's delay: `xstate.after.heartbeat.leader` -> `heartbeat`. */
export function delayNameOf(timer: string): string {
  invariant(isTimer(timer), `"${timer}" is no timer of a role: expected ${timerPrefix}<delay>.<state>`)
  const rest = timer.slice(timerPrefix.length)
  const end = rest.indexOf('.')
  return end < 0 ? rest : rest.slice(0, end)
}

/** True for an event that is a timer's, whose type is the timer's id. */
export const isTimer = (type: string): boolean => type.startsWith(timerPrefix)

/**
 * The timer of one of several statecharts that run in one actor: `xstate.after.patience.k2/asker.asking`. Keys are encoded, so
 * that whatever they hold no two timers are one, and the name of the delay stays what it was.
 */
export function withKey(timer: string, key: string): string {
  const name = delayNameOf(timer)
  return `${timerPrefix}${name}.${encodeURIComponent(key)}/${timer.slice(timerPrefix.length + name.length + 1)}`
}

/** What {@link withKey} made a timer of; `undefined` for one that it did not make. */
export function withoutKey(timer: string): { readonly timer: string; readonly key: string } | undefined {
  const name = delayNameOf(timer)
  const rest = timer.slice(timerPrefix.length + name.length + 1)
  const end = rest.indexOf('/')
  if (end < 0) return undefined
  return { timer: `${timerPrefix}${name}.${rest.slice(end + 1)}`, key: decodeURIComponent(rest.slice(0, end)) }
}

/**
 * Makes a stepper. XState's own `transition()` builds an actor at each call and asks the context factory without an
 * input; this makes one scope and keeps it. Gives the same effects, timers and cancels, in the same order, as
 * `createActor`.
 * @param took hears of each transition as it is taken. @default nobody is told
 */
export function stepper<Logic extends AnyActorLogic>(
  logic: Logic,
  took?: (transition: Transition) => void,
): Stepper<Logic> {
  let outcomes: StepOutcome<EmittedFrom<Logic>>[] = []
  const scope = scopeFor((action) => outcomes.push(outcomeOf<EmittedFrom<Logic>>(action)), took)
  const run = (next: () => Snapshot<unknown>): Step<Logic> => {
    outcomes = []
    const snapshot = next()
    // A machine that fails while it starts does not throw: it gives its error in the snapshot.
    if (snapshot.status === 'error') throw snapshot.error
    return [snapshot as SnapshotFrom<Logic>, outcomes]
  }
  return {
    initial: (input) => run(() => logic.getInitialSnapshot(scope, input)),
    step: (snapshot, event) => run(() => logic.transition(snapshot, event, scope)),
    fire: (snapshot, timer, told) => {
      // The event of an `after` bears the id of its timer as its type.
      invariant(isTimer(timer), `"${timer}" is no timer: fire takes the id that a schedule outcome named`)
      return run(() => logic.transition(snapshot, { ...told, type: timer }, scope))
    },
  }
}

/** For an actor that is made of others: does in its name what one of them did. */
export function relay(scope: AnyActorScope, outcome: StepOutcome<unknown>): void {
  scope.actionExecutor(actionOf(outcome) as Parameters<AnyActorScope['actionExecutor']>[0])
}

/** For an actor that is made of others: tells whoever watches it of a transition that one of them took. */
export function relayTransition(scope: AnyActorScope, transition: Transition): void {
  const { took } = scope as AnyActorScope & WatchedScope
  took?.(transition)
}

interface Action {
  readonly type: string
  readonly params: unknown
}

function outcomeOf<Emitted>({ type, params }: Action): StepOutcome<Emitted> {
  switch (type) {
    case 'xstate.emit':
      return { type: 'effect', effect: (params as { event: Emitted }).event }
    case 'xstate.raise': {
      const { id, delay, event } = params as { id?: string; delay?: number; event: { type: string } }
      if (id === undefined || id !== event.type || !isTimer(id)) break
      // With a misspelt delay XState would fire the timer at once.
      invariant(typeof delay === 'number', `the delay of ${id} is not declared: add it to \`delays\` in setup`)
      return { type: 'schedule', timer: id, delayMs: delay }
    }
    case 'xstate.cancel':
      return { type: 'cancel', timer: (params as { sendId: string }).sendId }
  }
  throw new BrokenInvariantError(`a role may only assign, emit and wait (after), found the action "${type}"`)
}

/** What {@link outcomeOf} understands as that. */
function actionOf(outcome: StepOutcome<unknown>): Action {
  switch (outcome.type) {
    case 'effect':
      return { type: 'xstate.emit', params: { event: outcome.effect } }
    case 'schedule': {
      const { timer, delayMs } = outcome
      return { type: 'xstate.raise', params: { id: timer, delay: delayMs, event: { type: timer } } }
    }
    case 'cancel':
      return { type: 'xstate.cancel', params: { sendId: outcome.timer } }
  }
}

/** What a scope of a stepper has beside XState's. */
interface WatchedScope {
  readonly took: ((transition: Transition) => void) | undefined
}

/** As much of an actor as a machine asks for while it steps. It has no system: what would spawn fails here. */
function scopeFor(
  execute: (action: Action) => void,
  took: ((transition: Transition) => void) | undefined,
): AnyActorScope {
  const nothing = () => {}
  // Which transitions were taken a machine says here alone, and it does so to every scope. The event is that of XState's
  // `inspect`, which wants an actor of its own. `getNextTransitions` gives what could be taken, and `getMicrosteps` takes the
  // step once more and gives no transitions.
  const tell = (event: InspectionEvent) => {
    if (took && event.type === '@xstate.microstep') event._transitions.forEach(took)
  }
  const self = {
    id: 'stepper',
    sessionId: 'stepper',
    get system(): never {
      throw new BrokenInvariantError('a role may not spawn or invoke: its effects are all that leaves it')
    },
  }
  return {
    self,
    id: self.id,
    sessionId: self.sessionId,
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    system: { _sendInspectionEvent: took ? tell : nothing },
    actionExecutor: execute,
    took,
  } as unknown as AnyActorScope
}
