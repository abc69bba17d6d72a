import type { Clock } from '@quorate/core'

/** Waits for `work`, but no longer than `limitMs`, and not once `hurry` is settled. True if it was done by then. */
export async function isDoneWithin(
  clock: Clock,
  limitMs: number,
  work: Promise<unknown>,
  hurry?: Promise<void>,
): Promise<boolean> {
  let timer: unknown
  const late = new Promise<boolean>((resolve) => {
    timer = clock.setTimeout(() => resolve(false), limitMs)
    void hurry?.then(() => resolve(false))
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clock.clearTimeout(timer)
  }
}
