import type { HistoryEvent } from '@quorate/checker'
import type { Json } from '@quorate/core'
import type { Ending, Operation, Workload } from '@quorate/core/testing'

/**
 * An operation of a client begins. Each slot of a client is a process, which does one at a time; after one whose outcome is
 * unknown the slot goes on as another process.
 */
export const invocationOf = (workload: Workload, process: number, operation: Operation): HistoryEvent => ({
  process,
  type: 'invoke',
  ...what(operation),
  value: argumentOf(workload, operation),
})

/** And it ends: where it was given nothing, what it gave is its value, and else its result. */
export const completionOf = (
  workload: Workload,
  process: number,
  operation: Operation,
  ending: Ending,
): HistoryEvent => {
  const value = argumentOf(workload, operation)
  const told = ending.type === 'ok' ? resultOf(workload, operation, ending.result) : undefined
  const event = { process, type: ending.type, ...what(operation), value }
  if (told === undefined) return event
  return value === null ? { ...event, value: told } : { ...event, result: told }
}

const what = ({ f, key }: Operation): Pick<HistoryEvent, 'f' | 'key'> => ({ f, ...(key !== undefined && { key }) })

const argumentOf = (workload: Workload, operation: Operation): Json =>
  workload.argumentOf ? workload.argumentOf(operation) : (operation['value'] ?? null)

const resultOf = (workload: Workload, operation: Operation, result: Json): Json | undefined =>
  workload.resultOf ? workload.resultOf(operation, result) : result
