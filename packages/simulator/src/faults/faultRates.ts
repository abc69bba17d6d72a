import type { Chance } from '../chance/chance.js'
import type { Conditions, Timing } from '../script/script.js'
import type { Promises } from '../subject/subject.js'

/** Which kinds of faults a run may have. */
export type FaultMix = 'none' | 'network' | 'crash' | 'disk' | 'all'

/** The mixes, by the names that the command line knows. */
export const faultMixes: readonly FaultMix[] = ['none', 'network', 'crash', 'disk', 'all']

/** How much of what a run has: each seed draws its own mix (Groce et al., "Swarm Testing", 2012). 0 is nothing of it. */
export interface Dials {
  readonly conditions: Conditions
  /** How long an answer takes in the whole network, in milliseconds; 0 where nothing is far. */
  readonly roundTripMs: number
  /** How often each happens in a minute. */
  readonly perMinute: {
    readonly partition: number
    readonly disconnect: number
    readonly crash: number
    readonly powerLoss: number
    readonly stop: number
    readonly pause: number
    readonly clockRate: number
    readonly clockJump: number
    readonly reconnect: number
    readonly slowApply: number
    readonly failSync: number
    readonly fillDisk: number
    readonly slowDisk: number
  }
  /**
   * True if a crash may leave any disk in doubt, all of them at once too. Where nothing acknowledged is lost, nodes that are
   * all there again must get on.
   */
  readonly doubts: boolean
  /** True if crashes may damage the disks of nodes outside of the core. */
  readonly rots: boolean
}

/** Draws the dials of a run. */
export function drawDials(chance: Chance, mix: FaultMix, { roundTripMs: longestMs = 0 }: Promises = {}): Dials {
  const has = (kind: FaultMix) => mix === 'all' || mix === kind
  const dial = (name: string, isOn: boolean, least: number, most: number): number => {
    const own = chance.stream(name)
    return isOn && own.isOne(500) ? own.between(least, most) : 0
  }
  const network = has('network')
  const crash = has('crash')
  const disk = has('disk')
  const roundTripMs = network ? drawRoundTrip(chance.stream('distance'), longestMs) : 0
  const timings: readonly Timing[] = ['synchronous', 'partially synchronous', 'asynchronous']
  return {
    conditions: {
      timing: network ? chance.stream('timing').pick(timings) : 'synchronous',
      scheduling: network && chance.stream('scheduling').isOne(400) ? 'priority' : 'uniform',
      lossPerMille: dial('loss', network, 5, 250),
      duplicationPerMille: dial('duplication', network, 5, 200),
      corruptionPerMille: dial('corruption', network, 5, 100),
      reorders: dial('reordering', network, 1, 1) === 1,
      stragglersPerMille: dial('stragglers', network, 5, 150),
      starvationPerMille: dial('starvation', network, 20, 300),
      lagPerMille: dial('lag', network, 20, 300),
      slowWritesPerMille: dial('slowWrites', disk, 10, 300),
      // Part of the round trip: both ways together take no longer.
      jitterMs: chance.stream('jitter').below(Math.floor(roundTripMs / 10) + 1),
    },
    roundTripMs,
    perMinute: {
      partition: dial('partition', network, 2, 30),
      disconnect: dial('disconnect', network, 2, 20),
      // A disk is put to the test by crashes.
      crash: dial('crash', crash || disk, 4, 60),
      powerLoss: dial('powerLoss', crash || disk, 1, 8),
      stop: dial('stop', crash, 2, 20),
      pause: dial('pause', crash, 2, 30),
      clockRate: dial('clockRate', crash, 1, 10),
      clockJump: dial('clockJump', crash, 1, 20),
      reconnect: dial('reconnect', crash, 2, 20),
      slowApply: dial('slowApply', crash, 1, 20),
      failSync: dial('failSync', disk, 2, 30),
      fillDisk: dial('fillDisk', disk, 1, 15),
      slowDisk: dial('slowDisk', disk, 1, 15),
    },
    doubts: disk && chance.stream('doubt').isOne(250),
    rots: dial('rot', disk, 1, 1) === 1,
  }
}

/** Between continents, or farther: of a third of the networks that bear it. */
function drawRoundTrip(own: Chance, longestMs: number): number {
  if (longestMs === 0 || !own.isOne(330)) return 0
  return Math.min(longestMs, own.isOne(500) ? own.between(110, 280) : own.between(100, 1000))
}
