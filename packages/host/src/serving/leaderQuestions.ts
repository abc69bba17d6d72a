import type { Address, Clock } from '@quorate/core'
import type { Responder } from './responder.js'

/** Clients ask again before that. */
const keepMs = 2000
const keptMax = 16_384

/**
 * Who asked of late who leads. Clients that hear of nobody ask ever more seldom; so a member that comes to lead tells those
 * who have asked, and nobody need ask often to hear it soon.
 */
export class LeaderQuestions {
  readonly #responder: Responder
  readonly #clock: Clock
  /** The last question of each client, the oldest first. */
  readonly #asked = new Map<Address, { readonly request: number; readonly atMs: number }>()

  constructor(responder: Responder, clock: Clock) {
    this.#responder = responder
    this.#clock = clock
  }

  receive(client: Address, request: number): void {
    this.#responder.sendWhoLeads(client, request)
    if (this.#responder.serves) return
    const nowMs = this.#clock.nowMs()
    this.#asked.delete(client)
    this.#asked.set(client, { request, atMs: nowMs })
    for (const [oldest, { atMs }] of this.#asked) {
      if (nowMs - atMs < keepMs && this.#asked.size <= keptMax) return
      this.#asked.delete(oldest)
    }
  }

  /** This member has come to lead. */
  led(): void {
    const nowMs = this.#clock.nowMs()
    for (const [client, { request, atMs }] of this.#asked) {
      if (nowMs - atMs < keepMs) this.#responder.sendWhoLeads(client, request)
    }
    this.#asked.clear()
  }
}
