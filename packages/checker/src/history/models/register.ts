import { isSame, type Json, textOf } from '../json.js'
import type { Access, HistoryModel } from '../model.js'
import { type Call, isOpen, type Operation } from '../operation.js'

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

/**
 * Open operations that give a value which nobody needs. Where a compare-and-set was refused, any other value may have been
 * the reason, so there nothing is left out.
 */
const unseen = (part: readonly Operation[]): readonly Operation[] => {
  if (part.some(({ f, result }) => f === 'cas' && result === false)) return []
  const needed = new Set<string>()
  const needs = (operation: Operation): void => {
    if (operation.f === 'read') needed.add(textOf(operation.result))
    if (operation.f === 'cas') needed.add(textOf(pairOf(operation)[0]))
  }
  for (const operation of part) if (!isOpen(operation)) needs(operation)
  let rest = part.filter(isOpen)
  for (;;) {
    const seen = rest.filter((operation) => needed.has(textOf(valueGivenBy(operation))))
    if (seen.length === 0) return rest
    for (const operation of seen) needs(operation)
    rest = rest.filter((operation) => !seen.includes(operation))
  }
}

const valueGivenBy = (operation: Operation): Json | undefined =>
  operation.f === 'cas' ? pairOf(operation)[1] : operation.argument

/** A register: `read`, `write`. Its initial value is `initial`. */
export const register: HistoryModel<Json> = {
  name: 'register',
  operations: { read: { argument: 'none', result: 'value' }, write: { argument: 'value', result: 'none' } },
  init: (initial) => initial,
  step,
  identify: textOf,
  observesOnly: (call) => call.f === 'read' || (call.f === 'cas' && changesNothing(call)),
  unseen,
  accessOf: (call) => {
    if (call.f === 'cas') return accessOfCompareAndSet(call)
    if (call.f === 'write') return { writes: call.argument ?? null }
    return call.result === undefined ? undefined : { reads: call.result }
  },
}

/** A register with compare-and-set: `read`, `write`, `cas`. */
export const casRegister: HistoryModel<Json> = {
  ...register,
  name: 'cas-register',
  operations: { ...register.operations, cas: { argument: 'pair', result: 'success' } },
}
