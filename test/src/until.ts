import { setTimeout as sleep } from 'node:timers/promises'

/** How often a condition is looked at. */
const lookEveryMs = 20

/** Waits until `find` finds something, and gives that. */
export const until = async <T>(
  what: string,
  find: () => Promise<T | undefined | false> | T | undefined | false,
  patienceMs = 30_000,
): Promise<T> => {
  const untilMs = performance.now() + patienceMs
  for (;;) {
    const found = await find()
    if (found) return found
    if (performance.now() > untilMs) throw new Error(`waited ${patienceMs} ms in vain until ${what}`)
    await sleep(lookEveryMs)
  }
}
