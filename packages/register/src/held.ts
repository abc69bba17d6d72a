import type { Held, Tag } from './generated/register.js'

/** What replicas hold, and which of two is later. @module */

/** Of a key that nobody wrote. */
export const unwritten: Held = { tag: { sequence: 0, node: '', request: 0 } }

/** Of two tags the later: by their sequences, then by the nodes that wrote, then by their requests. */
export function isLater(a: Tag, b: Tag): boolean {
  if (a.sequence !== b.sequence) return a.sequence > b.sequence
  return a.node === b.node ? a.request > b.request : a.node > b.node
}

export const laterOf = (a: Held, b: Held): Held => (isLater(b.tag, a.tag) ? b : a)
