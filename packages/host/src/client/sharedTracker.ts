import type { Clock, Random } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import { type Follower, LeaderTracker } from './leaderTracker.js'

/** By bus, cluster and group. */
const shared = new Map<string, LeaderTracker>()

/** A tracker that a follower has joined. */
export interface JoinedTracker {
  readonly tracker: LeaderTracker
  leave(): void
}

/**
 * Thousands of clients in one process need not all ask who leads: those of one group on one bus share what they know.
 * `isAlone` for one that lives in a time of its own.
 */
export function joinTracker(
  follower: Follower,
  around: { bus: Bus; group: string; clock: Clock; random: Random; isAlone: boolean },
): JoinedTracker {
  const { bus, group, clock, random, isAlone } = around
  const key = isAlone || bus.busId === undefined ? undefined : `${bus.busId} ${bus.cluster} ${group}`
  const known = key === undefined ? undefined : shared.get(key)
  const tracker = known ?? new LeaderTracker(clock, random)
  if (key !== undefined) shared.set(key, tracker)
  tracker.join(follower)
  const leave = (): void => {
    tracker.leave(follower)
    if (key !== undefined && !tracker.isFollowed) shared.delete(key)
  }
  return { tracker, leave }
}
