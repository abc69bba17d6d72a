import { isSame, type Json, textOf } from '../json.js'
import type { Access, HistoryModel } from '../model.js'
import { type Call, isOpen, type Operation } from '../operation.js'
import { orderByAccess } from './accessOrder.js'

/** The two values of a compare-and-set. */
export const pairOf = ({ argument }: Call): readonly [old: Json, next: Json] => {
  const [old = null, next = null] = Array.isArray(argument) ? (argument as readonly Json[]) : []
  return [old, next]
}

/** A compare-and-set: its result is whether it was done; of an unknown one, the state decides. */
export const compareAndSet = (state: Json, call: Call): Json | undefined => {
  const [old, next] = pairOf(call)
  const matches = isSame(state, old)
  if (call.result !== undefined && call.result !== matches) return undefined
  return matches ? next : state
}

/** A read gives the state; one whose result is not known could have been anything. */
export const read = (state: Json, { result }: Call): Json | undefined =>
  result === undefined || isSame(state, result) ? state : undefined

/** Whether a compare-and-set changes nothing, whatever the state. */
export const changesNothing = (call: Call): boolean => call.result === false || isSame(...pairOf(call))

/** What a compare-and-set reads and writes. Of a refused one it is known only what was not there. */
export const accessOfCompareAndSet = (call: Call): Access | undefined => {
  const [reads, writes] = pairOf(call)
  if (call.result === false) return undefined
  return call.result === true ? { reads, writes } : { writes }
}

const step = (state: Json, call: Call): Json | undefined => {
  if (call.f === 'read') return read(state, call)
  if (call.f === 'cas') return compareAndSet(state, call)
  return call.argument ?? null
}

/** The values that some operations need to be there. */
const neededBy = (operations: readonly Operation[]): ReadonlySet<string> =>
  new Set(operations.map((each) => textOf(each.f === 'cas' ? pairOf(each)[0] : each.result)))

const valueGivenBy = (call: Call): Json | undefined => (call.f === 'cas' ? pairOf(call)[1] : call.argument)

/**
 * Open operations that give a value which nobody needs. Where a compare-and-set was refused, any other value may have been
 * the reason, so there nothing is left out.
 */
const unseen = (part: readonly Operation[]): readonly Operation[] => {
  if (part.some(({ f, result }) => f === 'cas' && result === false)) return []
  let seen = part.filter((each) => !isOpen(each) && each.f !== 'write')
  let rest = part.filter(isOpen)
  while (seen.length > 0) {
    const needed = neededBy(seen)
    seen = rest.filter((each) => needed.has(textOf(valueGivenBy(each))))
    rest = rest.filter((each) => !needed.has(textOf(valueGivenBy(each))))
    seen = seen.filter(({ f }) => f !== 'write')
  }
  return rest
}

/** Stands for all values that nobody reads or compares with. */
const unread = 'a value that nobody asks for'

const simplified = (part: readonly Operation[]): readonly Call[] => {
  const needed = neededBy(part.filter(({ f }) => f !== 'write'))
  if (needed.has(textOf(unread))) return part
  return part.map((call) => {
    const value = valueGivenBy(call)
    if (call.f === 'read' || needed.has(textOf(value))) return call
    return { ...call, argument: call.f === 'cas' ? [pairOf(call)[0], unread] : unread }
  })
}

const accessOf = (call: Call): Access | undefined => {
  if (call.f === 'cas') return accessOfCompareAndSet(call)
  if (call.f === 'write') return { writes: call.argument ?? null }
  return call.result === undefined ? undefined : { reads: call.result }
}

/** A register: `read`, `write`. Its initial value is `initial`. */
export const register: HistoryModel<Json> = {
  name: 'register',
  operations: { read: { argument: 'none', result: 'value' }, write: { argument: 'value', result: 'none' } },
  init: (initial) => initial,
  step,
  identify: textOf,
  observesOnly: (call) => call.f === 'read' || (call.f === 'cas' && changesNothing(call)),
  overwrites: ({ f }) => f === 'write',
  unseen,
  simplified,
  impliedOrder: (part, initial) => orderByAccess(part, initial, accessOf),
  accessOf,
}

/** A register with compare-and-set: `read`, `write`, `cas`. */
export const casRegister: HistoryModel<Json> = {
  ...register,
  name: 'cas-register',
  operations: { ...register.operations, cas: { argument: 'pair', result: 'success' } },
}
