import type { Clock, NodeId, Random } from '@quorate/core'
import { jittered } from '../random.js'

/** How long the leader may be silent before all members are asked who leads, and how often they are asked. */
const silenceMs = 100
const askEveryMs = 50
/**
 * Who says that it leads and answers nothing else for so long may be cut off from those whom it leads for. The next one is
 * given twice as long, and so on.
 */
const deafMs = 5000
const deafMsMax = 60_000
/**
 * A term that no member has named for so long, while all were asked, is forgotten: a group that was begun anew counts from
 * the beginning. In one that goes on, somebody knows it, or who leads now tells of a higher one.
 */
const termMs = 2000

/**
 * Who leads a group, as far as a client knows: what was said with the highest term. Where several lead in one term, as
 * roles do that only hand on what clients ask, the first that says so, until it is gone.
 */
export class LeaderTracker {
  readonly #clock: Clock
  readonly #random: Random
  readonly #askAll: () => void
  #leader: NodeId | undefined
  #term = 0
  /** When everyone was asked, and nobody has named the term or a higher one since. */
  #unconfirmedSinceMs: number | undefined
  #heardAtMs = Number.NEGATIVE_INFINITY
  #askAgainAtMs = Number.NEGATIVE_INFINITY
  /** When everyone was asked, and the leader has said nothing since. */
  #unansweredSinceMs: number | undefined
  /** When everyone was asked, and nothing that the leader was asked had been answered since then. */
  #silentSinceMs = Number.POSITIVE_INFINITY
  #deafMs = deafMs

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

  /** A node says who leads. True if somebody else does than was known. */
  learn(by: NodeId, leader: NodeId | undefined, term: number): boolean {
    if (term >= this.#term) this.#unconfirmedSinceMs = undefined
    else if (leader !== undefined && this.#isForgotten()) this.reset()
    if (leader === undefined) {
      // That nobody leads is for the leader to say: another may stand in vain, in later and later terms, and hear nobody.
      if (by === this.#leader && term >= this.#term) this.#leader = undefined
      return false
    }
    if (by === this.#leader && leader === by) this.#unansweredSinceMs = undefined
    const isNewer = term > this.#term || (term === this.#term && this.#mayFollow(leader))
    if (!isNewer) return false
    this.#term = term
    this.#leader = leader
    this.#unansweredSinceMs = undefined
    this.#silentSinceMs = Number.POSITIVE_INFINITY
    return true
  }

  /** Nothing is known any more. */
  reset(): void {
    this.#term = 0
    this.#leader = undefined
    this.#unconfirmedSinceMs = undefined
  }

  /** A node that was asked says that it does not lead. True if another one is known to. */
  refused(by: NodeId, leader: NodeId | undefined, term: number): boolean {
    const isNews = this.learn(by, leader, term)
    // It led in this very term and has forgotten, or stops: until somebody else leads there is nobody to ask.
    if (this.#leader === by && term >= this.#term) this.#leader = undefined
    return isNews && this.#leader !== undefined
  }

  /** What the leader was asked is being answered, by itself or by another for it. */
  heard(): void {
    this.#heardAtMs = this.#clock.nowMs()
    this.#unansweredSinceMs = undefined
    this.#unconfirmedSinceMs = undefined
    this.#silentSinceMs = Number.POSITIVE_INFINITY
    this.#deafMs = deafMs
  }

  /** Asks everyone when nobody is known to lead, or nothing was heard since `waitingSinceMs`. */
  askIfNeeded(waitingSinceMs: number): void {
    const nowMs = this.#clock.nowMs()
    if (nowMs < this.#askAgainAtMs) return
    const silentSinceMs = Math.max(waitingSinceMs, this.#heardAtMs)
    if (this.#leader !== undefined && nowMs - silentSinceMs < silenceMs) return
    this.#askAgainAtMs = nowMs + jittered(this.#random, askEveryMs)
    this.#unansweredSinceMs ??= nowMs
    this.#unconfirmedSinceMs ??= nowMs
    // Calls may be given up, and others follow: it is as deaf to those.
    this.#silentSinceMs = Math.min(this.#silentSinceMs, silentSinceMs)
    this.#askAll()
  }

  #isForgotten(): boolean {
    return this.#unconfirmedSinceMs !== undefined && this.#clock.nowMs() - this.#unconfirmedSinceMs >= termMs
  }

  /**
   * True if another may lead in the same term: nobody is known to, or who did does not even say so when it is asked, or
   * says so and nothing comes of it.
   */
  #mayFollow(leader: NodeId): boolean {
    if (leader === this.#leader) return false
    if (this.#leader === undefined) return true
    if (this.#clock.nowMs() - this.#silentSinceMs >= this.#deafMs) {
      this.#deafMs = Math.min(deafMsMax, this.#deafMs * 2)
      return true
    }
    return this.#unansweredSinceMs !== undefined && this.#clock.nowMs() - this.#unansweredSinceMs >= silenceMs
  }
}
