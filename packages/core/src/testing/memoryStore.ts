import { InvalidConfigurationError, invariant, QuorateError } from '../errors/errors.js'
import type { Clock, OpenStore, Recovered, Store, StoreWrite } from '../ports/ports.js'
import { afterOperation, nothingStored, recoveredFrom, type StoredLog } from '../ports/storedLog.js'

/** A disk in memory: what was written survives closing and crashing, and is lost with the process. */
export interface MemoryStore extends Store {
  /** Ends the store as a crash does: a write under way is lost, its `done` is never called. It may be opened again. */
  crash(): void
  /** The next write fails with this error. */
  failNextWrite(error: Error): void
  /** Another disk that holds what this one holds now, under the same identity: a backup, or a cloned machine. */
  copy(): MemoryStore
  /** Writes that became durable. */
  readonly writes: number
}

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  readonly clock: Clock
  /** How long a write takes, in milliseconds. @default 0 */
  readonly writeDelayMs?: number
  /** Identity of this disk, 16 bytes. @default another one for each store made in this process */
  readonly storeId?: Uint8Array
  /** What the store says of its last write when it is opened. @default false */
  readonly doubtful?: boolean
}

let stores = 0

export function memoryStore(options: MemoryStoreOptions): MemoryStore {
  const storeId = options.storeId ?? distinctStoreId()
  return storeThatHolds({ logs: new Map(), owner: undefined, writes: 0 }, { ...options, storeId })
}

interface Contents {
  readonly logs: ReadonlyMap<string, StoredLog>
  readonly owner: { readonly cluster: string; readonly node: string } | undefined
  readonly writes: number
}

function storeThatHolds(
  contents: Contents,
  options: MemoryStoreOptions & { readonly storeId: Uint8Array },
): MemoryStore {
  const { clock, writeDelayMs = 0, storeId } = options
  const logs = new Map(contents.logs)
  let { owner, writes } = contents
  let opened: { isDead: boolean } | undefined
  let failure: Error | undefined

  return {
    async open(identity) {
      if (opened) throw new QuorateError('QUORATE_STORE_LOCKED', 'this memory store is open already: close it first')
      if (owner && (owner.cluster !== identity.cluster || owner.node !== identity.node)) {
        throw new InvalidConfigurationError(
          `this store belongs to node ${owner.node} of cluster ${owner.cluster}, not to node ${identity.node} of cluster ${identity.cluster}`,
        )
      }
      owner = { cluster: identity.cluster, node: identity.node }
      const life = { isDead: false }
      opened = life
      let isBroken = false
      let underWay: Promise<void> | undefined
      const close = async () => {
        await underWay
        if (opened === life) opened = undefined
        life.isDead = true
      }
      return {
        storeId,
        created: writes === 0,
        doubtful: options.doubtful ?? false,
        keys: () => [...logs.keys()],
        recover: async (key): Promise<Recovered> => recoveredFrom(logs.get(key) ?? nothingStored),
        write(batch, done) {
          invariant(!underWay, 'a write is under way: one at a time')
          invariant(!life.isDead && !isBroken, 'the store is closed, or failed, and takes no further write')
          underWay = new Promise((resolve) => {
            clock.setTimeout(() => {
              underWay = undefined
              resolve()
              if (life.isDead) return
              const error = failure
              failure = undefined
              if (error) isBroken = true
              else {
                apply(logs, batch)
                writes++
              }
              done(error)
            }, writeDelayMs)
          })
        },
        close,
      } satisfies OpenStore
    },
    crash() {
      if (opened) opened.isDead = true
      opened = undefined
    },
    failNextWrite(error) {
      failure = error
    },
    copy: () => storeThatHolds({ logs, owner, writes }, options),
    get writes() {
      return writes
    },
  }
}

function distinctStoreId(): Uint8Array {
  const id = new Uint8Array(16)
  new DataView(id.buffer).setUint32(12, ++stores)
  return id
}

/** All or nothing: an operation that does not fit is found before any is kept. */
function apply(logs: Map<string, StoredLog>, writes: readonly StoreWrite[]): void {
  const changed = new Map<string, StoredLog>()
  for (const { key, operations } of writes) {
    changed.set(key, operations.reduce(afterOperation, changed.get(key) ?? logs.get(key) ?? nothingStored))
  }
  for (const [key, log] of changed) {
    if (log === nothingStored) logs.delete(key)
    else logs.set(key, log)
  }
}
