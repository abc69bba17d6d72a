import { invariant, type OpenStore, type Recovered, type StoreWrite } from '@quorate/core'
import { asBytes, type Database, readAtOnce, readKeys, readRange, readsAtOnce, readValue } from './database.js'
import { StoreClosedError, StoreDamagedError, StoreFailedError, StoreLockLostError } from './errors.js'
import { decodeHead, emptyHead } from './head.js'
import {
  checkOwner,
  decodeIdentity,
  decodeSeal,
  emptySeal,
  encodeIdentity,
  encodeSeal,
  type Identity,
  newIdentity,
  type Owner,
  type Seal,
} from './identity.js'
import { headRange, identityKey, logOfHeadKey, sealKey } from './keys.js'
import { type Change, Log } from './log.js'
import { type LogAsRead, readLog } from './readLog.js'
import type { ReadPart } from './snapshotParts.js'
import { unsealValue } from './value.js'

/** The place that a database is in, when it knows more than the database does. */
export interface StorePlace {
  /** What to call it in messages. */
  readonly where: string
  /** Identity that the place bears on its outside; `established` once it is in the database for sure. */
  readonly outside?: { readonly identity: Identity; readonly established: boolean }
  /** Set when the last record of the database was bad, now or earlier and nobody has taken note since. */
  readonly doubt?: { clear(): Promise<void> }
  /** What was noticed there, for the log. */
  readonly remarks?: readonly string[]
  /** False once another process may have the place open too. */
  isHeld?(): boolean
  /** Cuts what is left of a write that failed: of the one that was to end with this value. The database is still open. */
  takeBack?(seal: Uint8Array): Promise<void>
  /** Called once, after the database was closed. */
  leave?(): Promise<void> | void
}

/**
 * Opens a store in an open database.
 * @throws {StoreIdentityError}, {StoreNewerFormatError}, {StoreDamagedError}, {StoreFailedError}
 */
export const openStore = async (database: Database, owner: Owner, place: StorePlace): Promise<OpenStore> => {
  const identity = await establish(database, owner, place)
  const seal = decodeSeal(place.where, await readValue(database, place.where, sealKey))
  const readPart = readsAtOnce(database) ? partReader(database, place.where) : undefined
  const logs = new Map<string, Log>()
  let heads = 0
  await readRange(database, place.where, headRange, (key, value) => {
    const name = logOfHeadKey(key)
    const { reader, digest } = unsealValue(`${place.where}, the head of the log ${name}`, key, value)
    logs.set(name, new Log(name, readPart, { head: decodeHead(reader), digest }))
    heads = (heads + digest) >>> 0
  })
  if (logs.size !== seal.logs || heads !== seal.heads)
    throw new StoreDamagedError(
      place.where,
      `the heads of its logs are not those of write ${seal.writes}, the last one`,
    )
  return new LevelStore(database, identity, seal, { logs, readPart, place })
}

const partReader =
  (database: Database, where: string): ReadPart =>
  (key) => {
    const value = readAtOnce(database, where, key)
    if (value === undefined) throw new StoreDamagedError(where, 'a part of a snapshot is missing')
    const { reader } = unsealValue(where, key, value)
    return reader.raw(reader.left)
  }

/** Finds the identity, or gives one to an empty database. */
const establish = async (database: Database, owner: Owner, { where, outside }: StorePlace): Promise<Identity> => {
  const value = await readValue(database, where, identityKey)
  if (value !== undefined) {
    const identity = decodeIdentity(where, value)
    checkOwner(where, identity, owner)
    if (outside && !Buffer.from(outside.identity.storeId).equals(identity.storeId))
      throw new StoreDamagedError(where, 'the database in it is that of another store')
    return identity
  }
  await readRange(database, where, { gte: Buffer.of(0), lt: Buffer.of(255, 255) }, () => {
    throw new StoreDamagedError(where, 'it holds data but not the identity that belongs to them')
  })
  if (outside?.established) throw new StoreDamagedError(where, 'it was in use, and all that it held is gone')
  const identity = outside?.identity ?? newIdentity(owner)
  await writeSynced(database, [
    { type: 'put', key: identityKey, value: encodeIdentity(identity).value },
    { type: 'put', key: sealKey, value: encodeSeal(emptySeal).value },
  ]).catch((cause: unknown) => {
    throw new StoreFailedError(`${where} could not be written`, cause)
  })
  return identity
}

/** `sync` is LevelDB's own option; other databases ignore it. */
const writeSynced = (database: Database, changes: Change[]): Promise<void> => {
  const options = { ...asBytes, sync: true }
  return database.batch<Uint8Array, Uint8Array>(changes, options)
}

const nothing: ReadonlySet<string> = new Set()

class LevelStore implements OpenStore {
  readonly storeId: Uint8Array
  readonly created: boolean
  readonly doubtful: boolean
  readonly remarks: readonly string[]
  readonly #database: Database
  readonly #logs: Map<string, Log>
  readonly #readPart: ReadPart | undefined
  readonly #place: StorePlace
  #seal: Seal
  #writing = false
  /** The logs that are being written. */
  #underWay: ReadonlySet<string> = nothing
  /** What the first failed write, or `close`, answers to all later ones. */
  #refusal: Error | undefined
  #closed: Promise<void> | undefined
  readonly #waiting: (() => void)[] = []
  /** How the write ends that is under way, or has failed. */
  #unacknowledged: Uint8Array | undefined
  /** Set until what tells of a torn tail is cleared. */
  #doubt: StorePlace['doubt']
  /** Logs that were there, or were recovered, while the store was in doubt and have not persisted a record since. */
  readonly #doubtful: Set<string>

  constructor(
    database: Database,
    identity: Identity,
    seal: Seal,
    { logs, readPart, place }: { logs: Map<string, Log>; readPart: ReadPart | undefined; place: StorePlace },
  ) {
    this.#database = database
    this.#seal = seal
    this.#logs = logs
    this.#readPart = readPart
    this.#place = place
    this.#doubt = place.doubt
    this.#doubtful = new Set(place.doubt ? logs.keys() : [])
    this.storeId = identity.storeId
    this.doubtful = place.doubt !== undefined
    this.remarks = place.remarks ?? []
    this.created = seal.writes === 0 && !this.doubtful
  }

  keys(): readonly string[] {
    return [...this.#logs.keys()]
  }

  async recover(key: string): Promise<Recovered> {
    // Only what is written is waited for: a busy store is written without a pause.
    while (this.#underWay.has(key)) await this.#idle()
    if (this.#refusal) throw this.#refusal
    if (this.#doubt) this.#doubtful.add(key)
    const log = this.#logs.get(key)
    if (!log) return { record: undefined, snapshot: undefined, base: emptyHead.base, entries: [], table: [] }
    const { head } = log
    const { held, parts } = await this.#read(log)
    // Another snapshot has come in between, and what was read of this one may be gone.
    if (log.head.generation !== head.generation) return this.recover(key)
    return { ...held, snapshot: head.snapshot && { last: head.snapshot.last, bytes: log.parts.bytesOf(parts) } }
  }

  write(writes: readonly StoreWrite[], done: (error?: Error) => void): void {
    invariant(!this.#writing, 'a store is written once at a time')
    const refusal = this.#refusal
    if (refusal) return queueMicrotask(() => done(refusal))
    this.#writing = true
    this.#underWay = new Set(writes.map(({ key }) => key))
    this.#write(writes).then(
      () => this.#settle(done),
      (cause: unknown) => {
        this.#refusal =
          cause instanceof StoreLockLostError
            ? cause
            : new StoreFailedError(`${this.#place.where} takes no further write, one failed`, cause)
        this.#settle(done, this.#refusal)
      },
    )
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #write(writes: readonly StoreWrite[]): Promise<void> {
    const changes: Change[] = []
    let { logs, heads } = this.#seal
    for (const { key, operations } of writes) {
      const log = this.#logs.get(key)
      if (operations.some(({ type }) => type === 'drop')) {
        invariant(operations.length === 1, `the log ${key} is dropped, and nothing else is done with it`)
        if (!log) continue
        logs--
        heads = (heads - (log.headDigest ?? 0)) >>> 0
        for (const each of await readKeys(this.#database, this.#place.where, log.keys.range))
          changes.push({ type: 'del', key: each })
        changes.push({ type: 'del', key: log.keys.head })
        this.#logs.delete(key)
      } else if (log && !log.index) await this.#read(log)
    }
    for (const { key, operations } of writes) {
      if (operations.some(({ type }) => type === 'drop')) continue
      const log = this.#logs.get(key) ?? new Log(key, this.#readPart)
      this.#logs.set(key, log)
      if (log.headDigest === undefined) logs++
      heads -= log.headDigest ?? 0
      log.plan(operations, changes)
      heads = (heads + (log.headDigest ?? 0)) >>> 0
    }
    this.#seal = { writes: this.#seal.writes + 1, logs, heads }
    const seal = encodeSeal(this.#seal).value
    changes.push({ type: 'put', key: sealKey, value: seal })
    this.#checkHeld()
    this.#unacknowledged = seal
    await writeSynced(this.#database, changes)
    // Whoever has opened the place until now has read this write, if it is acknowledged.
    this.#checkHeld()
    this.#unacknowledged = undefined
    for (const { key } of writes) this.#logs.get(key)?.parts.durable()
    if (this.#doubt) await this.#clearDoubt(writes)
  }

  #checkHeld(): void {
    if (this.#place.isHeld?.() === false) throw new StoreLockLostError(this.#place.where)
  }

  /** Forgets the torn tail once all who were told of it have written down what they make of it. */
  async #clearDoubt(writes: readonly StoreWrite[]): Promise<void> {
    for (const { key, operations } of writes)
      if (operations.some(({ type }) => type === 'persist' || type === 'drop')) this.#doubtful.delete(key)
    if (this.#doubtful.size > 0) return
    await this.#doubt?.clear()
    this.#doubt = undefined
  }

  /** Reads a log while no write is under way, and keeps what later writes need to know of it. */
  async #read(log: Log): Promise<LogAsRead> {
    const read = await readLog(this.#database, log)
    // A write may have come in between: what it left in the index is newer.
    log.index ??= read.index
    log.parts.wasRead()
    return read
  }

  #settle(done: (error?: Error) => void, error?: Error): void {
    this.#writing = false
    this.#underWay = nothing
    // Out of the promise, so that what `done` throws is an uncaught exception and no rejection.
    queueMicrotask(() => {
      try {
        done(error)
      } finally {
        for (const resolve of this.#waiting.splice(0)) resolve()
      }
    })
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  async #close(): Promise<void> {
    this.#refusal ??= new StoreClosedError()
    while (this.#writing) await this.#idle()
    try {
      // What does not succeed here is judged anew when the store is opened.
      if (this.#unacknowledged && this.#place.isHeld?.())
        await this.#place.takeBack?.(this.#unacknowledged).catch(() => {})
      await this.#database.close()
    } finally {
      await this.#place.leave?.()
    }
  }
}
