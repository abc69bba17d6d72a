import {
  type AnyStateMachine,
  type AppliedState,
  type LocalState,
  type PendingTimers,
  type Question,
  type RoleSnapshot,
  requestText,
  type StoredLog,
  snapshotOf,
  startOfTime,
  statePath,
  timerName,
} from '@quorate/core'
import { constantKey, contentKey } from '../engine/contentKey.js'

/** All that the next step of a role depends on. */
export interface RoleState extends LocalState {
  /** The last write is lost, its store knows it, and no record was written since. */
  readonly doubtful?: true
  /** As it was before the last write; where that may be lost. */
  readonly before?: { readonly stored: StoredLog; readonly doubtful?: true }
  /** What the role threw: its node has stopped. */
  readonly failure: string | undefined
}

function keyOfSnapshot({ status, role, value, context, historyValue, inner, instances }: RoleSnapshot): string {
  // Of many at one address the value is made of theirs.
  if (instances) return contentKey([status, keyOfContext(context), keysOfInstances(instances)])
  const parts = [status, role, value, keyOfContext(context), returnsOf(historyValue), returnsOf(inner?.historyValue)]
  return contentKey(parts)
}

const keysOfInstances = (instances: ReadonlyMap<string, RoleSnapshot>): ReadonlyMap<string, string> =>
  new Map(Array.from(instances, ([key, instance]) => [key, keyOfSnapshot(instance)]))

/** A role keeps what never changes under `config`, functions too. */
function keyOfContext(context: unknown): string {
  if (!isPlain(context) || !('config' in context)) return contentKey(context)
  const { config, ...changing } = context
  return `${constantKey(config)}${contentKey(changing)}`
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** A state machine whose states are no plain data tells them by its snapshots. */
function keyOfApplied({ applied, state, sessions, incarnation, time }: AppliedState, machine: AnyStateMachine): string {
  const isInstance =
    typeof state === 'object' && state !== null && !toldPrototypes.includes(Object.getPrototypeOf(state))
  return contentKey([
    applied,
    isInstance ? told(machine, state) : state,
    new Map(sessions),
    incarnation,
    ...(time === startOfTime ? [] : [time]),
  ])
}

function told(machine: AnyStateMachine, state: unknown): unknown {
  const given = snapshotOf(machine, state)
  return given instanceof Uint8Array ? given : [...given]
}

const toldPrototypes: readonly unknown[] = [Object.prototype, Array.prototype, Map.prototype, Set.prototype, null]

/** Of a state with a history, the ids of those that it would return to. */
const returnsOf = (historyValue: RoleSnapshot['historyValue']): object =>
  Object.fromEntries(Object.entries(historyValue ?? {}).map(([history, nodes]) => [history, nodes.map(({ id }) => id)]))

/** Equal for equal contents, whatever objects hold them. */
export function keyOfRole(state: RoleState, machine: AnyStateMachine | undefined): string {
  const { actor, stored, before, doubtful, appliedState, questions, suspected, members, clock, failure } = state
  const role = actor && [keyOfSnapshot(actor.snapshot), pendingTimers(state), actor.outbox]
  const asked = questions.length > 0 ? questions : undefined
  return contentKey([
    role,
    stored,
    before,
    doubtful,
    appliedState && machine && keyOfApplied(appliedState, machine),
    asked,
    failure,
    ...(clock ? [clock] : []),
    ...(members ? [members] : []),
    ...suspected,
  ])
}

/** Ids of pending timers: that they are pending counts, and not since when. */
export const pendingTimers = ({ actor }: RoleState): readonly string[] => (actor ? [...actor.timers.keys()].sort() : [])

/** What a person reads: the role's state and its context without what never changes. */
export function showRole({ actor, stored, appliedState, questions, suspected, clock, failure }: RoleState): unknown {
  const { waiting = [] } = actor?.outbox ?? {}
  const { writing = [] } = actor ?? {}
  const rest = {
    waiting: waiting.length > 0 ? waiting.map(({ type }) => type) : undefined,
    writing: writing.length > 0 ? writing.map(({ type }) => type) : undefined,
    disk:
      stored.log.length > 0 || stored.snapshot
        ? [...stored.log].map(({ index, term }) => `${index}.${term}`)
        : undefined,
    applied: appliedState && appliedState.applied.index > 0 ? appliedState.applied.index : undefined,
    asks: questions.length > 0 ? questions.map(shownQuestion) : undefined,
    suspects: suspected.length > 0 ? suspected : undefined,
    clock,
  }
  if (failure !== undefined) return { state: 'failed', failure, ...rest }
  if (!actor) return { state: 'down', ...rest }
  return { ...shownSnapshot(actor.snapshot), timers: shownTimers(actor.timers), ...rest }
}

const shownQuestion = (question: Question): string =>
  question.type === 'choose'
    ? `${question.count} of ${question.among.join(', ')}`
    : `${question.type} ${requestText(question.request)}`

function shownSnapshot({ value, context, instances }: RoleSnapshot): object {
  const { config: _config, ...changing } = context as Record<string, unknown>
  if (!instances) return { state: statePath(value), ...changing }
  const each = [...instances].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, held]) => [key, shownSnapshot(held)])
  return { ...changing, ...Object.fromEntries(each) }
}

const shownTimers = (timers: PendingTimers): readonly string[] =>
  [...timers.keys()].sort().map((timer) => timerName(timers, timer))
