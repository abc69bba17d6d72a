import { invariant } from '../errors/errors.js'
import { textOf } from '../errors/textOf.js'
import { type Entry, type LogId, origin } from '../log/message.js'
import { type LogTime, startOfTime, timeAfter } from '../log/time.js'
import { persistentMap } from '../values/persistentMap.js'
import { noBytes } from '../values/pieces.js'
import type { Outcome } from './outcomes.js'
import { applyChecked, checkSettled } from './returned.js'
import { type SessionLimits, type Sessions, SessionsDraft } from './sessions.js'
import type { StateMachine } from './stateMachine.js'

/**
 * A state machine together with all that decides what its next command does. A value: equal on every node that has
 * applied the same entries.
 */
export interface AppliedState<State = unknown> {
  /** The last entry that was applied. */
  readonly applied: LogId
  readonly state: State
  readonly sessions: Sessions
  /**
   * Which life of the group this is: the id of the first session that was ever opened in it, equal on every node and in no
   * other life; 0 before.
   */
  readonly incarnation: number
  /** Of the log, after the last entry that was applied. */
  readonly time: LogTime
}

/** One applied entry and how it ended. */
export interface Applied {
  readonly entry: Entry
  readonly outcome: Outcome
  /** Of an entry that asks for a session: the one that its client has now. */
  readonly session?: number
}

/** Before the first entry. @throws what `initial` throws, and a TypeError where it returns a promise. */
export const initialAppliedState = <State>(machine: StateMachine<State>): AppliedState<State> => ({
  applied: origin,
  state: checkSettled('what initial returned', machine.initial()),
  sessions: persistentMap(),
  incarnation: 0,
  time: startOfTime,
})

/**
 * Applies decided entries, in order, each command at most once. Entries must follow `appliedState.applied`.
 * @throws BrokenInvariantError when they do not: the caller lost or repeated one.
 */
export function applyEntries<State>(
  machine: StateMachine<State>,
  appliedState: AppliedState<State>,
  entries: readonly Entry[],
  limits: SessionLimits & {
    /** Asked after each entry; the rest is left when it says so, and `appliedState.applied` tells how far it came. */
    readonly isEnough?: () => boolean
  },
): { readonly appliedState: AppliedState<State>; readonly applied: readonly Applied[] } {
  const sessions = new SessionsDraft(appliedState.sessions, limits)
  const applied: Applied[] = []
  let { state, incarnation, time } = appliedState
  let { index, term } = appliedState.applied
  for (const entry of entries) {
    if (applied.length > 0 && limits.isEnough?.()) break
    const before = index
    invariant(
      entry.index === before + 1,
      () => `the state machine stands at ${before} and was given entry ${entry.index}`,
    )
    index = entry.index
    term = entry.term
    time = timeAfter(time, entry.stamp)
    if (entry.kind === 'openSession') {
      const opening = sessions.open(entry, clientOf(entry))
      // An index, as of an entry of an earlier version, may come again in another life.
      if (entry.session !== 0) incarnation ||= opening.session ?? 0
      applied.push({ entry, ...opening })
      continue
    }
    if (entry.kind === 'tick') {
      const next = applyTick(machine, state, entry, time)
      state = next.state
      applied.push({ entry, outcome: next.outcome })
      continue
    }
    if (entry.kind !== 'command') {
      applied.push({ entry, outcome: { status: 'ok', index, bytes: noBytes } })
      continue
    }
    const known = sessions.meet(entry)
    if (known) {
      applied.push({ entry, outcome: known })
      continue
    }
    let outcome: Outcome
    try {
      const next = applyChecked(machine, state, entry.bytes, { index, wallMs: time.wallMs, logMs: time.logMs })
      state = next.state
      outcome = { status: 'ok', index, bytes: next.result }
    } catch (error) {
      // Not a failure of the node: every node throws the same, so it is a result like any other.
      outcome = failed(index, error)
    }
    sessions.record(entry, outcome)
    applied.push({ entry, outcome })
  }
  const now = { applied: { index, term }, state, sessions: sessions.finish(), incarnation, time }
  return { appliedState: now, applied }
}

/** The client that an `openSession` entry names. */
export const clientOf = (entry: Entry): string => textDecoder.decode(entry.bytes)

/** Longest reason that is remembered of a command that failed, in characters. */
export const failureTextMax = 1024

function applyTick<State>(
  machine: StateMachine<State>,
  state: State,
  { index }: Entry,
  { wallMs, logMs }: LogTime,
): { state: State; outcome: Outcome } {
  const ok: Outcome = { status: 'ok', index, bytes: noBytes }
  if (!machine.tick) return { state, outcome: ok }
  try {
    return { state: checkSettled('what tick returned', machine.tick(state, { index, wallMs, logMs })), outcome: ok }
  } catch (error) {
    return { state, outcome: failed(index, error) }
  }
}

const failed = (index: number, error: unknown): Outcome => ({
  status: 'failed',
  index,
  bytes: textEncoder.encode(textOf(error).slice(0, failureTextMax)),
})

const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder()
