import type { Connection, Logger, NodeId, TransportStatus } from '@quorate/core'

/** Follows the state of a node's connection, and tells the log of it. */
export class BusWatch {
  readonly #node: NodeId
  readonly #label: string
  readonly #logger: Logger
  readonly #closed: (error: Error) => void
  #status: 'connected' | 'disconnected' | 'closed' = 'connected'

  /** `closed` is called when the connection has ended and will not come back. */
  constructor(node: NodeId, connection: Connection, logger: Logger, closed: (error: Error) => void) {
    this.#node = node
    this.#label = connection.label
    this.#logger = logger
    this.#closed = closed
    connection.onStatus((status) => this.#changed(status))
  }

  get status(): 'connected' | 'disconnected' | 'closed' {
    return this.#status
  }

  #changed(status: TransportStatus): void {
    const about = { node: this.#node, bus: this.#label }
    switch (status.type) {
      case 'connected':
      case 'disconnected':
        this.#status = status.type
        this.#logger.info(about, `bus ${status.type}`)
        return
      case 'dropped':
        this.#logger.debug({ ...about, messages: status.messages }, 'the bus lost messages')
        return
      case 'error':
        this.#logger.warn({ ...about, error: status.error }, 'the bus refused something')
        return
      case 'closed':
        this.#status = 'closed'
        this.#closed(status.error ?? new Error(`the connection to ${this.#label} was closed`))
    }
  }
}
