import {
  type AnyStateMachine,
  type AppliedState,
  type DurableEffect,
  delayNameOf,
  type Effect,
  type Outbox,
  snapshotOf,
  statePath,
} from '@quorate/core'
import { constantKey, contentKey } from '../engine/contentKey.js'
import type { Disk } from './disk.js'

/** By history, where it leads. */
type HistoryValue = Readonly<Record<string, readonly { readonly id: string }[]>>

/** As much of the snapshot of a machine, or of a family, as its next step depends on. */
export interface RoleSnapshot {
  readonly status: string
  /** Whose turn it is, in a family. */
  readonly role?: string
  readonly value: object | string
  readonly context: unknown
  readonly historyValue?: HistoryValue
  readonly inner?: RoleSnapshot
}

/** All that the next step of a role on a host depends on. */
export interface RoleState {
  /** `undefined`: it is down. */
  readonly snapshot: RoleSnapshot | undefined
  /** Ids of pending timers, sorted. */
  readonly timers: readonly string[]
  readonly outbox: Outbox
  /** The write under way; empty when there is none. */
  readonly writing: readonly DurableEffect<Effect>[]
  readonly disk: Disk
  /** Of a role that applies. */
  readonly appliedState: AppliedState | undefined
  /** What the role threw: its node has stopped. */
  readonly failure: string | undefined
}

const keyOfSnapshot = ({ status, role, value, context, historyValue, inner }: RoleSnapshot): string => {
  const parts = [status, role, value, keyOfContext(context), returnsOf(historyValue), returnsOf(inner?.historyValue)]
  return contentKey(parts)
}

/** A role keeps what never changes under `config`, functions too. */
function keyOfContext(context: unknown): string {
  if (!isPlain(context) || !('config' in context)) return contentKey(context)
  const { config, ...changing } = context
  return `${constantKey(config)}${contentKey(changing)}`
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** A state machine whose states are no plain data tells them by its snapshots. */
function keyOfApplied({ applied, state, sessions, incarnation }: AppliedState, machine: AnyStateMachine): string {
  const isInstance =
    typeof state === 'object' && state !== null && !toldPrototypes.includes(Object.getPrototypeOf(state))
  return contentKey([applied, isInstance ? told(machine, state) : state, new Map(sessions), incarnation])
}

function told(machine: AnyStateMachine, state: unknown): unknown {
  const given = snapshotOf(machine, state)
  return given instanceof Uint8Array ? given : [...given]
}

const toldPrototypes: readonly unknown[] = [Object.prototype, Array.prototype, Map.prototype, Set.prototype, null]

/** Of a state with a history, the ids of those that it would return to. */
const returnsOf = (historyValue: HistoryValue | undefined): object =>
  Object.fromEntries(Object.entries(historyValue ?? {}).map(([history, nodes]) => [history, nodes.map(({ id }) => id)]))

/** Equal for equal contents, whatever objects hold them. */
export function keyOfRole(state: RoleState, machine: AnyStateMachine): string {
  const { snapshot, timers, outbox, writing, disk, appliedState, failure } = state
  const [role, applied] = [snapshot && keyOfSnapshot(snapshot), appliedState && keyOfApplied(appliedState, machine)]
  return contentKey([role, timers, outbox, writing, disk, applied, failure])
}

/** The short name of a pending timer; its id where two of one name are pending. */
export function timerName(timers: readonly string[], timer: string): string {
  const name = delayNameOf(timer)
  return timers.some((other) => other !== timer && delayNameOf(other) === name) ? timer : name
}

/** What a person reads: the role's state and its context without what never changes. */
export function showRole({ snapshot, timers, outbox, writing, disk, appliedState, failure }: RoleState): unknown {
  const { record: _bytes, ...kept } = disk
  const rest = {
    waiting: outbox.waiting.length > 0 ? outbox.waiting.map(({ type }) => type) : undefined,
    writing: writing.length > 0 ? writing.map(({ type }) => type) : undefined,
    disk:
      kept.entries.length > 0 || kept.snapshot ? kept.entries.map(({ index, term }) => `${index}.${term}`) : undefined,
    applied: appliedState && appliedState.applied.index > 0 ? appliedState.applied.index : undefined,
  }
  if (failure !== undefined) return { state: 'failed', failure, ...rest }
  if (!snapshot) return { state: 'down', ...rest }
  const { config: _config, ...context } = snapshot.context as Record<string, unknown>
  const pending = timers.map((timer) => timerName(timers, timer))
  return { state: statePath(snapshot.value), ...context, timers: pending, ...rest }
}
