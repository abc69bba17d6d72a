import { noBytes, UnencodableValueError } from '@quorate/core'
import { type CallOptions, type ConnectOptions, connectClient, type LogClient, type QueryOptions } from '@quorate/host'
import type { KvAnswer, KvCommand, KvEntry, KvQuery, KvResult } from './generated/kv.js'
import { kv } from './kv.js'

/** A value: bytes, or a text that becomes UTF-8. */
export type KvValue = Uint8Array | string

/** What a {@link KvClient} speaks to: a `LogClient`, or a node's own group. */
export type KvGroup = Pick<LogClient<KvCommand, KvResult, KvQuery, KvAnswer>, 'propose' | 'query'>

/** What an entry must be for a compare-and-set to happen. Where both are given both must hold. */
export interface KvExpected {
  /** 0 stands for no entry. */
  readonly revision?: number
  readonly value?: KvValue
}

/** Which part of a range is wanted. */
export interface KvRangeOptions extends QueryOptions {
  /** At most so many entries; a page may hold fewer, so that it fits into a message. @default what fits */
  readonly limit?: number
  /** Only keys greater than this one: the last of the page before. */
  readonly after?: string
}

/**
 * A key-value store on a group. Reads are linearizable unless asked otherwise. Every method throws what
 * `LogClient.propose` or `LogClient.query` throws.
 */
export class KvClient {
  readonly #group: KvGroup

  constructor(group: KvGroup) {
    this.#group = group
  }

  /** Returns the revision of the entry and the number of its changes. */
  async put(
    key: string,
    value: KvValue,
    options?: CallOptions,
  ): Promise<{ readonly revision: number; readonly version: number }> {
    const { revision, version } = await this.#change({ operation: 'put', key, value: bytesOf(value) }, options)
    return { revision, version }
  }

  /** `undefined` when there is no entry. */
  async get(key: string, options?: QueryOptions): Promise<KvEntry | undefined> {
    const { entries } = await this.#group.query({ selection: 'key', text: key, limit: 1 }, options)
    return entries[0]
  }

  /** The value as text; bytes that are no UTF-8 become U+FFFD. */
  async getText(key: string, options?: QueryOptions): Promise<string | undefined> {
    const entry = await this.get(key, options)
    return entry && utf8.decoder.decode(entry.value)
  }

  /** Returns whether there was an entry. */
  async delete(key: string, options?: CallOptions): Promise<boolean> {
    const { changed } = await this.#change({ operation: 'delete', key, value: noBytes }, options)
    return changed
  }

  /**
   * Puts if the entry is what was expected. Returns whether it was, and the revision and version of the entry as it is
   * now, 0 when there is none.
   */
  async compareAndSet(key: string, expected: KvExpected, value: KvValue, options?: CallOptions): Promise<KvResult> {
    if (typeof expected !== 'object' || expected === null) {
      throw new UnencodableValueError('an object with a revision or a value to compare with', expected)
    }
    const command: KvCommand = {
      operation: 'compareAndSet',
      key,
      value: bytesOf(value),
      ...(expected.revision !== undefined && { expectedRevision: expected.revision }),
      ...(expected.value !== undefined && { expectedValue: bytesOf(expected.value) }),
    }
    return this.#change(command, options)
  }

  /** One page of the entries whose keys begin with `prefix`, in order; `more` says that another one follows. */
  async range(prefix: string, { limit = 0, after, ...options }: KvRangeOptions = {}): Promise<KvAnswer> {
    const query: KvQuery = { selection: 'prefix', text: prefix, limit, ...(after !== undefined && { after }) }
    return this.#group.query(query, options)
  }

  /**
   * All entries whose keys begin with `prefix`, page by page. Each page is a read of its own: what changes meanwhile may
   * be seen or not.
   */
  async *entries(prefix: string, options?: QueryOptions): AsyncGenerator<KvEntry, void, undefined> {
    let page = await this.range(prefix, options)
    for (;;) {
      yield* page.entries
      const last = page.entries.at(-1)
      if (!page.more || !last) return
      page = await this.range(prefix, { ...options, after: last.key })
    }
  }

  async #change(command: KvCommand, options: CallOptions | undefined): Promise<KvResult> {
    const { result } = await this.#group.propose(command, options)
    return result
  }
}

/** A {@link KvClient} with a connection of its own. */
export class ConnectedKvClient extends KvClient implements AsyncDisposable {
  readonly #client: LogClient<KvCommand, KvResult, KvQuery, KvAnswer>

  constructor(client: LogClient<KvCommand, KvResult, KvQuery, KvAnswer>) {
    super(client)
    this.#client = client
  }

  /** Who leads, as far as this client knows. */
  get leader(): string | undefined {
    return this.#client.leader
  }

  /** Gives up what is under way. Idempotent. */
  close(): Promise<void> {
    return this.#client.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Connects to a group that runs {@link kv}, from a process without a node.
 * @throws what `connectClient` throws.
 */
export async function connectKvClient(
  options: Omit<ConnectOptions<KvCommand, KvResult, KvQuery, KvAnswer>, 'stateMachine'>,
): Promise<ConnectedKvClient> {
  return new ConnectedKvClient(await connectClient({ ...options, stateMachine: kv }))
}

const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() }

function bytesOf(value: KvValue): Uint8Array {
  if (typeof value === 'string') return utf8.encoder.encode(value)
  if (value instanceof Uint8Array) return value
  throw new UnencodableValueError('a text or a Uint8Array as value', value)
}
