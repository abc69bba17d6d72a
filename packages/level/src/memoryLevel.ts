import type { Store } from '@quorate/core'
import { MemoryLevel } from 'memory-level'
import { StoreLockedError } from './errors.js'
import { openStore } from './openStore.js'

/**
 * A store in memory, for tests: what was written is there when the same value is opened again, and gone with the value.
 *
 * Its `open` throws {@link StoreIdentityError} (`QUORATE_STORE_IDENTITY`) and, while it is open,
 * {@link StoreLockedError} (`QUORATE_STORE_LOCKED`).
 */
export const memoryLevel = (): Store => {
  const database = new MemoryLevel({ storeEncoding: 'view' })
  const where = 'the store in memory'
  let locked = false
  return {
    open: async (owner) => {
      if (locked) throw new StoreLockedError(where, 'this process')
      locked = true
      try {
        await database.open()
        const leave = (): void => {
          locked = false
        }
        return await openStore(database, owner, { where, leave })
      } catch (error) {
        locked = false
        await database.close()
        throw error
      }
    },
  }
}
