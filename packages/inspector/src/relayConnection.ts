import { WebSocket } from 'ws'
import { Backlog } from './backlog.js'
import { InspectionDroppedError, RelayUnreachableError } from './errors.js'
import { shownRelay } from './relayUrl.js'

/** What waits for a relay that is away or slow. */
const backlogLimits = { countMax: 2000, charactersMax: 4 * 1024 * 1024 }
/** What the socket may hold before the rest waits in the backlog. */
const socketBytesMax = 1024 * 1024
const handshakeTimeoutMs = 5000
const reconnectMs = 1000
/** How long a relay may take for what is left when the connection is closed. */
const closeWithinMs = 500

export type InspectionWarning = RelayUnreachableError | InspectionDroppedError

/**
 * A way to a relay that costs the node little whatever the relay does: it comes back after breaks, drops the oldest when it
 * cannot get rid of them, says each kind of trouble once, and keeps no process alive.
 */
export class RelayConnection {
  readonly #url: URL
  readonly #greeting: () => readonly string[]
  readonly #warn: (warning: InspectionWarning) => void
  readonly #backlog = new Backlog(backlogLimits)
  #socket: WebSocket
  #retry: NodeJS.Timeout | undefined
  #failure = 'it closed the connection'
  #dropped = 0
  #warnedOf = { unreachable: false, dropped: false }
  #closed: Promise<void> | undefined

  /** Connects at once. `greeting` is what a relay must hear first, each time that one is there. */
  constructor(options: {
    readonly url: URL
    readonly greeting: () => readonly string[]
    readonly warn: (warning: InspectionWarning) => void
  }) {
    this.#url = options.url
    this.#greeting = options.greeting
    this.#warn = options.warn
    this.#socket = this.#connect()
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  get dropped(): number {
    return this.#dropped
  }

  /** In order, as soon as the relay takes it. */
  say(text: string): void {
    this.noteDropped(this.#backlog.push(text))
    this.#flush()
  }

  /** Before all that waits; where no relay is, not at all: the greeting of the next one says it. */
  sayFirst(text: string): void {
    if (this.#isOpen) this.#socket.send(text)
  }

  /** Says so once, and while no relay is there not at all. */
  noteDropped(count: number): void {
    this.#dropped += count
    if (this.#dropped === 0 || !this.#isOpen || this.#warnedOf.dropped) return
    this.#warnedOf.dropped = true
    this.#warn(new InspectionDroppedError(shownRelay(this.#url), this.#dropped))
  }

  /** Idempotent. Says what is left, for at most half a second. */
  close(): Promise<void> {
    this.#closed ??= this.#finish()
    return this.#closed
  }

  #connect(): WebSocket {
    const socket = new WebSocket(this.#url, { handshakeTimeout: handshakeTimeoutMs, perMessageDeflate: false })
    socket.on('upgrade', (response) => void response.socket.unref())
    socket.on('open', () => {
      for (const text of this.#greeting()) socket.send(text)
      this.noteDropped(0)
      this.#flush()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.message || error.code || 'it does not answer'
    })
    socket.on('close', () => this.#broken())
    return socket
  }

  #broken(): void {
    if (this.#closed) return
    if (!this.#warnedOf.unreachable) this.#warn(new RelayUnreachableError(shownRelay(this.#url), this.#failure))
    this.#warnedOf.unreachable = true
    this.#retry = setTimeout(() => {
      this.#socket = this.#connect()
    }, reconnectMs)
    this.#retry.unref()
  }

  #flush(): void {
    while (this.#isOpen && this.#socket.bufferedAmount < socketBytesMax) {
      const text = this.#backlog.shift()
      if (text === undefined) return
      this.#socket.send(text, () => this.#flush())
    }
  }

  async #finish(): Promise<void> {
    clearTimeout(this.#retry)
    const socket = this.#socket
    if (socket.readyState === WebSocket.CLOSED) return
    await new Promise<void>((resolve) => {
      const giveUp = setTimeout(() => socket.terminate(), closeWithinMs)
      socket.once('close', () => {
        clearTimeout(giveUp)
        resolve()
      })
      if (!this.#isOpen) return socket.terminate()
      for (let text = this.#backlog.shift(); text !== undefined; text = this.#backlog.shift()) socket.send(text)
      socket.close()
    })
  }
}
