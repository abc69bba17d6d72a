import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../log/message.js'
import { startOfTime } from '../log/time.js'
import { noBytes } from '../values/pieces.js'
import { decodeAppliedState, encodeAppliedState } from './appliedSnapshot.js'
import { applyEntries, initialAppliedState } from './appliedState.js'
import { Outcomes } from './outcomes.js'
import { defineStateMachine } from './stateMachine.js'

const sum = defineStateMachine({
  initial: () => 0,
  apply: (state: number, by: number) => {
    if (by === 13) throw new RangeError('not this one')
    return { state: state + by, result: state + by }
  },
  snapshot: (state) => new TextEncoder().encode(String(state)),
  restore: (bytes) => Number(new TextDecoder().decode(bytes)),
})

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const limits = { sessionsMax: 3 }

/** A log in which five clients, of whom three are remembered, open sessions and repeat themselves. */
const logs = fc
  .array(
    fc.record({
      kind: fc.constantFrom(
        'command' as const,
        'command' as const,
        'command' as const,
        'noop' as const,
        'openSession' as const,
      ),
      session: fc.integer({ min: 1, max: 8 }),
      sequence: fc.integer({ min: 1, max: 6 }),
      answeredBelow: fc.integer({ min: 0, max: 4 }),
      by: fc.integer({ min: 10, max: 15 }),
    }),
    { maxLength: 60 },
  )
  .map((steps) =>
    steps.map(({ kind, session, sequence, answeredBelow, by }, position): Entry => {
      const header = { index: position + 1, term: 1, kind }
      if (kind === 'noop') return { ...header, session: 0, sequence: 0, answeredBelow: 0, bytes: noBytes }
      if (kind === 'openSession') {
        // As an earlier version wrote it, which knew a session by the index of its entry, and as it is written now.
        return {
          ...header,
          session: by % 2 === 0 ? 0 : session,
          sequence,
          answeredBelow: by % 2 === 0 ? 0 : answeredBelow,
          bytes: new TextEncoder().encode(`client${by}`),
        }
      }
      return { ...header, session, sequence, answeredBelow, bytes: bytesOf(by) }
    }),
  )

describe('the snapshot of an applied state', () => {
  it('continues from the middle of a log exactly as the state that all of it was applied to', () => {
    fc.assert(
      fc.property(logs, fc.nat(), (entries, cut) => {
        const at = entries.length === 0 ? 0 : cut % entries.length
        const whole = applyEntries(sum, initialAppliedState(sum), entries, limits)
        const before = applyEntries(sum, initialAppliedState(sum), entries.slice(0, at), limits).appliedState
        const restored = decodeAppliedState(sum, encodeAppliedState(sum, before))
        expect({ ...restored, sessions: new Map(restored.sessions) }).toEqual({
          ...before,
          sessions: new Map(before.sessions),
        })
        const rest = applyEntries(sum, restored, entries.slice(at), limits)
        expect(rest.applied).toEqual(whole.applied.slice(at))
        expect(encodeAppliedState(sum, rest.appliedState)).toEqual(encodeAppliedState(sum, whole.appliedState))
      }),
    )
  })

  it('is equal for equal states, however their maps came to be', () => {
    const outcome = { status: 'ok', index: 4, bytes: noBytes } as const
    const session = (sequences: number[]) => ({
      client: 'c',
      opening: 3,
      usedAt: 9,
      answeredBelow: 1,
      outcomes: Outcomes.of(sequences.map((sequence) => [sequence, outcome])),
    })
    const appliedState = (ids: number[], sequences: number[]) => ({
      applied: { index: 9, term: 2 },
      state: 7,
      sessions: new Map(ids.map((id) => [id, session(sequences)])),
      incarnation: 5,
      time: { wallMs: 4000, logMs: 30, by: 2, nowMs: 77 },
    })
    expect(encodeAppliedState(sum, appliedState([5, 2], [12, 3]))).toEqual(
      encodeAppliedState(sum, appliedState([2, 5], [3, 12])),
    )
  })

  it('of an earlier version is read, and the time of its log stands at the beginning', () => {
    const written = '0803100228b8f4d8a68083091a0107222008b8f4d8a68083091202633118032a07080118022201342a0708021803220137'
    const byte = {
      ...sum,
      snapshot: (state: number) => Uint8Array.of(state),
      restore: ([state = 0]: Uint8Array) => state,
    }
    const found = decodeAppliedState(byte, new Uint8Array(Buffer.from(written, 'hex')))
    expect(found).toMatchObject({ applied: { index: 3, term: 2 }, state: 7, incarnation: 39685578963512 })
    expect(found.time).toBe(startOfTime)
    expect(Buffer.from(encodeAppliedState(byte, found)).toString('hex')).toBe(written)
  })

  it('holds the time of the log', () => {
    const time = { wallMs: 1_767_225_600_000, logMs: 30, by: 2, nowMs: 77 }
    const found = decodeAppliedState(sum, encodeAppliedState(sum, { ...initialAppliedState(sum), time }))
    expect(found.time).toEqual(time)
  })

  it('refuses bytes that are none', () => {
    expect(() => decodeAppliedState(sum, new Uint8Array([255, 255, 255]))).toThrow('malformed')
  })
})
