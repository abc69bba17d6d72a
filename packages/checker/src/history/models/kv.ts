import { type Json, textOf } from '../json.js'
import type { HistoryModel } from '../model.js'
import type { Call } from '../operation.js'
import { accessOfCompareAndSet, changesNothing, compareAndSet, read } from './register.js'

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
  init: (initial, { key }) => {
    if (typeof initial !== 'object' || initial === null || Array.isArray(initial)) return initial
    const name = typeof key === 'string' ? key : textOf(key)
    return Object.hasOwn(initial, name) ? ((initial as Readonly<Record<string, Json>>)[name] ?? null) : null
  },
  step,
  identify: textOf,
  observesOnly: (call) =>
    call.f === 'get' || (call.f === 'cas' && changesNothing(call)) || (call.f === 'delete' && call.result === false),
  accessOf: (call) => {
    if (call.f === 'cas') return accessOfCompareAndSet(call)
    if (call.f === 'put') return { writes: call.argument ?? null }
    if (call.f === 'get') return call.result === undefined ? undefined : { reads: call.result }
    return call.f === 'delete' && call.result !== false ? { writes: null } : undefined
  },
}
