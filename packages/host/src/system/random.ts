import type { Random } from '@quorate/core'

/** Drawn at once, since a call of the platform costs more than what it draws. */
const drawn = new Uint32Array(256)
let left = 0

function nextWord(): number {
  if (left === 0) {
    crypto.getRandomValues(drawn)
    left = drawn.length
  }
  left--
  return drawn[left] ?? 0
}

/** Draws of the operating system; in a browser too. */
export const systemRandom: Random = {
  below(limit) {
    // The last words would make some numbers more likely than others.
    const end = 2 ** 32 - (2 ** 32 % limit)
    for (;;) {
      const word = nextWord()
      if (word < end) return word % limit
    }
  },
}

/** A name that nobody else has: 80 random bits. */
export function randomName(random: Random, prefix: string): string {
  let name = prefix
  for (let part = 0; part < 5; part++) name += random.below(65_536).toString(16).padStart(4, '0')
  return name
}

/** A duration between half and one and a half of the nominal one, so that clients do not act in step. */
export const jittered = (random: Random, nominalMs: number): number => nominalMs * (0.5 + random.below(1024) / 1024)
