import { origin, type Snapshot } from '../../log/message.js'
import type { Recovered, StoreOperation, StoreWrite } from '../../ports/ports.js'
import { wholeOf } from '../../values/pieces.js'
import type { Row } from '../../values/table.js'

const nothing: Recovered = { record: undefined, snapshot: undefined, base: origin, entries: [], table: [] }

/** What a store must remember, told in the plainest way: arrays that are copied and filtered. */
export class StoreModel {
  readonly #logs = new Map<string, Recovered>()

  write(writes: readonly StoreWrite[]): void {
    for (const { key, operations } of writes) this.#logs.set(key, operations.reduce(afterOperation, this.recover(key)))
  }

  recover(key: string): Recovered {
    return this.#logs.get(key) ?? nothing
  }

  keys(): readonly string[] {
    return [...this.#logs].filter(([, log]) => log !== nothing).map(([key]) => key)
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
    case 'put':
      return { ...log, table: inOrder([...without(log.table, operation.key), operation]) }
    case 'delete':
      return { ...log, table: without(log.table, operation.key) }
    case 'drop':
      return nothing
  }
}

/** Whatever becomes of the store in which its pieces lie. */
const inMemory = ({ last, bytes }: Snapshot): Snapshot => ({ last, bytes: wholeOf(bytes) })

const without = (table: readonly Row[], key: string): readonly Row[] => table.filter((row) => row.key !== key)

const utf8 = new TextEncoder()

/** Byte by byte, as the contract says it. */
function inOrder(table: readonly Row[]): readonly Row[] {
  const byKey = ({ key: a }: Row, { key: b }: Row): number => {
    const [one, other] = [utf8.encode(a), utf8.encode(b)]
    const at = one.findIndex((byte, place) => byte !== other[place])
    return at < 0 ? one.length - other.length : (one[at] as number) - (other[at] ?? -1)
  }
  return table.map(({ key, bytes }) => ({ key, bytes })).sort(byKey)
}
