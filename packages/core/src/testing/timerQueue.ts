/** One that waits. */
interface Timer {
  readonly dueMs: number
  readonly order: number
  readonly fire: () => void
}

/** Timers by the time at which they are due, then by the order in which they were set. */
export class TimerQueue {
  // Cancelled timers are dropped from `waiting` only; the heap forgets them when they come up.
  readonly #heap: Timer[] = []
  readonly #waiting = new Set<unknown>()
  #order = 0

  /** How many wait. */
  get size(): number {
    return this.#waiting.size
  }

  /** Gives what it is cancelled by. */
  add(dueMs: number, fire: () => void): unknown {
    const timer = { dueMs, order: this.#order++, fire }
    this.#waiting.add(timer)
    push(this.#heap, timer)
    return timer
  }

  cancel(timer: unknown): void {
    this.#waiting.delete(timer)
  }

  /** Takes the first one out, if it is due by then. */
  take(untilMs: number): Timer | undefined {
    for (let first = this.#heap[0]; first; first = this.#heap[0]) {
      const isWaiting = this.#waiting.has(first)
      if (isWaiting && first.dueMs > untilMs) return undefined
      pop(this.#heap)
      this.#waiting.delete(first)
      if (isWaiting) return first
    }
    return undefined
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)

function push(heap: Timer[], timer: Timer): void {
  let at = heap.push(timer) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (!parent || !isBefore(timer, parent)) break
    heap[at] = parent
    at = above
  }
  heap[at] = timer
}

function pop(heap: Timer[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = heap[2 * at + 1]
    const right = heap[2 * at + 2]
    const isRight = left !== undefined && right !== undefined && isBefore(right, left)
    const child = isRight ? right : left
    if (!child || !isBefore(child, last)) break
    heap[at] = child
    at = 2 * at + (isRight ? 2 : 1)
  }
  heap[at] = last
}
