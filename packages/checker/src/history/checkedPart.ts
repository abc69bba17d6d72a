import type { Operation } from './operation.js'
import type { Part } from './parts.js'

/** A part that was checked. */
export interface CheckedPart extends Part {
  readonly verdict: 'ok' | 'illegal' | 'unknown'
  /**
   * Of `ok`, an order that explains the part; what is open and not in it did not take place. Otherwise, of all orders that were
   * tried, one that came furthest.
   */
  readonly order: readonly Operation[]
}
