import {
  AuthorizationError,
  type NatsConnection,
  type Subscription as NatsSubscription,
  PermissionViolationError,
  type Status,
} from '@nats-io/transport-node'
import {
  type Address,
  type Connection,
  errorOf,
  type Subscription,
  type TransportCounters,
  type TransportStatus,
} from '@quorate/core'
import {
  BusClosedError,
  BusComplaintError,
  BusForbiddenError,
  BusUnauthorizedError,
  isIntroducedLate,
} from './errors.js'
import { isHeard, isProbe } from './probe.js'
import { Redials } from './redials.js'
import { Subjects } from './subjects.js'

/** Losses and complaints are reported at most once in this time: a bus that fails must not drown its user. */
const reportIntervalMs = 1000

/** So many refusals of the credentials in a row end a connection. */
const refusalsMax = 2

/** How long `close` waits for a server that does not answer. */
const drainMsMax = 5000

export interface NatsBusOptions {
  readonly connection: NatsConnection
  readonly cluster: string
  /** Where it was looked for, without credentials. */
  readonly urls: readonly string[]
}

/** One NATS connection, as a node sees it. */
export class NatsBus implements Connection {
  readonly label: string
  readonly #nats: NatsConnection
  readonly #subjects: Subjects
  readonly #urls: readonly string[]
  readonly #counters = { published: 0, delivered: 0, dropped: 0, reconnects: 0 }
  /** Ends the wait of those who are not ready yet. */
  readonly #unready = new Set<(error: Error) => void>()
  readonly #complained = new Set<string>()
  readonly #redials: Redials
  #bytesMax: number
  /** Of the credentials, since it was connected last. */
  #refusals = 0
  #endedBy: Error | undefined
  #connected = true
  #closing: Promise<void> | undefined
  #listen: (status: TransportStatus) => void = () => {}
  #unreported = 0
  #reportTimer: NodeJS.Timeout | undefined

  constructor({ connection, cluster, urls }: NatsBusOptions) {
    this.#nats = connection
    this.#subjects = new Subjects(cluster)
    this.#urls = urls
    this.#bytesMax = connection.info?.max_payload ?? 0
    this.#redials = new Redials(connection)
    const server = connection.getServer()
    this.label = urls.find((url) => url.endsWith(`//${server}`)) ?? `nats://${server}`
    void this.#watch()
  }

  get busId(): string | undefined {
    return this.#nats.info?.server_id
  }

  get bytesMax(): number {
    return this.#bytesMax
  }

  counters(): TransportCounters {
    return { ...this.#counters }
  }

  onStatus(listen: (status: TransportStatus) => void): void {
    this.#listen = listen
  }

  publish(to: Address, bytes: Uint8Array): void {
    this.#measure()
    if (!this.#connected || this.#closing || bytes.length > this.#bytesMax) return this.#drop()
    try {
      this.#nats.publish(this.#subjects.of(to), bytes)
      this.#counters.published++
    } catch (error) {
      this.#drop()
      this.#complain(error)
    }
  }

  subscribe(to: Address, deliver: (bytes: Uint8Array) => void): Subscription {
    if (this.#closing || this.#nats.isClosed()) throw new BusClosedError(this.label)
    let refusal: Error | undefined
    const subscription = this.#nats.subscribe(this.#subjects.of(to), {
      callback: (error, message) => {
        if (error) {
          refusal = forbidden(error)
          return
        }
        try {
          if (isProbe(message)) {
            message.respond()
            return
          }
          this.#counters.delivered++
          // The data is a view into the buffer of the socket.
          deliver(new Uint8Array(message.data))
        } catch (thrown) {
          rethrowOutside(thrown)
        }
      },
    })
    const ready = this.#whenReady(() => refusal)
    ready.catch(() => {})
    return { ready, close: () => this.#unsubscribe(subscription) }
  }

  probe(to: Address, withinMs: number, done: (isHeard: boolean | undefined) => void): void {
    const isOpen = this.#connected && !this.#closing
    const answer = isOpen ? isHeard(this.#nats, this.#subjects, to, withinMs) : Promise.resolve(undefined)
    answer.then(done).catch(rethrowOutside)
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain().then(() => this.#end())
    return this.#closing
  }

  abort(): void {
    const ended = this.#end()
    this.#closing ??= ended
    ended.catch(() => {})
  }

  /** A flush ends when the server has seen the subscription; one that a lost link ended is tried again. */
  #whenReady(refusal: () => Error | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        this.#unready.delete(settle)
        if (error) reject(error)
        else resolve()
      }
      const flush = (): void => {
        this.#nats.flush().then(
          () => settle(refusal()),
          // A connection that is closed settles what is left, when it ends.
          () => this.#nats.isClosed() || flush(),
        )
      }
      this.#unready.add(settle)
      flush()
    })
  }

  async #unsubscribe(subscription: NatsSubscription): Promise<void> {
    if (subscription.isClosed()) return
    if (!this.#connected) return subscription.unsubscribe()
    await Promise.race([subscription.drain(), subscription.closed])
  }

  async #drain(): Promise<void> {
    if (!this.#connected) return
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, drainMsMax)
    })
    // A link that is lost in the middle has nothing left to deliver.
    await Promise.race([this.#nats.drain().catch(() => {}), patience, this.#nats.closed()])
    clearTimeout(timer)
  }

  async #end(): Promise<void> {
    await this.#nats.close()
    abandonDial(this.#nats)
    await this.#nats.closed()
  }

  async #watch(): Promise<void> {
    for await (const status of this.#nats.status()) this.#follow(status)
    const error = (await this.#nats.closed()) ?? this.#endedBy
    this.#connected = false
    for (const settle of [...this.#unready]) settle(new BusClosedError(this.label))
    this.#report()
    this.#listen({ type: 'closed', ...(error && !this.#closing && { error: this.#reasonOf(error) }) })
  }

  #follow(status: Status): void {
    if (status.type === 'disconnect') {
      this.#connected = false
      this.#redials.lost()
      this.#listen({ type: 'disconnected' })
    } else if (status.type === 'reconnect') {
      this.#connected = true
      this.#refusals = 0
      this.#counters.reconnects++
      this.#measure()
      this.#report()
      this.#listen({ type: 'connected' })
    } else if (status.type === 'reconnecting') {
      this.#redials.began()
    } else if (status.type === 'error') {
      const { error } = status
      if (error instanceof AuthorizationError) this.#unauthorized(error)
      if (error instanceof PermissionViolationError && error.operation === 'publish') this.#drop()
      this.#complain(error)
    }
  }

  /** Refused twice in a row, it will be refused for ever. A server that is slow is another matter. */
  #unauthorized(error: AuthorizationError): void {
    if (isIntroducedLate(error) || ++this.#refusals < refusalsMax) return
    this.#endedBy = error
    void this.#end()
  }

  /** A server that is reloaded says so at any time. */
  #measure(): void {
    const bytesMax = this.#nats.info?.max_payload ?? this.#bytesMax
    if (bytesMax === this.#bytesMax) return
    this.#bytesMax = bytesMax
    this.#listen({ type: 'limited' })
  }

  #drop(): void {
    this.#counters.dropped++
    this.#unreported++
    this.#reportSoon()
  }

  #complain(error: unknown): void {
    const reason = this.#reasonOf(error)
    if (this.#complained.has(reason.message)) return
    this.#complained.add(reason.message)
    this.#reportSoon()
    this.#listen({ type: 'error', error: reason })
  }

  #reportSoon(): void {
    if (this.#reportTimer || this.#nats.isClosed()) return
    this.#reportTimer = setTimeout(() => this.#report(), reportIntervalMs).unref()
  }

  #report(): void {
    clearTimeout(this.#reportTimer)
    this.#reportTimer = undefined
    this.#complained.clear()
    const messages = this.#unreported
    this.#unreported = 0
    if (messages > 0) this.#listen({ type: 'dropped', messages })
  }

  #reasonOf(error: unknown): Error {
    if (error instanceof PermissionViolationError) return forbidden(error)
    if (error instanceof AuthorizationError && !isIntroducedLate(error))
      return new BusUnauthorizedError(this.#urls, error.message, { cause: error })
    const plain = errorOf(error)
    return 'code' in plain ? plain : new BusComplaintError(this.label, plain)
  }
}

const forbidden = (error: Error): Error =>
  error instanceof PermissionViolationError
    ? new BusForbiddenError(error.operation, error.subject, { cause: error })
    : error

/** The NATS client stops reading, silently, when a callback throws: what a receiver throws comes out here instead. */
const rethrowOutside = (thrown: unknown): void => {
  queueMicrotask(() => {
    throw thrown
  })
}

/** The NATS client forgets the socket of a reconnect that is under way: it would keep the process alive. */
const abandonDial = (connection: NatsConnection): void => {
  const { protocol } = connection as NatsConnection & { protocol?: { transport?: { discard?(): void } } }
  protocol?.transport?.discard?.()
}
