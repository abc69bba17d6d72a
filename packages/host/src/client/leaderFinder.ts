import type { Clock, NodeId, Random } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { Leader, Refused } from '../generated/client.js'
import type { Call } from './call.js'
import type { Finder } from './finder.js'
import { type Follower, LeaderTracker } from './leaderTracker.js'

/** By bus, cluster and group. */
const shared = new Map<string, LeaderTracker>()

/**
 * Calls go to who leads. Thousands of clients in one process need not all ask who that is: those of one group on one bus
 * share what they know.
 */
export class LeaderFinder implements Finder {
  readonly lack = 'knew of no leader'
  readonly #follower: Follower
  readonly #tracker: LeaderTracker
  readonly #key: string | undefined

  /** `isAlone` for one that lives in a time of its own. */
  constructor(follower: Follower, around: { bus: Bus; group: string; clock: Clock; random: Random; isAlone: boolean }) {
    const { bus, group, clock, random, isAlone } = around
    this.#follower = follower
    this.#key = isAlone || bus.busId === undefined ? undefined : `${bus.busId} ${bus.cluster} ${group}`
    const known = this.#key === undefined ? undefined : shared.get(this.#key)
    this.#tracker = known ?? new LeaderTracker(clock, random)
    if (this.#key !== undefined) shared.set(this.#key, this.#tracker)
    this.#tracker.join(follower)
  }

  get first(): NodeId | undefined {
    return this.#tracker.leader
  }

  targetOf(_call: Call | undefined, _attempt: number): NodeId | undefined {
    return this.#tracker.leader
  }

  takes(node: NodeId): boolean {
    return node === this.#tracker.leader
  }

  learn(by: NodeId, { node, epoch, waitingFor }: Leader): void {
    this.#tracker.learn(by, node, epoch, waitingFor)
  }

  refused(by: NodeId, { leader, epoch }: Refused): void {
    this.#tracker.refused(by, leader, epoch)
  }

  /** Whoever answers: what the leader was asked came through it, and others may answer in its place. */
  heard(_by: NodeId): void {
    this.#tracker.heard()
  }

  meet(incarnation: number): void {
    this.#tracker.meet(incarnation)
  }

  askIfNeeded(waitingSinceMs: number): void {
    this.#tracker.askIfNeeded(this.#follower, waitingSinceMs)
  }

  get lately(): Finder['lately'] {
    return this.#tracker.lately
  }

  leave(): void {
    this.#tracker.leave(this.#follower)
    if (this.#key !== undefined && !this.#tracker.isFollowed) shared.delete(this.#key)
  }
}
