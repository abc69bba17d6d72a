import { type DurableEffect, type Effect, isDurable } from './effect.js'

/**
 * What an actor has emitted and what may not leave yet, because something before it is not on the disk.
 * A value: the host, the simulator and the checker use the same one, and in the checker it is part of a node's state.
 */
export interface Outbox<E extends Effect = Effect> {
  /** In the order of emission. Begins with a durable effect, or is empty. */
  readonly waiting: readonly E[]
  /** How many of them, from the front, the write under way covers. */
  readonly writing: number
}

export const emptyOutbox: Outbox<never> = { waiting: [], writing: 0 }

/** Adds what an actor emitted; `leaves` may be carried out now, in order. */
export function enqueue<E extends Effect>(
  outbox: Outbox<E>,
  emitted: readonly E[],
): { readonly outbox: Outbox<E>; readonly leaves: readonly E[] } {
  const leaves: E[] = []
  let kept: E[] | undefined
  const ahead = aheadIn(outbox.waiting)
  for (const effect of emitted) {
    const isFirst = (kept ?? outbox.waiting).length === 0
    if (!isDurable(effect) && (isFirst || mayPass(effect, ahead))) leaves.push(effect)
    else {
      kept ??= [...outbox.waiting]
      kept.push(effect)
      note(ahead, effect)
    }
  }
  return { outbox: kept ? { waiting: kept, writing: outbox.writing } : outbox, leaves }
}

/** Begins a write of every durable effect that waits. None may be under way. */
export function take<E extends Effect>(
  outbox: Outbox<E>,
): { readonly outbox: Outbox<E>; readonly write: readonly DurableEffect<E>[] } {
  const write = outbox.waiting.filter((effect): effect is DurableEffect<E> & E => isDurable(effect))
  return { outbox: { waiting: outbox.waiting, writing: outbox.waiting.length }, write }
}

/** The write under way is durable: releases what waited for it, and of the rest what waits for nothing else. */
export function written<E extends Effect>(
  outbox: Outbox<E>,
): { readonly outbox: Outbox<E>; readonly leaves: readonly E[] } {
  const leaves = outbox.waiting.slice(0, outbox.writing).filter((effect) => !isDurable(effect))
  const rest = enqueue<E>(emptyOutbox, outbox.waiting.slice(outbox.writing))
  return { outbox: rest.outbox, leaves: [...leaves, ...rest.leaves] }
}

/** What is known of all that waits: to look through it for each effect costs a busy node much. */
interface Ahead {
  isDurableByAppendsOnly: boolean
  isOtherwiseMessages: boolean
}

function aheadIn(waiting: readonly Effect[]): Ahead {
  const ahead = { isDurableByAppendsOnly: true, isOtherwiseMessages: true }
  for (const effect of waiting) note(ahead, effect)
  return ahead
}

/** One more waits. */
function note(ahead: Ahead, effect: Effect): void {
  if (isDurable(effect)) ahead.isDurableByAppendsOnly &&= effect.type === 'append'
  else ahead.isOtherwiseMessages &&= effect.type === 'send'
}

/**
 * An effect that passes appends may overtake messages, which know no order anyway, but no other effect: the state
 * machine must receive its commits in order, also when a follower's commit still waits as it becomes leader.
 */
const mayPass = (effect: Effect, { isDurableByAppendsOnly, isOtherwiseMessages }: Readonly<Ahead>): boolean =>
  'passes' in effect &&
  effect.passes === 'append' &&
  isDurableByAppendsOnly &&
  (effect.type === 'send' || isOtherwiseMessages)
