import type { Clock, NodeId, Random } from '@quorate/core'
import { jittered } from '../random.js'

/** How long the leader may be silent before all members are asked who leads, and how often they are asked. */
const silenceMs = 100
const askEveryMs = 50

/** Who leads a group, as far as a client knows: what was said with the highest term. */
export class LeaderTracker {
  readonly #clock: Clock
  readonly #random: Random
  readonly #askAll: () => void
  #leader: NodeId | undefined
  #term = 0
  #heardAtMs = Number.NEGATIVE_INFINITY
  #askAgainAtMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, random: Random, askAll: () => void) {
    this.#clock = clock
    this.#random = random
    this.#askAll = askAll
  }

  get leader(): NodeId | undefined {
    return this.#leader
  }
  get term(): number {
    return this.#term
  }

  /** Somebody says who leads. True if that is news. */
  learn(leader: NodeId | undefined, term: number): boolean {
    const isNewer = term > this.#term || (term === this.#term && this.#leader === undefined && leader !== undefined)
    if (!isNewer) return false
    this.#term = term
    this.#leader = leader
    return leader !== undefined
  }

  /** A node that was asked says that it does not lead. True if another one is known to. */
  refused(by: NodeId, leader: NodeId | undefined, term: number): boolean {
    const isNews = this.learn(leader, term)
    // It led in this very term and has forgotten, or stops: until somebody else leads there is nobody to ask.
    if (this.#leader === by && term >= this.#term) this.#leader = undefined
    return isNews && this.#leader !== undefined
  }

  /** The leader answered something. */
  heard(): void {
    this.#heardAtMs = this.#clock.nowMs()
  }

  /** Asks everyone when nobody is known to lead, or the leader has said nothing since `waitingSinceMs`. */
  askIfNeeded(waitingSinceMs: number): void {
    const nowMs = this.#clock.nowMs()
    if (nowMs < this.#askAgainAtMs) return
    const silentSinceMs = Math.max(waitingSinceMs, this.#heardAtMs)
    if (this.#leader !== undefined && nowMs - silentSinceMs < silenceMs) return
    this.#askAgainAtMs = nowMs + jittered(this.#random, askEveryMs)
    this.#askAll()
  }
}
