import {
  afterOperation,
  nothingStored,
  type OpenStore,
  QuorateError,
  type Recovered,
  recoveredFrom,
  type Store,
  type StoredLog,
  type StoreWrite,
} from '@quorate/core'
import { SimulatedDiskError } from '../errors.js'
import { type BitRot, nominalWriteUs, type Unsynced } from '../script/script.js'
import type { Agenda } from './agenda.js'
import { isHarmless, type Stored } from './rollback.js'
import type { SimulatedProcess } from './simulatedProcess.js'

type Identity = Parameters<Store['open']>[0]

/** How many copies of a disk there are at most. */
const copiesMax = 50

/** What a disk tells of itself. */
export interface DiskWatch {
  /** A write begins. */
  began(writes: readonly StoreWrite[]): void
  /** A write is durable, and nobody has been told yet. */
  durable(writes: readonly StoreWrite[]): void
  /** Something went wrong. */
  failed(fault: string): void
  /** How long the next write takes, in microseconds. */
  latencyUs(): number | undefined
}

/** The disk of one node: outlives its processes, and fails as it is told. */
export class SimulatedDisk {
  readonly #agenda: Agenda
  readonly #watch: DiskWatch
  readonly #storeId: Uint8Array
  #stored: Stored = new Map()
  /** As it was before the last write. */
  #before: Stored = new Map()
  #writes = 0
  #owner: Identity | undefined
  #isDoubtful = false
  /** Logs that it held, or that were recovered, while it was doubtful, and that have persisted no record since. */
  #doubtful = new Set<string>()
  #isDamaged = false
  /** As it was after each write of this life: what a copy of it may hold. */
  #copies: Stored[] = []
  #failure: { readonly unsynced: 'lost' | 'kept' } | undefined
  #life: { isOver: boolean } | undefined
  #underWay: readonly StoreWrite[] | undefined
  /** Every write fails, for want of space. */
  isFull = false
  /** Every write takes so much longer. */
  extraUs = 0

  constructor(agenda: Agenda, ordinal: number, watch: DiskWatch) {
    this.#agenda = agenda
    this.#watch = watch
    this.#storeId = new Uint8Array(16).fill(ordinal + 1)
  }

  /** True if it will not open again. */
  get isDamaged(): boolean {
    return this.#isDamaged
  }

  /** The next write fails; what it was to make durable is there, or not. */
  failNextWrite(unsynced: 'lost' | 'kept'): void {
    this.#failure = { unsynced }
  }

  /** What it was told to do at the next write is no longer to be done. */
  spare(): void {
    this.#failure = undefined
  }

  /**
   * Its process has died: what was not synced is lost, or there and nobody was told. It goes back to a copy only as far as
   * all others that have a log hold what it forgets of it.
   */
  crash(unsynced: Unsynced, rot?: BitRot, others: (key: string) => readonly SimulatedDisk[] = () => []): void {
    if (this.#life) this.#life.isOver = true
    this.#life = undefined
    const lost = this.#underWay
    this.#underWay = undefined
    if (lost) this.#watch.failed(`unsynced write ${unsynced === 'kept' ? 'kept' : 'lost'}`)
    if (lost && unsynced === 'kept') this.#keep(lost)
    if (unsynced === 'zeroed') {
      this.#watch.failed('zeros at the end')
      this.#doubt(this.#stored)
    }
    if (rot === 'copy') return this.#goBack((key) => others(key).map((disk) => disk.#stored.get(key) ?? nothingStored))
    if (rot) this.#watch.failed(rot === 'tail' ? 'torn write' : 'bit rot')
    if (rot === 'tail') this.#doubt(this.#before)
    else if (rot === 'body') this.#isDamaged = true
  }

  /** The last record is bad, whatever it was. */
  #doubt(left: Stored): void {
    this.#stored = left
    this.#isDoubtful = true
    this.#doubtful = new Set(left.keys())
  }

  #goBack(elsewhere: (key: string) => readonly StoredLog[]): void {
    const oldest = this.#copies.find((copy) => isHarmless(copy, this.#stored, elsewhere))
    if (!oldest || oldest === this.#stored) return
    this.#watch.failed('older copy')
    this.#stored = oldest
  }

  /** The disk as a store, for one process. */
  storeFor(process: SimulatedProcess): Store {
    return { open: (identity) => (process.isDead ? never() : this.#open(process, identity)) }
  }

  async #open(process: SimulatedProcess, identity: Identity): Promise<OpenStore> {
    this.#owner ??= identity
    if (identity.cluster !== this.#owner.cluster || identity.node !== this.#owner.node) {
      throw new QuorateError(
        'QUORATE_STORE_IDENTITY',
        `this disk is that of node ${this.#owner.node}, not of ${identity.node}`,
      )
    }
    if (this.#isDamaged) throw new SimulatedDiskError('what it holds is damaged', true)
    if (this.isFull) throw new SimulatedDiskError('no space is left on it to open it')
    if (this.#life) throw new QuorateError('QUORATE_STORE_LOCKED', 'this disk is in use: a process has not ended')
    const life = { isOver: false }
    this.#life = life
    this.#copies = [this.#stored]
    if (!process.mayAct('open')) return never()
    let ended: (() => void)[] = []
    return {
      storeId: this.#storeId,
      created: this.#writes === 0 && !this.#isDoubtful,
      doubtful: this.#isDoubtful,
      keys: () => [...this.#stored.keys()],
      recover: (key) => (process.isDead ? never() : Promise.resolve(this.#recover(key))),
      write: (writes, done) => {
        if (life.isOver || !process.mayAct('write')) return
        this.#begin(life, process, writes, (error) => {
          for (const end of ended) end()
          ended = []
          done(error)
        })
      },
      close: async () => {
        if (life.isOver) return process.isDead ? never() : undefined
        if (this.#underWay) await new Promise<void>((resolve) => ended.push(resolve))
        life.isOver = true
        if (this.#life === life) this.#life = undefined
      },
    }
  }

  #recover(key: string): Recovered {
    if (this.#isDoubtful) this.#doubtful.add(key)
    return recoveredFrom(this.#stored.get(key) ?? nothingStored)
  }

  #begin(
    life: { readonly isOver: boolean },
    process: SimulatedProcess,
    writes: readonly StoreWrite[],
    done: (error?: Error) => void,
  ): void {
    this.#underWay = writes
    this.#watch.began(writes)
    if (!process.mayAct('sync')) return
    const latencyUs = (this.#watch.latencyUs() ?? nominalWriteUs) + this.extraUs
    this.#agenda.after(process.workedUs + latencyUs, 'arrival', () => {
      if (life.isOver) return
      this.#underWay = undefined
      const error = this.#end(writes)
      if (error) process.usesPromises = true
      // A crash may strike when the write is durable and nobody knows.
      process.enter(() => {
        if (process.mayAct('release')) done(error)
      })
    })
  }

  #end(writes: readonly StoreWrite[]): Error | undefined {
    const failure = this.#failure
    this.#failure = undefined
    if (this.isFull) {
      this.#watch.failed('full disk')
      return new SimulatedDiskError('no space is left on it')
    }
    if (failure?.unsynced !== 'lost') this.#keep(writes)
    if (failure) this.#watch.failed('failing fsync')
    return failure && new SimulatedDiskError('a sync failed')
  }

  #keep(writes: readonly StoreWrite[]): void {
    this.#before = this.#stored
    const stored = new Map(this.#stored)
    for (const { key, operations } of writes) {
      const log = operations.reduce(afterOperation, stored.get(key) ?? nothingStored)
      if (log === nothingStored) stored.delete(key)
      else stored.set(key, log)
      if (operations.some(({ type }) => type === 'persist' || type === 'drop')) this.#doubtful.delete(key)
    }
    this.#stored = stored
    this.#copies.push(stored)
    if (this.#copies.length > copiesMax) this.#copies.shift()
    // Forgotten once all who were told of it have written down what they make of it.
    if (this.#doubtful.size === 0) this.#isDoubtful = false
    this.#writes++
    this.#watch.durable(writes)
  }
}

/** For whom has died: what it awaits never comes. */
const never = <T>(): Promise<T> => new Promise<T>(() => {})
