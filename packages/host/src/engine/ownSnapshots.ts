import {
  type AppliedState,
  appliedStateInParts,
  type Clock,
  inPieces,
  type LogId,
  type LogLimits,
  Piece,
  Pieces,
  type Snapshot,
  type StateMachine,
  type StoreOperation,
} from '@quorate/core'
import { SnapshotFailedError } from '../errors.js'
import { type SnapshotFailure, SnapshotRetry } from './snapshotRetry.js'

const defaultSnapshotEveryBytes = 64 * 1024 * 1024
/**
 * The log since the last snapshot is at least this share of it: a larger state is written less often, or nodes would do
 * nothing else (Ongaro, dissertation, section 5.1.3).
 */
const logShare = 1 / 8
/** A log that no snapshot shortens may grow to so many times what is kept between two; then commands are refused. */
const snapshotsMissedMax = 16
/** Pieces that were made and are not on the disk yet; no more are made meanwhile. */
const unwrittenBytesMax = 2 * 1024 * 1024

/** Has a piece of a snapshot written beside the log; `done` is called when it is durable. */
export type Stage = (operation: Extract<StoreOperation, { type: 'stage' }>, done: () => void) => void

/** A snapshot that is being taken: of one state, however much is applied meanwhile. */
interface Taking {
  readonly last: LogId
  readonly parts: Iterator<Uint8Array>
  readonly pieces: Piece[]
  /** Of the log that it makes superfluous. */
  readonly bytesBefore: number
  unwrittenBytes: number
  /** Every piece was made. */
  isWhole: boolean
}

/**
 * The snapshots that a node takes of its state machine: when, and a few pieces at a time, each of them on the disk before the
 * whole is told to the role. Nothing waits for one meanwhile.
 */
export class OwnSnapshots {
  readonly #machine: StateMachine
  readonly #limits: LogLimits
  readonly #clock: Clock
  readonly #stage: Stage
  readonly #onTaken: (snapshot: Snapshot) => void
  readonly #onFailed: (error: SnapshotFailedError) => void
  readonly #retry: SnapshotRetry
  readonly #phase: number
  #index: number
  #size: number
  /** Of the entries that were applied since. */
  #bytesSince = 0
  /** How much of what is to be kept between two the log holds when the next one is due. */
  #dueAt: number
  #taking: Taking | undefined

  constructor(options: {
    machine: StateMachine
    limits: LogLimits
    clock: Clock
    /** The first one comes after this part of what is kept between two, so that members take theirs at different entries. */
    phase: number
    /** The one that the state machine continues from. */
    found: Snapshot | undefined
    stage: Stage
    onTaken: (snapshot: Snapshot) => void
    onFailed: (error: SnapshotFailedError) => void
  }) {
    this.#machine = options.machine
    this.#limits = options.limits
    this.#clock = options.clock
    this.#phase = options.phase
    this.#stage = options.stage
    this.#onTaken = options.onTaken
    this.#onFailed = options.onFailed
    this.#retry = new SnapshotRetry(options.clock)
    this.#index = options.found?.last.index ?? 0
    this.#size = options.found?.bytes.length ?? 0
    this.#dueAt = options.phase
  }

  /** Index of the last entry that the last snapshot holds; 0 before the first. */
  get index(): number {
    return this.#index
  }

  /** Set while the state machine fails to give one. */
  get failure(): SnapshotFailure | undefined {
    return this.#retry.failure
  }

  /** Pieces can be made now. */
  get hasWork(): boolean {
    return this.#taking !== undefined && !this.#taking.isWhole && this.#taking.unwrittenBytes < unwrittenBytesMax
  }

  /** False when the log has become too long because the state machine fails to give a snapshot, which is tried first where it is due. */
  hasRoomInLog(appliedState: AppliedState): boolean {
    if (!this.#retry.failure) return true
    this.#beginIfDue(appliedState)
    return this.#logSince(appliedState) < snapshotsMissedMax
  }

  /** True while commands are refused for that reason. Tries nothing. */
  isLogFull(appliedState: AppliedState): boolean {
    return this.#retry.failure !== undefined && this.#logSince(appliedState) >= snapshotsMissedMax
  }

  /** Entries of so many bytes were applied. */
  applied(bytes: number): void {
    this.#bytesSince += bytes
  }

  /** The state machine continues from the snapshot of another node: the one that is being taken is none of it. */
  replaced({ last, bytes }: Snapshot): void {
    this.#taking = undefined
    this.#index = last.index
    this.#size = bytes.length
    this.#bytesSince = 0
    this.#dueAt = this.#phase
  }

  /** Makes pieces until then, but at least one, of the snapshot that is being taken, or of one that is due. */
  work(appliedState: AppliedState, untilMs: number): void {
    if (!this.#taking) this.#beginIfDue(appliedState)
    while (this.hasWork) {
      this.#makePiece()
      if (this.#clock.nowMs() >= untilMs) break
    }
  }

  #beginIfDue(appliedState: AppliedState): void {
    if (this.#taking || this.#retry.isPausing || this.#logSince(appliedState) < this.#dueAt) return
    const parts = inPieces(appliedStateInParts(this.#machine, appliedState))
    const bytesBefore = this.#bytesSince
    this.#taking = { last: appliedState.applied, parts, pieces: [], bytesBefore, unwrittenBytes: 0, isWhole: false }
    this.#makePiece()
  }

  /** How often the log since the last one is as long as what is to be kept between two. */
  #logSince({ applied }: AppliedState): number {
    const { snapshotEveryEntries, snapshotEveryBytes = defaultSnapshotEveryBytes } = this.#limits
    const entries = (applied.index - this.#index) / snapshotEveryEntries
    const often = Math.max(entries, this.#bytesSince / snapshotEveryBytes)
    return this.#size > 0 ? Math.min(often, this.#bytesSince / (this.#size * logShare)) : often
  }

  #makePiece(): void {
    const taking = this.#taking
    if (!taking) return
    let next: IteratorResult<Uint8Array>
    try {
      next = taking.parts.next()
    } catch (error) {
      this.#taking = undefined
      this.#retry.failed(error)
      this.#onFailed(new SnapshotFailedError(taking.last.index, { cause: error }))
      return
    }
    if (next.done) {
      taking.isWhole = true
      this.#endIfWritten(taking)
      return
    }
    const piece = new Piece(next.value)
    const number = taking.pieces.push(piece) - 1
    taking.unwrittenBytes += piece.length
    this.#stage({ type: 'stage', origin: 'taken', number, piece }, () => {
      taking.unwrittenBytes -= piece.length
      this.#endIfWritten(taking)
    })
  }

  #endIfWritten(taking: Taking): void {
    if (!taking.isWhole || taking.unwrittenBytes > 0 || taking !== this.#taking) return
    this.#taking = undefined
    this.#retry.succeeded()
    const snapshot = { last: taking.last, bytes: new Pieces(taking.pieces) }
    this.#index = taking.last.index
    this.#size = snapshot.bytes.length
    this.#bytesSince -= taking.bytesBefore
    this.#dueAt = 1
    this.#onTaken(snapshot)
  }
}
