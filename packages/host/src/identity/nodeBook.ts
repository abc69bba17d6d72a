import { fingerprintOf, type NodeId, noBytes, type Recovered, type Row, type StoreOperation } from '@quorate/core'
import { decodePeerBook, encodePeerBook } from '../generated/node.js'
import type { Charter } from '../topology/charter.js'

/** Under which key of its store a node keeps what it knows of itself and of others. */
export const bookKey = '$node/peers'

/** Two starts of the same number, of a disk and of its copy, are told apart by the last 24 bits. */
const startStep = 2 ** 24

/** A row for each group of which it is known what it was begun with: that text. */
const charters = 'charter/'
/**
 * A row for each group that was dropped, by its name and the fingerprint of what it was begun with: the version of the list by
 * which the node was no member when it dropped it, if it was none. They stay until a later list names the node again.
 */
const dropped = 'dropped/'

/**
 * What a node keeps of itself and of others, on its own disk: a record, of which each writing is of the whole, and a row for
 * each group, of which those are written that changed.
 */
export class NodeBook {
  /** Which start of its store the node is in: higher than all before. */
  readonly start: number
  readonly #stores = new Map<NodeId, Uint8Array>()
  readonly #charters = new Map<string, string>()
  /** By the keys of rows: the version of the list by which this node was no member, if it was none. */
  readonly #dropped = new Map<string, number | undefined>()
  /** Rows that are to be written; without bytes, those that are to be deleted. */
  readonly #changed = new Map<string, Uint8Array | undefined>()
  #isIntroduced = false

  /**
   * `nowMs` is that of this start. A store that is `doubtful` has lost its last write, which may have been that of a start: its
   * number is skipped, since requests are numbered by it, and others have heard it.
   */
  constructor(options: {
    own: { readonly node: NodeId; readonly store: Uint8Array }
    recovered: Pick<Recovered, 'record' | 'table'>
    nowMs: number
    doubtful: boolean
  }) {
    const { own, recovered, nowMs, doubtful } = options
    const { record, table } = recovered
    const before = record && decodePeerBook(record)
    const starts = startsOf(before?.start ?? 0) + (doubtful ? 2 : 1)
    // Time, and no draw: in a simulation the draws of a node are numbered.
    this.start = starts * startStep + (Math.floor(nowMs * 1000) % startStep)
    this.#isIntroduced = before?.introduced ?? false
    for (const { node, store } of before?.peers ?? []) this.#stores.set(node, store.slice())
    for (const row of table) this.#recover(row)
    // What an earlier version kept in the record moves to the table with the next writing.
    for (const { group, charter } of before?.groups ?? []) this.setCharter({ group, text: charter })
    for (const { group, charter } of before?.dropped ?? []) this.#setDropped(group, charter)
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

  setCharter({ group, text }: Pick<Charter, 'group' | 'text'>): void {
    this.#charters.set(group, text)
    this.#changed.set(charters + group, new TextEncoder().encode(text))
  }

  /** The groups of which that is known. */
  get groups(): readonly string[] {
    return [...this.#charters.keys()]
  }

  /**
   * Forgets what a group was begun with; with `promised`, not that this node has forgotten what it promised in it.
   * @param leftBy the version of the list by which it is no member, if it is none
   */
  drop(group: string, promised: boolean, leftBy?: number): void {
    const charter = this.#charters.get(group)
    if (charter === undefined) return
    this.#charters.delete(group)
    this.#changed.set(charters + group, undefined)
    if (promised) this.#setDropped(group, fingerprintOf(charter), leftBy)
  }

  /** True of a group that was dropped here: this node has forgotten what it promised in it. */
  hasDropped({ group, fingerprint }: Charter): boolean {
    return this.#dropped.has(droppedRow(group, fingerprint))
  }

  /** Of a group that was dropped here: the version of the list by which this node had left it before; `undefined` if it had not. */
  leftBy({ group, fingerprint }: Charter): number | undefined {
    return this.#dropped.get(droppedRow(group, fingerprint))
  }

  /** A later list names this node again: what it promised before counts no more. */
  rejoin({ group, fingerprint }: Charter): void {
    const key = droppedRow(group, fingerprint)
    if (this.#dropped.delete(key)) this.#changed.set(key, undefined)
  }

  /** How often this store was started, this time included. */
  get starts(): number {
    return startsOf(this.start)
  }

  /**
   * What makes the disk hold it all, with those stores that are being recorded. It must be written, before whatever is asked
   * for later: the rows in it are not given again.
   */
  takeOperations(recording: Iterable<readonly [NodeId, Uint8Array]> = []): readonly StoreOperation[] {
    const rows = [...this.#changed].map(
      ([key, bytes]): StoreOperation => (bytes ? { type: 'put', key, bytes } : { type: 'delete', key }),
    )
    this.#changed.clear()
    const record = encodePeerBook({
      introduced: this.#isIntroduced,
      peers: [...this.#stores, ...recording].map(([node, store]) => ({ node, store })),
      start: this.start,
      groups: [],
      dropped: [],
    })
    return [...rows, { type: 'persist', record }]
  }

  #recover({ key, bytes }: Row): void {
    if (key.startsWith(charters)) this.#charters.set(key.slice(charters.length), new TextDecoder().decode(bytes))
    if (key.startsWith(dropped))
      this.#dropped.set(key, bytes.length > 0 ? Number(new TextDecoder().decode(bytes)) : undefined)
  }

  #setDropped(group: string, fingerprint: number, leftBy?: number): void {
    const key = droppedRow(group, fingerprint)
    this.#dropped.set(key, leftBy)
    this.#changed.set(key, leftBy === undefined ? noBytes : new TextEncoder().encode(String(leftBy)))
  }
}

const droppedRow = (group: string, fingerprint: number): string => `${dropped}${group}/${fingerprint}`

/** How often a store was started, by its last start. */
export const startsOf = (start: number): number => Math.floor(start / startStep)
