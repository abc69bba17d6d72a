import type { Address, Envelope } from '@quorate/core'
import type { ClientInbox } from './clientInbox.js'

/** Who is heard at an address of this process. */
interface Listener {
  readonly receive: (envelope: Envelope) => void
  readonly inbox: ClientInbox | undefined
}

/**
 * What the clients and the members of one node say to each other: handed over within the process, in order, and never
 * within the call. Only the envelope is spared: a message goes through its codec, or a caller who writes to the bytes
 * that it gave or got would write to the log, or to what is remembered of a session.
 */
export class LocalDelivery {
  readonly #soon: (run: () => void) => void
  readonly #listeners = new Map<Address, Listener>()
  #waiting: { readonly listener: Listener; readonly envelope: Envelope }[] = []

  constructor(soon: (run: () => void) => void) {
    this.#soon = soon
  }

  /** Hands over what is said to this address from now on, until `end` is called. */
  listen(address: Address, listener: Listener): { end(): void } {
    this.#listeners.set(address, listener)
    return {
      end: () => {
        if (this.#listeners.get(address) === listener) this.#listeners.delete(address)
      },
    }
  }

  has(address: Address): boolean {
    return this.#listeners.has(address)
  }

  /** Hands it over to whoever listens there. */
  deliver(envelope: Envelope): void {
    const listener = this.#listeners.get(envelope.to)
    if (!listener) return
    const { receive, inbox } = listener
    if (inbox?.isOpen) inbox.put(envelope.payload.length, () => receive(envelope))
    else this.#deliverSoon(listener, envelope)
  }

  #deliverSoon(listener: Listener, envelope: Envelope): void {
    this.#waiting.push({ listener, envelope })
    if (this.#waiting.length > 1) return
    this.#soon(() => {
      const waiting = this.#waiting
      this.#waiting = []
      for (const { listener, envelope } of waiting) listener.receive(envelope)
    })
  }
}
