import type { Json } from '@quorate/core'
import type { Ending, Operation } from '@quorate/core/testing'
import type { SimulatedWorkload } from './simulatedWorkload.js'

/** An operation in a trace: `write x 1`. */
export const operationText = (workload: SimulatedWorkload, operation: Operation): string => {
  if (workload.textOf) return workload.textOf(operation)
  const { f, ...fields } = operation
  return [f, ...Object.values(fields).map(valueText)].join(' ')
}

/** How it ended: what came of it, or the code of an error. */
export const endingText = (workload: SimulatedWorkload, ending: Ending): string => {
  if (ending.type !== 'ok') return ending.code
  return workload.resultTextOf ? workload.resultTextOf(ending.result) : valueText(ending.result)
}

const valueText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
