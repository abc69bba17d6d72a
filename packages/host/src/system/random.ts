import { randomInt } from 'node:crypto'
import type { Random } from '@quorate/core'

/** Draws of the operating system. */
export const systemRandom: Random = { below: (limit) => randomInt(limit) }

/** A name that nobody else has: 80 random bits. */
export function randomName(random: Random, prefix: string): string {
  let name = prefix
  for (let part = 0; part < 5; part++) name += random.below(65_536).toString(16).padStart(4, '0')
  return name
}

/** A duration between half and one and a half of the nominal one, so that clients do not act in step. */
export const jittered = (random: Random, nominalMs: number): number => nominalMs * (0.5 + random.below(1024) / 1024)
