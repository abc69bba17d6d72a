import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BrokenInvariantError } from '../errors/errors.js'
import type { Entry } from '../log/message.js'
import { decodeAppliedState, encodeAppliedState } from './appliedSnapshot.js'
import { type AppliedState, applyEntries, clientOf, failureTextMax, initialAppliedState } from './appliedState.js'
import type { Outcome } from './outcomes.js'
import { openedBy, openingOf } from './sessions.js'
import { defineStateMachine, json } from './stateMachine.js'

/** Remembers at which index it did what; what it does not like it refuses. */
const journal = defineStateMachine<readonly string[], number, string>({
  initial: () => [],
  apply: (done, number, { index }) => {
    if (number === 13) throw new RangeError('not this one')
    const line = `${index}: ${number}`
    return { state: [...done, line], result: line }
  },
  snapshot: json<readonly string[]>().encode,
  restore: json<readonly string[]>().decode,
})
const machine = journal

const utf8 = new TextEncoder()
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

type Step = Pick<Entry, 'kind' | 'session' | 'sequence' | 'answeredBelow'> & { readonly number: number }
const logOf = (steps: readonly Step[]): Entry[] =>
  steps.map(({ number, ...step }, position) => ({
    ...step,
    index: position + 1,
    term: 1 + Math.floor(position / 7),
    bytes: step.kind === 'openSession' ? utf8.encode(`client ${number}`) : journal.codecs.command.encode(number),
  }))

test('a command is told the time of the log, equal on every node that applies it', () => {
  const told: unknown[] = []
  const watch = {
    ...machine,
    apply: (state: readonly string[], _command: Uint8Array, at: object) => {
      told.push(at)
      return { state, result: utf8.encode('') }
    },
  }
  const stamp = (nowMs: number, wallMs: number) => ({ by: 1, nowMs, wallMs })
  const [first, second, third] = logOf(
    [1, 2, 3].map((number) => ({ kind: 'command', session: 0, sequence: 1, answeredBelow: 0, number })),
  ) as [Entry, Entry, Entry]
  const opened = { ...first, kind: 'openSession', bytes: utf8.encode('c1') } as const
  const begun = applyEntries(watch, initialAppliedState(watch), [opened], { sessionsMax: 3 })
  const session = begun.applied[0]?.session ?? 0
  const { appliedState } = applyEntries(
    watch,
    begun.appliedState,
    [
      { ...second, session, stamp: stamp(1000, 5) },
      { ...third, session, sequence: 2, stamp: stamp(1101, 4) },
    ],
    { sessionsMax: 3 },
  )
  expect(told).toEqual([
    { index: 2, wallMs: 5, logMs: 0 },
    { index: 3, wallMs: 5, logMs: 100 },
  ])
  expect(appliedState.time).toEqual({ wallMs: 5, logMs: 100, by: 1, nowMs: 1101 })
})

describe('a tick', () => {
  const counting = defineStateMachine<{ ticks: number; at: number }, number, string>({
    initial: () => ({ ticks: 0, at: 0 }),
    apply: (state) => ({ state, result: '' }),
    deadline: () => ({ logMs: 5 }),
    tick: ({ ticks }, { logMs }) => {
      if (ticks === 2) throw new RangeError('enough')
      return { ticks: ticks + 1, at: logMs }
    },
    snapshot: json<{ ticks: number; at: number }>().encode,
    restore: json<{ ticks: number; at: number }>().decode,
  })
  const ticks = [1000, 1008, 1009].map(
    (nowMs, at): Entry => ({
      ...{ index: at + 1, term: 1, kind: 'tick', session: 0, sequence: 0, answeredBelow: 0 },
      bytes: utf8.encode(''),
      stamp: { by: 1, nowMs, wallMs: 0 },
    }),
  )

  test('gives a state machine its next state, and what it throws leaves the state as it was, on every node', () => {
    const { appliedState, applied } = applyEntries(counting, initialAppliedState(counting), ticks, { sessionsMax: 1 })
    expect(appliedState.state).toEqual({ ticks: 2, at: 7 })
    expect(applied.map(({ outcome }) => outcome.status)).toEqual(['ok', 'ok', 'failed'])
  })

  test('changes nothing of a state machine that has none', () => {
    const begun = initialAppliedState(machine)
    expect(applyEntries(machine, begun, ticks, { sessionsMax: 1 }).appliedState.state).toBe(begun.state)
  })

  test('and its deadline belong together', () => {
    const { codecs: _, query: _query, tick: _tick, ...without } = { ...counting, tick: undefined }
    const given = { ...without, apply: () => ({ state: { ticks: 0, at: 0 }, result: '' }) }
    expect(() => defineStateMachine({ ...given, deadline: () => undefined })).toThrow(/deadline and tick/)
  })
})

/** Few sessions and sequences, so that they are met again and again. */
const logs = fc
  .array(
    fc.record({
      kind: fc.constantFrom<Entry['kind'][]>(
        'command',
        'command',
        'command',
        'command',
        'openSession',
        'noop',
        'configuration',
      ),
      session: fc.integer({ min: 0, max: 9 }),
      sequence: fc.integer({ min: 1, max: 5 }),
      answeredBelow: fc.oneof(
        { arbitrary: fc.constant(0), weight: 6 },
        { arbitrary: fc.integer({ min: 0, max: 5 }), weight: 2 },
        fc.integer({ min: 0, max: 70 }),
      ),
      number: fc.integer({ min: 10, max: 14 }),
    }),
    { maxLength: 70 },
  )
  .map((steps) => named(logOf(steps)))

/** Commands name their session as the entry at that index has it, where it opens one. */
const named = (entries: readonly Entry[]): Entry[] =>
  entries.map((entry) => {
    const opening = entry.kind === 'command' ? entries[entry.session - 1] : undefined
    return opening?.kind === 'openSession' ? { ...entry, session: openedBy(opening) } : entry
  })
const limits = fc.record({ sessionsMax: fc.integer({ min: 1, max: 4 }) })

interface PlainSession {
  readonly id: number
  readonly client: string
  readonly opening: number
  readonly usedAt: number
  readonly answeredBelow: number
  readonly outcomes: readonly (readonly [sequence: number, outcome: Outcome])[]
}
const nothing = new Uint8Array(0)

/** The rules, one entry at a time, with lists only. */
function plainly(entries: readonly Entry[], sessionsMax: number) {
  let sessions: PlainSession[] = []
  let done: readonly string[] = []
  const outcomes: Outcome[] = []
  for (const entry of entries) {
    const { index, kind, sequence } = entry
    if (kind === 'openSession') {
      const client = textOf(entry.bytes)
      const isOld = entry.answeredBelow === 0
      // What an earlier version opened is not found by the name: a client may have several.
      const own = sessions.find((session) => session.client === client && session.opening > 0)
      const opening = isOld ? 0 : sequence
      if (!isOld && own && own.opening >= sequence) {
        const isSame = own.opening === sequence
        outcomes.push({ status: isSame ? 'ok' : 'answered', index, bytes: nothing })
        sessions = sessions.map((each) => (isSame && each === own ? { ...each, usedAt: index } : each))
        continue
      }
      if (!isOld) sessions = sessions.filter((each) => each !== own)
      if (sessions.length === sessionsMax) {
        const oldest = Math.min(...sessions.map(({ usedAt }) => usedAt))
        if (!isOld && oldest >= entry.answeredBelow) {
          outcomes.push({ status: 'failed', index, bytes: utf8.encode('all sessions are in use') })
          continue
        }
        sessions = sessions.filter(({ usedAt }) => usedAt !== oldest)
      }
      const id = openedBy(entry)
      sessions = [...sessions, { id, client, opening, usedAt: index, answeredBelow: 0, outcomes: [] }]
    }
    if (kind !== 'command') {
      outcomes.push({ status: 'ok', index, bytes: nothing })
      continue
    }
    const session = sessions.find(({ id }) => id === entry.session)
    if (!session) {
      outcomes.push({ status: 'expired', index, bytes: nothing })
      continue
    }
    const remembered = session.outcomes.find(([number]) => number === sequence)?.[1]
    const isAnswered = sequence < session.answeredBelow
    let outcome = remembered ?? { status: 'answered', index, bytes: nothing }
    if (!remembered && !isAnswered) {
      const number = journal.codecs.command.decode(entry.bytes)
      const line = `${index}: ${number}`
      if (number !== 13) done = [...done, line]
      outcome =
        number === 13
          ? { status: 'failed', index, bytes: utf8.encode('RangeError: not this one') }
          : { status: 'ok', index, bytes: journal.codecs.result.encode(line) }
    }
    outcomes.push(outcome)
    const answeredBelow = Math.max(session.answeredBelow, entry.answeredBelow)
    const isNew = !remembered && !isAnswered
    const kept = [...session.outcomes, ...(isNew ? [[sequence, outcome] as const] : [])]
    sessions = sessions.map((each) =>
      each === session
        ? { ...each, usedAt: index, answeredBelow, outcomes: kept.filter(([number]) => number >= answeredBelow) }
        : each,
    )
  }
  return { done, sessions, outcomes }
}

const inOrder = <Value>(map: Iterable<[number, Value]>) => [...map].sort(([a], [b]) => a - b)
const plainOf = ({ sessions }: AppliedState<unknown>): PlainSession[] =>
  inOrder(sessions).map(([id, session]) => ({ id, ...session, outcomes: inOrder(session.outcomes) }))

describe('an applied state goes on with what was decided', () => {
  test('as the rules say, one entry at a time', () => {
    fc.assert(
      fc.property(logs, limits, (entries, limit) => {
        const { appliedState, applied } = applyEntries(machine, initialAppliedState(machine), entries, limit)
        const plain = plainly(entries, limit.sessionsMax)
        expect(appliedState.state).toEqual(plain.done)
        expect(applied.map(({ outcome }) => outcome)).toEqual(plain.outcomes)
        expect(applied.map(({ entry }) => entry)).toEqual(entries)
        const byId = [...plain.sessions].sort((a, b) => a.id - b.id)
        const sorted = byId.map((session) => ({
          ...session,
          outcomes: [...session.outcomes].sort(([a], [b]) => a - b),
        }))
        expect(plainOf(appliedState)).toEqual(sorted)
        const last = entries.at(-1)
        expect(appliedState.applied).toEqual({ index: last?.index ?? 0, term: last?.term ?? 0 })
      }),
      { numRuns: 500 },
    )
  })

  test('in a life that is named by the first session that was opened in it, and that no other life has', () => {
    const opening = (client: string, number: number) =>
      ({
        kind: 'openSession',
        session: openingOf(client, number),
        sequence: number,
        answeredBelow: 0,
        number: 0,
      }) as const
    const noop = { kind: 'noop', session: 0, sequence: 0, answeredBelow: 0, number: 0 } as const
    const lifeOf = (...steps: Step[]) =>
      applyEntries(machine, initialAppliedState(machine), logOf(steps), { sessionsMax: 1 })
    const incarnationOf = (...steps: Step[]) => lifeOf(...steps).appliedState.incarnation
    const first = incarnationOf(noop, opening('a', 1))
    expect(incarnationOf(noop)).toBe(0)
    // Also when it has expired since.
    expect(incarnationOf(noop, opening('a', 1), opening('b', 1), opening('c', 1))).toBe(first)
    const others = [
      incarnationOf(noop, opening('b', 1)),
      incarnationOf(opening('a', 1)),
      incarnationOf(opening('a', 2)),
    ]
    expect(new Set([first, ...others]).size).toBe(4)
    expect(incarnationOf({ ...opening('a', 1), session: 0 }, opening('b', 1))).toBe(
      incarnationOf(noop, opening('b', 1)),
    )
  })

  test('each command of a session once at most, and exactly once when its session lives and it is new', () => {
    fc.assert(
      fc.property(logs, limits, (entries, limit) => {
        const { appliedState, applied } = applyEntries(machine, initialAppliedState(machine), entries, limit)
        const ran = (outcome: Outcome, entry: Entry) =>
          outcome.index === entry.index && ['ok', 'failed'].includes(outcome.status)
        const names = applied
          .filter(({ entry, outcome }) => entry.kind === 'command' && ran(outcome, entry))
          .map(({ entry }) => `${entry.session}/${entry.sequence}`)
        expect(new Set(names).size).toBe(names.length)
        const succeeded = applied.filter(
          ({ entry, outcome }) => entry.kind === 'command' && ran(outcome, entry) && outcome.status === 'ok',
        )
        expect(appliedState.state).toHaveLength(succeeded.length)
      }),
      { numRuns: 300 },
    )
  })

  test('equally on every node, however the entries are cut into batches', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(logs, limits, cuts, (entries, limit, sizes) => {
        const atOnce = applyEntries(machine, initialAppliedState(machine), entries, limit)
        let appliedState = initialAppliedState(machine)
        const applied = []
        for (let from = 0, turn = 0; from < entries.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          const step = applyEntries(machine, appliedState, entries.slice(from, from + size), limit)
          applied.push(...step.applied)
          appliedState = step.appliedState
          from += size
        }
        expect(appliedState).toEqual(atOnce.appliedState)
        expect(applied).toEqual(atOnce.applied)
      }),
      { numRuns: 300 },
    )
  })

  test('and the same when it stops in between, because it was told that it is enough', () => {
    fc.assert(
      fc.property(logs, limits, fc.integer({ min: 1, max: 5 }), (entries, limit, many) => {
        let appliedState = initialAppliedState(machine)
        const applied = []
        while (appliedState.applied.index < entries.length) {
          let count = 0
          const isEnough = () => ++count >= many
          const step = applyEntries(machine, appliedState, entries.slice(appliedState.applied.index), {
            ...limit,
            isEnough,
          })
          expect(step.applied.length).toBeGreaterThan(0)
          expect(step.applied.length).toBeLessThanOrEqual(many)
          applied.push(...step.applied)
          appliedState = step.appliedState
        }
        expect({ appliedState, applied }).toEqual(applyEntries(machine, initialAppliedState(machine), entries, limit))
      }),
      { numRuns: 200 },
    )
  })

  test('and leaves the state before as it was: it may be applied to again', () => {
    fc.assert(
      fc.property(logs, limits, fc.nat(), (entries, limit, at) => {
        const cut = entries.length === 0 ? 0 : at % entries.length
        const before = applyEntries(machine, initialAppliedState(machine), entries.slice(0, cut), limit).appliedState
        const copy = structuredClone({ ...before, sessions: plainOf(before) })
        const first = applyEntries(machine, before, entries.slice(cut), limit)
        expect({ ...before, sessions: plainOf(before) }).toEqual(copy)
        expect(applyEntries(machine, before, entries.slice(cut), limit)).toEqual(first)
      }),
      { numRuns: 200 },
    )
  })
})

describe('by hand', () => {
  const open = (number = 1): Step => ({ kind: 'openSession', session: 0, sequence: 1, answeredBelow: 0, number })
  const command = (session: number, sequence: number, number = 10, answeredBelow = 0): Step => ({
    kind: 'command',
    session,
    sequence,
    answeredBelow,
    number,
  })
  const run = (steps: readonly Step[], sessionsMax = 9) =>
    applyEntries(machine, initialAppliedState(machine), logOf(steps), { sessionsMax })
  const outcomesOf = (steps: readonly Step[], sessionsMax = 9) =>
    run(steps, sessionsMax).applied.map(({ outcome: { status, index } }) => [status, index])

  test('a session that an earlier version opened bears the index that opened it, and the name of its client', () => {
    const { appliedState, applied } = run([open(7), open(8)])
    expect([...appliedState.sessions].map(([id, { client }]) => [id, client])).toEqual([
      [1, 'client 7'],
      [2, 'client 8'],
    ])
    expect(applied.map(({ entry }) => clientOf(entry))).toEqual(['client 7', 'client 8'])
  })

  test('a command that comes again gets the first answer, with the first index', () => {
    const { appliedState, applied } = run([open(), command(1, 1, 10), command(1, 1, 11)])
    expect(appliedState.state).toEqual(['2: 10'])
    expect(applied[2]?.outcome).toEqual(applied[1]?.outcome)
    expect(applied[2]?.outcome.index).toBe(2)
  })

  test('a command that came out of order is executed, however late', () => {
    expect(run([open(), command(1, 3), command(1, 1), command(1, 2)]).appliedState.state).toHaveLength(3)
  })

  test('a command of an unknown session is refused, and opens none', () => {
    const { appliedState } = run([command(1, 1), command(0, 1)])
    expect(outcomesOf([command(1, 1), command(0, 1)])).toEqual([
      ['expired', 1],
      ['expired', 2],
    ])
    expect([appliedState.state, appliedState.sessions.size]).toEqual([[], 0])
  })

  test('the session unused for longest expires when there are too many: use counts, age does not', () => {
    const steps = [open(), open(), command(1, 1), open(), command(1, 2), command(2, 1), command(4, 1)]
    expect(outcomesOf(steps, 2)).toEqual([
      ['ok', 1],
      ['ok', 2],
      ['ok', 3],
      ['ok', 4],
      ['ok', 5],
      ['expired', 6],
      ['ok', 7],
    ])
  })

  test('a repeated command counts as use', () => {
    expect(outcomesOf([open(), command(1, 1), open(), command(1, 1), open(), command(1, 1)], 2).at(-1)).toEqual([
      'ok',
      2,
    ])
  })

  /** As clients ask for sessions now: those that were last used below `unusedBelow` may expire. */
  const ask = (number: number, sequence: number, unusedBelow: number): Step => ({
    ...open(number),
    sequence,
    answeredBelow: unusedBelow,
  })

  test('a client that asks for a session again under the same number gets the same one, marked as used', () => {
    const { appliedState, applied } = run([ask(1, 5, 1), command(1, 1), ask(1, 5, 1), command(1, 1)])
    expect(applied.map(({ outcome: { status, index }, session }) => [status, index, session])).toEqual([
      ['ok', 1, 1],
      ['ok', 2, undefined],
      ['ok', 3, 1],
      ['ok', 2, undefined],
    ])
    expect([appliedState.sessions.size, appliedState.sessions.get(1)?.usedAt]).toEqual([1, 4])
  })

  test('one that asks under a higher number has given up the one before; a late copy of that opens nothing', () => {
    const { appliedState } = run([ask(1, 5, 1), ask(1, 6, 1), ask(1, 5, 1)])
    expect([...appliedState.sessions.keys()]).toEqual([2])
    expect(outcomesOf([ask(1, 5, 1), ask(1, 6, 1), ask(1, 5, 1)]).at(-1)).toEqual(['answered', 3])
  })

  test('where all sessions are in use no further one is opened, and they stay', () => {
    const steps = [ask(1, 1, 1), ask(2, 1, 1), command(1, 1), ask(3, 1, 2), ask(3, 1, 3), command(1, 2), command(2, 1)]
    expect(outcomesOf(steps, 2).slice(3)).toEqual([
      ['failed', 4],
      // The second was last used at 2.
      ['ok', 5],
      ['ok', 6],
      ['expired', 7],
    ])
  })

  test('a log of an older version, where each asking opened a session, leads to what it led to then', () => {
    const steps = [open(1), open(1), command(1, 1), command(2, 1), open(2), command(1, 2)]
    expect(outcomesOf(steps, 2)).toEqual([
      ['ok', 1],
      ['ok', 2],
      ['ok', 3],
      ['ok', 4],
      ['ok', 5],
      ['expired', 6],
    ])
  })

  test('what the client has heard is forgotten, and never executed again', () => {
    const { appliedState } = run([open(), command(1, 1), command(1, 2), command(1, 3, 10, 3)])
    expect([...(appliedState.sessions.get(1)?.outcomes.keys() ?? [])]).toEqual([3])
    expect(outcomesOf([open(), command(1, 1), command(1, 2, 10, 2), command(1, 1)])).toEqual([
      ['ok', 1],
      ['ok', 2],
      ['ok', 3],
      ['answered', 4],
    ])
  })

  /** Each outcome of these counts 71 bytes: its own and 64. */
  const remembered = (steps: readonly Step[], limits: { sessionBytesMax?: number; sessionsBytesMax?: number }) =>
    [
      ...applyEntries(machine, initialAppliedState(machine), logOf(steps), { sessionsMax: 9, ...limits }).appliedState
        .sessions,
    ].map(([id, { answeredBelow, outcomes }]) => ({ id, answeredBelow, outcomes: [...outcomes.keys()] }))

  test('a session forgets the outcomes of its lowest sequences when there is no room for all of them', () => {
    const steps = [open(), ...[4, 1, 3, 2, 6, 5].map((sequence) => command(1, sequence))]
    expect(remembered(steps, { sessionBytesMax: 5 * 80 })).toEqual([
      { id: 1, answeredBelow: 3, outcomes: [3, 4, 5, 6] },
    ])
    // The highest stays, however large it is.
    expect(remembered(steps, { sessionBytesMax: 1 })).toEqual([{ id: 1, answeredBelow: 6, outcomes: [6] }])
  })

  test('and executes none of them again', () => {
    const steps = [open(), ...[1, 2, 3, 4, 5, 6].map((sequence) => command(1, sequence)), command(1, 1), command(1, 6)]
    const { applied } = applyEntries(machine, initialAppliedState(machine), logOf(steps), {
      sessionsMax: 9,
      sessionBytesMax: 5 * 80,
    })
    expect(applied.slice(-2).map(({ outcome }) => [outcome.status, outcome.index])).toEqual([
      ['answered', 8],
      ['ok', 7],
    ])
  })

  test('where all sessions together remember too much, the one unused for longest forgets first', () => {
    const steps = [open(), open(), open(), command(2, 1), command(1, 1), command(1, 2), command(3, 1), command(3, 2)]
    expect(remembered(steps, { sessionsBytesMax: 4 * 80 })).toEqual([
      { id: 1, answeredBelow: 0, outcomes: [1, 2] },
      { id: 2, answeredBelow: 2, outcomes: [] },
      { id: 3, answeredBelow: 0, outcomes: [1, 2] },
    ])
    expect(remembered(steps, { sessionsBytesMax: 1 })).toEqual([
      { id: 1, answeredBelow: 3, outcomes: [] },
      { id: 2, answeredBelow: 2, outcomes: [] },
      { id: 3, answeredBelow: 0, outcomes: [1, 2] },
    ])
  })

  test('what is forgotten does not depend on how the entries were grouped, nor on a restart', () => {
    fc.assert(
      fc.property(logs, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 600 }), (entries, one, all) => {
        const limits = { sessionsMax: 3, sessionBytesMax: one, sessionsBytesMax: all }
        const whole = applyEntries(machine, initialAppliedState(machine), entries, limits).appliedState
        let pieces = initialAppliedState(machine)
        for (const entry of entries) {
          const restored = decodeAppliedState(machine, encodeAppliedState(machine, pieces))
          pieces = applyEntries(machine, restored, [entry], limits).appliedState
        }
        expect(plainOf(pieces)).toEqual(plainOf(whole))
      }),
    )
  })

  test('answeredBelow never falls', () => {
    const { appliedState } = run([open(), command(1, 5, 10, 5), command(1, 6, 10, 2)])
    expect(appliedState.sessions.get(1)?.answeredBelow).toBe(5)
  })

  test('what apply throws is the result, remembered as any other, and the state stays', () => {
    const { appliedState, applied } = run([open(), command(1, 1, 13), command(1, 1, 14), command(1, 2, 14)])
    expect(appliedState.state).toEqual(['4: 14'])
    expect(applied[1]?.outcome).toMatchObject({ status: 'failed', index: 2 })
    expect(textOf(applied[1]?.outcome.bytes ?? nothing)).toBe('RangeError: not this one')
    expect(applied[2]?.outcome).toEqual(applied[1]?.outcome)
  })

  test('bytes that are no command fail alone, and on every node alike', () => {
    const entries = logOf([open(), command(1, 1), command(1, 2)])
    const broken = entries.map((entry) => (entry.index === 2 ? { ...entry, bytes: utf8.encode('{') } : entry))
    const { appliedState, applied } = applyEntries(machine, initialAppliedState(machine), broken, { sessionsMax: 1 })
    expect(applied[1]?.outcome.status).toBe('failed')
    expect(appliedState.state).toEqual(['3: 10'])
  })

  test('a long reason is cut, and one that is no Error is text', () => {
    const rude = defineStateMachine<null, string, null>({
      initial: () => null,
      apply: (_state, text) => {
        throw text
      },
      snapshot: () => nothing,
      restore: () => null,
    })
    for (const text of ['short', 'x'.repeat(5000)]) {
      const entries = logOf([open(), command(1, 1)]).map((entry) =>
        entry.kind === 'command' ? { ...entry, bytes: rude.codecs.command.encode(text) } : entry,
      )
      const { applied } = applyEntries(rude, initialAppliedState(rude), entries, { sessionsMax: 1 })
      expect(textOf(applied[1]?.outcome.bytes ?? nothing)).toBe(text.slice(0, failureTextMax))
    }
  })

  test('entries that do not follow the last one are a defect of the caller', () => {
    const entries = logOf([open(), open(), open()])
    const { appliedState } = applyEntries(machine, initialAppliedState(machine), entries.slice(0, 1), {
      sessionsMax: 9,
    })
    expect(() => applyEntries(machine, appliedState, entries.slice(2), { sessionsMax: 9 })).toThrow(
      BrokenInvariantError,
    )
    expect(() => applyEntries(machine, appliedState, entries.slice(0, 1), { sessionsMax: 9 })).toThrow('stands at 1')
  })
})
