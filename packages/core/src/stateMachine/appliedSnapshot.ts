import { MalformedMessageError } from '../errors/errors.js'
import { decodeAppliedSnapshot as decodeFields, encodeAppliedSnapshot as encodeFields } from '../generated/snapshot.js'
import { startOfTime } from '../log/time.js'
import { persistentMap } from '../values/persistentMap.js'
import type { Bytes } from '../values/pieces.js'
import { noBytes } from '../values/pieces.js'
import type { AppliedState } from './appliedState.js'
import { type Outcome, Outcomes } from './outcomes.js'
import { checkBytes, checkSettled } from './returned.js'
import type { Session } from './sessions.js'
import type { Restoring, StateMachine } from './stateMachine.js'

const nothing: Parameters<typeof encodeFields>[0] = {
  appliedIndex: 0,
  appliedTerm: 0,
  incarnation: 0,
  state: noBytes,
  sessions: [],
  statePieces: [],
  wallMs: 0,
  logMs: 0,
  stampedBy: 0,
  stampedMs: 0,
}

/**
 * What a snapshot holds: the state machine's own bytes, and the sessions with what is remembered of their commands, so
 * that a repeated command is known again by a node that never saw the entry. In parts of any size, each made when it is
 * asked for; equal states give equal bytes. What the state machine throws comes out where it throws it.
 */
export function* appliedStateInParts<State>(
  machine: StateMachine<State>,
  { applied, state, sessions, incarnation, time }: AppliedState<State>,
): Generator<Uint8Array, void, undefined> {
  const given = snapshotOf(machine, state)
  yield encodeFields({
    ...nothing,
    appliedIndex: applied.index,
    appliedTerm: applied.term,
    incarnation,
    wallMs: time.wallMs,
    logMs: time.logMs,
    stampedBy: time.by,
    stampedMs: time.nowMs,
  })
  if (given instanceof Uint8Array) {
    if (given.length > 0) yield* field(stateField, given)
  } else for (const piece of given) yield* field(piecesField, checkBytes('a piece of a snapshot', piece))
  for (const [id, { client, opening, usedAt, answeredBelow, outcomes }] of inOrder(sessions)) {
    const remembered = [...outcomes].map(([sequence, { status, index, bytes }]) => ({
      sequence,
      status,
      index,
      bytes,
    }))
    yield encodeFields({ ...nothing, sessions: [{ id, client, opening, usedAt, answeredBelow, outcomes: remembered }] })
  }
}

/** The same, in one piece. */
export function encodeAppliedState<State>(machine: StateMachine<State>, appliedState: AppliedState<State>): Uint8Array {
  return joined([...appliedStateInParts(machine, appliedState)])
}

/** What the state machine gives as a snapshot, checked: bytes, or what can be asked for them. */
export function snapshotOf<State>(machine: StateMachine<State>, state: State): Uint8Array | Iterable<Uint8Array> {
  const given: unknown = checkSettled('what snapshot returned', machine.snapshot(state))
  if (given instanceof Uint8Array) return given
  if (typeof given === 'object' && given !== null && Symbol.iterator in given) return given as Iterable<Uint8Array>
  const found = given === null ? 'null' : typeof given
  throw new TypeError(`what snapshot returned must be a Uint8Array, or an iterable of such, not ${found}`)
}

/**
 * Restores what a snapshot holds, a piece with each step.
 * @throws `QUORATE_MALFORMED_MESSAGE` for other bytes, and what the state machine's `restore` throws.
 */
export function* restoringAppliedState<State>(
  machine: StateMachine<State>,
  bytes: Bytes,
): Generator<void, AppliedState<State>, undefined> {
  const sessions = new Map<number, Session>()
  let [index, term, incarnation] = [0, 0, 0]
  let [wallMs, logMs, by, nowMs] = [0, 0, 0, 0]
  let state: Uint8Array = noBytes
  let restoring: Restoring<State> | undefined
  for (const { number, begin, content, end } of fieldsOf(bytes)) {
    if (number === stateField) state = bytes.subarray(content, end)
    else if (number === piecesField) {
      restoring ??= machine.restoring?.() ?? collecting(machine)
      restoring.add(bytes.subarray(content, end))
    } else {
      const found = decodeFields(bytes.subarray(begin, end))
      index ||= found.appliedIndex
      term ||= found.appliedTerm
      incarnation ||= found.incarnation
      wallMs ||= found.wallMs
      logMs ||= found.logMs
      by ||= found.stampedBy
      nowMs ||= found.stampedMs
      for (const session of found.sessions) sessions.set(session.id, sessionOf(session))
    }
    yield
  }
  return {
    applied: { index, term },
    state: restoring
      ? checkSettled('what finish of restoring returned', restoring.finish())
      : checkSettled('what restore returned', machine.restore(state)),
    sessions: persistentMap(sessions),
    incarnation,
    time: by === 0 ? startOfTime : { wallMs, logMs, by, nowMs },
  }
}

/** The same, in one step. @throws as {@link restoringAppliedState}. */
export function decodeAppliedState<State>(machine: StateMachine<State>, bytes: Bytes): AppliedState<State> {
  const steps = restoringAppliedState(machine, bytes)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** For a state machine that wants all pieces at once. */
function collecting<State>(machine: StateMachine<State>): Restoring<State> {
  const pieces: Uint8Array[] = []
  return { add: (piece) => pieces.push(piece), finish: () => machine.restore(joined(pieces)) }
}

const sessionOf = ({
  client,
  opening,
  usedAt,
  answeredBelow,
  outcomes,
}: ReturnType<typeof decodeFields>['sessions'][number]): Session => ({
  client,
  opening,
  usedAt,
  answeredBelow,
  outcomes: Outcomes.of(
    outcomes.map(({ sequence, status, index, bytes }): [number, Outcome] => [
      sequence,
      { status, index, bytes: bytes.slice() },
    ]),
  ),
})

// Fields of protobuf's wire format, one by one: the whole is never in one place.

const stateField = 3
const piecesField = 6
const varint = 0
const lengthDelimited = 2
/** A tag, and a length. */
const headerBytesMax = 20

function* field(number: number, content: Uint8Array): Generator<Uint8Array, void, undefined> {
  const header = [number * 8 + lengthDelimited]
  let rest = content.length
  for (; rest > 127; rest = Math.floor(rest / 128)) header.push((rest % 128) | 128)
  header.push(rest)
  yield Uint8Array.from(header)
  yield content
}

interface Field {
  readonly number: number
  readonly begin: number
  /** Behind tag and length. */
  readonly content: number
  readonly end: number
}

function* fieldsOf(bytes: Bytes): Generator<Field, void, undefined> {
  for (let begin = 0; begin < bytes.length; ) {
    const header = bytes.subarray(begin, begin + headerBytesMax)
    let at = 0
    const number = (): number => {
      let value = 0
      for (let weight = 1; ; weight *= 128) {
        const byte = header[at++]
        if (byte === undefined) throw new MalformedMessageError('malformed snapshot: it ends within a field')
        value += (byte & 127) * weight
        if (byte < 128) return value
      }
    }
    const tag = number()
    const kind = tag % 8
    if (kind !== varint && kind !== lengthDelimited)
      throw new MalformedMessageError(`malformed snapshot: no field has the tag ${tag}`)
    const length = number()
    const content = begin + at
    const end = kind === varint ? content : content + length
    if (end > bytes.length) throw new MalformedMessageError('malformed snapshot: it ends within a field')
    yield { number: Math.floor(tag / 8), begin, content, end }
    begin = end
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only, ...others] = parts
  if (only && others.length === 0) return only
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Two equal maps may have come to be in different orders. */
const inOrder = <Value>(map: ReadonlyMap<number, Value>): [number, Value][] => [...map].sort(([a], [b]) => a - b)
