import type { OpenStore, Store, StoreWrite } from '@quorate/core'

/** So many writes are said to be durable and are not. */
const behind = 64

/** A store that says too early that a write is durable: SIGKILL takes from it what it had promised. */
export const earlyDone = (store: Store): Store => ({
  open: async (identity) => {
    const opened = await store.open(identity)
    const postponed: (readonly StoreWrite[])[] = []
    let isWriting = false
    const writeOldest = (): void => {
      if (isWriting || postponed.length <= behind) return
      isWriting = true
      opened.write(postponed.shift() ?? [], () => {
        isWriting = false
        writeOldest()
      })
    }
    const early: OpenStore = {
      storeId: opened.storeId,
      created: opened.created,
      doubtful: opened.doubtful,
      keys: () => opened.keys(),
      recover: (key) => opened.recover(key),
      write(writes, done) {
        postponed.push(writes)
        writeOldest()
        setImmediate(done)
      },
      close: () => opened.close(),
    }
    return early
  },
})
