import type { Clock, Connection, Logger, TransportCounters, TransportStatus } from '@quorate/core'

/** Losses are told at most so often: while the bus is away, everything that is said is lost. */
const tellLossesEveryMs = 10_000

/** A bus that is back for so long is not spoken of any more. */
const latelyMs = 5000

/** The connection of a node. */
export interface BusReport {
  readonly label: string
  readonly status: 'connected' | 'disconnected' | 'closed'
  /** The largest message that it takes, in bytes. */
  readonly bytesMax: number
  /** Groups whose messages may be larger than that: they go in pieces, and larger commands are refused. */
  readonly tooNarrowFor: readonly string[]
  readonly counters: TransportCounters
}

/** What somebody promises who speaks on a bus: it must carry messages of so many bytes. */
export interface BusPromise {
  readonly group: string
  readonly bytes: number
}

/** Follows the state of a connection, and tells the log of it. */
export class BusWatch {
  readonly #connection: Connection
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #about: object
  readonly #promises: () => readonly BusPromise[]
  readonly #closed: (error: Error) => void
  #status: BusReport['status'] = 'connected'
  #isTooNarrow = false
  /** When the bus went away last, and when it came back. */
  #lostAtMs = Number.NEGATIVE_INFINITY
  #foundAtMs = Number.NEGATIVE_INFINITY
  #untoldLosses = 0
  #toldLossesAtMs = Number.NEGATIVE_INFINITY

  constructor(options: {
    connection: Connection
    logger: Logger
    clock: Clock
    /** Who speaks, for the log. */
    about: object
    /** How large the messages are of those who speak, as it is now. */
    promises: () => readonly BusPromise[]
    /** Called when the connection has ended and will not come back. */
    closed: (error: Error) => void
  }) {
    const { connection, logger, clock, about, promises, closed } = options
    this.#connection = connection
    this.#logger = logger
    this.#clock = clock
    this.#about = { ...about, bus: connection.label }
    this.#promises = promises
    this.#closed = closed
    connection.onStatus((status) => this.#changed(status))
  }

  /** That the bus cannot be reached, or could not until just now, in words; `undefined` of a bus that is there. */
  get outage(): string | undefined {
    const nowMs = this.#clock.nowMs()
    const { label } = this.#connection
    if (this.#status === 'disconnected') {
      return `the bus ${label} has not been reachable for ${seconds(nowMs - this.#lostAtMs)}`
    }
    if (nowMs - this.#foundAtMs > latelyMs) return undefined
    const lasted = seconds(this.#foundAtMs - this.#lostAtMs)
    return `the bus ${label} was not reachable for ${lasted}, until ${seconds(nowMs - this.#foundAtMs)} ago`
  }

  report(): BusReport {
    const { label, bytesMax } = this.#connection
    return {
      label,
      status: this.#status,
      bytesMax,
      tooNarrowFor: this.#promises()
        .filter(({ bytes }) => bytes > bytesMax)
        .map(({ group }) => group),
      counters: this.#connection.counters(),
    }
  }

  #changed(status: TransportStatus): void {
    switch (status.type) {
      case 'connected':
      case 'disconnected':
        this.#note(status.type)
        this.#logger.info(this.#about, `bus ${status.type}`)
        this.#checkWidth()
        return
      case 'limited':
        this.#checkWidth()
        return
      case 'dropped':
        this.#lost(status.messages)
        return
      case 'error':
        this.#logger.warn({ ...this.#about, error: status.error }, 'the bus refused something')
        return
      case 'closed':
        this.#status = 'closed'
        this.#closed(status.error ?? new Error(`the connection to ${this.#connection.label} was closed`))
    }
  }

  #note(status: 'connected' | 'disconnected'): void {
    if (status === this.#status) return
    this.#status = status
    const nowMs = this.#clock.nowMs()
    if (status === 'disconnected') this.#lostAtMs = nowMs
    else this.#foundAtMs = nowMs
  }

  #lost(messages: number): void {
    this.#untoldLosses += messages
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#toldLossesAtMs < tellLossesEveryMs) return
    this.#logger.warn(
      { ...this.#about, messages: this.#untoldLosses },
      'the bus lost messages: it was away, refused them, or they are larger than it takes',
    )
    this.#untoldLosses = 0
    this.#toldLossesAtMs = nowMs
  }

  /** A server that was started anew or reloaded may take less than the one before. */
  #checkWidth(): void {
    const { bytesMax, tooNarrowFor: groups } = this.report()
    const isTooNarrow = groups.length > 0
    if (isTooNarrow === this.#isTooNarrow) return
    this.#isTooNarrow = isTooNarrow
    const needed = Math.max(...this.#promises().map(({ bytes }) => bytes))
    if (isTooNarrow) {
      this.#logger.error(
        { ...this.#about, bytesMax, needed, groups },
        'the bus takes smaller messages than these groups promise: larger ones go in pieces, which is slower, and larger commands are refused; raise its limit (max_payload of nats-server)',
      )
    } else
      this.#logger.info({ ...this.#about, bytesMax, needed }, 'the bus takes messages as large as all groups promise')
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
