import {
  type Clock,
  defineStateMachine,
  type Entry,
  json,
  noBytes,
  type Snapshot,
  type StateMachine,
} from '@quorate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixtureLimits } from '../node/sequencer.test.fixture.js'
import { Applier } from './applier.js'

/** Time that passes while the state machine computes. */
function slowMachine(applyMs: number) {
  let nowMs = 0
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => 0,
    setTimeout: () => 0,
    clearTimeout: () => {},
    soon: () => {},
  }
  const machine = defineStateMachine({
    initial: () => 0,
    apply: (count: number, _command: null) => {
      nowMs += applyMs
      return { state: count + 1, result: count + 1 }
    },
    snapshot: json<number>().encode,
    restore: json<number>().decode,
  })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { clock, machine, pass }
}

const noop = (index: number): Entry => ({
  index,
  term: 1,
  kind: 'noop',
  session: 0,
  sequence: 0,
  answeredBelow: 0,
  bytes: noBytes,
})
const open: Entry = { ...noop(1), kind: 'openSession', sequence: 1, bytes: new TextEncoder().encode('c') }
const command = (index: number): Entry => ({
  ...noop(index),
  kind: 'command',
  session: 1,
  sequence: index,
  bytes: json<null>().encode(null),
})
const commands = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => command(first + at))

function make(
  applyMs: number,
  snapshotEveryEntries = 1000,
  overrides: Partial<StateMachine<number>> = {},
  snapshotEveryBytes = 1_000_000,
) {
  const { clock, machine: plain, pass } = slowMachine(applyMs)
  const machine = { ...plain, ...overrides }
  const applied: number[] = []
  const toAnswer: number[] = []
  const snapshots: Snapshot[] = []
  const failures: string[] = []
  const applier = new Applier({
    group: 'journal',
    machine,
    limits: { ...fixtureLimits, snapshotEveryEntries, snapshotEveryBytes },
    clock,
    found: undefined,
    phase: 1,
    stage: (_operation, done) => done(),
    onApplied: (some, answers) => {
      applied.push(some.length)
      for (const { entry } of answers) toAnswer.push(entry.index)
    },
    onSnapshot: (snapshot) => snapshots.push(snapshot),
    onSnapshotFailed: (error) => failures.push(error.message),
  })
  /** One turn. True if something is left. */
  const work = () => {
    applier.work(clock.nowMs() + 5)
    return applier.hasWork
  }
  return { applier, applied, toAnswer, snapshots, failures, work, pass }
}

describe('Applier', () => {
  it('works for five milliseconds in a turn, so that heartbeats go out in between', () => {
    const { applier, applied, work } = make(1)
    applier.commit([open, ...commands(2, 101)])
    let turns = 0
    while (work()) turns++
    expect(applied.reduce((sum, count) => sum + count)).toBe(101)
    expect(Math.max(...applied)).toBeLessThanOrEqual(6)
    expect(turns).toBeGreaterThan(15)
    expect(applier.appliedState.state).toBe(100)
  })

  it('and gets on by one entry in a turn when each takes longer than that', () => {
    const { applier, applied, work } = make(50)
    applier.commit([open, ...commands(2, 4)])
    while (work());
    expect(applied).toEqual([2, 1, 1])
  })

  it('applies no more than 1024 entries in a turn however fast they are', () => {
    const { applier, applied, work } = make(0)
    applier.commit([open, ...commands(2, 2000)])
    applier.commit(commands(2001, 3000))
    expect(applier.queued).toBe(3000)
    while (work());
    expect(applied).toEqual([1024, 1024, 952])
    expect(applier.queued).toBe(0)
  })

  it('runs what waits for an index when that is applied, and at once when it was', () => {
    const { applier, work } = make(1)
    const ran: string[] = []
    applier.whenApplied(0, () => ran.push('at once'))
    applier.whenApplied(20, () => ran.push(`20 at ${applier.appliedState.applied.index}`))
    applier.whenApplied(3, () => ran.push('3'))
    applier.commit([open, ...commands(2, 30)])
    work()
    expect(ran).toEqual(['at once', '3'])
    while (work());
    expect(ran[2]).toMatch(/^20 at 2[0-9]$/)
  })

  it('takes a snapshot when so many entries were applied, and goes on from one that it is given', () => {
    const { applier, snapshots, work } = make(0, 10)
    applier.commit([open, ...commands(2, 12)])
    work()
    expect(snapshots.map(({ last }) => last)).toEqual([{ index: 12, term: 1 }])
    const other = make(0, 10)
    other.applier.commit([open])
    other.applier.restore(snapshots[0]!)
    other.applier.commit(commands(13, 14))
    while (other.work());
    expect(other.applier.appliedState.state).toBe(13)
    expect(other.snapshots).toEqual([])
  })

  it('keeps the log when the state machine gives no snapshot, says so, and tries again later and later', () => {
    let isBroken = true
    let tries = 0
    const { applier, snapshots, failures, work, pass } = make(0, 10, {
      snapshot: () => {
        tries++
        if (isBroken) throw new RangeError('Invalid string length')
        return new Uint8Array(1)
      },
    })
    applier.commit([open, ...commands(2, 12)])
    work()
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain('no snapshot of entry 12: Invalid string length')
    expect(applier.snapshotFailure).toEqual({ attempts: 1, reason: 'Invalid string length', isLogFull: false })
    expect(applier.appliedState.state).toBe(11)
    let last = 12
    const step = () => {
      applier.commit(commands(last + 1, last + 1))
      last++
      work()
    }
    step()
    expect(tries, 'not again at once').toBe(1)
    pass(1000)
    step()
    expect(tries).toBe(2)
    pass(1000)
    step()
    expect(tries, 'after the second failure it waits longer').toBe(2)
    pass(1000)
    isBroken = false
    step()
    expect(snapshots.map(({ last }) => last.index)).toEqual([last])
    expect(applier.snapshotFailure).toBeUndefined()
  })

  it('has no more room in a log that no snapshot shortens, until one can be taken', () => {
    let isBroken = true
    const { applier, work, pass } = make(0, 10, {
      snapshot: () => {
        if (isBroken) throw new Error('cannot be written')
        return new Uint8Array(1)
      },
    })
    applier.commit([open, ...commands(2, 159)])
    while (work());
    expect(applier.hasRoomInLog()).toBe(true)
    applier.commit(commands(160, 160))
    while (work());
    expect(applier.hasRoomInLog()).toBe(false)
    isBroken = false
    expect(applier.hasRoomInLog(), 'it is tried again after a pause only').toBe(false)
    pass(60_000)
    expect(applier.hasRoomInLog(), 'it is being taken').toBe(false)
    while (work());
    expect(applier.hasRoomInLog()).toBe(true)
  })

  it('takes a snapshot that is no bytes, or a promise for them, for one that failed', () => {
    for (const given of ['text', Promise.reject(new Error('later'))]) {
      const { applier, failures, work } = make(0, 10, { snapshot: () => given as never })
      applier.commit([open, ...commands(2, 12)])
      work()
      expect(failures[0]).toContain('what snapshot returned')
    }
  })

  it('that has no initial state says whose, and what initial threw or returned', () => {
    const initials: [() => unknown, RegExp][] = [
      [
        () => {
          throw new RangeError('no such file')
        },
        /^the state machine of group journal has no initial state, because its function initial failed: RangeError: no such file\. Correct initial/,
      ],
      [() => Promise.reject(new Error('later')), /failed: TypeError: what initial returned is a promise/],
    ]
    for (const [initial, text] of initials) {
      const making = () => make(0, 1000, { initial: initial as () => number })
      expect(making).toThrow(text)
      expect(making).toThrow(expect.objectContaining({ code: 'QUORATE_INITIAL_FAILED' }))
    }
  })

  it('stops with a cause that names the snapshot when the state machine cannot be restored', () => {
    const { applier, snapshots, work } = make(0, 10)
    applier.commit([open, ...commands(2, 12)])
    work()
    const raise = () => {
      throw Object.create(null)
    }
    const other = make(0, 10, { restore: raise })
    other.applier.restore(snapshots[0]!)
    expect(() => other.work()).toThrow(
      /the snapshot of entry 12 \(term 1, .* bytes\): a thrown object that has no text/,
    )
  })

  it('forgets what it had begun to apply when a snapshot replaces it, however far it had come', () => {
    const { applier, snapshots, work } = make(0, 40)
    applier.commit([open, ...commands(2, 40)])
    work()
    for (let turns = 0; turns < 5; turns++) {
      const other = make(1)
      other.applier.commit([open, ...commands(2, 35)], true)
      for (let turn = 0; turn < turns; turn++) other.work()
      const before = other.applier.appliedState.applied.index
      other.applier.restore(snapshots[0]!)
      expect(other.applier.queued).toBe(0)
      other.applier.commit(commands(41, 60))
      while (other.work());
      expect(other.applier.appliedState.applied.index).toBe(60)
      expect(other.applier.appliedState.state).toBe(59)
      expect(other.applied.reduce((sum, count) => sum + count, 0)).toBe(before + 20)
    }
  })

  it('takes a snapshot when entries of so many bytes were applied, however few they are', () => {
    const { applier, snapshots, work } = make(0, 1000, {}, 1450)
    applier.commit([open])
    for (let index = 2; index <= 100; index++) {
      applier.commit(commands(index, index))
      work()
    }
    // An entry counts 72 bytes beside its own four.
    const indexes = snapshots.map(({ last }) => last.index)
    expect(indexes).toEqual([20, 40, 60, 80, 100])
  })

  it('says that too much waits, by number and by bytes', () => {
    const { applier, work } = make(0)
    const large = { ...command(2), bytes: new Uint8Array(32 * 1024 * 1024) }
    applier.commit([open, large])
    expect(applier.isOverloaded).toBe(false)
    applier.commit([{ ...large, index: 3 }])
    expect(applier.isOverloaded).toBe(true)
    expect(applier.isTooFarBehind).toBe(false)
    applier.commit([
      { ...large, index: 4 },
      { ...large, index: 5 },
    ])
    expect(applier.isTooFarBehind).toBe(true)
    while (work());
    expect(applier.isOverloaded).toBe(false)
    applier.commit(commands(6, 65_542))
    expect(applier.isOverloaded).toBe(true)
    while (work());
    expect(applier.isOverloaded).toBe(false)
  })

  it('refuses a snapshot that holds another entry than it says', () => {
    const { applier, snapshots, work } = make(0, 2)
    applier.commit([open, ...commands(2, 3)])
    work()
    applier.restore({ bytes: snapshots[0]!.bytes, last: { index: 9, term: 1 } })
    expect(() => work()).toThrow('holds the state after entry 3')
  })

  it('tells which entries are to be answered from here, however they are applied', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ count: fc.integer({ min: 0, max: 12 }), answers: fc.boolean(), works: fc.boolean() })),
        fc.integer({ min: 0, max: 2 }),
        (commits, applyMs) => {
          const { applier, applied, toAnswer, work } = make(applyMs)
          applier.commit([open])
          let last = 1
          const expected: number[] = []
          for (const { count, answers, works } of commits) {
            const entries = commands(last + 1, last + count)
            last += count
            applier.commit(entries, answers)
            if (answers) expected.push(...entries.map(({ index }) => index))
            if (works) work()
          }
          while (work());
          expect(toAnswer).toEqual(expected)
          expect(applied.reduce((sum, count) => sum + count, 0)).toBe(last)
        },
      ),
    )
  })

  it('has nothing answered that a snapshot skips', () => {
    const { applier, snapshots, work } = make(0, 10)
    applier.commit([open, ...commands(2, 12)])
    work()
    const other = make(0)
    other.applier.commit([open, ...commands(2, 5)], true)
    other.applier.restore(snapshots[0]!)
    other.applier.commit(commands(13, 40))
    other.applier.commit(commands(41, 42), true)
    while (other.work());
    expect(other.toAnswer).toEqual([41, 42])
  })
})
