import { textOf } from '../json.js'
import type { HistoryModel } from '../model.js'

const free = 'free'
const heldBy = (process: Parameters<typeof textOf>[0]): string => `held by ${textOf(process)}`

/**
 * A lock: `acquire`, `release`, by process: who holds it releases it, and nobody acquires it twice. `initial` is the process
 * that holds it, or null. An attempt that was refused has `"result": false` (or is a `fail`).
 */
export const mutex: HistoryModel<string> = {
  name: 'mutex',
  operations: { acquire: { argument: 'none', result: 'success' }, release: { argument: 'none', result: 'success' } },
  knowsProcess: true,
  expectedInitial: (initial) =>
    initial === null || typeof initial === 'string' || Number.isSafeInteger(initial)
      ? undefined
      : 'the process that holds the lock, an integer or a string, or null',
  init: (initial) => (initial === null ? free : heldBy(initial)),
  step: (holder, { f, process, result }) => {
    const mine = heldBy(process)
    const isDone = holder === (f === 'acquire' ? free : mine)
    if (result !== undefined && result !== isDone) return undefined
    if (!isDone) return holder
    return f === 'acquire' ? mine : free
  },
  identify: (holder) => holder,
  observesOnly: ({ result }) => result === false,
}
