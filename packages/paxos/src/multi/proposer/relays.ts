import type { NodeId } from '@quorate/core'
import { type Hearing, heardOf, inTurn } from './presence.js'

/**
 * Which proxy leader is given the next Accept. One that is heard may yet be slow, or not be heard by acceptors; since what
 * is chosen is handed on in the order of slots, each Accept that it is given holds up all others, and the window is full of
 * them before long. So one that let an Accept go late is given none for a while.
 * @module
 */

export interface Relaying extends Hearing {
  /** By proxy leader that let an Accept go late, the beat in which that was last seen. */
  readonly tardyAt: Readonly<Record<NodeId, number>>
}

/** So long one is passed over: it holds up the others for a small part of that when it is tried again. */
const passedOverBeats = 64

const isTardy = ({ tardyAt, beat }: Relaying, node: NodeId): boolean => {
  const at = tardyAt[node]
  return at !== undefined && beat - at < passedOverBeats
}

/**
 * Each in turn that is heard and was in time. Where all were late, links are long or disks slow, and none is worse than
 * another; where none is heard, there is none.
 */
export function relayInTurn(self: Relaying, turn: number): NodeId | undefined {
  const heard = heardOf(self, 'proxyLeader')
  const inTime = heard.filter((node) => !isTardy(self, node))
  const relays = inTime.length > 0 ? inTime : heard
  return relays.length > 0 ? inTurn(relays, turn) : undefined
}

/** These Accepts are late, some of them with a proxy leader. */
export const withLate = ({ tardyAt, beat }: Relaying, late: readonly { readonly relay: NodeId | undefined }[]) => ({
  tardyAt: {
    ...tardyAt,
    ...Object.fromEntries(late.flatMap(({ relay }) => (relay === undefined ? [] : [[relay, beat] as const]))),
  },
})
