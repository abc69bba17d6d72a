import {
  type Applied,
  answerChecked,
  applyEntries,
  type Clock,
  type DriverState,
  decodeDriver,
  type Entry,
  encodeDriver,
  type GroupLimits,
  invariant,
  isSameMark,
  type Snapshot,
  type StateMachine,
  sizeOf,
} from '@quorate/core'
import { RestoreFailedError, SnapshotFailedError } from './errors.js'
import { type SnapshotFailure, SnapshotRetry } from './snapshotRetry.js'

/** The most that one turn applies. */
const turnEntriesMax = 1024
/** A log that no snapshot shortens may grow to so many times what is kept between two; then commands are refused. */
const snapshotsMissedMax = 16
/** A node takes no commands while more than this is decided and not applied. */
const queuedMax = 65_536
const queuedBytesMax = 64 * 1024 * 1024
const defaultSnapshotEveryBytes = 64 * 1024 * 1024
const nothing: readonly Applied[] = []

/** What an {@link Applier} tells when it has applied some entries: all, and those of them whose clients are to be answered from here whoever took their commands. */
export type OnApplied = (applied: readonly Applied[], toAnswer: readonly Applied[]) => void

/** The state machine of a group on this node: applies what is decided, in order, a bounded piece at a time. */
export class Applier {
  readonly #machine: StateMachine
  readonly #limits: GroupLimits
  readonly #clock: Clock
  readonly #onApplied: OnApplied
  readonly #onSnapshot: (snapshot: Snapshot) => void
  readonly #onSnapshotFailed: (error: SnapshotFailedError) => void
  readonly #retry: SnapshotRetry
  #driver: DriverState
  /** Decided entries, from `#position` on not applied yet. */
  #entries: Entry[] = []
  #position = 0
  #queuedBytes = 0
  /** Where among the entries those stand that are to be answered from here: indexes, both included. */
  #answering: { readonly first: number; readonly last: number }[] = []
  /** Replaces the state machine before any of the entries is applied. */
  #restoring: Snapshot | undefined
  #snapshotIndex: number
  /** Of the entries that were applied since. */
  #bytesSinceSnapshot = 0
  #waits: { readonly index: number; readonly run: () => void }[] = []

  constructor(options: {
    machine: StateMachine
    limits: GroupLimits
    clock: Clock
    driver: DriverState
    onApplied: OnApplied
    onSnapshot: (snapshot: Snapshot) => void
    /** The state machine threw, or gave no bytes. The log is kept, and another one is tried later. */
    onSnapshotFailed: (error: SnapshotFailedError) => void
  }) {
    this.#machine = options.machine
    this.#limits = options.limits
    this.#clock = options.clock
    this.#driver = options.driver
    this.#snapshotIndex = options.driver.applied.index
    this.#onApplied = options.onApplied
    this.#onSnapshot = options.onSnapshot
    this.#onSnapshotFailed = options.onSnapshotFailed
    this.#retry = new SnapshotRetry(options.clock)
  }

  get driver(): DriverState {
    return this.#driver
  }
  /** Entries that are decided and not applied yet. */
  get queued(): number {
    return this.#entries.length - this.#position
  }
  /** More is decided than should wait here: what is taken from clients now only makes it worse. */
  get isOverloaded(): boolean {
    return this.queued > queuedMax || this.#queuedBytes > queuedBytesMax
  }
  /** Index of the last entry that the last snapshot holds; 0 before the first. */
  get snapshotIndex(): number {
    return this.#snapshotIndex
  }

  /** Set while the state machine fails to give a snapshot. */
  get snapshotFailure(): SnapshotFailure | undefined {
    return this.#retry.failure
  }

  /** False when the log has become too long because the state machine fails to give a snapshot, which is tried first where it is due. */
  hasRoomInLog(): boolean {
    if (!this.#retry.failure) return true
    this.#takeSnapshotIfDue()
    return this.#snapshotsDue < snapshotsMissedMax
  }

  /** How often the log since the last snapshot is as long as what is to be kept between two. */
  get #snapshotsDue(): number {
    const { snapshotEveryEntries, snapshotEveryBytes = defaultSnapshotEveryBytes } = this.#limits
    const entries = this.#driver.applied.index - this.#snapshotIndex
    return Math.max(entries / snapshotEveryEntries, this.#bytesSinceSnapshot / snapshotEveryBytes)
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
    this.#restoring = snapshot
    this.#entries = []
    this.#position = 0
    this.#queuedBytes = 0
    // Clients whose answers it skips ask again.
    this.#answering = []
  }

  /** Runs once everything up to `index` is applied: at once, when it is. */
  whenApplied(index: number, run: () => void): void {
    if (this.#driver.applied.index >= index) run()
    else this.#waits.push({ index, run })
  }

  query(bytes: Uint8Array): Uint8Array {
    return answerChecked(this.#machine, this.#driver.state, bytes)
  }

  get hasWork(): boolean {
    return this.queued > 0 || this.#restoring !== undefined
  }

  /** Applies until then, but at least one entry. */
  work(untilMs: number): void {
    if (!this.hasWork) return
    if (this.#restoring) this.#restore(this.#restoring)
    else this.#applySome(untilMs)
    this.#runWaits()
    this.#takeSnapshotIfDue()
  }

  #applySome(untilMs: number): void {
    const { driver, applied } = applyEntries(
      this.#machine,
      this.#driver,
      this.#entries.slice(this.#position, this.#position + turnEntriesMax),
      { ...this.#limits, isEnough: () => this.#clock.nowMs() >= untilMs },
    )
    this.#driver = driver
    const bytes = applied.reduce((sum, { entry }) => sum + sizeOf(entry), 0)
    this.#queuedBytes -= bytes
    this.#bytesSinceSnapshot += bytes
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

  #restore(snapshot: Snapshot): void {
    this.#restoring = undefined
    this.#driver = restored(this.#machine, snapshot)
    this.#snapshotIndex = snapshot.last.index
    this.#bytesSinceSnapshot = 0
  }

  #runWaits(): void {
    if (this.#waits.length === 0) return
    const { index } = this.#driver.applied
    const due = this.#waits.filter((wait) => wait.index <= index)
    if (due.length === 0) return
    this.#waits = this.#waits.filter((wait) => wait.index > index)
    for (const { run } of due) run()
  }

  #takeSnapshotIfDue(): void {
    const { applied } = this.#driver
    if (this.#snapshotsDue < 1 || this.#retry.isPausing) return
    let bytes: Uint8Array
    try {
      bytes = encodeDriver(this.#machine, this.#driver)
    } catch (error) {
      this.#retry.failed(error)
      this.#onSnapshotFailed(new SnapshotFailedError(applied.index, { cause: error }))
      return
    }
    this.#retry.succeeded()
    this.#snapshotIndex = applied.index
    this.#bytesSinceSnapshot = 0
    this.#onSnapshot({ last: applied, bytes })
  }
}

/**
 * The state machine as a snapshot holds it.
 * @throws {@link RestoreFailedError} `QUORATE_RESTORE_FAILED`
 */
export function restored(machine: StateMachine, snapshot: Snapshot): DriverState {
  let driver: DriverState
  try {
    driver = decodeDriver(machine, snapshot.bytes)
  } catch (error) {
    throw new RestoreFailedError(snapshot, { cause: error })
  }
  invariant(
    isSameMark(driver.applied, snapshot.last),
    `a snapshot of entry ${snapshot.last.index} holds the state after entry ${driver.applied.index}`,
  )
  return driver
}
