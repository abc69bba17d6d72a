import type { HistoryEvent } from '@quorate/checker'
import type { Json } from '@quorate/core'
import type { Ending, Operation } from '@quorate/core/testing'
import type { SimulatedWorkload } from './simulatedWorkload.js'

/**
 * An operation of a client begins. Each slot of a client is a process, which does one at a time; after one whose outcome is
 * unknown the slot goes on as another process.
 */
export const invocationOf = (workload: SimulatedWorkload, process: number, operation: Operation): HistoryEvent => ({
  process,
  type: 'invoke',
  ...what(operation),
  value: argumentOf(workload, operation),
  ...(typeof workload.model === 'string' && { model: workload.model }),
})

/** And it ends: where it was given nothing, what it gave is its value, and else its result. */
export const completionOf = (
  workload: SimulatedWorkload,
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

const argumentOf = (workload: SimulatedWorkload, operation: Operation): Json =>
  workload.argumentOf ? workload.argumentOf(operation) : (operation['value'] ?? null)

const resultOf = (workload: SimulatedWorkload, operation: Operation, result: Json): Json | undefined =>
  workload.resultOf ? workload.resultOf(operation, result) : result
