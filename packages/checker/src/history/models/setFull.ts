import { type Json, textOf } from '../json.js'
import type { HistoryModel } from '../model.js'
import { isOpen, type Operation } from '../operation.js'

/** The elements as texts, in order, each once. */
const elementsOf = (list: Json | undefined): readonly string[] =>
  Array.isArray(list) ? [...new Set((list as readonly Json[]).map(textOf))].sort() : []

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((element, at) => element === other[at])

/** Operations that say that an element was there: without one, nobody can have seen it added. */
const seenIn = (part: readonly Operation[]): ReadonlySet<string> =>
  new Set(
    part
      .filter((each) => !isOpen(each))
      .flatMap(({ f, argument, result }) => {
        if (f === 'read') return elementsOf(result)
        const sawIt = f === 'add' ? result === false : result === true
        return sawIt ? [textOf(argument)] : []
      }),
  )

/**
 * A set that is read as a whole: `add`, `remove`, `contains` as in `set`, and `read` (a list, in any order). `initial` lists
 * what is in it. All of its elements are one part, so that a search is longer than one of `set`.
 */
export const setFull: HistoryModel<readonly string[]> = {
  name: 'set-full',
  operations: {
    add: { argument: 'value', result: 'optional' },
    remove: { argument: 'value', result: 'optional' },
    contains: { argument: 'value', result: 'flag' },
    read: { argument: 'none', result: 'value' },
  },
  expectedInitial: (initial) =>
    initial === null || Array.isArray(initial) ? undefined : 'a list of what is in the set, or null',
  expectedOf: ({ f, result }) =>
    f !== 'read' || result === undefined || Array.isArray(result)
      ? undefined
      : 'a list of what is in the set (of a counter, which has the same operations, --model counter)',
  init: elementsOf,
  step: (elements, { f, argument, result }) => {
    if (f === 'read') return result === undefined || isSameSet(elements, elementsOf(result)) ? elements : undefined
    const element = textOf(argument)
    const isIn = elements.includes(element)
    if (f === 'contains') return result === undefined || result === isIn ? elements : undefined
    const willBeIn = f === 'add'
    if (result !== undefined && result !== (isIn !== willBeIn)) return undefined
    if (isIn === willBeIn) return elements
    return willBeIn ? [...elements, element].sort() : elements.filter((each) => each !== element)
  },
  identify: (elements) => `{${elements.join(', ')}}`,
  observesOnly: ({ f, result }) => f === 'contains' || f === 'read' || result === false,
  unseen: (part) => {
    const seen = seenIn(part)
    return part.filter((each) => isOpen(each) && each.f === 'add' && !seen.has(textOf(each.argument)))
  },
}
