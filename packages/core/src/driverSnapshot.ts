import type { DriverState } from './driver.js'
import { decodeDriverSnapshot as decodeFields, encodeDriverSnapshot as encodeFields } from './generated/snapshot.js'
import { persistentMap } from './persistentMap.js'
import { checkBytes } from './returned.js'
import type { Outcome, Session } from './sessions.js'
import type { StateMachine } from './stateMachine.js'

/**
 * What a snapshot holds: the state machine's own bytes, and the sessions with what is remembered of their commands, so
 * that a repeated command is known again by a node that never saw the entry. Equal states give equal bytes.
 */
export function encodeDriver<State>(
  machine: StateMachine<State>,
  { applied, state, sessions, incarnation }: DriverState<State>,
): Uint8Array {
  return encodeFields({
    appliedIndex: applied.index,
    appliedTerm: applied.term,
    incarnation,
    state: checkBytes('what snapshot returned', machine.snapshot(state)),
    sessions: inOrder(sessions).map(([id, { client, opening, usedAt, answeredBelow, outcomes }]) => ({
      id,
      client,
      opening,
      usedAt,
      answeredBelow,
      outcomes: inOrder(outcomes).map(([sequence, { status, index, bytes }]) => ({ sequence, status, index, bytes })),
    })),
  })
}

/** @throws `QUORATE_MALFORMED_MESSAGE` for other bytes, and what the state machine's `restore` throws. */
export function decodeDriver<State>(machine: StateMachine<State>, bytes: Uint8Array): DriverState<State> {
  const { appliedIndex, appliedTerm, state, sessions, incarnation } = decodeFields(bytes)
  const remembered = sessions.map(({ id, client, opening, usedAt, answeredBelow, outcomes }): [number, Session] => [
    id,
    {
      client,
      opening,
      usedAt,
      answeredBelow,
      outcomes: new Map(
        outcomes.map(({ sequence, status, index, bytes: result }): [number, Outcome] => [
          sequence,
          { status, index, bytes: result.slice() },
        ]),
      ),
    },
  ])
  return {
    applied: { index: appliedIndex, term: appliedTerm },
    state: machine.restore(state),
    sessions: persistentMap(new Map(remembered)),
    incarnation,
  }
}

/** Two equal maps may have come to be in different orders. */
const inOrder = <Value>(map: ReadonlyMap<number, Value>): [number, Value][] => [...map].sort(([a], [b]) => a - b)
