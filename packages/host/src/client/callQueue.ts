import type { Call } from './call.js'

/** Calls that were not sent yet, first in, first out. All have the same patience, so the first expires first. */
export class CallQueue {
  #calls: Call[] = []
  #head = 0
  #size = 0

  /** How many are open. */
  get size(): number {
    return this.#size
  }

  /** The first that is open. */
  get first(): Call | undefined {
    for (;;) {
      const call = this.#calls[this.#head]
      if (!call || call.isOpen) return call
      this.#advance()
    }
  }

  /** When the first of them is given up. */
  get dueAtMs(): number {
    return this.first?.deadlineMs ?? Number.POSITIVE_INFINITY
  }

  push(call: Call): void {
    this.#calls.push(call)
    this.#size++
  }

  /** Takes the first away. */
  shift(): void {
    if (!this.first) return
    this.#advance()
    this.#size--
  }

  /** One of them is about to end; it is passed over later. */
  remove(_call: Call): void {
    this.#size--
  }

  /** Gives those to `giveUp` whose deadline has passed. */
  expire(nowMs: number, giveUp: (call: Call) => void): void {
    for (let call = this.first; call && call.deadlineMs <= nowMs; call = this.first) giveUp(call)
  }

  *[Symbol.iterator](): Iterator<Call> {
    for (let at = this.#head; at < this.#calls.length; at++) {
      const call = this.#calls[at]
      if (call?.isOpen) yield call
    }
  }

  #advance(): void {
    this.#head++
    if (this.#head * 2 <= this.#calls.length) return
    this.#calls = this.#calls.slice(this.#head)
    this.#head = 0
  }
}
