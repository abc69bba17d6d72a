import {
  applyEntries,
  type Clock,
  decodeAppliedState,
  defineStateMachine,
  type Entry,
  initialAppliedState,
  noBytes,
  type Piece,
  pieceBytes,
  type Snapshot,
  wholeOf,
} from '@quorate/core'
import { describe, expect, it } from 'vitest'
import { fixtureLimits } from '../node/sequencer.test.fixture.js'
import { Applier } from './applier.js'

/** A counter whose snapshot has so many pieces of the size in which they are written; each takes a millisecond. */
function large(pieces: number) {
  let nowMs = 0
  const clock: Clock = {
    nowMs: () => nowMs,
    wallMs: () => 0,
    setTimeout: () => 0,
    clearTimeout: () => {},
    soon: () => {},
  }
  const machine = defineStateMachine<number, null, number>({
    initial: () => 0,
    apply: (count) => ({ state: count + 1, result: count + 1 }),
    snapshot: function* (count) {
      for (let at = 0; at < pieces; at++) {
        nowMs++
        yield new Uint8Array(pieceBytes).fill(count)
      }
    },
    restore: ([count = 0]) => count,
    restoring: () => {
      let [count, added] = [0, 0]
      return {
        add: ([first = 0]) => {
          nowMs++
          count = first
          added++
        },
        finish: () => {
          expect(added).toBe(pieces)
          return count
        },
      }
    },
  })
  return { clock, machine }
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
const commands = (first: number, last: number): Entry[] =>
  Array.from({ length: last - first + 1 }, (_, at) => ({
    ...noop(first + at),
    kind: 'command',
    session: 1,
    sequence: first + at,
    bytes: new TextEncoder().encode('null'),
  }))

function make(pieces: number, { phase = 1, every = 10 } = {}) {
  const { clock, machine } = large(pieces)
  const staged: { readonly number: number; readonly piece: Piece; readonly done: () => void }[] = []
  const snapshots: Snapshot[] = []
  const applier = new Applier({
    group: 'journal',
    machine,
    limits: { ...fixtureLimits, snapshotEveryEntries: every },
    clock,
    found: undefined,
    phase,
    stage: ({ number, piece }, done) => staged.push({ number, piece, done }),
    onApplied: () => {},
    onSnapshot: (snapshot) => snapshots.push(snapshot),
    onSnapshotFailed: (error) => expect.fail(error.message),
  })
  const work = () => applier.work(clock.nowMs() + 5)
  /** All that waits becomes durable. */
  const write = () => {
    for (const { done } of staged.splice(0)) done()
  }
  return { applier, machine, clock, staged, snapshots, work, write }
}

describe('a large snapshot', () => {
  it('is made a few milliseconds at a time, of the state as it was when it was begun, while entries are applied', () => {
    const { applier, machine, clock, snapshots, work, write } = make(100)
    applier.commit([open, ...commands(2, 10)])
    let index = 10
    let turns = 0
    while (snapshots.length === 0) {
      const beganMs = clock.nowMs()
      work()
      expect(clock.nowMs() - beganMs).toBeLessThanOrEqual(7)
      write()
      applier.commit(commands(index + 1, index + 1))
      index++
      turns++
    }
    expect(turns).toBeGreaterThan(15)
    while (applier.queued > 0) work()
    expect(applier.appliedState.state).toBe(index - 1)
    const [snapshot] = snapshots
    expect(snapshot?.last).toEqual({ index: 10, term: 1 })
    expect(decodeAppliedState(machine, snapshot?.bytes ?? noBytes).state).toBe(9)
  })

  it('is told only when every piece of it is on the disk, and no more is made than may wait for that', () => {
    const { applier, staged, snapshots, work, write } = make(100)
    applier.commit([open, ...commands(2, 10)])
    for (let turn = 0; turn < 50; turn++) work()
    expect(staged).toHaveLength(8)
    expect(applier.hasWork).toBe(false)
    const numbers: number[] = []
    while (snapshots.length === 0) {
      numbers.push(...staged.map(({ number }) => number))
      if (numbers.length > 100) expect(snapshots).toEqual([])
      write()
      for (let turn = 0; turn < 50; turn++) work()
    }
    // The last one holds what is beside the state.
    expect(numbers).toEqual(Array.from({ length: 101 }, (_, at) => at))
    expect(applier.snapshotIndex).toBe(10)
  })

  it('is given up when one of another node takes the place of the state', () => {
    const { applier, snapshots, work, write } = make(100)
    applier.commit([open, ...commands(2, 10)])
    const sender = make(100)
    sender.applier.commit([open, ...commands(2, 40)])
    while (sender.snapshots.length === 0) {
      sender.work()
      sender.write()
    }
    for (let turn = 0; turn < 3; turn++) work()
    applier.restore(sender.snapshots[0] as Snapshot)
    while (applier.hasWork) {
      work()
      write()
    }
    expect(snapshots).toEqual([])
    expect(applier.snapshotIndex).toBe(40)
    expect(applier.appliedState.state).toBe(39)
  })

  it('is restored a few milliseconds at a time; what was decided after it waits, and what was before it is forgotten', () => {
    const { machine } = large(100)
    const { appliedState } = applyEntries(
      machine,
      initialAppliedState(machine),
      [open, ...commands(2, 40)],
      fixtureLimits,
    )
    const sender = make(100)
    sender.applier.commit([open, ...commands(2, 40)])
    while (sender.snapshots.length === 0) {
      sender.work()
      sender.write()
    }
    const { applier, clock, work } = make(100)
    applier.commit([open, ...commands(2, 5)])
    work()
    applier.commit(commands(6, 9))
    applier.restore(sender.snapshots[0] as Snapshot)
    applier.commit(commands(41, 43))
    let turns = 0
    while (applier.appliedState.applied.index < 40) {
      const beganMs = clock.nowMs()
      work()
      expect(clock.nowMs() - beganMs).toBeLessThanOrEqual(7)
      turns++
    }
    expect(turns).toBeGreaterThan(15)
    expect(applier.appliedState.state).toBe(appliedState.state)
    while (applier.queued > 0) work()
    expect(applier.appliedState.state).toBe(42)
  })
})

describe('when a snapshot is due', () => {
  const indexes = (options: { readonly phase?: number; readonly pieces?: number; readonly entries: number }) => {
    const { applier, snapshots, work, write } = make(options.pieces ?? 0, { ...options, every: 30 })
    applier.commit([open])
    for (let index = 2; index <= options.entries; index++) {
      applier.commit(commands(index, index))
      do {
        work()
        write()
      } while (applier.hasWork)
    }
    return snapshots.map(({ last }) => last.index)
  }

  it('each member takes its first after another part of the entries, and then goes on in the same steps', () => {
    expect(indexes({ phase: 1 / 3, entries: 110 })).toEqual([10, 40, 70, 100])
    expect(indexes({ phase: 2 / 3, entries: 110 })).toEqual([20, 50, 80, 110])
    expect(indexes({ phase: 1, entries: 110 })).toEqual([30, 60, 90])
  })

  it('a large one waits until the log is an eighth of it', () => {
    const entryBytes = 76
    const [first = 0, second = 0] = indexes({ pieces: 1, entries: 1400 })
    expect(first).toBe(30)
    expect(second - first).toBeGreaterThanOrEqual(pieceBytes / 8 / entryBytes)
    expect(second - first).toBeLessThan((pieceBytes / 8 / entryBytes) * 1.1)
  })
})

it('bytes of a snapshot that was made in pieces are those of one that was made at once', () => {
  const { applier, snapshots, work, write } = make(3)
  applier.commit([open, ...commands(2, 10)])
  while (snapshots.length === 0) {
    work()
    write()
  }
  const bytes = wholeOf(snapshots[0]?.bytes ?? noBytes)
  expect(bytes.length).toBeGreaterThan(3 * pieceBytes)
})
