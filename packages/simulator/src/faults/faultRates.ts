import type { Chance } from '../chance/chance.js'
import type { Disturbances, Timing } from '../script/script.js'
import type { Promises } from '../subject/subject.js'

/** Which kinds of faults a run may have. */
export type FaultMix = 'none' | 'network' | 'crash' | 'disk' | 'all'

/** The mixes, by the names that the command line knows. */
export const faultMixes: readonly FaultMix[] = ['none', 'network', 'crash', 'disk', 'all']

/** How much of what a run has: each seed draws its own mix (Groce et al., "Swarm Testing", 2012). 0 is nothing of it. */
export interface FaultRates {
  readonly disturbances: Disturbances
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
    readonly wallJump: number
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

/** True if a run of this mix may have faults of that kind. */
export const hasKind = (mix: FaultMix, kind: FaultMix): boolean => mix === 'all' || mix === kind

/** Draws the rates of a run. */
export function drawFaultRates(
  chance: Chance,
  mix: FaultMix,
  { roundTripMs: longestMs = 0 }: Promises = {},
): FaultRates {
  const has = (kind: FaultMix) => hasKind(mix, kind)
  const rate = (name: string, isOn: boolean, least: number, most: number): number => {
    const own = chance.stream(name)
    return isOn && own.isOne(500) ? own.between(least, most) : 0
  }
  const network = has('network')
  const crash = has('crash')
  const disk = has('disk')
  const roundTripMs = network ? drawRoundTrip(chance.stream('distance'), longestMs) : 0
  const timings: readonly Timing[] = ['synchronous', 'partially synchronous', 'asynchronous']
  return {
    disturbances: {
      timing: network ? chance.stream('timing').pick(timings) : 'synchronous',
      scheduling: network && chance.stream('scheduling').isOne(400) ? 'priority' : 'uniform',
      lossPerMille: rate('loss', network, 5, 250),
      duplicationPerMille: rate('duplication', network, 5, 200),
      corruptionPerMille: rate('corruption', network, 5, 100),
      reorders: rate('reordering', network, 1, 1) === 1,
      stragglersPerMille: rate('stragglers', network, 5, 150),
      starvationPerMille: rate('starvation', network, 20, 300),
      lagPerMille: rate('lag', network, 20, 300),
      suspicionsPerMille: rate('suspicions', network, 5, 300),
      slowWritesPerMille: rate('slowWrites', disk, 10, 300),
      // Part of the round trip: both ways together take no longer.
      jitterMs: chance.stream('jitter').below(Math.floor(roundTripMs / 10) + 1),
    },
    roundTripMs,
    perMinute: {
      partition: rate('partition', network, 2, 30),
      disconnect: rate('disconnect', network, 2, 20),
      // A disk is put to the test by crashes.
      crash: rate('crash', crash || disk, 4, 60),
      powerLoss: rate('powerLoss', crash || disk, 1, 8),
      stop: rate('stop', crash, 2, 20),
      pause: rate('pause', crash, 2, 30),
      clockRate: rate('clockRate', crash, 1, 10),
      clockJump: rate('clockJump', crash, 1, 20),
      wallJump: rate('wallJump', crash, 1, 20),
      reconnect: rate('reconnect', crash, 2, 20),
      slowApply: rate('slowApply', crash, 1, 20),
      failSync: rate('failSync', disk, 2, 30),
      fillDisk: rate('fillDisk', disk, 1, 15),
      slowDisk: rate('slowDisk', disk, 1, 15),
    },
    doubts: disk && chance.stream('doubt').isOne(250),
    rots: rate('rot', disk, 1, 1) === 1,
  }
}

/** Between continents, or farther: of a third of the networks that bear it. */
function drawRoundTrip(own: Chance, longestMs: number): number {
  if (longestMs === 0 || !own.isOne(330)) return 0
  return Math.min(longestMs, own.isOne(500) ? own.between(110, 280) : own.between(100, 1000))
}
