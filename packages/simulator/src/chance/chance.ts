import type { Random } from '@quorate/core'

/** Mixes two numbers of 32 bits into one in which every bit depends on all of them (the finalizer of MurmurHash3). */
const mixed = (a: number, b: number): number => {
  let hash = (a ^ Math.imul(b, 0x9e3779b1)) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/**
 * Draws that depend on a seed, the name of their stream and their place in it, and on nothing else: whoever draws once
 * more in one stream moves no draw of another. Integers only, so that every machine draws the same.
 */
export class Chance implements Random {
  readonly #seed: number
  #drawn = 0

  private constructor(seed: number) {
    this.#seed = seed
  }

  /** The root of all streams of a seed: any safe integer. */
  static of(seed: number): Chance {
    return new Chance(mixed((seed % 0x1_0000_0000) | 0, Math.floor(seed / 0x1_0000_0000) | 0))
  }

  /** The stream of this name: the same whenever it is asked for. */
  stream(name: string): Chance {
    return new Chance(mixed(this.#seed, hashOf(name)))
  }

  /** The stream of the thing with this number. */
  at(ordinal: number): Chance {
    return new Chance(mixed(this.#seed, ordinal))
  }

  below(limit: number): number {
    return mixed(this.#seed, ++this.#drawn + 0x51ed270b) % limit
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1)
  }

  /** True in so many of a thousand draws. */
  isOne(perMille: number): boolean {
    return this.below(1000) < perMille
  }

  pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('there is nothing to pick from')
    return item
  }

  /** The items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items]
    for (let last = shuffled.length - 1; last > 0; last--) {
      const at = this.below(last + 1)
      const item = shuffled[last] as Item
      shuffled[last] = shuffled[at] as Item
      shuffled[at] = item
    }
    return shuffled
  }
}
