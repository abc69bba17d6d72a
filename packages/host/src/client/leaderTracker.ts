import type { Clock, NodeId, Random } from '@quorate/core'
import { jittered } from '../system/random.js'

/** How long the leader may be silent before all members are asked who leads. */
const silenceMs = 100
/** They are asked a few times soon after each other, and then ever more seldom, until one is heard that leads. */
const askEveryMs = 50
const asksSoon = 4
const askEveryMsMax = 1000
/**
 * Who says that it leads and answers nothing else for so long may be cut off from those whom it leads for. The next one is
 * given twice as long, and so on.
 */
const deafMs = 5000
const deafMsMax = 60_000
/**
 * An epoch that no member has named for so long, while all were asked, is forgotten: a group that was begun anew counts from
 * the beginning. In one that goes on, somebody knows it, or who leads now tells of a higher one.
 */
const epochMs = 2000
/** Members are asked so often that all that are there have answered within this. */
const latelyMs = 5000

/** A client that follows the leader. */
export interface Follower {
  /** Asks all members who leads. */
  askAll(): void
  /** Somebody else leads than before. */
  leaderChanged(): void
}

/**
 * Who leads a group, as far as clients know, those of one process together: what was said with the highest epoch. Where
 * several lead in one epoch, as roles do that only hand on what clients ask, the first that says so, until it is gone.
 */
export class LeaderTracker {
  readonly #clock: Clock
  readonly #random: Random
  /** The one that asked last stands last: the connection of another may be up where its own is down. */
  readonly #followers = new Set<Follower>()
  #leader: NodeId | undefined
  #epoch = 0
  /** Which life of the group the epoch is of; 0 while that is not known. */
  #incarnation = 0
  /** When each member last said who leads, and for whom it waits before it takes part. */
  readonly #answers = new Map<NodeId, { readonly atMs: number; readonly waitingFor: readonly NodeId[] }>()
  /** When everyone was asked, and nobody has named the epoch or a higher one since. */
  #unconfirmedSinceMs: number | undefined
  #heardAtMs = Number.NEGATIVE_INFINITY
  #askedAtMs = Number.NEGATIVE_INFINITY
  #askAgainAtMs = Number.NEGATIVE_INFINITY
  /** Since the leader was heard, or another one was found. */
  #asks = 0
  /** When also those may ask who do not stand first: the first may have nothing to ask for. */
  #othersAskAtMs = Number.NEGATIVE_INFINITY
  /** When everyone was asked, and the leader has said nothing since. */
  #unansweredSinceMs: number | undefined
  /** When everyone was asked, and nothing that the leader was asked had been answered since then. */
  #silentSinceMs = Number.POSITIVE_INFINITY
  #deafMs = deafMs

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  join(follower: Follower): void {
    this.#followers.add(follower)
  }

  leave(follower: Follower): void {
    this.#followers.delete(follower)
  }

  get isFollowed(): boolean {
    return this.#followers.size > 0
  }

  get leader(): NodeId | undefined {
    return this.#leader
  }
  get epoch(): number {
    return this.#epoch
  }

  /** What members said of late when they were asked who leads: which of them, and for whom they wait. */
  get lately(): { readonly answered: readonly NodeId[]; readonly waitingFor: readonly NodeId[] } {
    const sinceMs = this.#clock.nowMs() - latelyMs
    const answers = [...this.#answers].filter(([, { atMs }]) => atMs >= sinceMs)
    const waitingFor = new Set(answers.flatMap(([, answer]) => answer.waitingFor))
    return { answered: answers.map(([node]) => node).sort(), waitingFor: [...waitingFor].sort() }
  }

  /** A node says who leads. True if somebody else does than was known. */
  learn(by: NodeId, leader: NodeId | undefined, epoch: number, waitingFor: readonly NodeId[] = []): boolean {
    this.#answers.set(by, { atMs: this.#clock.nowMs(), waitingFor })
    if (epoch >= this.#epoch) this.#unconfirmedSinceMs = undefined
    else if (leader !== undefined && this.#isForgotten()) this.#reset()
    if (leader === undefined) {
      // That nobody leads is for the leader to say: another may stand in vain, in later and later epochs, and hear nobody.
      if (by === this.#leader && epoch >= this.#epoch) this.#leader = undefined
      return false
    }
    if (by === this.#leader && leader === by) this.#unansweredSinceMs = undefined
    const isNewer = epoch > this.#epoch || (epoch === this.#epoch && this.#mayFollow(leader))
    if (!isNewer) return false
    this.#epoch = epoch
    this.#leader = leader
    this.#askSoon()
    this.#silentSinceMs = Number.POSITIVE_INFINITY
    for (const follower of this.#followers) follower.leaderChanged()
    return true
  }

  /** Another life of the group counts its epochs from the beginning. */
  meet(incarnation: number): void {
    if (this.#incarnation !== 0 && this.#incarnation !== incarnation) this.#reset()
    this.#incarnation = incarnation
  }

  #reset(): void {
    this.#epoch = 0
    this.#leader = undefined
    this.#unconfirmedSinceMs = undefined
  }

  /** A node that was asked says that it does not lead. True if another one is known to. */
  refused(by: NodeId, leader: NodeId | undefined, epoch: number): boolean {
    const isNews = this.learn(by, leader, epoch)
    // It led in this very epoch and has forgotten, or stops: until somebody else leads there is nobody to ask.
    if (this.#leader === by && epoch >= this.#epoch) this.#leader = undefined
    return isNews && this.#leader !== undefined
  }

  /** What the leader was asked is being answered, by itself or by another for it. */
  heard(): void {
    this.#heardAtMs = this.#clock.nowMs()
    this.#askSoon()
    this.#unconfirmedSinceMs = undefined
    this.#silentSinceMs = Number.POSITIVE_INFINITY
    this.#deafMs = deafMs
  }

  /** Has a follower ask everyone when nobody is known to lead, or nothing was heard since it began to wait. */
  askIfNeeded(asker: Follower, waitingSinceMs: number): void {
    const nowMs = this.#clock.nowMs()
    if (nowMs < this.#askAgainAtMs) return
    const [first] = this.#followers
    if (asker !== first && nowMs < this.#othersAskAtMs) return
    const silentSinceMs = Math.max(waitingSinceMs, this.#heardAtMs)
    if (this.#leader !== undefined && nowMs - silentSinceMs < silenceMs) return
    const everyMs = Math.min(askEveryMsMax, askEveryMs * 2 ** Math.max(0, ++this.#asks - asksSoon))
    this.#askedAtMs = nowMs
    this.#askAgainAtMs = nowMs + jittered(this.#random, everyMs)
    this.#othersAskAtMs = this.#askAgainAtMs + everyMs
    if (first) this.#putLast(first)
    this.#putLast(asker)
    this.#unansweredSinceMs ??= nowMs
    this.#unconfirmedSinceMs ??= nowMs
    // Calls may be given up, and others follow: it is as deaf to those.
    this.#silentSinceMs = Math.min(this.#silentSinceMs, silentSinceMs)
    asker.askAll()
  }

  #putLast(follower: Follower): void {
    this.#followers.delete(follower)
    this.#followers.add(follower)
  }

  /** The next question is the first of a new row. It does not follow the last at once: members may go on to disagree. */
  #askSoon(): void {
    this.#asks = 0
    this.#askAgainAtMs = Math.min(this.#askAgainAtMs, this.#askedAtMs + askEveryMs)
    this.#othersAskAtMs = this.#askAgainAtMs
    this.#unansweredSinceMs = undefined
  }

  #isForgotten(): boolean {
    return this.#unconfirmedSinceMs !== undefined && this.#clock.nowMs() - this.#unconfirmedSinceMs >= epochMs
  }

  /**
   * True if another may lead in the same epoch: nobody is known to, or who did does not even say so when it is asked, or
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
