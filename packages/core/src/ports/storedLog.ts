import { Log } from '../log/log.js'
import type { Snapshot } from '../log/message.js'
import { type PersistentMap, persistentMap } from '../values/persistentMap.js'
import { checkRow, rowsOf } from '../values/table.js'
import type { Recovered, StoreOperation } from './ports.js'

/** What a store holds under one key: a value, for stores that keep it in memory. */
export interface StoredLog {
  readonly record: Uint8Array | undefined
  readonly snapshot: Snapshot | undefined
  readonly log: Log
  readonly table: PersistentMap<string, Uint8Array>
}

/** Under a key that was never written. */
export const nothingStored: StoredLog = {
  record: undefined,
  snapshot: undefined,
  log: Log.empty(),
  table: persistentMap(),
}

/** What a store that holds this gives back when it is asked. */
export const recoveredFrom = ({ record, snapshot, log, table }: StoredLog): Recovered => ({
  record,
  snapshot,
  base: log.base,
  entries: [...log],
  table: rowsOf(table),
})

/** What is stored where that is found. */
export const storedFrom = ({ record, snapshot, base, entries, table }: Recovered): StoredLog => ({
  record,
  snapshot,
  log: Log.of(entries, base),
  table: persistentMap(new Map(table.map(({ key, bytes }) => [key, bytes]))),
})

/**
 * What is held after an operation.
 * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when it does not fit what is held.
 */
export function afterOperation(stored: StoredLog, operation: StoreOperation): StoredLog {
  const { log } = stored
  switch (operation.type) {
    case 'persist':
      return { ...stored, record: operation.record }
    case 'append':
      return { ...stored, log: log.append(operation.entries) }
    case 'truncate':
      return { ...stored, log: log.truncateAfter(operation.after.index) }
    case 'stage':
      // It is in memory as it is, and what names it names it.
      return stored
    case 'compact':
      return { ...stored, snapshot: operation.snapshot, log: log.compactThrough(operation.through) }
    case 'install':
      return { ...stored, snapshot: operation.snapshot, log: Log.empty(operation.snapshot.last) }
    case 'put':
      checkRow(operation)
      return { ...stored, table: stored.table.with(operation.key, operation.bytes) }
    case 'delete':
      return { ...stored, table: stored.table.without(operation.key) }
    case 'drop':
      return nothingStored
  }
}
