import { origin, type Snapshot } from '../../log/message.js'
import type { Recovered, StoreOperation, StoreWrite } from '../../ports/ports.js'
import { wholeOf } from '../../values/pieces.js'

const nothing: Recovered = { record: undefined, snapshot: undefined, base: origin, entries: [] }

/** What a store must remember, told in the plainest way: arrays that are copied and filtered. */
export class StoreModel {
  readonly #logs = new Map<string, Recovered>()

  write(writes: readonly StoreWrite[]): void {
    for (const { key, operations } of writes) this.#logs.set(key, operations.reduce(afterOperation, this.recover(key)))
  }

  recover(key: string): Recovered {
    return this.#logs.get(key) ?? nothing
  }
}

/** A log after one operation. */
export const afterOperation = (log: Recovered, operation: StoreOperation): Recovered => {
  switch (operation.type) {
    case 'persist':
      return { ...log, record: operation.record }
    case 'append':
      return { ...log, entries: [...log.entries, ...operation.entries] }
    case 'truncate':
      return { ...log, entries: log.entries.filter(({ index }) => index <= operation.after.index) }
    case 'stage':
      return log
    case 'compact': {
      const { snapshot, through } = operation
      const base = through.index > log.base.index ? through : log.base
      return {
        ...log,
        snapshot: inMemory(snapshot),
        base,
        entries: log.entries.filter(({ index }) => index > base.index),
      }
    }
    case 'install':
      return { ...log, snapshot: inMemory(operation.snapshot), base: operation.snapshot.last, entries: [] }
  }
}

/** Whatever becomes of the store in which its pieces lie. */
const inMemory = ({ last, bytes }: Snapshot): Snapshot => ({ last, bytes: wholeOf(bytes) })
