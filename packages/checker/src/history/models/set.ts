import { isSame, textOf } from '../json.js'
import type { HistoryModel } from '../model.js'

/**
 * A set: `add`, `remove`, `contains`. `initial` lists what is in it. `add` and `remove` may tell in `result` whether they
 * changed the set. Each element is a part of its own, which is in or not.
 */
export const set: HistoryModel<boolean> = {
  name: 'set',
  operations: {
    add: { argument: 'value', result: 'optional' },
    remove: { argument: 'value', result: 'optional' },
    contains: { argument: 'value', result: 'flag' },
  },
  expectedInitial: (initial) =>
    initial === null || Array.isArray(initial) ? undefined : 'a list of what is in the set, or null',
  init: (initial, { argument }) => Array.isArray(initial) && initial.some((element) => isSame(element, argument)),
  step: (isIn, { f, result }) => {
    if (f === 'contains') return result === undefined || result === isIn ? isIn : undefined
    const willBeIn = f === 'add'
    return result === undefined || result === (isIn !== willBeIn) ? willBeIn : undefined
  },
  identify: (isIn) => (isIn ? 'in the set' : 'not in the set'),
  partOf: ({ argument }) => textOf(argument),
  observesOnly: ({ f, result }) => f === 'contains' || result === false,
}
