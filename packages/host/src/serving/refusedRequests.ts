import type { Address, Clock } from '@quorate/core'

/**
 * A copy of a message comes soon after it, if at all. The bound is for memory: who refuses more than so many in that time
 * may take a copy of the oldest.
 */
const keepMs = 30_000
const keptMax = 16_384

/**
 * Messages of clients that were refused. A client takes a refusal for a proof that what it asked for was not done; so a
 * copy of its message, which a bus may deliver later than the refusal, must not be taken after all.
 */
export class RefusedRequests {
  readonly #clock: Clock
  /** When each was refused, the oldest first. */
  readonly #refusedAtMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(client: Address, request: number): void {
    const nowMs = this.#clock.nowMs()
    this.#refusedAtMs.set(keyOf(client, request), nowMs)
    for (const [key, atMs] of this.#refusedAtMs) {
      if (nowMs - atMs < keepMs && this.#refusedAtMs.size <= keptMax) return
      this.#refusedAtMs.delete(key)
    }
  }

  has(client: Address, request: number): boolean {
    return this.#refusedAtMs.size > 0 && this.#refusedAtMs.has(keyOf(client, request))
  }
}

const keyOf = (client: Address, request: number): string => `${client} ${request}`
