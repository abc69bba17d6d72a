import { isSame, type Json, textOf } from '../json.js'
import type { HistoryModel } from '../model.js'
import { isOpen } from '../operation.js'

/** A first-in-first-out queue: `enqueue`, `dequeue` (null when it is empty). `initial` lists what is in it, first in first. */
export const queue: HistoryModel<readonly Json[]> = {
  name: 'queue',
  operations: { enqueue: { argument: 'value', result: 'none' }, dequeue: { argument: 'none', result: 'value' } },
  init: (initial) => (Array.isArray(initial) ? initial : []),
  step: (items, { f, argument = null, result }) => {
    if (f === 'enqueue') return [...items, argument]
    const [first = null, ...rest] = items
    return result === undefined || isSame(result, first) ? rest : undefined
  },
  identify: textOf,
  // A null among the items looks like an empty queue, and taking it changes the queue.
  observesOnly: () => false,
  unseen: (part) => {
    const taken = new Set(part.flatMap((each) => (each.f === 'dequeue' && !isOpen(each) ? [textOf(each.result)] : [])))
    return part.filter((each) => isOpen(each) && each.f === 'enqueue' && !taken.has(textOf(each.argument)))
  },
}
