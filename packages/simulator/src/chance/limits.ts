import type { Chance } from './chance.js'

/**
 * Limits that a run of half a minute reaches: small snapshots and windows, so that nodes fall behind, send snapshots in
 * pieces and refuse. Names that a protocol does not know are nothing to it.
 */
export const drawLimits = (chance: Chance) => ({
  snapshotEveryEntries: chance.between(10, 120),
  entriesKept: chance.between(1, 40),
  entriesMax: chance.between(1, 32),
  /** Of entries in one message, and of one piece of a snapshot. */
  bytesMax: chance.isOne(500) ? chance.between(100, 2000) : 262_144,
})
