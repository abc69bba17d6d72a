import assert from 'node:assert/strict'
import type { OpenStore, Recovered, StoreOperation, StoreWrite } from '../../ports/ports.js'
import type { NodeId } from '../../values/address.js'
import { wholeOf } from '../../values/pieces.js'
import { StoreModel } from './storeModel.js'

/** A place for one store, empty at first, which can be opened, closed and opened again. */
export interface StoreLocation {
  open(identity: { readonly cluster: string; readonly node: NodeId }): Promise<OpenStore>
  /** Called at the end, when whatever was opened here is closed. */
  remove(): Promise<void>
}

/** Who opens the store. */
export const owner = { cluster: 'suite', node: 'n1' } as const
/** The log that {@link StoreBench} writes and verifies when it is told no other. */
export const log = 'group/role'

/** One place, and beside it the model of what it must hold. */
export class StoreBench {
  readonly location: StoreLocation
  readonly model = new StoreModel()
  #store: OpenStore | undefined

  constructor(location: StoreLocation) {
    this.location = location
  }

  async open(): Promise<OpenStore> {
    this.#store ??= await this.location.open(owner)
    return this.#store
  }

  async reopen(): Promise<OpenStore> {
    await this.#store?.close()
    this.#store = undefined
    return this.open()
  }

  /** Operations on one log, in one write. */
  write(...operations: StoreOperation[]): Promise<void> {
    return this.writeAll([{ key: log, operations }])
  }

  async writeAll(writes: readonly StoreWrite[]): Promise<void> {
    const store = await this.open()
    this.model.write(writes)
    await new Promise<void>((resolve, reject) => store.write(writes, (error) => (error ? reject(error) : resolve())))
  }

  /** What is recovered, now and after opening anew, is what the model holds. */
  async verify(...keys: string[]): Promise<void> {
    await this.verifyNow(...keys)
    await this.reopen()
    await this.verifyNow(...keys)
  }

  /** What is recovered is what the model holds. */
  async verifyNow(...keys: string[]): Promise<void> {
    const store = await this.open()
    for (const key of keys.length > 0 ? keys : [log])
      assert.deepEqual(plain(await store.recover(key)), plain(this.model.recover(key)), key)
  }

  async end(): Promise<void> {
    await this.#store?.close()
    await this.location.remove()
  }
}

/** With plain byte arrays, which are compared with each other and not with a `Buffer`. */
export const plain = ({ record, snapshot, base, entries, table }: Recovered): Recovered => ({
  record: record && new Uint8Array(record),
  snapshot: snapshot && { last: markOf(snapshot.last), bytes: new Uint8Array(wholeOf(snapshot.bytes)) },
  base: markOf(base),
  entries: entries.map((entry) => ({ ...entry, bytes: new Uint8Array(entry.bytes) })),
  table: table.map(({ key, bytes }) => ({ key, bytes: new Uint8Array(bytes) })),
})

const markOf = ({ index, term }: { index: number; term: number }) => ({ index, term })
