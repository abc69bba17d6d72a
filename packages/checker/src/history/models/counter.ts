import { isSame, type Json } from '../json.js'
import type { HistoryModel } from '../model.js'

const isWhole = (value: Json | undefined): value is number => Number.isSafeInteger(value)

/** A counter: `add` (a whole number, which may be negative), `read`. `initial` is what it counts from; null is 0. */
export const counter: HistoryModel<number> = {
  name: 'counter',
  operations: { add: { argument: 'value', result: 'none' }, read: { argument: 'none', result: 'value' } },
  expectedInitial: (initial) => (initial === null || isWhole(initial) ? undefined : 'a whole number, or null'),
  expectedOf: ({ f, argument, result }) =>
    isWhole(f === 'add' ? argument : (result ?? 0)) ? undefined : 'a whole number',
  init: (initial) => (isWhole(initial) ? initial : 0),
  step: (count, { f, argument, result }) => {
    if (f === 'add') return count + (argument as number)
    return result === undefined || isSame(result, count) ? count : undefined
  },
  identify: String,
  observesOnly: ({ f, argument }) => f === 'read' || argument === 0,
}
