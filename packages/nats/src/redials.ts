import type { NatsConnection } from '@nats-io/transport-node'

/** How long the first two dials after a loss may take; then twice as long, and so on, up to what was asked for. */
const firstMs = 1000

/**
 * Servers that accept a connection and say nothing cost a whole time-out each, and there may be several in a row. So at first
 * a server is given a second, and longer only where none was quicker: on a slow link.
 */
export class Redials {
  /** Of the NATS client, which reads it at each dial. */
  readonly #options: { timeout?: number } | undefined
  readonly #longestMs: number
  #dials = 0

  constructor(connection: NatsConnection) {
    const { protocol } = connection as NatsConnection & { protocol?: { options?: { timeout?: number } } }
    this.#options = protocol?.options
    this.#longestMs = this.#options?.timeout ?? 0
  }

  /** The connection was lost: the next dial is the first. */
  lost(): void {
    this.#dials = 0
    this.#set()
  }

  /** A dial has begun; what is set now is for the next one. */
  began(): void {
    this.#dials++
    this.#set()
  }

  #set(): void {
    if (!this.#options || this.#longestMs === 0) return
    this.#options.timeout = Math.min(this.#longestMs, firstMs * 2 ** Math.floor(Math.min(this.#dials, 20) / 2))
  }
}
