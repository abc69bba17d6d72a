import { type Clock, type Envelope, isSameBytes, type Logger, type NodeId, type StoreOperation } from '@quorate/core'
import type { DropLog } from '../bus/dropLog.js'
import { type NodeBook, startsOf } from './nodeBook.js'

/** Messages of one node, and their bytes, that are held while its store is being recorded. */
const heldMax = 1024
const heldBytesMax = 8 * 1024 * 1024

/**
 * A start of a store is believed to be over when nothing was heard of it for so long, while an earlier one speaks: the disk
 * went back. Were both there, one would have stopped by then.
 */
const overMs = 3000

interface Recording {
  readonly store: Uint8Array
  readonly held: (() => void)[]
  heldBytes: number
}

/** The last start of a peer's store that was heard. */
interface LastStart {
  readonly store: Uint8Array
  start: number
  /** Since when an earlier one speaks and this one has not. */
  silentSinceMs: number | undefined
}

/**
 * Which store each other node has, and which start of it. A node with an old id and another disk has forgotten what it
 * promised, so it is not the node that is known by that id. What is first heard is recorded durably before anything is
 * done about it.
 */
export class PeerStores {
  readonly #book: NodeBook
  readonly #clock: Clock
  readonly #drops: DropLog
  readonly #logger: Logger
  readonly #write: (operations: readonly StoreOperation[], done: () => void) => void
  readonly #earlier: (node: NodeId, start: number) => void
  readonly #recording = new Map<NodeId, Recording>()
  readonly #starts = new Map<NodeId, LastStart>()

  constructor(options: {
    book: NodeBook
    clock: Clock
    drops: DropLog
    logger: Logger
    write: (operations: readonly StoreOperation[], done: () => void) => void
    /** A node speaks in a start of its store that is not the last one, which is `start`. */
    earlier: (node: NodeId, start: number) => void
  }) {
    this.#book = options.book
    this.#clock = options.clock
    this.#drops = options.drops
    this.#logger = options.logger
    this.#write = options.write
    this.#earlier = options.earlier
  }

  storeOf(node: NodeId): Uint8Array | undefined {
    return this.#book.storeOf(node)
  }

  /** Writes all that is known, and all that is being recorded. */
  record(done: () => void): void {
    this.#write(this.takeOperations(), done)
  }

  /** What makes the disk hold all that is known, and all that is being recorded. It must be written. */
  takeOperations(): readonly StoreOperation[] {
    return this.#book.takeOperations([...this.#recording].map(([node, { store }]) => [node, store]))
  }

  /** True of a node that is known by another store; if the group has named one, by another than that. */
  isAnother(node: NodeId, store: Uint8Array, named: Uint8Array | undefined): boolean {
    const known = named ?? this.#book.storeOf(node)
    return known !== undefined && !isSameStore(known, store)
  }

  /**
   * Runs `then`, about a message, when its node is known by its store: at once, or after that was recorded. Else drops it.
   * @param named the store that the group has named for the node: in that group it counts, and not the one that is known
   */
  admit(
    node: NodeId,
    envelope: Pick<Envelope, 'fromStore' | 'fromStart' | 'payload'>,
    then: () => void,
    named?: Uint8Array,
  ): void {
    const { fromStore: store, fromStart, payload } = envelope
    const known = this.#book.storeOf(node)
    if (this.isAnother(node, store, named)) {
      this.#drop(node, store, named ?? known)
      return
    }
    if (known) {
      if (fromStart === undefined || this.#isLast(node, store, fromStart)) then()
      return
    }
    const recording = this.#recording.get(node)
    if (recording) {
      if (!isSameStore(recording.store, store)) this.#drop(node, store, recording.store)
      else if (recording.held.length < heldMax && recording.heldBytes + payload.length <= heldBytesMax) {
        recording.heldBytes += payload.length
        recording.held.push(then)
      } else this.#drops.note('tooManyHeld', { node })
      return
    }
    if (store.length === 0) {
      this.#drop(node, store, undefined)
      return
    }
    const begun = { store: store.slice(), held: [then], heldBytes: payload.length }
    this.#recording.set(node, begun)
    this.record(() => {
      this.#recording.delete(node)
      this.#book.setStore(node, begun.store)
      for (const run of begun.held) run()
    })
  }

  /** False for what an earlier start says, while a later one is known: it is a copy of the disk, or the disk went back. */
  #isLast(node: NodeId, store: Uint8Array, start: number): boolean {
    const last = this.#starts.get(node)
    if (!last || !isSameStore(last.store, store)) {
      this.#starts.set(node, { store: store.slice(), start, silentSinceMs: undefined })
      return true
    }
    if (last.start === start) {
      last.silentSinceMs = undefined
      return true
    }
    const about = { node, starts: startsOf(start), startsBefore: startsOf(last.start) }
    const nowMs = this.#clock.nowMs()
    last.silentSinceMs ??= nowMs
    const isLater = startsOf(start) > startsOf(last.start)
    if (!isLater && start < last.start && nowMs - last.silentSinceMs < overMs) {
      this.#drops.note('earlierStart', about)
      this.#earlier(node, last.start)
      return false
    }
    if (!isLater)
      this.#logger.error(about, 'a node was started with an earlier state of its store, or with a copy of it')
    last.start = start
    last.silentSinceMs = undefined
    return true
  }

  #drop(node: NodeId, store: Uint8Array, known: Uint8Array | undefined): void {
    this.#drops.note('unknownStore', { node, store: hex(store), known: known && hex(known) })
  }
}

export const isSameStore: (a: Uint8Array, b: Uint8Array) => boolean = isSameBytes

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
