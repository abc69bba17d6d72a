import {
  type Applied,
  type AppliedState,
  answerChecked,
  applyEntries,
  type Clock,
  type Entry,
  initialAppliedState,
  invariant,
  isSameLogId,
  type LogLimits,
  restoringAppliedState,
  type Snapshot,
  type StateMachine,
  sizeOf,
} from '@quorate/core'
import { InitialFailedError, RestoreFailedError, type SnapshotFailedError } from '../errors.js'
import { OwnSnapshots, type Stage } from './ownSnapshots.js'
import type { SnapshotFailure } from './snapshotRetry.js'

/** The most that one turn applies. */
const turnEntriesMax = 1024
/** A node takes no commands while more than this is decided and not applied. */
const queuedMax = 65_536
const queuedBytesMax = 64 * 1024 * 1024
const nothing: readonly Applied[] = []

/** What an {@link Applier} tells when it has applied some entries: all, and those of them whose clients are to be answered from here whoever took their commands. */
export type OnApplied = (applied: readonly Applied[], toAnswer: readonly Applied[]) => void

/** The state machine of a group on this node: applies what is decided, in order, a bounded piece at a time. */
export class Applier {
  readonly #group: string
  readonly #machine: StateMachine
  readonly #limits: LogLimits
  readonly #clock: Clock
  readonly #onApplied: OnApplied
  readonly #snapshots: OwnSnapshots
  #appliedState: AppliedState
  /** Decided entries, from `#position` on not applied yet. */
  #entries: Entry[] = []
  #position = 0
  #queuedBytes = 0
  /** Where among the entries those stand that are to be answered from here: indexes, both included. */
  #answering: { readonly first: number; readonly last: number }[] = []
  /** Replaces the state machine before any of the entries is applied. */
  #restoring: { readonly snapshot: Snapshot; readonly steps: Iterator<void, AppliedState> } | undefined
  #waits: { readonly index: number; readonly run: () => void }[] = []

  constructor(options: {
    group: string
    machine: StateMachine
    limits: LogLimits
    clock: Clock
    /** What was found on the disk: the state machine continues from it. */
    found: Snapshot | undefined
    /** See {@link OwnSnapshots}. */
    phase: number
    stage: Stage
    onApplied: OnApplied
    onSnapshot: (snapshot: Snapshot) => void
    /** The state machine threw, or gave no bytes. The log is kept, and another one is tried later. */
    onSnapshotFailed: (error: SnapshotFailedError) => void
  }) {
    const { group, machine, limits, clock, found } = options
    this.#group = group
    this.#machine = machine
    this.#limits = limits
    this.#clock = clock
    this.#appliedState = found ? restored(group, machine, found) : begun(group, machine)
    this.#onApplied = options.onApplied
    this.#snapshots = new OwnSnapshots({
      machine,
      limits,
      clock,
      found,
      phase: options.phase,
      stage: options.stage,
      onTaken: options.onSnapshot,
      onFailed: options.onSnapshotFailed,
    })
  }

  get appliedState(): AppliedState {
    return this.#appliedState
  }
  /** Entries that are decided and not applied yet. */
  get queued(): number {
    return this.#entries.length - this.#position
  }
  /** More is decided than should wait here: what is taken from clients now only makes it worse. */
  get isOverloaded(): boolean {
    return this.queued > queuedMax || this.#queuedBytes > queuedBytesMax
  }
  /** Twice as much: no more of it can be taken. */
  get isTooFarBehind(): boolean {
    return this.queued > 2 * queuedMax || this.#queuedBytes > 2 * queuedBytesMax
  }
  /** Index of the last entry that the last snapshot holds; 0 before the first. */
  get snapshotIndex(): number {
    return this.#snapshots.index
  }

  /** Set while the state machine fails to give a snapshot. */
  get snapshotFailure(): (SnapshotFailure & { readonly isLogFull: boolean }) | undefined {
    const { failure } = this.#snapshots
    return failure && { ...failure, isLogFull: this.#snapshots.isLogFull(this.#appliedState) }
  }

  /** False when the log has become too long because the state machine fails to give a snapshot, which is tried first where it is due. */
  hasRoomInLog(): boolean {
    return this.#snapshots.hasRoomInLog(this.#appliedState)
  }

  /** With `answers` clients are answered from here, whoever took their commands. */
  commit(entries: readonly Entry[], answers = false): void {
    for (const entry of entries) {
      this.#entries.push(entry)
      this.#queuedBytes += sizeOf(entry)
    }
    const [first] = entries
    if (answers && first) this.#answering.push({ first: first.index, last: first.index + entries.length - 1 })
  }

  restore(snapshot: Snapshot): void {
    // It holds more than all that was committed before it, or it would not be installed.
    this.#restoring = { snapshot, steps: restoringAppliedState(this.#machine, snapshot.bytes) }
    this.#entries = []
    this.#position = 0
    this.#queuedBytes = 0
    // Clients whose answers it skips ask again.
    this.#answering = []
  }

  /** Runs once everything up to `index` is applied: at once, when it is. */
  whenApplied(index: number, run: () => void): void {
    if (this.#appliedState.applied.index >= index) run()
    else this.#waits.push({ index, run })
  }

  query(bytes: Uint8Array): Uint8Array {
    return answerChecked(this.#machine, this.#appliedState.state, bytes)
  }

  get hasWork(): boolean {
    return this.queued > 0 || this.#restoring !== undefined || this.#snapshots.hasWork
  }

  /** Applies until then, but at least one entry; restores, and makes a snapshot, a piece at a time. */
  work(untilMs: number): void {
    if (this.#restoring) {
      this.#restoreSome(untilMs)
      if (this.#restoring) return
    } else if (this.queued > 0) this.#applySome(untilMs)
    else if (!this.#snapshots.hasWork) return
    this.#runWaits()
    this.#snapshots.work(this.#appliedState, untilMs)
  }

  #applySome(untilMs: number): void {
    const { appliedState, applied } = applyEntries(
      this.#machine,
      this.#appliedState,
      this.#entries.slice(this.#position, this.#position + turnEntriesMax),
      { ...this.#limits, isEnough: () => this.#clock.nowMs() >= untilMs },
    )
    this.#appliedState = appliedState
    const bytes = applied.reduce((sum, { entry }) => sum + sizeOf(entry), 0)
    this.#queuedBytes -= bytes
    this.#snapshots.applied(bytes)
    this.#position += applied.length
    if (this.#position * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#position)
      this.#position = 0
    }
    this.#onApplied(applied, this.#answering.length > 0 ? this.#takeToAnswer(applied) : nothing)
  }

  /** Those of the applied entries that are to be answered from here. */
  #takeToAnswer(applied: readonly Applied[]): readonly Applied[] {
    const begin = applied[0]?.entry.index ?? 0
    const end = begin + applied.length
    const toAnswer = this.#answering.flatMap(({ first, last }) =>
      first < end ? applied.slice(Math.max(0, first - begin), last + 1 - begin) : [],
    )
    this.#answering = this.#answering.filter(({ last }) => last >= end)
    return toAnswer
  }

  #restoreSome(untilMs: number): void {
    const restoring = this.#restoring
    if (!restoring) return
    const { snapshot, steps } = restoring
    do {
      const appliedState = stepOf(this.#group, snapshot, steps)
      if (!appliedState) continue
      this.#restoring = undefined
      this.#appliedState = appliedState
      this.#snapshots.replaced(snapshot)
      return
    } while (this.#clock.nowMs() < untilMs)
  }

  #runWaits(): void {
    if (this.#waits.length === 0) return
    const { index } = this.#appliedState.applied
    const due = this.#waits.filter((wait) => wait.index <= index)
    if (due.length === 0) return
    this.#waits = this.#waits.filter((wait) => wait.index > index)
    for (const { run } of due) run()
  }
}

/**
 * The state machine before the first entry.
 * @throws {@link InitialFailedError} `QUORATE_INITIAL_FAILED`
 */
function begun(group: string, machine: StateMachine): AppliedState {
  try {
    return initialAppliedState(machine)
  } catch (error) {
    throw new InitialFailedError(group, { cause: error })
  }
}

/**
 * The state machine as a snapshot holds it.
 * @throws {@link RestoreFailedError} `QUORATE_RESTORE_FAILED`
 */
function restored(group: string, machine: StateMachine, snapshot: Snapshot): AppliedState {
  const steps = restoringAppliedState(machine, snapshot.bytes)
  for (;;) {
    const appliedState = stepOf(group, snapshot, steps)
    if (appliedState) return appliedState
  }
}

/** One step of restoring; what it came to, after the last. */
function stepOf(group: string, snapshot: Snapshot, steps: Iterator<void, AppliedState>): AppliedState | undefined {
  let step: IteratorResult<void, AppliedState>
  try {
    step = steps.next()
  } catch (error) {
    throw new RestoreFailedError(group, snapshot, { cause: error })
  }
  if (!step.done) return undefined
  const { applied } = step.value
  invariant(
    isSameLogId(applied, snapshot.last),
    `a snapshot of entry ${snapshot.last.index} holds the state after entry ${applied.index}`,
  )
  return step.value
}
