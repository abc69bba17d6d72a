import type { Address, Clock } from '@quorate/core'

/**
 * A copy of a message comes soon after it, if at all. The bound is for memory: who notes more than so many in that time may
 * take a copy of the oldest.
 */
export const keepMs = 30_000
const keptMax = 16_384

/** Messages of clients of which no copy may be taken, although a bus may deliver one later. */
export class RecentRequests {
  readonly #clock: Clock
  /** When each was noted, the oldest first. */
  readonly #notedAtMs = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(client: Address, request: number): void {
    const nowMs = this.#clock.nowMs()
    this.#notedAtMs.set(keyOf(client, request), nowMs)
    for (const [key, atMs] of this.#notedAtMs) {
      if (nowMs - atMs < keepMs && this.#notedAtMs.size <= keptMax) return
      this.#notedAtMs.delete(key)
    }
  }

  has(client: Address, request: number): boolean {
    return this.#notedAtMs.size > 0 && this.#notedAtMs.has(keyOf(client, request))
  }
}

const keyOf = (client: Address, request: number): string => `${client} ${request}`
