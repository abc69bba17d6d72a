import type { NodeId } from '@quorate/core'
import type { DropLog } from './dropLog.js'
import { decodePeerBook, encodePeerBook } from './generated/node.js'

/** Under which key of its store a node keeps what it knows of others. */
export const peersKey = '$node/peers'

/** Messages of one node, and their bytes, that are held while its store is being recorded. */
const heldMax = 1024
const heldBytesMax = 8 * 1024 * 1024

interface Recording {
  readonly store: Uint8Array
  readonly held: (() => void)[]
  heldBytes: number
}

/**
 * Which store each other node has. A node with an old id and another disk has forgotten what it promised, so it is not
 * the node that is known by that id. What is first heard is recorded durably before anything is done about it.
 */
export class Peers {
  readonly #stores = new Map<NodeId, Uint8Array>()
  readonly #recording = new Map<NodeId, Recording>()
  readonly #drops: DropLog
  readonly #write: (record: Uint8Array, done: () => void) => void
  #isIntroduced = false

  constructor(options: {
    own: { readonly node: NodeId; readonly store: Uint8Array }
    record: Uint8Array | undefined
    drops: DropLog
    write: (record: Uint8Array, done: () => void) => void
  }) {
    this.#drops = options.drops
    this.#write = options.write
    if (options.record) {
      const { introduced, peers } = decodePeerBook(options.record)
      this.#isIntroduced = introduced
      for (const { node, store } of peers) this.#stores.set(node, store.slice())
    }
    this.#stores.set(options.own.node, options.own.store)
  }

  /** True when all others have been asked whether they know this node with another store, or never needed to be. */
  get isIntroduced(): boolean {
    return this.#isIntroduced
  }

  storeOf(node: NodeId): Uint8Array | undefined {
    return this.#stores.get(node)
  }

  /** Records that this node is introduced. */
  introduced(done: () => void): void {
    this.#isIntroduced = true
    this.#record(done)
  }

  /** Writes what is known once more: a store that lost its last write forgets that when all who read it have written. */
  confirm(): void {
    this.#record(() => {})
  }

  /**
   * Runs `then` when the node is known by this store: at once, or after that was recorded. Else drops it. `bytes` is what
   * it keeps in memory until then.
   */
  admit(node: NodeId, store: Uint8Array, then: () => void, bytes = 0): void {
    const known = this.#stores.get(node)
    if (known) {
      if (isSameStore(known, store)) then()
      else this.#drop(node, store, known)
      return
    }
    const recording = this.#recording.get(node)
    if (recording) {
      if (!isSameStore(recording.store, store)) this.#drop(node, store, recording.store)
      else if (recording.held.length >= heldMax || recording.heldBytes + bytes > heldBytesMax)
        this.#drops.note('tooManyHeld', { node, held: recording.held.length, bytes: recording.heldBytes })
      else {
        recording.held.push(then)
        recording.heldBytes += bytes
      }
      return
    }
    if (store.length === 0) {
      this.#drop(node, store, undefined)
      return
    }
    const begun = { store: store.slice(), held: [then], heldBytes: bytes }
    this.#recording.set(node, begun)
    this.#record(() => {
      this.#recording.delete(node)
      this.#stores.set(node, begun.store)
      for (const run of begun.held) run()
    })
  }

  /** Writes all that is known, and all that is being recorded. */
  #record(done: () => void): void {
    const peers = [...this.#stores].map(([node, store]) => ({ node, store }))
    for (const [node, { store }] of this.#recording) peers.push({ node, store })
    this.#write(encodePeerBook({ introduced: this.#isIntroduced, peers }), done)
  }

  #drop(node: NodeId, store: Uint8Array, known: Uint8Array | undefined): void {
    this.#drops.note('unknownStore', { node, store: hex(store), known: known && hex(known) })
  }
}

export function isSameStore(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
