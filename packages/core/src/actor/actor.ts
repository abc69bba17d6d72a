import { invariant } from '../errors/errors.js'
import type { LogId } from '../log/message.js'
import type { Instant } from '../log/time.js'
import type { AnyActorLogic, StateValue } from '../role/statechart.js'
import {
  noTimers,
  type PendingTimers,
  pendingAfter,
  type Step,
  stepper,
  type TimerChange,
  type Transition,
} from '../role/stepper.js'
import type { DurableEffect, Effect, LocalEvent } from './effect.js'
import { emptyOutbox, enqueue, type Outbox, take, written } from './outbox.js'

/** As much of the snapshot of a statechart, or of a family, as anybody looks at. */
export interface RoleSnapshot {
  readonly status: string
  /** Whose turn it is, in a family. */
  readonly role?: string
  readonly value: StateValue
  readonly context: unknown
  /** By history state, the states that it would return to. */
  readonly historyValue?: Readonly<Record<string, readonly { readonly id: string }[]>>
  /** Of a family: the snapshot of the role whose turn it is. */
  readonly inner?: RoleSnapshot
  /** Of many small ones at one address: the snapshot of each, by its key. */
  readonly instances?: ReadonlyMap<string, RoleSnapshot>
}

/**
 * A running role as a value. Together with what its disk holds it is all that its next step depends on, so that a host, the
 * simulator, the checker and a test can each keep it, compare it, and go on from it as often as they like.
 */
export interface ActorState {
  readonly snapshot: RoleSnapshot
  readonly timers: PendingTimers
  /** What was emitted and may not leave yet. */
  readonly outbox: Outbox
  /** The write under way, in order; empty when there is none. */
  readonly writing: readonly DurableEffect<Effect>[]
}

/** What one step of an actor came to. */
export interface ActorStep {
  readonly state: ActorState
  /** What the role emitted, in order. */
  readonly emitted: readonly Effect[]
  /** What may be carried out now, in order: of what the role emitted in this step and in those before. */
  readonly leaves: readonly Effect[]
  /** Timers that were set or cancelled, in order. */
  readonly timers: readonly TimerChange[]
  /** Transitions that were taken, in order; empty unless the actor is watched. */
  readonly transitions: readonly Transition[]
}

/** What a role takes: a message, or what its host tells it. */
export interface ActorEvent {
  readonly type: string
}

/** What the steps of a role mean: functions from one {@link ActorState} to the next. They throw what the role throws. */
export interface Actor {
  /** Begins a life. `input` is what the definition of the role makes of what was recovered. */
  begin(input: unknown): ActorStep
  /** Hands a message over, or tells what a host does. A role that has ended takes nothing any more. */
  deliver(state: ActorState, event: ActorEvent): ActorStep
  /**
   * Lets a pending timer fire, at that time where its role asks for it.
   * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when it is not pending.
   */
  fire(state: ActorState, timer: string, at?: Instant): ActorStep
}

/**
 * The functions of a role. They keep nothing between two calls.
 * @param isWatched true to be told which transitions were taken. @default false
 */
export function actorOf(logic: AnyActorLogic, isWatched = false): Actor {
  let transitions: Transition[] = []
  const steps = stepper(logic, isWatched ? (transition) => transitions.push(transition) : undefined)
  const after = (before: ActorState, take: () => Step<AnyActorLogic>): ActorStep => {
    if (isWatched) transitions = []
    const [snapshot, outcomes] = take()
    return stepped(before, snapshot as RoleSnapshot, outcomes as Outcomes, isWatched ? transitions : nothing)
  }
  return {
    begin: (input) => after(unborn, () => steps.initial(input)),
    deliver: (state, event) =>
      state.snapshot.status === 'active'
        ? after(state, () => steps.step(state.snapshot, event))
        : stepped(state, state.snapshot, nothing, nothing),
    fire: (state, timer, at) => {
      invariant(state.timers.has(timer), () => `timer ${timer} is not pending: ${namesOf(state.timers)}`)
      const without = stateOf(state.snapshot, state.timers.without(timer), state.outbox, state.writing)
      return after(without, () => steps.fire(state.snapshot, timer, at))
    },
  }
}

/** Before it begins, an actor waits for nothing and has said nothing. */
const unborn: ActorState = {
  snapshot: { status: 'unborn', value: '', context: undefined },
  timers: noTimers,
  outbox: emptyOutbox,
  writing: [],
}

const nothing: readonly never[] = []

const namesOf = (timers: PendingTimers): string => [...timers.keys()].join(', ') || 'none is'

type Outcomes = readonly (TimerChange | { readonly type: 'effect'; readonly effect: Effect })[]

function stepped(
  before: ActorState,
  snapshot: RoleSnapshot,
  outcomes: Outcomes,
  transitions: readonly Transition[],
): ActorStep {
  if (outcomes.length === 0) {
    const state =
      snapshot === before.snapshot ? before : stateOf(snapshot, before.timers, before.outbox, before.writing)
    return { state, emitted: nothing, leaves: nothing, timers: nothing, transitions }
  }
  const emitted: Effect[] = []
  const changes: TimerChange[] = []
  for (const outcome of outcomes) {
    if (outcome.type === 'effect') emitted.push(outcome.effect)
    else changes.push(outcome)
  }
  const { outbox, leaves } = enqueue<Effect>(before.outbox, emitted)
  const timers = changes.length > 0 ? pendingAfter(before.timers, changes) : before.timers
  return { state: stateOf(snapshot, timers, outbox, before.writing), emitted, leaves, timers: changes, transitions }
}

/** One shape for all, and no spread: this is made at each step of each actor. */
const stateOf = (
  snapshot: RoleSnapshot,
  timers: PendingTimers,
  outbox: Outbox,
  writing: readonly DurableEffect<Effect>[],
): ActorState => ({ snapshot, timers, outbox, writing })

/** Begins a write of all that waits for one: its `writing` is empty when nothing does. None may be under way. */
export function beginWrite(state: ActorState): ActorState {
  invariant(state.writing.length === 0, 'a write of this actor is under way: one at a time')
  if (state.outbox.waiting.length === 0) return state
  const { outbox, write } = take(state.outbox)
  return stateOf(state.snapshot, state.timers, outbox, write)
}

/** What comes of a write that is durable. */
export interface ActorWritten {
  readonly state: ActorState
  /** What had waited for it and may be carried out now, in order. */
  readonly leaves: readonly Effect[]
  /** What the actor is told then, unless the write left the end of the log where it was. */
  readonly told: Extract<LocalEvent, { type: 'storage.persisted' }> | undefined
}

/** The write under way is durable. */
export function endWrite(state: ActorState): ActorWritten {
  const { outbox, leaves } = written(state.outbox)
  const last = endOfLog(state.writing)
  return {
    state: stateOf(state.snapshot, state.timers, outbox, nothing),
    leaves,
    told: last && { type: 'storage.persisted', last },
  }
}

/**
 * Where the log ends after a write that moved its end, forward or back. What counts is the end of the write and not its
 * entries: of one that appends and then truncates, the last entry appended is not on the disk, and whoever counted it
 * would acknowledge what is gone. A truncation alone is told too, since up to there, and no further, the log is durable
 * now: who keeps a mark of what is must let it go down.
 */
function endOfLog(write: readonly DurableEffect<Effect>[]): LogId | undefined {
  let last: LogId | undefined
  for (const effect of write) {
    if (effect.type === 'truncate') last = effect.after
    else if (effect.type === 'install') last = effect.snapshot.last
    else if (effect.type === 'append') {
      const entry = effect.entries.at(-1)
      if (entry) last = { index: entry.index, term: entry.term }
    }
  }
  return last
}
