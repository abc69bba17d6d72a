import type { Random } from '../../ports/ports.js'

/**
 * Draws that depend on a seed, the name of their stream and their place in it, and on nothing else: one more draw in one
 * stream moves no draw of another. `Chance` of `@quorate/simulator` is one.
 */
export interface Draws extends Random {
  /** The stream of this name: the same whenever it is asked for. */
  stream(name: string): Draws
  /** The stream of the thing with this number. */
  at(ordinal: number): Draws
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** True in so many of a thousand draws. */
  isOne(perMille: number): boolean
  /** @throws RangeError where there is nothing to pick from. */
  pick<Item>(items: readonly Item[]): Item
  /** The items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[]
}
