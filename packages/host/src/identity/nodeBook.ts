import { fingerprintOf, type NodeId } from '@quorate/core'
import { type DroppedGroup, decodePeerBook, encodePeerBook } from '../generated/node.js'
import type { Charter } from '../topology/charter.js'

/** Under which key of its store a node keeps what it knows of itself and of others. */
export const bookKey = '$node/peers'

/** Two starts of the same number, of a disk and of its copy, are told apart by the last 24 bits. */
const startStep = 2 ** 24

/** What a node keeps of itself and of others, on its own disk. Each writing is of the whole. */
export class NodeBook {
  /** Which start of its store the node is in: higher than all before. */
  readonly start: number
  readonly #stores = new Map<NodeId, Uint8Array>()
  readonly #charters = new Map<string, string>()
  #dropped: readonly DroppedGroup[]
  #isIntroduced = false

  /**
   * `nowMs` is that of this start. A store that is `doubtful` has lost its last write, which may have been that of a start: its
   * number is skipped, since requests are numbered by it, and others have heard it.
   */
  constructor(options: {
    own: { readonly node: NodeId; readonly store: Uint8Array }
    record: Uint8Array | undefined
    nowMs: number
    doubtful: boolean
  }) {
    const { own, record, nowMs, doubtful } = options
    const before = record && decodePeerBook(record)
    const starts = startsOf(before?.start ?? 0) + (doubtful ? 2 : 1)
    // Time, and no draw: in a simulation the draws of a node are numbered.
    this.start = starts * startStep + (Math.floor(nowMs * 1000) % startStep)
    this.#isIntroduced = before?.introduced ?? false
    for (const { node, store } of before?.peers ?? []) this.#stores.set(node, store.slice())
    for (const { group, charter } of before?.groups ?? []) this.#charters.set(group, charter)
    this.#dropped = before?.dropped ?? []
    this.#stores.set(own.node, own.store)
  }

  /** True when all others have been asked whether they know this node with another store, or never needed to be. */
  get isIntroduced(): boolean {
    return this.#isIntroduced
  }

  introduce(): void {
    this.#isIntroduced = true
  }

  /** Which store a node has, as far as that was recorded. */
  storeOf(node: NodeId): Uint8Array | undefined {
    return this.#stores.get(node)
  }

  setStore(node: NodeId, store: Uint8Array): void {
    this.#stores.set(node, store)
  }

  /** What a group was begun with on this node; `undefined` where that is not known. */
  charterOf(group: string): string | undefined {
    return this.#charters.get(group)
  }

  setCharter({ group, text }: Charter): void {
    this.#charters.set(group, text)
  }

  /** The groups of which that is known. */
  get groups(): readonly string[] {
    return [...this.#charters.keys()]
  }

  /** Forgets what a group was begun with; with `promised`, not that this node has forgotten what it promised in it. */
  drop(group: string, promised: boolean): void {
    const charter = this.#charters.get(group)
    this.#charters.delete(group)
    if (charter !== undefined && promised)
      this.#dropped = [...this.#dropped, { group, charter: fingerprintOf(charter) }]
  }

  /** True of a group that was dropped here: this node has forgotten what it promised in it. */
  hasDropped({ group, fingerprint }: Charter): boolean {
    return this.#dropped.some((dropped) => dropped.group === group && dropped.charter === fingerprint)
  }

  /** How often this store was started, this time included. */
  get starts(): number {
    return startsOf(this.start)
  }

  /** The whole, with those stores that are being recorded. */
  encode(recording: Iterable<readonly [NodeId, Uint8Array]> = []): Uint8Array {
    return encodePeerBook({
      introduced: this.#isIntroduced,
      peers: [...this.#stores, ...recording].map(([node, store]) => ({ node, store })),
      start: this.start,
      groups: [...this.#charters].map(([group, charter]) => ({ group, charter })),
      dropped: this.#dropped,
    })
  }
}

/** How often a store was started, by its last start. */
export const startsOf = (start: number): number => Math.floor(start / startStep)
