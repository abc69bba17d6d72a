import type { HistoryEvent, Json } from '@quorate/checker'
import type { Operation } from '../script/script.js'

/** How an operation ended. */
export type Ending =
  | {
      readonly type: 'ok'
      /** What is in the register now, or was chosen. */
      readonly value: number
      /** Index of the command that put it there; 0 in an empty register, and where there is no log. */
      readonly revision: number
      /** False for a cas that found something else. */
      readonly isDone: boolean
    }
  | { readonly type: 'fail' | 'info'; readonly code: string }

/**
 * An operation of a client begins. Each slot of a client is a process, which does one at a time; after one whose outcome is
 * unknown the slot goes on as another process.
 */
export const invocationOf = (process: number, operation: Operation): HistoryEvent => {
  const { f, key } = operation
  return { process, type: 'invoke', f, key, value: given(operation) }
}

/** And it ends: a read with what was found, a cas with whether it was done. Null where a register is empty. */
export const completionOf = (process: number, operation: Operation, ending: Ending): HistoryEvent => {
  const { f, key } = operation
  const { type } = ending
  const value = type === 'ok' && (f === 'read' || f === 'propose') ? orNull(ending.value) : given(operation)
  const result = type === 'ok' && f === 'cas' ? { result: ending.isDone } : {}
  return { process, type, f, key, value, ...result }
}

const orNull = (value: number): number | null => (value === 0 ? null : value)

const given = ({ f, value, expected = 0 }: Operation): Json => {
  if (f === 'read') return null
  return f === 'cas' ? [orNull(expected), value] : value
}
