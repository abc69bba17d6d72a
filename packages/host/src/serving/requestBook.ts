import type { RequestId } from '@quorate/core'

/**
 * What was handed to an actor, by the host's own number of the request, until the actor says what came of it. Where it
 * may never do so (what it sent to another actor was lost), it is forgotten after a while: clients ask again long before.
 */
export class RequestBook<Value> {
  readonly #keepMs: number
  readonly #kept = new Map<RequestId, { readonly value: Value; readonly sinceMs: number }>()

  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  get(request: RequestId): Value | undefined {
    return this.#kept.get(request)?.value
  }

  add(request: RequestId, value: Value, nowMs: number): void {
    this.#kept.set(request, { value, sinceMs: nowMs })
  }

  take(request: RequestId): Value | undefined {
    const kept = this.#kept.get(request)
    this.#kept.delete(request)
    return kept?.value
  }

  /** The one that was added first. */
  takeFirst(): Value | undefined {
    for (const request of this.#kept.keys()) return this.take(request)
    return undefined
  }

  /** All, in the order in which they were added. */
  takeAll(): Value[] {
    const values = [...this]
    this.#kept.clear()
    return values
  }

  /** Forgets what is too old, and returns it. */
  expire(nowMs: number): Value[] {
    const expired: Value[] = []
    for (const [request, { value, sinceMs }] of this.#kept) {
      if (nowMs - sinceMs < this.#keepMs) break
      this.#kept.delete(request)
      expired.push(value)
    }
    return expired
  }

  *[Symbol.iterator](): Iterator<Value> {
    for (const { value } of this.#kept.values()) yield value
  }
}
