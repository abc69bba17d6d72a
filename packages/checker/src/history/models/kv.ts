import { isSame, type Json, textOf } from '../json.js'
import type { Access, HistoryModel } from '../model.js'
import { type Call, isOpen, type Operation } from '../operation.js'
import { orderByAccess } from './accessOrder.js'
import { accessOfCompareAndSet, changesNothing, compareAndSet, pairOf, read } from './register.js'

/** Text goes to the end of a text, anything else to the end of a list; what is not there yet is empty. */
const append = (state: Json, { argument = null }: Call): Json | undefined => {
  if (state === null) return typeof argument === 'string' ? argument : [argument]
  if (Array.isArray(state)) return [...state, argument]
  return typeof state === 'string' && typeof argument === 'string' ? state + argument : undefined
}

const step = (state: Json, call: Call): Json | undefined => {
  switch (call.f) {
    case 'get':
      return read(state, call)
    case 'put':
      return call.argument ?? null
    case 'append':
      return append(state, call)
    case 'delete':
      if (call.result !== undefined && call.result !== (state !== null)) return undefined
      return null
    default:
      return compareAndSet(state, call)
  }
}

const init = (initial: Json, { key }: Operation): Json => {
  if (typeof initial !== 'object' || initial === null || Array.isArray(initial)) return initial
  const name = typeof key === 'string' ? key : textOf(key)
  return Object.hasOwn(initial, name) ? ((initial as Readonly<Record<string, Json>>)[name] ?? null) : null
}

const accessOf = (call: Call): Access | undefined => {
  if (call.f === 'cas') return accessOfCompareAndSet(call)
  if (call.f === 'put') return { writes: call.argument ?? null }
  if (call.f === 'get') return call.result === undefined ? undefined : { reads: call.result }
  return call.f === 'delete' && call.result !== false ? { writes: null } : undefined
}

/** An append makes values that nobody named, so nothing is implied where there are any. */
const impliedOrder = (part: readonly Operation[], initial: Json): readonly (readonly [Operation, Operation])[] => {
  const [any] = part
  const isPlain = part.every(({ f }) => f !== 'append')
  return any !== undefined && isPlain ? orderByAccess(part, init(initial, any), accessOf) : []
}

/**
 * Open puts, appends and compare-and-sets of values that do not appear in anything that was seen. Where a compare-and-set was
 * refused, or a delete told what it found, any other value may have been the reason, so there nothing is left out.
 */
const unseen = (part: readonly Operation[]): readonly Operation[] => {
  if (part.some(({ f, result }) => f === 'delete' && result !== undefined)) return []
  if (part.some(({ f, result }) => f === 'cas' && result === false)) return []
  const seen = part.flatMap((each) => {
    if (each.f === 'cas') return [pairOf(each)[0]]
    return each.f === 'get' ? [each.result ?? null] : []
  })
  return part.filter((each) => {
    if (!isOpen(each) || each.f === 'delete') return false
    const given = each.f === 'cas' ? pairOf(each)[1] : (each.argument ?? null)
    return !seen.some((value) => mayHoldWithin(value, given))
  })
}

/** Whether a value may have come of another one, and of what was appended before and after. */
const mayHoldWithin = (value: Json, given: Json): boolean => {
  if (typeof value === 'string' && typeof given === 'string') return value.includes(given)
  return Array.isArray(value) ? Array.isArray(given) || value.some((item) => isSame(item, given)) : isSame(value, given)
}

/**
 * A key-value store: `get` (null where there is nothing), `put`, `append`, `delete`, `cas`. Each key is an object of its own;
 * `initial` is the value of every key, or, if it is an object, holds the values by key.
 */
export const kv: HistoryModel<Json> = {
  name: 'kv',
  operations: {
    get: { argument: 'none', result: 'value' },
    put: { argument: 'value', result: 'none' },
    append: { argument: 'value', result: 'none' },
    delete: { argument: 'none', result: 'optional' },
    cas: { argument: 'pair', result: 'success' },
  },
  init,
  step,
  identify: textOf,
  observesOnly: (call) =>
    call.f === 'get' || (call.f === 'cas' && changesNothing(call)) || (call.f === 'delete' && call.result === false),
  unseen,
  overwrites: ({ f, result }) => f === 'put' || (f === 'delete' && result === undefined),
  impliedOrder,
  accessOf,
}
