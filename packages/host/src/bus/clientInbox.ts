import type { Clock } from '@quorate/core'

/** Longest time that one turn spends in what clients ask of a group, in milliseconds. */
const workMs = 5
/** So much may wait; what comes beyond is dropped, and asked again. */
const messagesMax = 65_536
const bytesMax = 64 * 1024 * 1024

interface Arrived {
  readonly bytes: number
  readonly deliver: () => void
}

/**
 * What clients have sent and nobody has read yet. When thousands of them speak at once, reading all of it would take longer
 * than an election timeout, and what members say to each other would wait behind it: so a turn reads it for a few
 * milliseconds, and members are heard and heartbeats leave between.
 */
export class ClientInbox {
  readonly #clock: Clock
  readonly #arrive: () => void
  readonly #drop: () => void
  #arrived: Arrived[] = []
  #next = 0
  #bytes = 0
  #isOpen = true

  /** `arrive` is called when something came, and `drop` when there was no room for it. */
  constructor(clock: Clock, arrive: () => void, drop: () => void) {
    this.#clock = clock
    this.#arrive = arrive
    this.#drop = drop
  }

  /** False after it was closed. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Keeps a message of so many bytes until its turn comes; at once when this was closed. */
  put(bytes: number, deliver: () => void): void {
    if (!this.#isOpen) {
      deliver()
      return
    }
    if (this.#arrived.length - this.#next >= messagesMax || this.#bytes + bytes > bytesMax) {
      this.#drop()
      return
    }
    this.#arrived.push({ bytes, deliver })
    this.#bytes += bytes
    this.#arrive()
  }

  /** Hands over some of it, in order. */
  work(): void {
    const untilMs = this.#clock.nowMs() + workMs
    this.#handOver(() => this.#clock.nowMs() >= untilMs)
    if (this.#next < this.#arrived.length) this.#arrive()
  }

  /** Hands over all that waits; what comes from now on is handed over at once. */
  close(): void {
    this.#isOpen = false
    this.#handOver(() => false)
  }

  #handOver(isEnough: () => boolean): void {
    while (this.#next < this.#arrived.length) {
      const { bytes, deliver } = this.#arrived[this.#next++] as Arrived
      this.#bytes -= bytes
      deliver()
      if (isEnough()) break
    }
    if (this.#next * 2 < this.#arrived.length) return
    this.#arrived = this.#arrived.slice(this.#next)
    this.#next = 0
  }
}
