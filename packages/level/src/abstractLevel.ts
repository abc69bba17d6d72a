import type { Store } from '@quorate/core'
import type { Database } from './database.js'
import { StoreFailedError } from './errors.js'
import { openStore } from './openStore.js'

/**
 * A store in any abstract-level. `make` gives a database that nobody else uses, open or about to open; the store closes
 * it. A write is as durable as a `batch` with `sync: true` is there. Nothing is scanned before the database opens, so
 * damage is only found where checksums and the continuity of the log show it, and `doubtful` is never set.
 *
 * Its `open` throws {@link StoreIdentityError} (`QUORATE_STORE_IDENTITY`), {@link StoreNewerFormatError}
 * (`QUORATE_STORE_NEWER_FORMAT`), {@link StoreDamagedError} (`QUORATE_STORE_DAMAGED`) and {@link StoreFailedError}
 * (`QUORATE_STORE_FAILED`).
 */
export const abstractLevel = (make: () => Database | Promise<Database>): Store => ({
  open: async (owner) => {
    const where = 'the store'
    let database: Database
    try {
      database = await make()
      await database.open()
    } catch (cause) {
      throw new StoreFailedError(`${where} could not be opened`, cause)
    }
    return openStore(database, owner, { where }).catch(async (error: unknown) => {
      await database.close()
      throw error
    })
  },
})
