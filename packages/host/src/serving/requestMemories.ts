import type { Clock } from '@quorate/core'
import { keepMs, RecentRequests } from './recentRequests.js'

/** Messages of a group's clients of which its member takes no copy. */
export interface RequestMemory {
  readonly refused: RecentRequests
  /** What was taken and may not be taken again. */
  readonly taken: RecentRequests
}

/** Keeps what members remember while their groups are closed: a copy may come when they are open again. */
export class RequestMemories {
  readonly #clock: Clock
  /** Of groups that were closed, the first of them first. */
  readonly #kept = new Map<string, { readonly memory: RequestMemory; readonly atMs: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Of a group that is opened. */
  of(group: string): RequestMemory {
    const kept = this.#kept.get(group)
    this.#kept.delete(group)
    return kept?.memory ?? { refused: new RecentRequests(this.#clock), taken: new RecentRequests(this.#clock) }
  }

  /** A group was closed. */
  keep(group: string, memory: RequestMemory): void {
    const nowMs = this.#clock.nowMs()
    this.#kept.set(group, { memory, atMs: nowMs })
    for (const [oldest, { atMs }] of this.#kept) {
      if (nowMs - atMs < keepMs) return
      this.#kept.delete(oldest)
    }
  }
}
